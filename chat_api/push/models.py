"""Table of push subscriptions."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from chat_api.database import UtcDateTime


class PushSubscription(SQLModel, table=True):
    """A browser's address at its push service, with the keys to encrypt for it (RFC 8291)."""

    __tablename__ = "push_subscriptions"

    id: str = Field(primary_key=True, max_length=32)
    user_id: str = Field(foreign_key="users.id", ondelete="CASCADE", index=True, max_length=32)
    endpoint: str = Field(unique=True, max_length=1000)
    p256dh: str = Field(max_length=200)
    auth: str = Field(max_length=100)
    created_at: datetime = Field(sa_type=UtcDateTime)
