"""Who is let in, in which order, and that no place is ever lost."""

import asyncio
import contextlib
import random

from chat_api.gate import Gate


class Visitors:
    """Those who want in, and the order in which they came in."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.came_in: list[str] = []
        self.inside = self.most = 0

    async def visit(self, name: str, *, first: bool = False, seconds: float = 0.0) -> None:
        async with self.gate.passing(first=first):
            self.came_in.append(name)
            self.inside += 1
            self.most = max(self.most, self.inside)
            await asyncio.sleep(seconds)
            self.inside -= 1


async def test_those_who_go_first_overtake_those_who_wait_and_not_each_other() -> None:
    visitors = Visitors(Gate(1))
    async with asyncio.TaskGroup() as group:
        for name in ("one", "two", "three"):
            group.create_task(visitors.visit(name, seconds=0.01))
        await asyncio.sleep(0)
        for name in ("worker one", "worker two"):
            group.create_task(visitors.visit(name, first=True))
    assert visitors.came_in == ["one", "worker one", "worker two", "two", "three"]


async def test_no_more_than_there_are_places() -> None:
    visitors = Visitors(Gate(3))
    await asyncio.gather(*(visitors.visit(str(number), first=number % 2 == 0) for number in range(20)))
    assert visitors.most == 3
    assert len(visitors.came_in) == 20


async def test_a_place_goes_to_the_next_when_the_block_raises() -> None:
    gate = Gate(1)
    with contextlib.suppress(ZeroDivisionError):
        async with gate.passing(first=False):
            raise ZeroDivisionError
    async with asyncio.timeout(1), gate.passing(first=False):
        pass


async def test_those_who_give_up_at_any_moment_lose_no_place() -> None:
    dice = random.Random(7)
    visitors = Visitors(Gate(2))
    for _ in range(200):
        tasks = [
            asyncio.create_task(
                visitors.visit(str(number), first=dice.random() < 0.3, seconds=dice.choice([0, 0.0005]))
            )
            for number in range(8)
        ]
        for task in dice.sample(tasks, 4):
            for _ in range(dice.randrange(4)):
                await asyncio.sleep(0)
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        visitors.inside = 0  # the cancelled ones did not count themselves out
    visitors.most = 0
    async with asyncio.timeout(1):
        await asyncio.gather(*(visitors.visit(str(number), seconds=0.001) for number in range(6)))
    assert visitors.most == 2
