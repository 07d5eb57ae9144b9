"""How many reminders are fired at once, and which of those that wait is next: the one that fell due first.

Dapr's scheduler triggers what fell due during an outage in no order, all of it at once, and what failed again three
seconds later. Here it waits, and goes in due order:

- what is late waits a moment for its fellows, and fewer of it run at once, for those finish in any order: a few at
  first, while not all have come in, and one more for each that is done;
- each failure halves how many run at once and each success allows one more (never above the limit). While the actors
  are away, one is tried at a time; the others wait here instead of failing in turn, each with a time of its own to
  come back at;
- so many may wait meanwhile; beyond that those that fell due last are sent back, to be triggered again.
"""

import asyncio
import contextlib
import heapq
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from servicekit.errors import SidecarUnavailable

_LATE = timedelta(seconds=1)
_GATHER = 0.2  # seconds
_FIRST = 4  # of what is late


def is_late(due_at: datetime) -> bool:
    """Whether it fell due so long ago that it is not fired in the common way."""
    return datetime.now(UTC) - due_at > _LATE


@dataclass(order=True, slots=True)
class _Waiter:
    due_at: datetime
    number: int
    admitted: "asyncio.Future[None]" = field(compare=False)


class DueOrder:
    """Slots in due order. Used from one event loop.

    Args:
        limit: how many run at once.
        late_limit: how many run at once while the next one is late.
        max_waiting: how many wait while each try fails.
    """

    def __init__(self, limit: int, *, late_limit: int, max_waiting: int) -> None:
        self._limit = limit
        self._late_limit = late_limit
        self._max_waiting = max_waiting
        self._window = limit
        self._late_window = min(_FIRST, late_limit)
        self._running = 0
        self._waiting: list[_Waiter] = []
        self._numbers = itertools.count()

    @contextlib.asynccontextmanager
    async def turn(self, due_at: datetime) -> AsyncIterator[None]:
        """Run the block when it is this one's turn; an exception in it counts as a failure.

        Raises:
            SidecarUnavailable: sent back, too many wait.
        """
        await self._admission(due_at)
        try:
            yield
        except Exception:
            self._window = max(1, self._window // 2)
            raise
        else:
            self._window = min(self._limit, self._window + 1)
            self._late_window = min(self._late_limit, self._late_window + 1)
        finally:
            self._running -= 1
            if not self._running and not self._waiting:
                self._late_window = min(_FIRST, self._late_limit)
            self._admit()

    async def _admission(self, due_at: datetime) -> None:
        loop = asyncio.get_running_loop()
        waiter = _Waiter(due_at, next(self._numbers), loop.create_future())
        heapq.heappush(self._waiting, waiter)
        if is_late(due_at):
            loop.call_later(_GATHER, self._admit)
        else:
            self._admit()
        if self._window == 1 and len(self._waiting) > self._max_waiting:
            last = max(self._waiting)
            self._forget(last)
            last.admitted.set_exception(SidecarUnavailable("actors cannot be reached and too many reminders wait"))
        try:
            await waiter.admitted
        except asyncio.CancelledError:
            if waiter.admitted.done() and not waiter.admitted.cancelled() and waiter.admitted.exception() is None:
                self._running -= 1  # admitted and cancelled at once
                self._admit()
            else:
                self._forget(waiter)
            raise

    def _admit(self) -> None:
        while self._waiting and self._running < self._allowed(self._waiting[0].due_at):
            waiter = heapq.heappop(self._waiting)
            if not waiter.admitted.done():
                self._running += 1
                waiter.admitted.set_result(None)

    def _allowed(self, due_at: datetime) -> int:
        return min(self._window, self._late_window) if is_late(due_at) else self._window

    def _forget(self, waiter: _Waiter) -> None:
        with contextlib.suppress(ValueError):
            self._waiting.remove(waiter)
            heapq.heapify(self._waiting)
