"""Tells the open streams of this process that their user's inbox has something new, or that a task has changed.

A few queries serve all streams: at once when this process did it, within a second when another replica did.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from chat_api.database import Database
from chat_api.inbox.models import InboxItem
from chat_api.inbox.repository import InboxRepository
from chat_api.tasks.signals import SignalReader, forget_old
from servicekit.logs import get_logger

log = get_logger(__name__)

_POLL = 1.0  # seconds
_GATHER = 0.05  # seconds between two looks: what comes meanwhile is one look
_TIDY = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Heard:
    """What has come for one stream since it was last asked for."""

    items: Sequence[InboxItem]
    task_ids: Sequence[str]
    look: bool
    """There may be items that are not among these: read the inbox."""


class Listener:
    """One open stream's ear."""

    def __init__(self) -> None:
        self._woken = asyncio.Event()
        self._items: list[InboxItem] = []
        self._tasks: set[str] = set()
        self._look = True

    def wake(self, items: Iterable[InboxItem] = (), task_ids: Iterable[str] = (), *, look: bool = False) -> None:
        """These items have come and these tasks have changed; with `look`, there may be others."""
        self._items.extend(items)
        self._tasks.update(task_ids)
        self._look |= look
        self._woken.set()

    async def wait(self) -> None:
        """Return when there may be something new, also when that was before this call."""
        await self._woken.wait()

    def take(self) -> Heard:
        """What has come since the last call; the first one asks to look."""
        self._woken.clear()
        heard = Heard(self._items, sorted(self._tasks), self._look)
        self._items, self._tasks, self._look = [], set(), False
        return heard


class InboxFeed:
    """Wakes listeners."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._woken = asyncio.Event()
        self._listeners: dict[str, set[Listener]] = defaultdict(set)
        self._newest: dict[str, int] = {}
        self._signals = SignalReader()
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether the server is stopping and streams are to end."""
        return self._closed

    def wake(self) -> None:
        """Something was put in or changed: call after the commit."""
        self._woken.set()

    @contextlib.contextmanager
    def listen(self, user_id: str) -> Iterator[Listener]:
        """What is woken whenever there may be something new for this user, and when the feed closes."""
        listener = Listener()
        self._listeners[user_id].add(listener)
        try:
            yield listener
        finally:
            self._listeners[user_id].discard(listener)
            if not self._listeners[user_id]:
                del self._listeners[user_id]

    def close(self) -> None:
        """End all streams, so that the server can stop."""
        self._closed = True
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.wake()

    async def run(self) -> None:
        """Watch until cancelled."""
        clock = asyncio.get_running_loop().time
        tidied = clock()
        while True:
            self._woken.clear()
            try:
                await self._look()
                if clock() - tidied > _TIDY:
                    tidied = clock()
                    await self._tidy()
            except Exception as error:  # noqa: BLE001 - the database may be away; the feed must outlive that
                log.error("inbox not read", error=str(error) or repr(error))
            await asyncio.sleep(_GATHER)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_POLL):
                    await self._woken.wait()

    async def _look(self) -> None:
        users = list(self._listeners)
        async with self._database.reading() as session:
            inbox = InboxRepository(session)
            newest = await inbox.newest_ids(users)
            # At the first look it is not known what came since the user's streams last looked.
            unknown = {user_id for user_id in users if user_id not in self._newest}
            since = {user_id: self._newest[user_id] for user_id in users if user_id not in unknown}
            behind = {user_id: last for user_id, last in since.items() if newest.get(user_id, 0) > last}
            items: dict[str, list[InboxItem]] = defaultdict(list)
            for item in await inbox.later_than(behind) if behind else ():
                items[item.user_id].append(item)
            changed = await self._signals.new(session)
        self._newest = {
            user_id: max(newest.get(user_id, 0), *(item.id or 0 for item in items.get(user_id, ())), 0)
            for user_id in users
        }
        tasks: dict[str, set[str]] = defaultdict(set)
        for user_id, task_id in changed:
            tasks[user_id].add(task_id)
        for user_id in {*items, *tasks, *unknown}:
            for listener in self._listeners.get(user_id, ()):
                listener.wake(items.get(user_id, ()), tasks.get(user_id, ()), look=user_id in unknown)

    async def _tidy(self) -> None:
        async with self._database.writing() as session:
            await forget_old(session, datetime.now(UTC))
