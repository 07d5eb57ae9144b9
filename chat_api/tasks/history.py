"""What each command replaced: snapshots of tasks and lists before it, so that the user can take it back."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel
from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel, col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chat_api.database import CountedId, UtcDateTime
from chat_api.identifiers import new_id
from chat_api.tasks.models import Reminder, Task, TaskList

_KEPT = 50  # changes of a user's


class Change(SQLModel, table=True):
    """One command of a user's, and what it touched as it was before."""

    __tablename__ = "changes"
    __table_args__ = (Index("ix_changes_user_id_id", "user_id", "id"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True, sa_type=CountedId)
    user_id: str = Field(foreign_key="users.id", ondelete="CASCADE", max_length=32)
    said: str = Field(max_length=700, description="What to tell the user once it is taken back.")
    before: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    created_at: datetime = Field(sa_type=UtcDateTime)
    together: str | None = Field(
        default=None, max_length=32, nullable=True, description="The same for all changes that one message made."
    )


class Snapshot(BaseModel):
    """What there was before a change; without ``row`` there was nothing. ``version`` is a task's after the change."""

    of: Literal["task", "list", "zone"]
    id: str
    row: dict[str, Any] | None = None
    reminders: list[dict[str, Any]] = []
    version: int = 0


_MESSAGE: ContextVar[str | None] = ContextVar("message", default=None)


@contextmanager
def as_one() -> Iterator[None]:
    """All changes that are made within are taken back together."""
    token = _MESSAGE.set(new_id())
    try:
        yield
    finally:
        _MESSAGE.reset(token)


class History:
    """Collects the snapshots of one command, and stores them with it in its transaction."""

    def __init__(self, session: AsyncSession, user_id: str) -> None:
        self._session = session
        self._user_id = user_id
        self._snapshots: list[tuple[Snapshot, Task | TaskList | None]] = []

    def saw(self, task: Task, reminders: Sequence[Reminder]) -> None:
        """A task is about to be changed or deleted; what it was first counts."""
        if any(snapshot.id == task.id for snapshot, _ in self._snapshots):
            return
        rows = [row.model_dump(mode="json") for row in reminders]
        snapshot = Snapshot(of="task", id=task.id, row=task.model_dump(mode="json"), reminders=rows)
        self._snapshots.append((snapshot, task))

    def made(self, task: Task) -> None:
        """A task was added."""
        self._snapshots.append((Snapshot(of="task", id=task.id), task))

    def saw_list(self, found: TaskList) -> None:
        """A list is about to be renamed or deleted."""
        self._snapshots.insert(0, (Snapshot(of="list", id=found.id, row=found.model_dump(mode="json")), found))

    def saw_zone(self, timezone: str | None) -> None:
        """The user is about to move to another time zone."""
        self._snapshots.append((Snapshot(of="zone", id=self._user_id, row={"timezone": timezone}), None))

    async def keep(self, said: str, now: datetime) -> None:
        """Store it; the oldest ones go."""
        before = [
            snapshot.model_copy(update={"version": row.version if isinstance(row, Task) else 0}).model_dump(mode="json")
            for snapshot, row in self._snapshots
        ]
        self._session.add(
            Change(user_id=self._user_id, said=said[:700], before=before, created_at=now, together=_MESSAGE.get())
        )
        await self._session.flush()
        mine = col(Change.user_id) == self._user_id
        newest = select(Change.id).where(mine).order_by(col(Change.id).desc())
        oldest_kept = newest.offset(_KEPT - 1).limit(1).scalar_subquery()
        # Without so many the subquery is NULL, than which no id is less.
        options = {"synchronize_session": False}
        await self._session.exec(delete(Change).where(mine, col(Change.id) < oldest_kept), execution_options=options)
