"""Table of changes that can be taken back."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel

from chat_api.database import UtcDateTime


class Change(SQLModel, table=True):
    """One command of a user's, and the tasks that it touched as they were before it."""

    __tablename__ = "changes"
    __table_args__ = (Index("ix_changes_user_id_id", "user_id", "id"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    user_id: str = Field(foreign_key="users.id", ondelete="CASCADE", max_length=32)
    said: str = Field(max_length=700, description="What to tell the user once it is taken back.")
    before: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    created_at: datetime = Field(sa_type=UtcDateTime)
