"""Table of preferences."""

from datetime import time

from sqlmodel import Field, SQLModel


class Preferences(SQLModel, table=True):
    """A user's choices; wall-clock times are in ``timezone``. The digest's time is that of its own hidden task."""

    __tablename__ = "preferences"

    user_id: str = Field(primary_key=True, foreign_key="users.id", ondelete="CASCADE", max_length=32)
    timezone: str | None = Field(default=None, max_length=64, description="IANA zone; None until it is known.")
    zone_declined: str | None = Field(default=None, max_length=64, description="A zone they do not want to move to.")
    quiet_from: time | None = Field(default=None)
    quiet_until: time | None = Field(default=None)
    all_day_at: time = Field(default=time(9), description="When to remind of a task that has only a day.")
