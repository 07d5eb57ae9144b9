"""All that a task is, in one piece: what an export holds of it, and what an import adopts. Instants are aware."""

from datetime import UTC, date, datetime
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from chat_api.tasks.due import Due
from chat_api.tasks.models import TaskStatus
from chat_api.tasks.schemas import ListName, Notes, Priority, Tags, Title, Zone
from chat_api.tasks.subtasks import MAX_SUBTASKS
from contracts import recurrence
from contracts.base import Instant

# More than may be asked for at once: snoozed ones come on top.
_MOST_REMINDERS = 100

Uid = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


class WholeReminder(BaseModel):
    """A reminder of a task."""

    model_config = ConfigDict(extra="forbid")

    due_at: Instant
    fired_at: Instant | None = Field(default=None, description="When it fired; null: it has not.")
    snoozed: bool = Field(default=False, description="Says once more what another one said.")


class WholePart(BaseModel):
    """A task without its subtasks."""

    model_config = ConfigDict(extra="forbid")

    uid: Uid = Field(description="Names the task in every file it is in: importing it again adds nothing.")
    title: Title
    notes: Notes = ""
    status: TaskStatus = TaskStatus.OPEN
    priority: Priority | None = None
    tags: Tags = Field(default_factory=list)
    due_at: Instant | None = None
    due_on: date | None = Field(default=None, description="Due on this day, at no particular time.")
    timezone: Zone = Field(default="UTC", description="IANA zone of its days and wall-clock times.")
    recurrence: str | None = Field(default=None, max_length=500, description="RFC 5545 RRULE.")
    recurs_from: Instant | None = Field(default=None, description="Where the recurrence begins; else where it is due.")
    from_completion: bool = False
    occurrence_at: Instant | None = Field(default=None, description="The occurrence that was moved alone.")
    rang_at: Instant | None = Field(default=None, description="The occurrence that has rung and is not done yet.")
    reminders: list[WholeReminder] = Field(default_factory=list, max_length=_MOST_REMINDERS)
    created_at: Instant | None = None
    updated_at: Instant | None = None

    @model_validator(mode="after")
    def _due_once(self) -> Self:
        if self.due_at is not None and self.due_on is not None:
            raise ValueError("a task is due at a time or on a day, not both")
        if self.recurrence is not None and self.due_at is None and self.due_on is None:
            raise ValueError("a recurring task needs a due time or day")
        return self

    def due(self) -> Due | None:
        """When it is due."""
        return Due.wanted({"due_at": self.due_at, "due_on": self.due_on}, ZoneInfo(self.timezone))

    def series(self) -> tuple[str, datetime] | None:
        """Its rule in one spelling, and where that begins.

        Raises:
            ValueError: the rule is none, or not supported.
        """
        due = self.due()
        if self.recurrence is None or due is None:
            return None
        start = (self.recurs_from or due.at).astimezone(UTC)
        zone = ZoneInfo(self.timezone)
        return recurrence.validate(self.recurrence, start=start, zone=zone, all_day=due.all_day), start


class WholeTask(WholePart):
    """A task with its subtasks, which are in its list."""

    subtasks: list[WholePart] = Field(default_factory=list, max_length=MAX_SUBTASKS)
    list: ListName | None = None
