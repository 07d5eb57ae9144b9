"""Tables of accounts and sessions."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from chat_api.database import UtcDateTime


class User(SQLModel, table=True):
    """Somebody with an account."""

    __tablename__ = "users"

    id: str = Field(primary_key=True, max_length=32)
    email: str = Field(unique=True, index=True, max_length=254)
    password_hash: str = Field(max_length=200)
    created_at: datetime = Field(sa_type=UtcDateTime)


class ApiToken(SQLModel, table=True):
    """A user's key for programs. Only its hash is kept."""

    __tablename__ = "api_tokens"

    id: str = Field(primary_key=True, max_length=32)
    user_id: str = Field(foreign_key="users.id", ondelete="CASCADE", index=True, max_length=32)
    name: str = Field(max_length=100)
    token_hash: str = Field(unique=True, max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)


class UserSession(SQLModel, table=True):
    """A log-in. Only the token's hash is kept, so that a copy of the database opens no session."""

    __tablename__ = "sessions"

    token_hash: str = Field(primary_key=True, max_length=64)
    user_id: str = Field(foreign_key="users.id", ondelete="CASCADE", index=True, max_length=32)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
