"""Tables of the channels: addresses, webhooks, and how far each inbox item has come."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from chat_api.database import UtcDateTime


class EmailAddress(SQLModel, table=True):
    """An address that is, or says it is, a user's. One that is not verified gets nothing but its code."""

    __tablename__ = "email_addresses"
    __table_args__ = (UniqueConstraint("user_id", "address", name="uq_email_addresses_address"),)

    id: str = Field(primary_key=True, max_length=32)
    user_id: str = Field(foreign_key="users.id", ondelete="CASCADE", max_length=32)
    address: str = Field(max_length=254)
    enabled: bool = Field(default=True)
    verified_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    code_hash: str | None = Field(default=None, max_length=64)
    code_expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    wrong_codes: int = Field(default=0)
    unsubscribe_token: str = Field(unique=True, max_length=64, description="Ends mails without a log-in.")


class MailedCodes(SQLModel, table=True):
    """How many codes a user had mailed, or an address got, within the hour."""

    __tablename__ = "mailed_codes"

    key: str = Field(primary_key=True, max_length=64)
    number: int = Field(default=0)
    since: datetime = Field(sa_type=UtcDateTime, index=True)


class Webhook(SQLModel, table=True):
    """Where a user wants reminders posted. Its secret is derived from its id by the notification service."""

    __tablename__ = "webhooks"

    id: str = Field(primary_key=True, max_length=32)
    user_id: str = Field(foreign_key="users.id", ondelete="CASCADE", unique=True, max_length=32)
    url: str = Field(max_length=1000)
    enabled: bool = Field(default=True)
    problem: str = Field(default="", max_length=200, description="Why it was switched off by itself.")
    created_at: datetime = Field(sa_type=UtcDateTime)


class ItemDelivery(SQLModel, table=True):
    """How far an inbox item, which is one occurrence of a reminder, has come on one channel."""

    __tablename__ = "deliveries"

    item_id: int = Field(primary_key=True, foreign_key="inbox.id", ondelete="CASCADE")
    channel: str = Field(primary_key=True, max_length=16)
    state: str = Field(max_length=16)
    at: datetime = Field(sa_type=UtcDateTime, description="When it came to this state.")
    detail: str = Field(default="", max_length=200)
