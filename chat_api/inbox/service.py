"""Takes what the actors announce, and gives it to the user: once for each occurrence, and only if still wanted."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from chat_api.channels.wanted import want_notification
from chat_api.database import Database
from chat_api.errors import Invalid, NotFound
from chat_api.inbox.digest import compose
from chat_api.inbox.feed import InboxFeed
from chat_api.inbox.models import InboxItem, ItemKind
from chat_api.inbox.repository import InboxRepository
from chat_api.inbox.responding import respond
from chat_api.metrics import LAG, RECEIVED
from chat_api.outbox import OutboxRelay
from chat_api.preferences.quiet import quiet_until
from chat_api.preferences.repository import preferences_of
from chat_api.tasks import signals
from chat_api.tasks.models import Task, TaskKind, TaskStatus, WishStatus
from chat_api.tasks.record import keep
from chat_api.tasks.repeating import advance, recurs
from chat_api.tasks.repository import WAITING, TaskRepository
from chat_api.tasks.service import TaskService, TaskWithReminders
from chat_api.tasks.snoozing import snooze
from contracts.events import (
    CloudEvent,
    ReminderAcknowledged,
    ReminderCancelled,
    ReminderFired,
    ReminderMissed,
    ReminderResponse,
    ReminderScheduled,
    ReminderSnoozed,
    TaskChange,
)
from servicekit.logs import get_logger
from servicekit.metrics import seconds_since
from servicekit.subscriptions import Reject

log = get_logger(__name__)

Result = TypeVar("Result")

_RECHECK = 30.0  # seconds between looks at whether the stream may go on
_GATHER = 0.05  # seconds between two reads of one stream: what comes meanwhile is one read and one note


@dataclass(frozen=True, slots=True)
class TasksChanged:
    """Tasks that were changed, added or deleted, on whichever way."""

    task_ids: Sequence[str]


class InboxService:
    """The inbox of every user."""

    def __init__(self, database: Database, feed: InboxFeed, relay: OutboxRelay, tasks: TaskService) -> None:
        self._database = database
        self._feed = feed
        self._relay = relay
        self._tasks = tasks

    async def handle(self, event: CloudEvent) -> None:
        """Handle the `reminders` topic.

        Raises:
            Reject: this is no reminder event.
        """
        match event.data:
            case ReminderFired() as fired:
                await self._fired(fired)
            case ReminderScheduled() as scheduled:
                await self._scheduled(scheduled)
            case ReminderCancelled() | ReminderSnoozed() | ReminderAcknowledged():
                pass  # the user asked for it, and the rows say so already
            case ReminderMissed():
                pass  # it has fired late or will: the item says when it was due and when it fired
            case _:
                raise Reject(f"{event.type} does not belong on this topic")

    async def latest(self, user_id: str, limit: int) -> Sequence[InboxItem]:
        """The user's newest items, oldest first."""
        async with self._database.reading() as session:
            return await InboxRepository(session).latest(user_id, limit)

    async def last_open(self, user_id: str) -> InboxItem | None:
        """The user's newest item that was not seen to."""
        waiting = [item for item in await self.latest(user_id, 50) if item.acknowledged_at is None]
        return waiting[-1] if waiting else None

    async def acknowledge(self, user_id: str, item_id: int) -> None:
        """The user has seen to it.

        Raises:
            NotFound: this user has no such item.
        """
        now = datetime.now(UTC)
        async with self._database.writing(user_id) as session:
            inbox = InboxRepository(session)
            item = await inbox.get(user_id, item_id)
            if item is None:
                raise NotFound("You have no fired reminder with this id.")
            if inbox.acknowledge(item, now):
                await respond(session, item, ReminderResponse.ACKNOWLEDGED, now)
        self._relay.wake()

    async def snooze(self, user_id: str, item_id: int, until: datetime) -> TaskWithReminders:
        """Say it again at `until`; the item counts as seen to. The task as it is then.

        Raises:
            NotFound: this user has no such item, or its task is gone.
            Invalid: that time has passed, or the task is completed.
        """
        now = datetime.now(UTC)
        async with self._database.writing(user_id) as session:
            inbox, tasks = InboxRepository(session), TaskRepository(session)
            item = await inbox.get(user_id, item_id)
            task = await tasks.get(user_id, item.task_id, lock=True) if item else None
            if item is not None and item.kind == ItemKind.DIGEST:
                raise Invalid("item_id", "a digest cannot be snoozed; change its time in your preferences")
            if item is None or task is None:
                raise NotFound("You have no fired reminder with this id, or its task is gone.")
            await snooze(session, task, await tasks.reminders([task.id]), until, now)
            inbox.acknowledge(item, now)
            await respond(session, item, ReminderResponse.SNOOZED, now, until=until)
        self._relay.wake()
        return await self._tasks.get(user_id, task.id)

    async def stream(
        self, user_id: str, after: int | None, *, allowed: Callable[[], Awaitable[bool]]
    ) -> AsyncIterator[InboxItem | TasksChanged]:
        """Items as they come, each once; first those later than `after`, or else those never streamed before.

        In between, which tasks have changed while it was open.

        Ends when the server stops, and within half a minute after `allowed` has become false.
        """
        sent: set[int] = set()
        with self._feed.listen(user_id) as listener:
            last = after if after is not None else await _unbroken(self._newest_id(user_id))
            while not self._feed.closed and await _unbroken(allowed()):
                changed = listener.take()
                items = await _unbroken(self._unsent(user_id, last, after or 0))
                fresh = {item.id: item for item in items if item.id is not None and item.id not in sent}
                for item in fresh.values():
                    yield item
                if fresh:
                    sent.update(fresh)
                    last = max(last, *fresh)
                    await _unbroken(self._mark_delivered(user_id, list(fresh)))
                if changed:
                    yield TasksChanged(changed)
                if fresh or changed:
                    await asyncio.sleep(_GATHER)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_RECHECK):
                        await listener.wait()

    async def _newest_id(self, user_id: str) -> int:
        async with self._database.reading() as session:
            return await InboxRepository(session).newest_id(user_id)

    async def _unsent(self, user_id: str, last: int, never_sent_after: int) -> Sequence[InboxItem]:
        async with self._database.reading() as session:
            return await InboxRepository(session).unsent(user_id, last, never_sent_after)

    async def _mark_delivered(self, user_id: str, ids: Sequence[int]) -> None:
        async with self._database.writing(user_id) as session:
            await InboxRepository(session).mark_delivered(ids, datetime.now(UTC))

    async def _fired(self, fired: ReminderFired) -> None:
        now = datetime.now(UTC)
        async with self._database.writing(fired.user_id) as session:
            outcome, publish = await self._receive(session, fired, now)
        RECEIVED.labels(outcome.replace(" ", "_")).inc()
        if outcome == "delivered":
            LAG.labels("inbox").observe(seconds_since(fired.due_at))
            self._feed.wake()
        if publish:
            self._relay.wake()
        log.info(
            "reminder received",
            reminder_id=fired.reminder_id,
            occurrence=fired.occurrence,
            outcome=outcome,
            lag_seconds=round((now - fired.due_at).total_seconds(), 4),
        )

    async def _receive(self, session: AsyncSession, fired: ReminderFired, now: datetime) -> tuple[str, bool]:
        inbox, tasks = InboxRepository(session), TaskRepository(session)
        found = await tasks.reminder_with_task(fired.reminder_id)
        if found is None:
            return "gone", False
        reminder, task = found
        if await inbox.exists(fired.reminder_id, fired.occurrence):
            return "repeated", False
        # The actor hears of a change a moment after the user was told of it: what counts is what the user was told.
        if reminder.due_at != fired.due_at or reminder.status not in WAITING or task.status != TaskStatus.OPEN:
            return "no longer wanted", False
        reminder.status = WishStatus.FIRED
        reminder.fired_at = fired.fired_at
        tasks.add(reminder)
        item, aloud_at = await _item(session, task, fired, now)
        inbox.add(item)
        await session.flush()
        wanted = await want_notification(session, item, not_before=aloud_at)
        return "delivered", await _advance(session, task, now) or wanted

    async def _scheduled(self, scheduled: ReminderScheduled) -> None:
        async with self._database.writing(scheduled.user_id) as session:
            tasks = TaskRepository(session)
            found = await tasks.reminder_with_task(scheduled.reminder_id)
            if found is None:
                return
            reminder, _ = found
            if reminder.status == WishStatus.PENDING and reminder.due_at == scheduled.due_at:
                reminder.status = WishStatus.SCHEDULED
                tasks.add(reminder)
                signals.put(session, reminder.user_id, reminder.task_id)
        self._feed.wake()


