"""A semaphore at which some go before the others."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator


class Gate:
    """Lets in so many at a time. Those who go first are let in before the others, each kind in the order it came.

    The others wait for as long as there is somebody who goes first: what goes first must be bounded by what the others
    bring about.
    """

    def __init__(self, capacity: int) -> None:
        self._free = capacity
        self._first: deque[asyncio.Future[None]] = deque()
        self._others: deque[asyncio.Future[None]] = deque()

    @contextlib.asynccontextmanager
    async def passing(self, *, first: bool) -> AsyncIterator[None]:
        """Hold a place until the block ends."""
        await self._enter(self._first if first else self._others)
        try:
            yield
        finally:
            self._leave()

    async def _enter(self, line: deque[asyncio.Future[None]]) -> None:
        if self._free:  # then nobody waits: a place that gets free is handed on
            self._free -= 1
            return
        place = asyncio.get_running_loop().create_future()
        line.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if not place.cancelled():
                self._leave()  # handed on to it in the same moment
            elif place in line:
                line.remove(place)
            raise

    def _leave(self) -> None:
        for line in (self._first, self._others):
            while line:
                place = line.popleft()
                if not place.done():
                    place.set_result(None)
                    return
        self._free += 1
