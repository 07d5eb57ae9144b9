"""The outbox: a change and its event are one SQL transaction; the relay publishes what is in it, in order per task.

Publishing happens at once after the commit, and again until the broker has the event: at least once, with the same
event id each time. The user's request never waits for it.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from opentelemetry.trace import SpanKind
from sqlalchemy import ColumnElement, LargeBinary, case, false, update
from sqlmodel import Field, SQLModel, col, delete, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chat_api.database import CountedId, Database, UtcDateTime, has_come, in_batches
from chat_api.metrics import OUTBOX, OUTBOX_AGE, OUTBOX_WAIT, UNPUBLISHED
from contracts.events import CloudEvent, Event, InvalidEvent
from contracts.names import CHAT_API
from servicekit.errors import SidecarError
from servicekit.logs import get_logger
from servicekit.metrics import seconds_since
from servicekit.retry import Backoff
from servicekit.tracing import current_baggage, current_traceparent, span

log = get_logger(__name__)

_BATCH = 500
_LOOK = 2.0  # seconds between looks at how much waits
_BULK_POLL = 0.2  # seconds
_POLL = 1.0  # seconds; finds what another process, or this one before it died, left behind
_GATHER = 0.1  # seconds after something was published: what comes meanwhile is read, published and deleted together


class Publisher(Protocol):
    """What the relay needs of the sidecar."""

    async def wait_up(self) -> None:
        """Return once publishing can be tried."""

    async def publish(self, event: CloudEvent) -> None:
        """Return when the broker has the event; raise `SidecarError` when it is not known to have it."""


class OutboxMessage(SQLModel, table=True):
    """An event that is to be published. The row is deleted once the broker has it."""

    __tablename__ = "outbox"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True, sa_type=CountedId)
    key: str = Field(max_length=64, index=True, description="Events with one key are published in order of id.")
    event_id: str = Field(max_length=200, unique=True)
    payload: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = Field(sa_type=UtcDateTime)
    not_before: datetime | None = Field(
        default=None, sa_type=UtcDateTime, nullable=True, description="Published only from then on."
    )
    bulk: bool = Field(
        default=False,
        sa_column_kwargs={"server_default": false()},
        description="One of very many at once: it lets others go first, and goes out at a bounded rate.",
    )


def put(session: AsyncSession, body: Event, *, not_before: datetime | None = None) -> None:
    """Add an event to the running transaction; it carries the running trace.

    With `not_before` (aware) it is published then, and holds up nothing until then.
    """
    now = datetime.now(UTC)
    event = CloudEvent.wrap(
        body, source=CHAT_API, time=now, traceparent=current_traceparent(), baggage=current_baggage()
    )
    session.add(
        OutboxMessage(
            key=body.partition_key(),
            event_id=event.id,
            payload=event.to_json(),
            created_at=now,
            not_before=not_before,
        )
    )


async def holds(session: AsyncSession, event_id: str) -> bool:
    """Whether this event waits to be published."""
    return (await session.exec(select(OutboxMessage.id).where(OutboxMessage.event_id == event_id))).first() is not None


async def give_way(session: AsyncSession, keys: Sequence[str]) -> None:
    """What waits for these keys is published at a bounded rate, and after what anybody else does meanwhile.

    A later event of one of these keys is published in order all the same: it takes the key's earlier ones along.
    """
    for some in in_batches(keys):
        await session.exec(update(OutboxMessage).where(col(OutboxMessage.key).in_(some)).values(bulk=True))


def _ripe() -> ColumnElement[bool]:
    """What may be published by now."""
    return has_come(col(OutboxMessage.not_before), datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class _Rest:
    """A task whose last event could not be published: how often so far, and until when it is left alone."""

    failures: int
    until: float


class _Pace:
    """So many a second, and at most a second's worth at once."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._saved = rate
        self._at = 0.0

    def take(self, wanted: int, now: float) -> int:
        """How many of these may go now; `now` in seconds of a clock that only goes on."""
        self._saved = min(self._rate, self._saved + (now - self._at) * self._rate)
        self._at = now
        taken = min(wanted, int(self._saved))
        self._saved -= taken
        return taken


