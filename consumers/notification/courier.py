"""Sends one item to one target, at most once at a time, and keeps the record of it.

A mail server may take longer over one mail than a message of the broker may be held up, so an attempt is a task of its
own: `deliver` waits for it a little and then says that it is under way. The task goes on and writes its own record.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from consumers.notification.delivery import Answer, Outcome, Progress, Record, State, may_send, progress_of
from consumers.notification.records import Records
from servicekit.errors import SidecarError
from servicekit.logs import get_logger

log = get_logger(__name__)

_STATES = {
    Outcome.DELIVERED: State.DELIVERED,
    Outcome.REFUSED: State.REFUSED,
    Outcome.GONE: State.REFUSED,
    Outcome.AGAIN: State.FAILED,
}
_GRACE = 3.0  # seconds that attempts get to end when the service stops


@dataclass(frozen=True, slots=True)
class Errand:
    """What is to be sent where. `send` raises nothing; `patience` is in seconds."""

    item_id: int
    target_id: str
    send: Callable[[], Awaitable[Answer]]
    patience: float
    at_most_once: bool = False
    tries_in_the_dark: int = 1_000_000
    """After so many attempts of which the last had no answer it is given up."""
    lane: contextlib.AbstractAsyncContextManager[object] | None = None
    """Held during an attempt, where only one at a time may go."""


class Courier:
    """Runs errands."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._running: dict[tuple[int, str], asyncio.Task[Progress]] = {}
        self._following: set[asyncio.Task[None]] = set()

    async def deliver(self, errand: Errand, late: Callable[[Progress], Awaitable[None]]) -> Progress:
        """How far it came within the errand's patience; `late` hears how it ended if it took longer.

        Raises:
            SidecarError: the records are away, or somebody else is at it.
        """
        key = (errand.item_id, errand.target_id)
        task = self._running.get(key)
        if task is None:
            task = self._running[key] = asyncio.create_task(self._attempt(errand))
            task.add_done_callback(lambda _: self._running.pop(key, None))
        done, _ = await asyncio.wait({task}, timeout=errand.patience)
        if done:
            return task.result()
        following = asyncio.create_task(_follow(task, late))
        self._following.add(following)
        following.add_done_callback(self._following.discard)
        return Progress(Answer(Outcome.UNDERWAY), datetime.now(UTC))

    async def stop(self) -> None:
        """Give what is under way a moment to end; what does not is sent again by whoever comes next."""
        under_way = [*self._running.values(), *self._following]
        if under_way:
            await asyncio.wait(under_way, timeout=_GRACE)

    async def _attempt(self, errand: Errand) -> Progress:
        async with errand.lane or contextlib.nullcontext():
            record, etag = await self._records.load(errand.item_id, errand.target_id)
            if record is not None and not may_send(record, at_most_once=errand.at_most_once):
                return progress_of(record)
            tries = record.tries if record is not None else 0
            if record is not None and record.state == State.SENDING and tries >= errand.tries_in_the_dark:
                return progress_of(record)
            claimed = Record(state=State.SENDING, at=datetime.now(UTC), tries=tries + 1)
            await self._records.claim(errand.item_id, errand.target_id, claimed, etag)
            answer = await errand.send()
        if answer.outcome == Outcome.UNKNOWN and errand.at_most_once:
            answer = replace(answer, outcome=Outcome.REFUSED)
            log.warning("it may be lost: it is not repeated", item_id=errand.item_id)
        now = datetime.now(UTC)
        await self._settle(errand, claimed, answer, now)
        return Progress(answer, now)

    async def _settle(self, errand: Errand, claimed: Record, answer: Answer, now: datetime) -> None:
        state = _STATES.get(answer.outcome)
        if state is None:
            return
        settled = claimed.model_copy(update={"state": state, "at": now, "detail": answer.detail})
        try:
            await self._records.settle(errand.item_id, errand.target_id, settled)
        except SidecarError as error:
            # It was sent. To fail here would have it sent again for sure; without the record it is only possible.
            log.warning("delivery record not written", item_id=errand.item_id, error=str(error))


async def _follow(task: asyncio.Task[Progress], late: Callable[[Progress], Awaitable[None]]) -> None:
    try:
        await late(await task)
    except SidecarError as error:
        # The event that comes back finds the record, or tries again.
        log.warning("what came late is not known elsewhere yet", error=str(error))
