"""Bodies of the auth endpoints."""

from typing import Annotated, Literal

from pydantic import BaseModel, StringConstraints

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


class Token(BaseModel):
    """An open session."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - RFC 6750's word


class Me(BaseModel):
    """Whose session this is."""

    id: str
    email: str