class OutboxRelay:
    """Publishes the outbox. A task whose event fails rests for a while; the others go on."""

    def __init__(
        self,
        database: Database,
        publisher: Publisher,
        *,
        parallel: int,
        bulk_rate: float = 30.0,
        on_wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._on_wake = on_wake
        self._database = database
        self._publisher = publisher
        self._slots = asyncio.Semaphore(parallel)
        self._woken = asyncio.Event()
        self._backoff = Backoff(base=0.2, cap=5.0)
        self._resting: dict[str, _Rest] = {}
        self._backlog = 0
        self._pace = _Pace(bulk_rate)
        self._bulk_waits = False

    def wake(self) -> None:
        """There is something new: call after the commit. `on_wake` runs, too."""
        self._woken.set()
        self._on_wake()

    @property
    def backlog(self) -> int:
        """How many events waited when `watch` last looked, without those that are to wait for others."""
        return self._backlog

    async def watch(self) -> None:
        """Keep `backlog` true until cancelled, also while there is nobody to publish to."""
        while True:
            try:
                self._backlog, oldest = await self._count(_ripe(), col(OutboxMessage.bulk).is_(False))
                OUTBOX.set(self._backlog)
                OUTBOX_AGE.set(seconds_since(oldest) if oldest is not None else 0)
            except Exception as error:  # noqa: BLE001 - the database may be away; the watch must outlive that
                log.error("outbox not counted", error=str(error) or repr(error))
            await asyncio.sleep(_LOOK)

    async def depth(self) -> int:
        """How many events wait to be published; those for a later instant do not count."""
        return (await self._count(_ripe()))[0]

    async def _count(self, *conditions: ColumnElement[bool]) -> tuple[int, datetime | None]:
        """How many wait, and since when the first of them does (UTC)."""
        since = func.coalesce(OutboxMessage.not_before, OutboxMessage.created_at, type_=UtcDateTime())
        async with self._database.reading() as session:
            return (await session.exec(select(func.count(), func.min(since)).where(*conditions))).one()

    async def run(self) -> None:
        """Publish until cancelled."""
        while True:
            await self._publisher.wait_up()
            self._woken.clear()
            try:
                published = await self._drain()
            except Exception as error:  # noqa: BLE001 - the database may be away; the relay must outlive that
                log.error("outbox not read", error=str(error) or repr(error))
                published = 0
            if published:
                await asyncio.sleep(_GATHER)
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_BULK_POLL if self._bulk_waits else _POLL):
                    await self._woken.wait()

    async def _drain(self) -> int:
        """Publish what is there, as far as it may be tried now; how many were."""
        now = asyncio.get_running_loop().time()
        resting = [key for key, rest in self._resting.items() if rest.until > now]
        bulk = func.min(case((col(OutboxMessage.bulk), 1), else_=0))
        keys = select(OutboxMessage.key, bulk).where(_ripe()).group_by(col(OutboxMessage.key)).limit(_BATCH)
        async with self._database.reading() as session:
            # With more of them than a query may name nothing works at all, and waiting for them costs nobody anything.
            keys = keys.where(col(OutboxMessage.key).not_in(resting[:_BATCH]))
            rows = (await session.exec(keys.order_by(bulk, func.min(OutboxMessage.id)))).all()
        waiting = [key for key, is_bulk in rows if not is_bulk]
        yielding = [key for key, is_bulk in rows if is_bulk]
        waiting += yielding[: self._pace.take(len(yielding), now)]
        self._bulk_waits = len(waiting) < len(rows)
        if not waiting:
            return 0
        # Another replica's relay may be at it: each key is one relay's, or a later event would overtake an earlier one.
        async with self._database.claiming("outbox", waiting) as claimed:
            return await self._publish_all([key for key in waiting if key in claimed])

    async def _publish_all(self, keys: Sequence[str]) -> int:
        """Publish what is there for these keys; how many events were."""
        query = select(OutboxMessage).where(_ripe(), col(OutboxMessage.key).in_(keys))
        async with self._database.reading() as session:
            # Read under the claim: what was there before it may be published by now.
            messages = (await session.exec(query.order_by(col(OutboxMessage.id)).limit(_BATCH))).all()
        found: dict[str, list[OutboxMessage]] = defaultdict(list)
        for message in messages:
            found[message.key].append(message)
        by_key = {key: found[key] for key in keys if key in found}
        done = await asyncio.gather(*map(self._publish_in_order, by_key.values()))
        published = [message_id for ids in done for message_id in ids]
        if published:
            async with self._database.writing(first=True) as session:
                await session.exec(delete(OutboxMessage).where(col(OutboxMessage.id).in_(published)))
        for (key, wanted), ids in zip(by_key.items(), done, strict=True):
            self._let_rest(key, failed=len(ids) < len(wanted))
        return len(published)

    def _let_rest(self, key: str, *, failed: bool) -> None:
        before = self._resting.pop(key, _Rest(0, 0.0))
        if failed:
            until = asyncio.get_running_loop().time() + self._backoff.delay(before.failures)
            self._resting[key] = _Rest(before.failures + 1, until)

    async def _publish_in_order(self, messages: list[OutboxMessage]) -> list[int]:
        """Ids of those published; stops at the first failure, so that a later event never overtakes it."""
        published: list[int] = []
        async with self._slots:
            for message in messages:
                if not await self._publish(message) or message.id is None:
                    break
                published.append(message.id)
        return published

    async def _publish(self, message: OutboxMessage) -> bool:
        try:
            event = CloudEvent.from_json(message.payload)
        except InvalidEvent as error:
            # Written by a newer version that has been rolled back, say: it waits, visibly, and is not thrown away.
            log.error("outbox event does not parse", event_id=message.event_id, error=str(error))
            return False
        with span(
            f"publish {event.data.TOPIC}",
            event.traceparent,
            SpanKind.PRODUCER,
            baggage=event.baggage,
            attributes={"messaging.destination.name": event.data.TOPIC, "messaging.message.id": event.id},
        ):
            try:
                await self._publisher.publish(event)
            except SidecarError as error:
                UNPUBLISHED.inc()
                log.warning("event not published, it stays in the outbox", event_id=event.id, error=str(error))
                return False
            since = max(message.created_at, message.not_before or message.created_at)
            waited = (datetime.now(UTC) - since).total_seconds()
            OUTBOX_WAIT.observe(waited)
            log.info("event published", event_id=event.id, topic=event.data.TOPIC, waited_seconds=round(waited, 4))
            return True
