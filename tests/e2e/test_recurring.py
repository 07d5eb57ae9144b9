"""Completing a recurring task, with the worker that makes the next occurrence: there, away, and asked twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.person import Person
from tests.support.stack import Stack

pytestmark = pytest.mark.e2e

WORKER = "recurring"
DAY = timedelta(days=1)


def tomorrow() -> datetime:
    """Later than the repair sweep looks ahead, so that it cannot put right what the topics lost."""
    return datetime.now(UTC).replace(microsecond=0) + DAY


def due(task: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(task["due_at"])


async def until_open(person: Person, task_id: str, *, within: float = 40) -> dict[str, Any]:
    """The task once it is open with its reminder armed."""
    async with asyncio.timeout(within):
        while True:
            task = await person.task(task_id)
            if task["status"] == "open" and task["reminders"][0]["status"] == "scheduled":
                return task
            await asyncio.sleep(0.05)


async def daily(person: Person, title: str, **fields: Any) -> dict[str, Any]:
    added = await person.add(title, tomorrow(), recurrence="FREQ=DAILY", timezone="UTC", **fields)
    return await until_open(person, added["id"])


@asynccontextmanager
async def without_worker(stack: Stack) -> AsyncIterator[None]:
    await asyncio.to_thread(stack.hold, WORKER)
    try:
        yield
    finally:
        await asyncio.to_thread(stack.release, WORKER)
        await asyncio.to_thread(stack.wait_ready)


async def test_the_next_one_is_named_at_once_and_made_a_moment_later(stack: Stack) -> None:
    async with Person.registered(stack.url) as person, person.listening() as ear:
        pill = await daily(person, "pill")
        ear.changed_tasks.clear()
        done = await person.change(pill["id"], status="completed", occurrence=pill["occurrence"])
        assert (done["status"], datetime.fromisoformat(done["next_due_at"])) == ("completed", due(pill) + DAY)
        made = await until_open(person, pill["id"])
        assert (due(made), made["next_due_at"]) == (due(pill) + DAY, None)
        assert [datetime.fromisoformat(one["due_at"]) for one in made["reminders"]] == [due(made)]
        await ear.wait_for_change(pill["id"], within=5)


async def test_the_chat_names_the_next_one_before_it_is_made(stack: Stack) -> None:
    async with Person.registered(stack.url) as person, without_worker(stack):
        await person.say("every day at 9: gym")
        said = await person.say("done with gym")
        assert said["reply"].startswith("Done: “gym”. The next one is ")
        assert "09:00" in said["reply"]


async def test_it_comes_when_the_worker_is_back_and_what_was_taken_back_does_not(stack: Stack) -> None:
    async with Person.registered(stack.url) as person:
        titles = ("kept", "taken back", "renamed", "deleted", "done twice")
        tasks = {title: await daily(person, title) for title in titles}
        async with without_worker(stack):
            for title in titles:
                await person.change(tasks[title]["id"], status="completed")
                if title == "taken back":
                    answer = await person.client.post("/api/v1/undo")
                    assert answer.status_code == 200, answer.text
            await person.change(tasks["renamed"]["id"], title="other words")
            await person.client.delete(f"/api/v1/tasks/{tasks['deleted']['id']}")
            await person.change(tasks["done twice"]["id"], status="completed")
            assert (await person.task(tasks["kept"]["id"]))["status"] == "completed"
        for title in ("kept", "renamed", "done twice"):
            made = await until_open(person, tasks[title]["id"])
            assert due(made) == due(tasks[title]) + DAY, title
        assert due(await until_open(person, tasks["taken back"]["id"])) == due(tasks["taken back"])
        assert (await person.client.get(f"/api/v1/tasks/{tasks['deleted']['id']}")).status_code == 404


async def test_undone_after_it_was_made_it_is_what_it_was(stack: Stack) -> None:
    async with Person.registered(stack.url) as person:
        pill = await daily(person, "pill")
        await person.change(pill["id"], status="completed")
        await until_open(person, pill["id"])
        answer = await person.client.post("/api/v1/undo")
        assert answer.status_code == 200, answer.text
        back = await until_open(person, pill["id"])
        assert (due(back), back["occurrence"]) == (due(pill), pill["occurrence"])


async def test_done_at_once_from_many_devices_it_is_done_once(stack: Stack) -> None:
    async with Person.registered(stack.url) as person:
        pill = await daily(person, "pill")
        wish = {"status": "completed", "occurrence": pill["occurrence"]}
        await asyncio.gather(*(person.change(pill["id"], **wish) for _ in range(12)))
        made = await until_open(person, pill["id"])
        assert due(made) == due(pill) + DAY
        # Said once more, by a device that has not heard of it.
        late = await person.change(pill["id"], **wish)
        assert (late["status"], due(late)) == ("open", due(made))


async def test_what_falls_due_without_the_worker_rings_when_it_is_back(stack: Stack) -> None:
    async with Person.registered(stack.url) as person, person.listening() as ear:
        # A minute after it is done it is due again, with a reminder 57 seconds before that.
        due_at = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=5)
        rule = {"recurrence": "FREQ=MINUTELY", "from_completion": True, "timezone": "UTC"}
        tea = await person.add("tea", due_at, reminders=[(due_at - timedelta(seconds=57)).isoformat()], **rule)
        async with without_worker(stack):
            done = await person.change(tea["id"], status="completed")
            rings = datetime.fromisoformat(done["next_due_at"]) - timedelta(seconds=57)
            # Longer ago than what still counts as now.
            await asyncio.sleep(max(0.0, (rings - datetime.now(UTC)).total_seconds()) + 6)
            assert ear.heard == []
        (heard,) = await ear.wait_for(1, within=40)
        assert (heard.data["title"], heard.due_at) == ("tea", rings)
