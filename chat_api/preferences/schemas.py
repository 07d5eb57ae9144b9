"""Bodies of the preferences endpoints."""

from datetime import time
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, model_validator
from pydantic.functional_validators import AfterValidator

from chat_api.tasks.schemas import Zone


def _whole_minute(value: time) -> time:
    if value.tzinfo is not None:
        raise ValueError("a wall-clock time has no offset")
    return value.replace(second=0, microsecond=0)


WallClock = Annotated[
    time,
    AfterValidator(_whole_minute),
    PlainSerializer(lambda value: f"{value:%H:%M}", return_type=str, when_used="json"),
    Field(description="A time of day in the user's zone, as `HH:MM`.", examples=["08:00"]),
]


class PreferencesView(BaseModel):
    """What the user has chosen; null: off, or not known."""

    model_config = ConfigDict(from_attributes=True)

    timezone: str | None
    zone_declined: str | None
    digest_at: WallClock | None
    quiet_from: WallClock | None
    quiet_until: WallClock | None
    all_day_at: WallClock


class PreferencesUpdate(BaseModel):
    """A change: fields that are left out stay, null switches off."""

    model_config = ConfigDict(extra="forbid")

    timezone: Zone | None = Field(default=None, description="Moves no task; see `/preferences/timezone` for that.")
    digest_at: WallClock | None = Field(default=None, description="When to say what the day holds.")
    quiet_from: WallClock | None = None
    quiet_until: WallClock | None = None
    all_day_at: WallClock | None = Field(default=None, description="When to remind of tasks that have only a day.")

    @model_validator(mode="after")
    def _both_ends(self) -> Self:
        ends = {"quiet_from", "quiet_until"} & self.model_fields_set
        if len(ends) == 1 or (ends and (self.quiet_from is None) != (self.quiet_until is None)):
            raise ValueError("quiet hours need both `quiet_from` and `quiet_until`, or null for both")
        if "all_day_at" in self.model_fields_set and self.all_day_at is None:
            raise ValueError("`all_day_at` needs a time")
        return self


class ZoneAnswer(BaseModel):
    """The answer to whether the user has moved."""

    model_config = ConfigDict(extra="forbid")

    timezone: Zone
    move: bool = Field(description="Whether open tasks keep their wall-clock time in the new zone.")
