"""What fell due during an outage comes in due order, and each once."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from contracts.names import REMINDER_ACTOR
from scheduler.settings import Settings
from tests.chaos.test_kills import assert_each_arrived_once
from tests.support.person import Person
from tests.support.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.chaos, pytest.mark.timeout(300)]

REMINDERS = 100
SPREAD = 4.0  # seconds between the first one's due time and the last one's
AWAY = 10.0  # seconds after the first one's
MANY_AT_ONCE = 8

# So many run at once and may finish in any order: none is heard further than that from its place.
WINDOW = Settings.model_fields["max_late_in_flight"].default


async def test_a_backlog_is_heard_in_due_order(stack: Stack) -> None:
    """Each job has a time of its own to be triggered again: in that order, those due last would come first here."""
    async with Person.registered(stack.url) as person, person.listening() as ear:
        titles = [f"backlog {number:03}" for number in range(REMINDERS)]
        first = datetime.now(UTC) + timedelta(seconds=30)
        slots = asyncio.Semaphore(MANY_AT_ONCE)

        async def add(number: int) -> None:
            async with slots:
                await person.add(titles[number], first + timedelta(seconds=SPREAD * number / REMINDERS))

        await asyncio.gather(*(add(number) for number in range(REMINDERS)))
        await asyncio.sleep((first - datetime.now(UTC)).total_seconds() - 5)  # before the first job comes
        await asyncio.to_thread(stack.hold, REMINDER_ACTOR)
        try:
            await asyncio.sleep((first - datetime.now(UTC)).total_seconds() + AWAY)
            assert ear.heard == []
        finally:
            await asyncio.to_thread(stack.release, REMINDER_ACTOR)
        await ear.wait_for(REMINDERS, within=90)
        await asyncio.sleep(3)  # a repetition would come now
        await assert_each_arrived_once(person, ear, titles)
        moved = {title: abs(place - titles.index(title)) for place, title in enumerate(ear.titles)}
        assert max(moved.values()) <= WINDOW, ear.titles
    await asyncio.to_thread(stack.wait_ready)
