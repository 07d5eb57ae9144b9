"""What people do with tasks besides adding them, over REST on the real runtime: actors, jobs, topics and streams."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.support.person import ZONE, Person
from tests.support.stack import Stack

pytestmark = pytest.mark.e2e

ROME = ZoneInfo(ZONE)
API = "/api/v1"


def soon(seconds: float = 3) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=seconds)


async def post(person: Person, path: str, expected: int = 200, **body: Any) -> Any:
    answer = await person.client.post(f"{API}{path}", json=body)
    assert answer.status_code == expected, answer.text
    return answer.json()


async def test_what_was_deleted_and_brought_back_rings(stack: Stack) -> None:
    """Undo makes the task anew under its old id: the actor must take it for newer than its deletion."""
    async with Person.registered(stack.url) as person, person.listening() as ear:
        kept = await person.add("kept", soon(6))
        await person.client.delete(f"{API}/tasks/{kept['id']}")
        back = await post(person, "/undo")
        assert back["said"] == "“kept” is back."
        assert [task["id"] for task in back["tasks"]] == [kept["id"]]
        (heard,) = await ear.wait_for(1, within=15)
        assert heard.data["title"] == "kept"
        assert heard.lag < 3


async def test_what_was_taken_back_does_not_ring(stack: Stack) -> None:
    async with Person.registered(stack.url) as person, person.listening() as ear:
        await person.add("mistake", soon(3))
        await post(person, "/undo")
        await person.add("after it", soon(5))
        await ear.wait_for(1, within=15)
        assert ear.titles == ["after it"]
        nothing = await person.client.post(f"{API}/undo")
        assert nothing.status_code == 200  # the later task was added last
        empty = await person.client.post(f"{API}/undo")
        assert (empty.status_code, empty.headers["content-type"]) == (404, "application/problem+json")


async def test_what_comes_a_minute_later(stack: Stack) -> None:
    """Three people at once, as each has to wait for a minute."""
    await asyncio.gather(
        a_recurring_task_done_after_it_rang_rings_again(stack.url),
        a_skipped_occurrence_is_silent_and_the_next_one_rings(stack.url),
        the_daily_digest_arrives_at_its_minute(stack.url),
    )


async def a_recurring_task_done_after_it_rang_rings_again(url: str) -> None:
    async with Person.registered(url) as person, person.listening() as ear:
        first = soon(3)
        rule = "FREQ=MINUTELY;INTERVAL=1"
        pill = await person.add("pill", first, recurrence=rule)
        await ear.wait_for(1, within=15)
        done = await person.change(pill["id"], status="completed")
        assert (done["status"], datetime.fromisoformat(done["due_at"])) == ("open", first + timedelta(minutes=1))
        heard = await ear.wait_for(2, within=75)
        assert heard[1].due_at == first + timedelta(minutes=1)


async def a_skipped_occurrence_is_silent_and_the_next_one_rings(url: str) -> None:
    async with Person.registered(url) as person, person.listening() as ear:
        first = soon(4)
        gym = await person.add("gym", first, recurrence="FREQ=MINUTELY;COUNT=3")
        skipped = await post(person, f"/tasks/{gym['id']}/skip")
        assert datetime.fromisoformat(skipped["due_at"]) == first + timedelta(minutes=1)
        (heard,) = await ear.wait_for(1, within=80)
        assert heard.due_at == first + timedelta(minutes=1)


async def test_parts_are_silent_once_their_whole_is_done(stack: Stack) -> None:
    async with Person.registered(stack.url) as person, person.listening() as ear:
        party = await post(person, "/tasks", 201, title="party", list="Fun")
        cake = await person.add("cake", soon(4), parent_id=party["id"])
        assert (cake["parent_id"], cake["list"]) == (party["id"], "Fun")
        await person.change(party["id"], status="completed")
        assert (await person.task(cake["id"]))["status"] == "completed"
        await person.add("after it", soon(6))
        await ear.wait_for(1, within=15)
        assert ear.titles == ["after it"]


async def test_the_parts_of_a_task_are_counted_whoever_adds_and_does_them(stack: Stack) -> None:
    async with Person.registered(stack.url) as person:
        (trip,) = (await person.say("add plan the trip tomorrow"))["tasks"]
        assert await parts_of(person, trip["id"]) == (0, 0)
        (passport,) = (await person.say("add find the passport to plan the trip as a subtask"))["tasks"]
        assert passport["parent_id"] == trip["id"]
        socks = await post(person, "/tasks", 201, title="pack socks", parent_id=trip["id"])
        assert await parts_of(person, trip["id"]) == (2, 2)
        await person.say("done with find the passport")
        assert await parts_of(person, trip["id"]) == (2, 1)
        (shown,) = [task for task in (await person.say("what's due tomorrow?"))["tasks"] if task["id"] == trip["id"]]
        assert (shown["subtasks"], shown["open_subtasks"]) == (2, 1)
        await person.change(socks["id"], status="completed")
        assert await parts_of(person, trip["id"]) == (2, 0)
        assert (await person.client.delete(f"{API}/tasks/{socks['id']}")).status_code == 204
        assert await parts_of(person, trip["id"]) == (1, 0)


async def parts_of(person: Person, task_id: str) -> tuple[int, int]:
    """How many parts a list of tasks says it has, and how many of them are to do; as the task itself says."""
    listed = {task["id"]: task for task in (await person.client.get(f"{API}/tasks")).json()}
    counts = listed[task_id]["subtasks"], listed[task_id]["open_subtasks"]
    alone = await person.task(task_id)
    assert (alone["subtasks"], alone["open_subtasks"]) == counts
    return counts


async def test_lists_are_made_renamed_and_deleted(stack: Stack) -> None:
    async with Person.registered(stack.url) as person:
        milk = await post(person, "/tasks", 201, title="milk", list="Groceries")
        (found,) = (await person.client.get(f"{API}/lists")).json()
        assert (found["name"], found["open_tasks"]) == ("Groceries", 1)
        renamed = await person.client.patch(f"{API}/lists/{found['id']}", json={"name": "Shopping"})
        assert renamed.json()["name"] == "Shopping"
        listed = await person.client.get(f"{API}/tasks", params={"list": "shopping"})
        assert [task["title"] for task in listed.json()] == ["milk"]
        assert (await person.client.delete(f"{API}/lists/{found['id']}")).status_code == 204
        assert (await person.task(milk["id"]))["list"] is None
        assert (await person.client.patch(f"{API}/lists/{found['id']}", json={"name": "x"})).status_code == 404


async def test_a_whole_day_is_a_day_in_the_users_zone(stack: Stack) -> None:
    async with Person.registered(stack.url) as person:
        day = datetime.now(ROME).date() + timedelta(days=2)
        await person.client.patch(f"{API}/preferences", json={"timezone": ZONE, "all_day_at": "07:30"})
        bins = await post(person, "/tasks", 201, title="bins", due_on=day.isoformat(), recurrence="FREQ=WEEKLY")
        assert (date.fromisoformat(bins["due_on"]), bins["due_at"]) == (day, None)
        (reminder,) = bins["reminders"]
        at = datetime.fromisoformat(reminder["due_at"]).astimezone(ROME)
        assert (at.date(), f"{at:%H:%M}") == (day, "07:30")
        moved = await post(person, "/preferences/timezone", timezone="Asia/Tokyo", move=True)
        assert moved["timezone"] == "Asia/Tokyo"
        there = await person.task(bins["id"])
        at = datetime.fromisoformat(there["reminders"][0]["due_at"]).astimezone(ZoneInfo("Asia/Tokyo"))
        assert (there["due_on"], f"{at:%Y-%m-%d %H:%M}") == (day.isoformat(), f"{day} 07:30")


async def the_daily_digest_arrives_at_its_minute(url: str) -> None:
    async with Person.registered(url) as person, person.listening() as ear:
        await post(person, "/tasks", 201, title="taxes", due_at=soon(-3600).isoformat(), reminders=[])
        at = (datetime.now(ROME) + timedelta(seconds=65)).replace(second=0, microsecond=0)
        chosen = await person.client.patch(f"{API}/preferences", json={"timezone": ZONE, "digest_at": f"{at:%H:%M}"})
        assert chosen.json()["digest_at"] == f"{at:%H:%M}"
        (heard,) = await ear.wait_for(1, within=90)
        assert heard.due_at == at
        assert heard.data["kind"] == "digest"
        assert "Overdue: taxes" in heard.data["body"]


async def test_quiet_hours_silence_all_but_the_urgent(stack: Stack) -> None:
    async with Person.registered(stack.url) as person, person.listening() as ear:
        await person.client.patch(
            f"{API}/preferences", json={"timezone": ZONE, "quiet_from": "00:00", "quiet_until": "00:00"}
        )
        await person.add("tea", soon(2))
        await person.add("fire", soon(2), priority=1)
        heard = await ear.wait_for(2, within=15)
        assert {item.data["title"]: item.data["quiet"] for item in heard} == {"tea": True, "fire": False}
