"""The inbox for its user: what is in it, acknowledged, snoozed, streamed."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from chat_api.database import Database
from chat_api.errors import Invalid, NotFound
from chat_api.inbox.delivered import DeliveredNotes
from chat_api.inbox.feed import InboxFeed
from chat_api.inbox.models import InboxItem, ItemKind
from chat_api.inbox.repository import InboxRepository
from chat_api.inbox.responding import respond
from chat_api.outbox import OutboxRelay
from chat_api.tasks.repository import TaskRepository
from chat_api.tasks.service import TaskService, TaskWithReminders
from chat_api.tasks.snoozing import snooze
from contracts.events import ReminderResponse

Result = TypeVar("Result")

_RECHECK = 30.0  # seconds between looks at whether a stream on which nothing is sent may go on
_TRUST = 1.0  # seconds for which a look counts on one that sends: a burst is not a query for each reminder
_GATHER = 0.05  # seconds between two reads of one stream: what comes meanwhile is one read and one note


@dataclass(frozen=True, slots=True)
class TasksChanged:
    """Tasks that were changed, added or deleted, on whichever way."""

    task_ids: Sequence[str]


class InboxService:
    """The inbox of every user."""

    def __init__(
        self, database: Database, feed: InboxFeed, delivered: DeliveredNotes, relay: OutboxRelay, tasks: TaskService
    ) -> None:
        self._database = database
        self._feed = feed
        self._delivered = delivered
        self._relay = relay
        self._tasks = tasks

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

        Ends when the server stops, and after `allowed` has become false: within half a minute, with nothing sent
        later than a second after it.
        """
        clock = asyncio.get_running_loop().time
        sent: set[int] = set()
        with self._feed.listen(user_id) as listener:
            await _unbroken(self._delivered.flush())
            last = after if after is not None else await _unbroken(self._newest_id(user_id))
            checked = -_RECHECK
            while not self._feed.closed:
                heard = listener.take()
                if clock() - checked >= _TRUST:
                    if not await _unbroken(allowed()):
                        return
                    checked = clock()
                earlier = await _unbroken(self._unsent(user_id, last, after or 0)) if heard.look else ()
                fresh = {item.id: item for item in (*earlier, *heard.items) if item.id is not None}
                fresh = {item_id: item for item_id, item in fresh.items() if item_id not in sent}
                for item in fresh.values():
                    yield item
                if fresh:
                    sent.update(fresh)
                    last = max(last, *fresh)
                    self._delivered.add(fresh)
                if heard.task_ids:
                    yield TasksChanged(heard.task_ids)
                if fresh or heard.task_ids:
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


async def _unbroken(work: Awaitable[Result]) -> Result:
    """Run to the end even if the reader goes away: a connection that is given up half-way through is lost."""
    return await asyncio.shield(asyncio.ensure_future(work))
