"""Who is next, how many at once, and what becomes of those that wait while every try fails."""

import asyncio
import random
from datetime import UTC, datetime, timedelta

import pytest

from scheduler import due_order
from scheduler.due_order import DueOrder
from servicekit.errors import SidecarUnavailable

pytestmark = pytest.mark.timeout(20)

PATIENCE = 10.0


@pytest.fixture(autouse=True)
def _gather_briefly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due_order, "_GATHER", 0.01)


def now() -> datetime:
    return datetime.now(UTC)


class Turns:
    """Turns that last until they are let go, and the order in which they began."""

    def __init__(self, order: DueOrder) -> None:
        self.order = order
        self.began: list[datetime] = []
        self.most = 0
        self._running = 0
        self._go = asyncio.Semaphore(0)
        self._changed = asyncio.Condition()

    async def run(self, due_at: datetime, error: Exception | None = None) -> None:
        async with self.order.turn(due_at):
            self.began.append(due_at)
            self._running += 1
            self.most = max(self.most, self._running)
            async with self._changed:
                self._changed.notify_all()
            await self._go.acquire()
            self._running -= 1
            if error:
                raise error

    def let_go(self, count: int = 1) -> None:
        for _ in range(count):
            self._go.release()

    async def until_begun(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(lambda: len(self.began) >= count)


async def fail(order: DueOrder, times: int) -> None:
    for _ in range(times):
        with pytest.raises(SidecarUnavailable):
            async with order.turn(now()):
                raise SidecarUnavailable("away")


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_those_that_wait_go_in_due_order() -> None:
    turns = Turns(DueOrder(4, late_limit=4, max_waiting=100))
    dues = [now() - timedelta(seconds=100 - number) for number in range(40)]
    shuffled = random.Random(1).sample(dues, len(dues))
    tasks = [asyncio.create_task(turns.run(due_at)) for due_at in shuffled]
    turns.let_go(len(dues))
    await asyncio.gather(*tasks)
    assert turns.began == dues


async def test_no_more_run_at_once_than_may_and_fewer_of_what_is_late() -> None:
    for due_at, most in ((now() + timedelta(seconds=60), 8), (now() - timedelta(seconds=60), 3)):
        turns = Turns(DueOrder(8, late_limit=3, max_waiting=100))
        tasks = [asyncio.create_task(turns.run(due_at)) for _ in range(20)]
        await turns.until_begun(most)
        await settle()
        turns.let_go(20)
        await asyncio.gather(*tasks)
        assert turns.most == most


async def test_of_what_is_late_a_few_begin_and_each_that_is_done_lets_one_more_begin() -> None:
    turns = Turns(DueOrder(64, late_limit=32, max_waiting=100))
    tasks = [asyncio.create_task(turns.run(now() - timedelta(seconds=60))) for _ in range(40)]
    for done, begun in ((0, 4), (1, 6), (4, 14)):
        turns.let_go(done)
        await turns.until_begun(begun)
        await settle()
        assert len(turns.began) == begun
    turns.let_go(40)
    await asyncio.gather(*tasks)


async def test_failures_leave_one_at_a_time_and_successes_allow_more_again() -> None:
    order = DueOrder(8, late_limit=8, max_waiting=100)
    await fail(order, 3)
    turns = Turns(order)
    tasks = [asyncio.create_task(turns.run(now())) for _ in range(10)]
    await turns.until_begun(1)
    await settle()
    assert len(turns.began) == 1
    turns.let_go()
    await turns.until_begun(3)
    await settle()
    assert len(turns.began) == 3
    turns.let_go(9)
    await asyncio.gather(*tasks)


async def test_while_all_fails_those_due_last_are_sent_back() -> None:
    order = DueOrder(8, late_limit=8, max_waiting=5)
    await fail(order, 3)
    turns = Turns(order)
    first = asyncio.create_task(turns.run(now()))
    await turns.until_begun(1)
    dues = [now() + timedelta(seconds=number) for number in range(8)]
    tasks = {due_at: asyncio.create_task(turns.run(due_at)) for due_at in random.Random(2).sample(dues, len(dues))}
    await settle()
    sent_back = {due_at for due_at, task in tasks.items() if task.done() and task.exception()}
    assert sent_back == set(dues[5:])
    turns.let_go(len(dues))
    await asyncio.gather(first, *(task for due_at, task in tasks.items() if due_at not in sent_back))


async def test_who_leaves_while_waiting_or_running_holds_nothing() -> None:
    order = DueOrder(1, late_limit=1, max_waiting=5)
    turns = Turns(order)
    running, waiting = (asyncio.create_task(turns.run(now())) for _ in range(2))
    await turns.until_begun(1)
    await settle()
    for task in (waiting, running):
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    last = asyncio.create_task(turns.run(now()))
    turns.let_go()
    async with asyncio.timeout(PATIENCE):
        await last
