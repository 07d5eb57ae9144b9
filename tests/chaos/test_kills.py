"""kill -9 of every process, one at a time, while 50 reminders are pending and falling due.

After each: every reminder reached its user exactly once, at no time before it was due.
"""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.person import Ear, Person
from tests.support.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.chaos]

REMINDERS = 50
PROCESSES = (
    "reminder-actor",
    "reminder-actor.daprd",
    "scheduler",
    "scheduler.daprd",
    "dapr-scheduler",
    "placement",
    "broker",
    "chat-api",
    "chat-api.daprd",
)


async def assert_each_arrived_once(person: Person, ear: Ear, titles: list[str]) -> None:
    """On the stream and in the inbox."""
    assert sorted(ear.titles) == sorted(titles)
    assert sorted(item["title"] for item in await person.inbox()) == sorted(titles)
    assert all(item.at >= item.due_at for item in ear.heard)


@pytest.mark.parametrize("name", PROCESSES)
async def test_killing_a_process_loses_and_repeats_nothing(stack: Stack, name: str) -> None:
    async with Person.registered(stack.url) as person, person.listening() as ear:
        start = datetime.now(UTC) + timedelta(seconds=4)
        titles = [f"{name} {number}" for number in range(REMINDERS)]
        # Due over five seconds: some before the kill, many right after it, some once it is back.
        await asyncio.gather(
            *(person.add(title, start + timedelta(seconds=index / 10)) for index, title in enumerate(titles))
        )
        restarts = stack.restarts[name]
        await ear.wait_for(1, within=30)
        heard_before = len(ear.heard)
        await asyncio.to_thread(stack.kill, name)

        await ear.wait_for(REMINDERS, within=90)
        await asyncio.sleep(3)  # a repetition would come now
        await assert_each_arrived_once(person, ear, titles)
        assert 0 < heard_before < REMINDERS, "the kill did not fall between the first and the last reminder"
        assert stack.restarts[name] == restarts + 1
    await asyncio.to_thread(stack.wait_ready)
