"""Notes which items a stream has sent: many streams' in one transaction."""

import asyncio
import contextlib
from collections.abc import Iterable
from datetime import UTC, datetime

from chat_api.database import ROWS_AT_ONCE, Database
from chat_api.inbox.repository import InboxRepository
from servicekit.logs import get_logger

log = get_logger(__name__)

_GATHER = 0.2  # seconds


class DeliveredNotes:
    """A new stream starts with what none has sent: what one has sent is noted down a moment later."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ids: set[int] = set()
        self._noted = asyncio.Event()
        self._writing = asyncio.Lock()

    def add(self, item_ids: Iterable[int]) -> None:
        """These were sent."""
        self._ids.update(item_ids)
        self._noted.set()

    async def flush(self) -> None:
        """Write down what was added before this call."""
        async with self._writing:
            while self._ids:
                taken = sorted(self._ids)[:ROWS_AT_ONCE]
                async with self._database.writing(first=True) as session:
                    await InboxRepository(session).mark_delivered(taken, datetime.now(UTC))
                self._ids.difference_update(taken)

    async def run(self) -> None:
        """Write until cancelled, and then what is left."""
        try:
            while True:
                await self._noted.wait()
                self._noted.clear()
                await asyncio.sleep(_GATHER)
                await self._try()
        finally:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(2.0):
                    await self._try()

    async def _try(self) -> None:
        try:
            await self.flush()
        except Exception as error:  # noqa: BLE001 - the database may be away; they stay noted, and are written later
            log.error("delivered items not noted", error=str(error) or repr(error))
            self._noted.set()
