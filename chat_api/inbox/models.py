"""Table of fired reminders."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, Text, UniqueConstraint, false
from sqlmodel import Field, SQLModel

from chat_api.database import CountedId, UtcDateTime


class ItemKind(StrEnum):
    """What an item says: one task, the day's, or that an item could not be sent to its user."""

    REMINDER = "reminder"
    DIGEST = "digest"
    NOTICE = "notice"


class InboxItem(SQLModel, table=True):
    """A reminder that reached its user: once for each occurrence, however often it was announced."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("reminder_id", "occurrence", name="uq_inbox_occurrence"),
        Index("ix_inbox_user_id_id", "user_id", "id"),
        # Ids are the stream's event ids: one is never used again.
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=CountedId)
    user_id: str = Field(foreign_key="users.id", ondelete="CASCADE", max_length=32)
    reminder_id: str = Field(max_length=64)
    occurrence: str = Field(max_length=32)
    task_id: str = Field(max_length=64)
    title: str = Field(max_length=500)
    kind: str = Field(default=ItemKind.REMINDER, max_length=16, sa_column_kwargs={"server_default": "reminder"})
    body: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})
    quiet: bool = Field(
        default=False,
        sa_column_kwargs={"server_default": false()},
        description="Fell into the user's quiet hours: it makes no sound.",
    )
    due_at: datetime = Field(sa_type=UtcDateTime)
    fired_at: datetime = Field(sa_type=UtcDateTime)
    delivered_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime, nullable=True, description="First sent on a stream of the user's."
    )
    acknowledged_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
