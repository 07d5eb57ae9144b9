"""Tells open pages that a task has changed: one small row a change, in its transaction, kept for some minutes.

The rows are how a replica of this service hears of what another one has done.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from sqlmodel import Field, SQLModel, col, delete, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chat_api.database import CountedId, UtcDateTime

_KEPT = timedelta(minutes=5)
# Ids are given in one order and committed in another where several write at once: looked at again by so many.
_OUT_OF_ORDER = 100


class TaskSignal(SQLModel, table=True):
    """A change of a task. No foreign keys: what it names may be gone."""

    __tablename__ = "task_signals"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True, sa_type=CountedId)
    user_id: str = Field(max_length=32)
    task_id: str = Field(max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime, index=True)


def put(session: AsyncSession, user_id: str, task_id: str) -> None:
    """Add a signal to the running transaction."""
    session.add(TaskSignal(user_id=user_id, task_id=task_id, created_at=datetime.now(UTC)))


async def forget_old(session: AsyncSession, now: datetime) -> None:
    """Delete those that everybody has heard."""
    await session.exec(delete(TaskSignal).where(col(TaskSignal.created_at) < now - _KEPT))


class SignalReader:
    """Reads each signal once; the first look only finds out where to begin."""

    def __init__(self) -> None:
        self._newest: int | None = None
        self._seen: set[int] = set()

    async def new(self, session: AsyncSession) -> Iterable[tuple[str, str]]:
        """User and task of those that have come since the last look."""
        first = self._newest is None
        newest = self._newest or (await session.exec(select(func.max(TaskSignal.id)))).one() or 0
        again = newest - _OUT_OF_ORDER
        query = select(TaskSignal.id, TaskSignal.user_id, TaskSignal.task_id).where(col(TaskSignal.id) > again)
        rows = {row_id: (user_id, task_id) for row_id, user_id, task_id in await session.exec(query) if row_id}
        found = [named for row_id, named in rows.items() if row_id not in self._seen]
        self._newest = newest = max([newest, *rows])
        self._seen = {row_id for row_id in {*self._seen, *rows} if row_id > newest - _OUT_OF_ORDER}
        return () if first else found
