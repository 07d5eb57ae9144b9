"""Table of calendar feeds."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from chat_api.database import UtcDateTime


class CalendarFeed(SQLModel, table=True):
    """A user's private feed. Only the hash of its secret address is kept."""

    __tablename__ = "calendar_feeds"

    user_id: str = Field(primary_key=True, foreign_key="users.id", ondelete="CASCADE", max_length=32)
    secret_hash: str = Field(unique=True, max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime)
