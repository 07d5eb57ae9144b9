"""Table of fired reminders."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from chat_api.database import UtcDateTime


class InboxItem(SQLModel, table=True):
    """A reminder that reached its user: once for each occurrence, however often it was announced."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("reminder_id", "occurrence", name="uq_inbox_occurrence"),
        Index("ix_inbox_user_id_id", "user_id", "id"),
        # Ids are the stream's event ids: one is never used again.
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    user_id: str = Field(foreign_key="users.id", ondelete="CASCADE", max_length=32)
    reminder_id: str = Field(max_length=64)
    occurrence: str = Field(max_length=32)
    task_id: str = Field(max_length=64)
    title: str = Field(max_length=500)
    due_at: datetime = Field(sa_type=UtcDateTime)
    fired_at: datetime = Field(sa_type=UtcDateTime)
    delivered_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime, nullable=True, description="First sent on a stream of the user's."
    )
    acknowledged_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
