"""Bodies of the task endpoints. Instants need a UTC offset; answers are in UTC."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from chat_api.tasks.models import TaskStatus, WishStatus
from chat_api.zones import parse_zone
from contracts.base import Instant

MAX_REMINDERS = 20


def _bare_instant(value: object) -> object:
    """A reminder may be sent as it is answered: an object with ``due_at``."""
    return value.get("due_at") if isinstance(value, dict) else value


def normal_tag(value: str) -> str:
    """A tag in its one spelling: lower case, without ``#`` or ``@``.

    Raises:
        ValueError: nothing is left, or it holds a character that a tag cannot have.
    """
    spelled = value.strip().lstrip("#@").lower()
    if not spelled or not spelled.isprintable() or set(spelled) & set('"\\'):
        raise ValueError("a tag is made of letters, digits and signs other than quotes and backslashes")
    return spelled


Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Notes = Annotated[str, StringConstraints(max_length=10_000)]
Priority = Annotated[int, Field(ge=1, le=4, description="1 is the highest.")]
Tag = Annotated[str, StringConstraints(min_length=1, max_length=50), AfterValidator(normal_tag)]
Tags = Annotated[list[Tag], Field(max_length=20)]
ReminderTimes = Annotated[
    list[Annotated[Instant, BeforeValidator(_bare_instant)]],
    Field(max_length=MAX_REMINDERS, description="Instants, or objects with `due_at`."),
]
Zone = Annotated[str, AfterValidator(lambda name: parse_zone(name).key)]


class TaskCreate(BaseModel):
    """A new task. Without `reminders` there is one at `due_at`, which must not have passed; an empty list: none."""

    model_config = ConfigDict(extra="forbid")

    title: Title
    notes: Notes = ""
    priority: Priority | None = None
    tags: Tags = Field(default_factory=list)
    due_at: Instant | None = None
    reminders: ReminderTimes | None = None
    recurrence: str | None = Field(default=None, max_length=500, description="RFC 5545 RRULE; needs `due_at`.")
    from_completion: bool = Field(default=False, description="The recurrence counts from when the task is done.")
    timezone: Zone = Field(default="UTC", description="IANA zone whose wall clock the recurrence follows.")


class TaskUpdate(BaseModel):
    """A change: fields that are left out stay. Moving `due_at` moves its reminders along.

    Completing a recurring task moves it to its next occurrence; it stays open until there is none.
    """

    model_config = ConfigDict(extra="forbid")

    title: Title | None = None
    notes: Notes | None = None
    status: TaskStatus | None = None
    priority: Priority | None = None
    tags: Tags | None = None
    due_at: Instant | None = None
    reminders: ReminderTimes | None = None
    recurrence: str | None = Field(default=None, max_length=500)
    from_completion: bool | None = None
    timezone: Zone | None = None


class ReminderView(BaseModel):
    """A reminder of a task."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    due_at: datetime
    status: WishStatus
    fired_at: datetime | None
    snoozed: bool


class TaskView(BaseModel):
    """A task."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    title: str
    notes: str
    status: TaskStatus
    priority: int | None
    tags: list[str]
    due_at: datetime | None
    reminders: list[ReminderView]
    recurrence: str | None
    from_completion: bool
    created_at: datetime
    updated_at: datetime
