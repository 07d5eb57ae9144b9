"""What the actors announce, taken in at once and worked off in batches.

A broker may hand out one message and wait for its answer before the next (JetStream): what a handler takes for one
event is then what bounds all of them. So an event is stored as it came, acknowledged, and worked off with those that
came meanwhile, in one transaction: fired reminders first, in the order of their due times. An event that makes its
batch fail is tried by itself, and is a dead letter in the end; the others do not wait for it.

What was announced ahead of its time lies here until then: the user may still change their mind.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Index, LargeBinary, insert
from sqlmodel import Field, SQLModel, col, delete, func, select, update

from chat_api.database import CountedId, Database, UtcDateTime, has_come
from chat_api.inbox.feed import InboxFeed
from chat_api.inbox.receiving import Received, note, receive, users_of
from chat_api.outbox import OutboxRelay
from contracts.events import (
    CloudEvent,
    ReminderAcknowledged,
    ReminderCancelled,
    ReminderFired,
    ReminderMissed,
    ReminderScheduled,
    ReminderSnoozed,
)
from servicekit.logs import get_logger
from servicekit.retry import Backoff
from servicekit.subscriptions import Reject

log = get_logger(__name__)

_BATCH = 100
_POLL = 1.0  # seconds; finds what another process, or this one before it died, left behind
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.02, 0.1  # seconds
_MUCH, _PERIOD = 3, 0.1  # from so many events in a batch on, the next batch begins so many seconds after it
_ATTEMPTS = 6
_NEVER = datetime.max.replace(tzinfo=UTC)
_FIRST, _THEN = 0, 1  # a reminder rings before another one's clock symbol changes

Bury = Callable[[bytes, str], Awaitable[None]]
"""Keeps a payload for an operator, with the reason; raises when it is not kept."""


class IntakeRow(SQLModel, table=True):
    """An event that waits to be worked off. No foreign keys: what it names may be gone."""

    __tablename__ = "intake"
    __table_args__ = (Index("ix_intake_order", "rank", "due_at", "id"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True, sa_type=CountedId)
    reminder_id: str | None = Field(default=None, max_length=64, nullable=True)
    rank: int = Field(description="Lower ones go first.")
    due_at: datetime = Field(sa_type=UtcDateTime)
    payload: bytes = Field(sa_type=LargeBinary)
    attempts: int = Field(default=0, sa_column_kwargs={"server_default": "0"}, description="Failed ones, by itself.")
    not_before: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)


_INSERT = insert(IntakeRow)
# No row object is in the session that would have to be told of the deletion.
_NOTHING_LOADED = {"synchronize_session": False}


class _Together:
    """Rows that are stored by one transaction, and what became of it."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.closed = False
        self.error: BaseException | None = None


