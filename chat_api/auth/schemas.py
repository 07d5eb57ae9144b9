"""Bodies of the auth endpoints."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contracts.base import Identifier

Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)*$"),
]


class Registration(BaseModel):
    """A new account."""

    email: Email
    password: Annotated[str, StringConstraints(min_length=8, max_length=200)]


class Credentials(BaseModel):
    """A log-in. The bounds are wide: a wrong password is wrong, not invalid."""

    email: Annotated[str, StringConstraints(max_length=254)]
    password: Annotated[str, StringConstraints(max_length=200)]


class Closing(BaseModel):
    """The wish to delete the account."""

    model_config = ConfigDict(extra="forbid")

    password: Annotated[str, StringConstraints(max_length=200)]
    conversation_id: Identifier | None = Field(
        default=None, description="The chat's conversation, to be forgotten at once instead of within an hour."
    )


class Token(BaseModel):
    """An open session."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - RFC 6750's word


class Me(BaseModel):
    """Whose session this is."""

    id: str
    email: str


class ApiTokenCreate(BaseModel):
    """A new API token."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    expires_in_days: Annotated[int, Field(ge=1, le=3650)] | None = Field(
        default=None, description="How long it is good for; null: until it is revoked."
    )


class ApiTokenView(BaseModel):
    """An API token as it is listed: without the token itself, which nobody knows any more."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    created_at: datetime
    last_used_at: datetime | None = Field(description="To the minute.")
    expires_at: datetime | None


class NewApiToken(ApiTokenView):
    """An API token when it is made."""

    token: str = Field(description="Send it as `Authorization: Bearer …`. It is shown this once.")
