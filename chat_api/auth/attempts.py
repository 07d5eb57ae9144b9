"""Slows down whoever guesses passwords: after some failures each further attempt on an account waits, longer each time.

Nobody is locked out for good, so that a stranger cannot take an account from its owner.
"""

import hashlib
from datetime import datetime, timedelta

from sqlmodel import Field, SQLModel, col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chat_api.database import UtcDateTime
from chat_api.errors import TooManyAttempts

FREE_FAILURES = 5
_LONGEST = timedelta(minutes=15)
_MEMORY = timedelta(hours=1)


class FailedLogins(SQLModel, table=True):
    """How often the log-in to an account failed lately. Kept for accounts that do not exist, too: both look alike."""

    __tablename__ = "failed_logins"

    key: str = Field(primary_key=True, max_length=64, description="The hash of the e-mail.")
    failures: int = Field(default=0)
    last_at: datetime = Field(sa_type=UtcDateTime, index=True)


def pause_after(failures: int) -> timedelta:
    """How long the next attempt has to wait after so many failures."""
    if failures < FREE_FAILURES:
        return timedelta(0)
    return min(_LONGEST, timedelta(seconds=2 ** min(failures - FREE_FAILURES, 20)))


async def begin(session: AsyncSession, email: str, now: datetime) -> None:
    """Count an attempt as failed until it turns out otherwise, so that many at once are not more than one by one.

    Raises:
        TooManyAttempts: it comes too early; says how many seconds are left.
    """
    await session.exec(delete(FailedLogins).where(col(FailedLogins.last_at) < now - _MEMORY))
    query = select(FailedLogins).where(FailedLogins.key == _key(email)).with_for_update()
    row = (await session.exec(query)).first() or FailedLogins(key=_key(email), last_at=now)
    left = row.last_at + pause_after(row.failures) - now
    if left > timedelta(0):
        raise TooManyAttempts(left)
    row.failures += 1
    row.last_at = now
    session.add(row)


async def forget(session: AsyncSession, email: str) -> None:
    """The log-in worked."""
    await session.exec(delete(FailedLogins).where(col(FailedLogins.key) == _key(email)))


def _key(email: str) -> str:
    return hashlib.sha256(email.encode()).hexdigest()
