"""Taking tasks along on the running system: out of one account, into another, and there they ring. Feed and tokens."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from icalendar import Calendar

from tests.support.person import Person
from tests.support.stack import Stack

pytestmark = pytest.mark.e2e

CALENDAR = {"content-type": "text/calendar"}


async def exported(person: Person, kind: str) -> httpx.Response:
    answer = await person.client.get("/api/v1/export", params={"format": kind})
    assert answer.status_code == 200, answer.text
    return answer


async def imported(person: Person, file: httpx.Response) -> dict[str, Any]:
    kind = file.headers["content-type"].partition(";")[0]
    answer = await person.client.post("/api/v1/import", content=file.content, headers={"content-type": kind})
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()
    return result


async def tasks_of(person: Person) -> dict[str, dict[str, Any]]:
    return {task["title"]: task for task in (await person.client.get("/api/v1/tasks")).json()}


@pytest.mark.parametrize("kind", ["json", "ics"])
async def test_tasks_of_one_account_ring_in_another(stack: Stack, kind: str) -> None:
    async with Person.registered(stack.url) as giver, Person.registered(stack.url) as taker:
        due = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=12)
        await giver.add("rings", due, tags=["home"], list="Flat", priority=1)
        far = await giver.add("far", due + timedelta(days=300), recurrence="FREQ=WEEKLY")
        await giver.client.post("/api/v1/tasks", json={"title": "part", "parent_id": far["id"]})
        done = await giver.add("done", due + timedelta(seconds=1))
        await giver.change(done["id"], status="completed")

        file = await exported(giver, kind)
        async with taker.listening() as ear:
            assert await imported(taker, file) == {"added": 4, "already_there": 0, "refused": []}
            assert await imported(taker, file) == {"added": 0, "already_there": 4, "refused": []}
            async with asyncio.timeout(10):
                while (await tasks_of(taker))["far"]["reminders"][0]["status"] != "scheduled":
                    await asyncio.sleep(0.1)
            (heard,) = await ear.wait_for(1, within=30)
            # What is done was due a second later, and stays silent.
            await asyncio.sleep(3)
        mine = await tasks_of(taker)
        assert ear.titles == ["rings"]
        assert heard.data["task_id"] == mine["rings"]["id"]
        assert heard.due_at == due
        assert mine["rings"]["list"] == "Flat"
        assert mine["part"]["parent_id"] == mine["far"]["id"]
        assert mine["done"]["status"] == "completed"
        assert datetime.fromisoformat(mine["far"]["due_at"]) == due + timedelta(days=300)


async def test_a_feed_is_read_without_a_log_in_and_its_secret_is_in_no_log(stack: Stack) -> None:
    async with Person.registered(stack.url) as person, httpx.AsyncClient(timeout=30) as anybody:
        await person.add("dentist", datetime.now(UTC) + timedelta(days=3))
        url = (await person.client.post("/api/v1/feed")).json()["url"]
        answer = await anybody.get(url)
        assert answer.status_code == 200
        calendar = Calendar.from_ical(answer.content)
        assert [str(item["SUMMARY"]) for item in calendar.walk("VEVENT")] == ["dentist"]
        again = await anybody.get(url, headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304
        assert (await person.client.delete("/api/v1/feed")).status_code == 204
        assert (await anybody.get(url)).status_code == 404
    secret = url.rpartition("/")[2].removesuffix(".ics")
    assert len(secret) > 40
    logs = {name: stack.log_file(name) for name in stack.names}
    assert '"/feeds/' in logs["chat-api"]
    assert [name for name, text in logs.items() if secret in text] == []


async def test_a_token_works_until_it_is_revoked(stack: Stack) -> None:
    async with Person.registered(stack.url) as person, httpx.AsyncClient(base_url=stack.url, timeout=30) as program:
        made = (await person.client.post("/api/v1/tokens", json={"name": "script"})).json()
        program.headers["Authorization"] = f"Bearer {made['token']}"
        added = await program.post("/api/v1/tasks", json={"title": "by a program"})
        assert added.status_code == 201
        assert list(await tasks_of(person)) == ["by a program"]
        assert (await program.post("/api/v1/tokens", json={"name": "another"})).status_code == 403
        assert (await person.client.delete(f"/api/v1/tokens/{made['id']}")).status_code == 204
        assert (await program.get("/api/v1/tasks")).status_code == 401
        assert made["token"] not in "".join(stack.log_file(name) for name in stack.names)


async def test_a_large_import_holds_nobody_up(stack: Stack) -> None:
    items = "".join(
        f"BEGIN:VTODO\r\nUID:{number}\r\nSUMMARY:task {number}\r\nDUE:20990101T090000Z\r\nBEGIN:VALARM\r\n"
        "ACTION:DISPLAY\r\nTRIGGER;RELATED=END:-PT1H\r\nEND:VALARM\r\nEND:VTODO\r\n"
        for number in range(1000)
    )
    file = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{items}END:VCALENDAR\r\n"
    async with Person.registered(stack.url) as taker, Person.registered(stack.url) as other:
        sent = asyncio.create_task(taker.client.post("/api/v1/import", content=file, headers=CALENDAR, timeout=120))
        waits, start = [], asyncio.get_running_loop().time()
        while not sent.done():
            began = asyncio.get_running_loop().time()
            assert (await other.client.post("/api/v1/tasks", json={"title": "meanwhile"})).status_code == 201
            waits.append(asyncio.get_running_loop().time() - began)
            await asyncio.sleep(0.05)
        result = (await sent).json()
        assert (result["added"], result["refused"]) == (1000, [])
        assert max(waits) < (asyncio.get_running_loop().time() - start) / 2, waits
        # A reminder that is set now is armed before the thousand are.
        task = await other.add("first in the queue", datetime.now(UTC) + timedelta(days=30))
        async with asyncio.timeout(60):
            while (await other.task(task["id"]))["reminders"][0]["status"] != "scheduled":
                await asyncio.sleep(0.1)
        assert await _not_armed(taker)
        # The system is shared: the others find it as it was.
        async with asyncio.timeout(240):
            while await _not_armed(taker):
                await asyncio.sleep(0.5)


async def _not_armed(person: Person) -> int:
    """How many of the person's reminders are not armed."""
    count, page = 0, "/api/v1/tasks?limit=500"
    while page:
        answer = await person.client.get(page)
        count += sum(reminder["status"] == "pending" for row in answer.json() for reminder in row["reminders"])
        page = answer.links.get("next", {}).get("url", "")
    return count


async def test_a_hostile_file_is_a_problem(stack: Stack) -> None:
    async with Person.registered(stack.url) as person:
        for content, kind, status in (
            (b"BEGIN:VCALENDAR\r\n" + b"BEGIN:X\r\n" * 100_000, "text/calendar", 422),
            (b"[" * 1_000_000, "application/json", 422),
            (b"x" * 6_000_000, "text/calendar", 413),
            (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "image/png", 415),
        ):
            answer = await person.client.post("/api/v1/import", content=content, headers={"content-type": kind})
            assert answer.status_code == status, answer.text
            assert answer.headers["content-type"] == "application/problem+json"
        assert await tasks_of(person) == {}
