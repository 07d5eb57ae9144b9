"""Tells the open streams of this process that their user's inbox has something new.

One query serves all streams: at once when this process put an item in, within a second when another replica did.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Iterator

from chat_api.database import Database
from chat_api.inbox.repository import InboxRepository
from servicekit.logs import get_logger

log = get_logger(__name__)

_POLL = 1.0  # seconds


class InboxFeed:
    """Wakes listeners."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._woken = asyncio.Event()
        self._listeners: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._newest: int | None = None
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether the server is stopping and streams are to end."""
        return self._closed

    def wake(self) -> None:
        """Something was put in: call after the commit."""
        self._woken.set()

    @contextlib.contextmanager
    def listen(self, user_id: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever there may be something new for this user, and when the feed closes."""
        signal = asyncio.Event()
        self._listeners[user_id].add(signal)
        try:
            yield signal
        finally:
            self._listeners[user_id].discard(signal)
            if not self._listeners[user_id]:
                del self._listeners[user_id]

    def close(self) -> None:
        """End all streams, so that the server can stop."""
        self._closed = True
        for signals in self._listeners.values():
            for signal in signals:
                signal.set()

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            self._woken.clear()
            try:
                await self._look()
            except Exception as error:  # noqa: BLE001 - the database may be away; the feed must outlive that
                log.error("inbox not read", error=str(error) or repr(error))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_POLL):
                    await self._woken.wait()

    async def _look(self) -> None:
        async with self._database.reading() as session:
            newest, users = await InboxRepository(session).users_since(self._newest)
        # At the first look it is not known what came since the streams that are open already last looked.
        heard = set(self._listeners) if self._newest is None else users
        self._newest = newest
        for user_id in heard:
            for signal in self._listeners.get(user_id, ()):
                signal.set()