class Intake:
    """Handles the `reminders` topic."""

    def __init__(self, database: Database, feed: InboxFeed, relay: OutboxRelay, bury: Bury) -> None:
        self._database = database
        self._feed = feed
        self._relay = relay
        self._bury = bury
        self._woken = asyncio.Event()
        self._storing = asyncio.Lock()
        self._open = _Together()
        self._backoff = Backoff(base=0.5, cap=30.0)
        self._next = _NEVER
        """When the next one that lies here ripens, as far as this process knows."""

    async def handle(self, event: CloudEvent) -> None:
        """Store it; returns when it is safe.

        Raises:
            Reject: this is no reminder event.
        """
        match event.data:
            case ReminderFired(not_before=not_before):
                rank = _FIRST
            case ReminderScheduled():
                rank, not_before = _THEN, None
            case ReminderCancelled() | ReminderSnoozed() | ReminderAcknowledged():
                return  # the user asked for it, and the rows say so already
            case ReminderMissed():
                return  # it has fired late or will: the item says when it was due and when it fired
            case _:
                raise Reject(f"{event.type} does not belong on this topic")
        await self._store(
            {
                "reminder_id": event.data.reminder_id,
                "rank": rank,
                "due_at": event.data.due_at,
                "payload": event.to_json(),
                "not_before": not_before,
            }
        )
        self._ripens(not_before)

    def _ripens(self, at: datetime | None) -> None:
        if at is None or at < self._next:
            self._next = at or self._next
            self._woken.set()

    async def _store(self, row: dict[str, Any]) -> None:
        """Those that come while others are being stored are stored together: one synchronous write for all."""
        together = self._open
        together.rows.append(row)
        async with self._storing:
            if not together.closed:
                together.closed, self._open = True, _Together()
                try:
                    await self._insert(together.rows)
                except BaseException as error:
                    together.error = error
                    raise
            elif together.error is not None:
                raise RuntimeError("not stored with the others") from together.error

    async def _insert(self, rows: Sequence[dict[str, Any]]) -> None:
        if len(rows) == 1:
            await self._database.store(_INSERT, rows[0])
            return
        async with self._database.writing(first=True) as session:
            await (await session.connection()).execute(_INSERT, rows)

    async def run(self) -> None:
        """Work off until cancelled."""
        failures = 0
        while True:
            self._woken.clear()
            try:
                while await self._work_off_and_pause():
                    failures = 0
                pause = await self._until_next()
            except Exception as error:  # noqa: BLE001 - the database may be away; the worker must outlive that
                log.error("intake not worked off", error=str(error) or repr(error))
                await asyncio.sleep(self._backoff.delay(failures))
                failures += 1
                pause = 0.0
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._woken.wait()

    async def _until_next(self) -> float:
        """Seconds to wait for the next one at most."""
        self._next = _NEVER  # what comes during the query wakes
        query = select(func.min(IntakeRow.not_before))
        async with self._database.reading() as session:
            found = (await session.exec(query)).one()
        if found is not None:
            self._next = min(self._next, found)
        return min(max((self._next - datetime.now(UTC)).total_seconds(), _SHORTEST_PAUSE), _POLL)

    async def _work_off_and_pause(self) -> int:
        """Gather in between, for longer while much comes: a batch costs about the same for one event as for ten.

        At least half of the time is left for storing what comes.
        """
        clock = asyncio.get_running_loop().time
        began = clock()
        done = await self.work_off()
        if 0 < done < _BATCH:
            took = clock() - began
            rest = _PERIOD - took if done >= _MUCH else 0.0
            await asyncio.sleep(min(max(rest, took, _SHORTEST_PAUSE), _LONGEST_PAUSE))
        return done

    async def work_off(self) -> int:
        """Work off a batch; how many events it was."""
        try:
            return await self._take(limit=_BATCH)
        except Exception as error:  # noqa: BLE001 - whatever it is, one of them may be why
            log.warning("batch not worked off, trying each by itself", error=str(error) or repr(error))
        async with self._database.reading() as session:
            waiting = (await session.exec(select(IntakeRow.id).where(_ripe()).order_by(*_ORDER).limit(_BATCH))).all()
        for row_id in waiting:
            await self._take_alone(row_id)
        return len(waiting)

    async def _take(self, *conditions: ColumnElement[bool], limit: int = 1) -> int:
        now = datetime.now(UTC)
        wanted = select(IntakeRow.id, IntakeRow.payload).where(_ripe(), *conditions)
        query = wanted.order_by(*_ORDER).limit(limit)
        async with self._database.writing(first=True) as session:
            # Another replica works off what it has locked.
            rows = (await session.exec(query.with_for_update(skip_locked=True))).all()
            if not rows:
                return 0
            events = [CloudEvent.from_json(payload) for _, payload in rows]
            await self._database.take_turns(session, users_of(events))
            received = await receive(session, events, now)
            done = delete(IntakeRow).where(col(IntakeRow.id).in_([row_id for row_id, _ in rows]))
            await session.exec(done, execution_options=_NOTHING_LOADED)
        self._tell(received)
        return len(rows)

    def _tell(self, received: Received) -> None:
        note(received)
        if received.changed:
            self._feed.wake()
        if received.publish:
            self._relay.wake()

    async def _take_alone(self, row_id: int | None) -> None:
        try:
            await self._take(col(IntakeRow.id) == row_id)
        except Exception as error:  # noqa: BLE001 - see work_off()
            await self._failed(row_id, str(error) or repr(error))

    async def _failed(self, row_id: int | None, reason: str) -> None:
        """Leave it alone for a while, or for good.

        Raises:
            Exception: nothing can be noted down now; it stays as it was.
        """
        async with self._database.reading() as session:
            row = await session.get(IntakeRow, row_id)
        if row is None:
            return
        log.warning("event not worked off", intake_id=row_id, attempt=row.attempts + 1, error=reason)
        if row.attempts + 1 >= _ATTEMPTS:
            await self._bury(row.payload, reason)
            done = delete(IntakeRow).where(col(IntakeRow.id) == row_id)
            async with self._database.writing(first=True) as session:
                await session.exec(done)
            return
        pause = timedelta(seconds=self._backoff.delay(row.attempts))
        values = {"attempts": row.attempts + 1, "not_before": datetime.now(UTC) + pause}
        async with self._database.writing(first=True) as session:
            await session.exec(update(IntakeRow).where(col(IntakeRow.id) == row_id).values(**values))


_ORDER: Sequence[Any] = (col(IntakeRow.rank), col(IntakeRow.due_at), col(IntakeRow.id))


def _ripe() -> ColumnElement[bool]:
    return has_come(col(IntakeRow.not_before), datetime.now(UTC))
