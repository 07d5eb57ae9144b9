"""Tells the open streams of this process that their user's inbox has something new, or that a task has changed.

A query for each serves all streams: at once when this process did it, within a second when another replica did.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from chat_api.database import Database
from chat_api.inbox.repository import InboxRepository
from chat_api.tasks.signals import SignalReader, forget_old
from servicekit.logs import get_logger

log = get_logger(__name__)

_POLL = 1.0  # seconds
_GATHER = 0.02  # seconds between two looks: what comes meanwhile is one look
_TIDY = 60.0  # seconds


class Listener:
    """One open stream's ear."""

    def __init__(self) -> None:
        self._woken = asyncio.Event()
        self._tasks: set[str] = set()

    def wake(self, task_ids: Iterable[str] = ()) -> None:
        """There may be something new; these tasks have changed."""
        self._tasks.update(task_ids)
        self._woken.set()

    async def wait(self) -> None:
        """Return when there may be something new, also when that was before this call."""
        await self._woken.wait()

    def take(self) -> Sequence[str]:
        """The ids of the tasks that have changed since the last call."""
        self._woken.clear()
        taken, self._tasks = self._tasks, set()
        return sorted(taken)


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
            newest = await InboxRepository(session).newest_ids(users)
            changed = await self._signals.new(session)
        # At the first look it is not known what came since the user's streams last looked.
        heard = {name for name in users if name not in self._newest or newest.get(name, 0) > self._newest[name]}
        self._newest = {user_id: newest.get(user_id, 0) for user_id in users}
        tasks: dict[str, set[str]] = defaultdict(set)
        for user_id, task_id in changed:
            tasks[user_id].add(task_id)
        for user_id in {*heard, *tasks}:
            for listener in self._listeners.get(user_id, ()):
                listener.wake(tasks.get(user_id, ()))

    async def _tidy(self) -> None:
        async with self._database.writing() as session:
            await forget_old(session, datetime.now(UTC))