async def _unbroken(work: Awaitable[Result]) -> Result:
    """Run to the end even if the reader goes away: a connection that is given up half-way through is lost."""
    return await asyncio.shield(asyncio.ensure_future(work))


async def _advance(session: AsyncSession, task: Task, now: datetime) -> bool:
    """Move a recurring task on to its next occurrence; whether it moved."""
    if not recurs(task):
        return False
    rows = await TaskRepository(session).reminders([task.id])
    if not advance(task, rows, now):
        return False
    keep(session, task, rows, TaskChange.UPDATED, now)
    return True


async def _item(
    session: AsyncSession, task: Task, fired: ReminderFired, now: datetime
) -> tuple[InboxItem, datetime | None]:
    """What goes into the inbox, and until when it is kept quiet (UTC)."""
    item = InboxItem(
        user_id=task.user_id,
        reminder_id=fired.reminder_id,
        occurrence=fired.occurrence,
        task_id=task.id,
        title=task.title,
        due_at=fired.due_at,
        fired_at=fired.fired_at,
    )
    if task.kind == TaskKind.DIGEST:
        item.kind = ItemKind.DIGEST
        item.title, item.body = await compose(session, task.user_id, ZoneInfo(task.timezone), now)
    chosen = await preferences_of(session, task.user_id)
    # What is most urgent, and what was asked for at that hour every day, is said aloud.
    aloud_at = quiet_until(chosen, now) if item.kind == ItemKind.REMINDER and task.priority != 1 else None
    item.quiet = aloud_at is not None
    return item, aloud_at
