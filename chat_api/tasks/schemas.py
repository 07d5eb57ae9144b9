"""Bodies of the task endpoints. Instants need a UTC offset; answers are in UTC."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from chat_api.tasks.models import TaskStatus, WishStatus
from chat_api.zones import parse_zone
from contracts.base import Identifier, Instant

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


def normal_list_name(value: str) -> str:
    """A list's name in one line, with single spaces.

    Raises:
        ValueError: nothing is left, or it holds a character that cannot be shown.
    """
    spelled = " ".join(value.split())
    if not spelled or not spelled.isprintable():
        raise ValueError("a list's name needs at least one character that can be seen")
    return spelled


class Scope(StrEnum):
    """Which occurrences of a recurring task a change is for."""

    THIS = "this"
    SERIES = "series"


Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Notes = Annotated[str, StringConstraints(max_length=10_000)]
Priority = Annotated[int, Field(ge=1, le=4, description="1 is the highest.")]
Tag = Annotated[str, StringConstraints(min_length=1, max_length=50), AfterValidator(normal_tag)]
Tags = Annotated[list[Tag], Field(max_length=20)]
ReminderTimes = Annotated[
    list[Annotated[Instant, BeforeValidator(_bare_instant)]],
    Field(max_length=MAX_REMINDERS, description="Instants, or objects with `due_at`."),
]
ListName = Annotated[str, StringConstraints(max_length=100), AfterValidator(normal_list_name)]
Zone = Annotated[str, AfterValidator(lambda name: parse_zone(name).key)]


class _TaskBody(BaseModel):
    """What a new task and a change have in common."""

    due_at: Instant | None = None
    due_on: date | None = Field(default=None, description="Due on this day, at no particular time.")

    @model_validator(mode="after")
    def _due_once(self) -> Self:
        if self.due_at is not None and self.due_on is not None:
            raise ValueError("send either `due_at` or `due_on`")
        return self


class TaskCreate(_TaskBody):
    """A new task. Without `reminders` there is one at `due_at`, which must not have passed; an empty list: none.

    For `due_on` it is at the hour of day that the user prefers for that, in the task's zone.
    """

    model_config = ConfigDict(extra="forbid")

    title: Title
    notes: Notes = ""
    priority: Priority | None = None
    tags: Tags = Field(default_factory=list)
    list: ListName | None = Field(default=None, description="The name of its list, which is made if there is none.")
    parent_id: Identifier | None = Field(default=None, description="The task that it is a part of.")
    reminders: ReminderTimes | None = None
    recurrence: str | None = Field(
        default=None, max_length=500, description="RFC 5545 RRULE; needs `due_at` or `due_on`."
    )
    from_completion: bool = Field(default=False, description="The recurrence counts from when the task is done.")
    timezone: Zone | None = Field(
        default=None, description="IANA zone of its days and wall-clock times; the user's own if it is left out."
    )


class TaskUpdate(_TaskBody):
    """A change: fields that are left out stay. Moving `due_at` or `due_on` moves its reminders along.

    Completing a recurring task is for one occurrence. A worker makes the next one a moment later, and the task is open
    again; until then it is completed, and `next_due_at` or `next_due_on` say when that is. Without a next one it stays
    completed. Completing a task completes its subtasks.
    """

    model_config = ConfigDict(extra="forbid")

    title: Title | None = None
    notes: Notes | None = None
    status: TaskStatus | None = None
    priority: Priority | None = None
    tags: Tags | None = None
    list: ListName | None = None
    parent_id: Identifier | None = None
    reminders: ReminderTimes | None = None
    recurrence: str | None = Field(default=None, max_length=500)
    from_completion: bool | None = None
    timezone: Zone | None = None
    occurrence: str | None = Field(
        default=None,
        max_length=32,
        description="With `status` completed: the `occurrence` that is meant. When it is done by now, nothing changes.",
    )
    scope: Scope = Field(
        default=Scope.SERIES,
        description="Whether a moved due time is for this occurrence only, or for all that follow.",
    )

    @model_validator(mode="after")
    def _occurrence_of_completion(self) -> Self:
        if self.occurrence is not None and self.status is not TaskStatus.COMPLETED:
            raise ValueError("`occurrence` says which one is completed: send it with that `status`")
        return self


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
    tags: Sequence[str]
    list: str | None
    parent_id: str | None
    subtasks: int = Field(default=0, description="How many parts it has; they change without its ETag.")
    open_subtasks: int = Field(default=0, description="How many of them are to do.")
    due_at: datetime | None
    due_on: date | None
    reminders: Sequence[ReminderView]
    recurrence: str | None
    from_completion: bool
    occurrence_at: datetime | None
    rang_at: datetime | None = Field(description="The occurrence that rang and is still to be done, when it recurs.")
    occurrence: str | None = Field(description="Of an open task that repeats: which one is done when it is completed.")
    next_due_at: datetime | None = Field(description="Of an occurrence that was just completed: when the next one is.")
    next_due_on: date | None = Field(description="The same for a whole day.")
    timezone: str
    created_at: datetime
    updated_at: datetime


class TakenBackView(BaseModel):
    """What was taken back, and the tasks that are as they were."""

    said: str
    tasks: list[TaskView]


class ListBody(BaseModel):
    """A list's name."""

    model_config = ConfigDict(extra="forbid")

    name: ListName


class ListView(BaseModel):
    """A list, and how many of its tasks are to do."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    open_tasks: int
