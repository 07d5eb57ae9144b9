"""kill -9 while recurring tasks are completed: each goes on by one occurrence, and is armed for that."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.support.person import Person
from tests.support.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.chaos]

TASKS = 40
DAY = timedelta(days=1)


async def complete(person: Person, task_id: str, occurrence: str) -> None:
    """As a client does that hears nothing and asks again: the occurrence it names is done once."""
    async with asyncio.timeout(60):
        while True:
            with contextlib.suppress(httpx.HTTPError):
                wish = {"status": "completed", "occurrence": occurrence}
                answer = await person.client.patch(f"/api/v1/tasks/{task_id}", json=wish)
                if answer.status_code == 200:
                    return
            await asyncio.sleep(0.2)


@pytest.mark.parametrize("name", ["recurring", "recurring.daprd", "chat-api", "chat-api.daprd", "broker"])
async def test_each_goes_on_by_one_whatever_dies(stack: Stack, name: str) -> None:
    async with Person.registered(stack.url) as person:
        start = datetime.now(UTC).replace(microsecond=0) + DAY
        added = [
            await person.add(f"{name} {number}", start + timedelta(seconds=number), recurrence="FREQ=DAILY")
            for number in range(TASKS)
        ]

        async def complete_all() -> None:
            for task in added:
                await complete(person, task["id"], task["occurrence"])
                await asyncio.sleep(0.02)

        completing = asyncio.create_task(complete_all())
        await asyncio.sleep(0.4)
        await asyncio.to_thread(stack.kill, name)
        await completing
        expected = {task["id"]: (datetime.fromisoformat(task["due_at"]) + DAY, "scheduled") for task in added}
        found: dict[str, tuple[datetime, str]] = {}
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(60):
                while found != expected:
                    await asyncio.sleep(0.3)
                    with contextlib.suppress(httpx.HTTPError):
                        answer = await person.client.get("/api/v1/tasks", params={"status": "open"})
                        found = {
                            task["id"]: (datetime.fromisoformat(task["due_at"]), task["reminders"][0]["status"])
                            for task in answer.json()
                        }
        assert found == expected
    await asyncio.to_thread(stack.wait_ready)
