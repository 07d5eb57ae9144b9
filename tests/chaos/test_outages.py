"""A part that stays away for a minute, and a Dapr scheduler that has lost its data."""

import asyncio
import shutil
from datetime import UTC, datetime, timedelta

import pytest

from tests.chaos.test_kills import assert_each_arrived_once
from tests.support.person import Person
from tests.support.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.chaos, pytest.mark.timeout(400)]

MINUTE = 60.0


@pytest.mark.parametrize("name", ["chat-api.daprd", "broker"])
async def test_a_minute_without_it_loses_no_event_and_no_request(stack: Stack, name: str) -> None:
    async with Person.registered(stack.url) as person, person.listening() as ear:
        titles = [f"during {name} {number}" for number in range(20)]
        await asyncio.to_thread(stack.hold, name)
        try:
            since = datetime.now(UTC)
            for number, title in enumerate(titles):
                asked = datetime.now(UTC)
                if number % 4 == 0:
                    await person.say(f"remind me in {20 + number} seconds to {title}")
                else:
                    await person.add(title, datetime.now(UTC) + timedelta(seconds=20 + number))
                assert datetime.now(UTC) - asked < timedelta(seconds=2)
            moved = (await person.client.get("/api/v1/tasks")).json()[-1]
            await person.change(moved["id"], due_at=(datetime.now(UTC) + timedelta(seconds=70)).isoformat())
            await asyncio.sleep(MINUTE - (datetime.now(UTC) - since).total_seconds())
            assert ear.heard == []
        finally:
            await asyncio.to_thread(stack.release, name)
        await ear.wait_for(len(titles), within=90)
        await asyncio.sleep(3)
        await assert_each_arrived_once(person, ear, titles)
    await asyncio.to_thread(stack.wait_ready)


@pytest.mark.parametrize("name", ["reminder-actor", "scheduler", "reminder-actor.daprd", "placement"])
async def test_what_falls_due_while_it_is_away_fires_when_it_is_back(stack: Stack, name: str) -> None:
    async with Person.registered(stack.url) as person, person.listening() as ear:
        titles = [f"without {name} {number}" for number in range(10)]
        due_at = datetime.now(UTC) + timedelta(seconds=10)
        await asyncio.gather(*(person.add(title, due_at) for title in titles))
        await asyncio.sleep(3)  # the jobs come three seconds before they are due, at the earliest
        await asyncio.to_thread(stack.hold, name)
        try:
            await asyncio.sleep(18)  # past the due time and several triggers of each job
            if name != "placement":  # without it the sidecars still know where the actors are
                assert ear.heard == []
        finally:
            await asyncio.to_thread(stack.release, name)
        await ear.wait_for(len(titles), within=60)
        await asyncio.sleep(3)
        await assert_each_arrived_once(person, ear, titles)
    await asyncio.to_thread(stack.wait_ready)


async def test_a_dapr_scheduler_without_its_data_delays_and_loses_nothing(stack: Stack) -> None:
    async with Person.registered(stack.url) as person, person.listening() as ear:
        start = datetime.now(UTC) + timedelta(seconds=6)
        titles = [f"survivor {number}" for number in range(30)]
        await asyncio.gather(
            *(person.add(title, start + timedelta(seconds=number)) for number, title in enumerate(titles))
        )
        async with asyncio.timeout(20):
            while any(
                task["reminders"][0]["status"] == "pending"
                for task in (await person.client.get("/api/v1/tasks")).json()
            ):
                await asyncio.sleep(0.1)
        await asyncio.to_thread(stack.hold, "dapr-scheduler")
        shutil.rmtree(stack.layout.scheduler)
        stack.layout.scheduler.mkdir()
        await asyncio.to_thread(stack.release, "dapr-scheduler")
        await ear.wait_for(len(titles), within=120)
        await asyncio.sleep(3)
        await assert_each_arrived_once(person, ear, titles)
    assert "the repair job is gone" in stack.log_file("scheduler")
    await asyncio.to_thread(stack.wait_ready)
