"""The rules every contract follows: immutable, strict about what it knows, aware UTC instants."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, StringConstraints


def to_utc(value: datetime) -> datetime:
    """The same instant in UTC."""
    return value.astimezone(UTC)


Instant = Annotated[AwareDatetime, AfterValidator(to_utc)]
"""An aware datetime, normalised to UTC; a naive one is refused."""

Identifier = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
"""An id that is also safe as an actor id and inside a job's name (Dapr forbids / \\ # ? and control characters)."""


class Contract(BaseModel):
    """A message between services. Unknown fields are ignored, so that a newer sender can talk to an older reader."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def occurrence_key(due_at: datetime) -> str:
    """Name one firing of a reminder by the instant it is due, as RFC 5545 names one instance by RECURRENCE-ID.

    UTC, basic format, microseconds kept only when there are any: ``20261124T170000Z``.
    """
    instant = to_utc(due_at)
    fraction = f".{instant.microsecond:06d}" if instant.microsecond else ""
    return f"{instant:%Y%m%dT%H%M%S}{fraction}Z"
