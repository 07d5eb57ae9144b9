"""Tables of tasks and reminders."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, Column, Index, UniqueConstraint, false
from sqlmodel import Field, SQLModel

from chat_api.database import UtcDateTime


class TaskStatus(StrEnum):
    """Whether it is still to be done."""

    OPEN = "open"
    COMPLETED = "completed"


class TaskKind(StrEnum):
    """What a row stands for."""

    TASK = "task"
    DIGEST = "digest"
    """Hidden: its reminder is the user's daily digest."""


class WishStatus(StrEnum):
    """What this service knows of a reminder. The actor knows more; see contracts.reminders.ReminderStatus."""

    PENDING = "pending"
    SCHEDULED = "scheduled"
    FIRED = "fired"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class TaskList(SQLModel, table=True):
    """A named list of a user's. ``name_key`` is the name as names are compared."""

    __tablename__ = "lists"
    __table_args__ = (UniqueConstraint("user_id", "name_key", name="uq_lists_name"),)

    id: str = Field(primary_key=True, max_length=32)
    user_id: str = Field(foreign_key="users.id", ondelete="CASCADE", max_length=32)
    name: str = Field(max_length=100)
    name_key: str = Field(max_length=200)
    created_at: datetime = Field(sa_type=UtcDateTime)


def name_key(name: str) -> str:
    """A list's name as names are compared: upper and lower case are the same."""
    return name.casefold()[:200]


class Task(SQLModel, table=True):
    """Something to do. ``version`` counts its changes; each has one event in the outbox."""

    __tablename__ = "tasks"
    __table_args__ = (Index("uq_tasks_request_key", "user_id", "request_key", unique=True),)

    id: str = Field(primary_key=True, max_length=32)
    user_id: str = Field(foreign_key="users.id", ondelete="CASCADE", index=True, max_length=32)
    title: str = Field(max_length=500)
    notes: str = Field(default="", max_length=10_000)
    status: str = Field(default=TaskStatus.OPEN, max_length=16)
    priority: int | None = Field(default=None)
    tags: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    list_id: str | None = Field(
        default=None, foreign_key="lists.id", ondelete="SET NULL", index=True, nullable=True, max_length=32
    )
    parent_id: str | None = Field(
        default=None, foreign_key="tasks.id", ondelete="CASCADE", index=True, nullable=True, max_length=32
    )
    kind: str = Field(default=TaskKind.TASK, max_length=16, sa_column_kwargs={"server_default": "task"})
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    all_day: bool = Field(
        default=False,
        sa_column_kwargs={"server_default": false()},
        description="Due on a day: ``due_at`` is when that day begins in ``timezone``.",
    )
    occurrence_at: datetime | None = Field(
        default=None,
        sa_type=UtcDateTime,
        nullable=True,
        description="Which occurrence this is, when it was moved alone (RFC 5545 RECURRENCE-ID).",
    )
    rang_at: datetime | None = Field(
        default=None,
        sa_type=UtcDateTime,
        nullable=True,
        description="The occurrence that rang and was moved on from, while it is not done yet.",
    )
    done_at: datetime | None = Field(
        default=None,
        sa_type=UtcDateTime,
        nullable=True,
        description="When this occurrence was done, while it is completed and awaits its next one.",
    )
    recurrence: str | None = Field(default=None, max_length=500, description="RFC 5545 RRULE value.")
    recurs_from: datetime | None = Field(
        default=None, sa_type=UtcDateTime, nullable=True, description="DTSTART of the recurrence."
    )
    from_completion: bool = Field(
        default=False,
        sa_column_kwargs={"server_default": false()},
        description="The recurrence counts from when the task is done, not by the calendar.",
    )
    timezone: str = Field(default="UTC", max_length=64, description="The zone the recurrence is meant in.")
    version: int = Field(default=1)
    request_key: str | None = Field(
        default=None, max_length=100, description="The Idempotency-Key of the request that made it."
    )
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)


class Reminder(SQLModel, table=True):
    """An instant at which the user wants to hear of a task. Its id is its actor's id and stays when it is moved."""

    __tablename__ = "reminders"
    __table_args__ = (Index("ix_reminders_status_due", "status", "due_at"),)

    id: str = Field(primary_key=True, max_length=32)
    task_id: str = Field(foreign_key="tasks.id", ondelete="CASCADE", index=True, max_length=32)
    user_id: str = Field(max_length=32)
    due_at: datetime = Field(sa_type=UtcDateTime)
    status: str = Field(default=WishStatus.PENDING, max_length=16)
    fired_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    snoozed: bool = Field(
        default=False,
        sa_column_kwargs={"server_default": false()},
        description="Says once more what another one said; does not move with the task.",
    )
