"""Events in flight when their reader dies come again.

The reminders are due later than the repair sweep looks ahead, so that it cannot put right what the topic lost.
"""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.person import Person
from tests.support.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.chaos]

TASKS = 60


async def until_all_are_scheduled(person: Person, count: int) -> None:
    async with asyncio.timeout(90):
        while True:
            tasks = (await person.client.get("/api/v1/tasks")).json()
            waiting = [task["title"] for task in tasks if task["reminders"][0]["status"] != "scheduled"]
            if not waiting:
                break
            await asyncio.sleep(0.5)
    assert len(tasks) == count


@pytest.mark.parametrize("name", ["reminder-actor", "reminder-actor.daprd", "scheduler", "broker"])
async def test_no_event_is_lost_when_a_process_dies_while_it_is_handled(stack: Stack, name: str) -> None:
    async with Person.registered(stack.url) as person:
        due_at = datetime.now(UTC) + timedelta(hours=2)

        async def add_all() -> None:
            for number in range(TASKS):
                await person.add(f"{name} {number}", due_at + timedelta(seconds=number))

        adding = asyncio.create_task(add_all())
        await asyncio.sleep(0.3)
        await asyncio.to_thread(stack.kill, name)
        await adding
        await until_all_are_scheduled(person, TASKS)
    await asyncio.to_thread(stack.wait_ready)


async def test_no_event_is_lost_while_its_handler_fails(stack: Stack) -> None:
    """The actors cannot arm anything: their reader hands each event back, again and again."""
    async with Person.registered(stack.url) as person:
        await asyncio.to_thread(stack.hold, "scheduler")
        try:
            for number in range(5):
                await person.add(f"handed back {number}", datetime.now(UTC) + timedelta(hours=2))
            await asyncio.sleep(12)
        finally:
            await asyncio.to_thread(stack.release, "scheduler")
        await until_all_are_scheduled(person, 5)
    await asyncio.to_thread(stack.wait_ready)
