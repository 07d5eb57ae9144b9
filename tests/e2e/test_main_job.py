"""The main job on the real runtime: chat → task → event → actor → job → callback → actor → topic → stream."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from dapr.proto import api_v1

from tests.support.dapr import dapr
from tests.support.person import ZONE, Person
from tests.support.stack import Stack

pytestmark = pytest.mark.e2e


def in_seconds(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


async def until_scheduled(person: Person, task_id: str) -> None:
    """Until the reminder's actor has armed its job."""
    async with asyncio.timeout(10):
        while (await person.task(task_id))["reminders"][0]["status"] != "scheduled":
            await asyncio.sleep(0.05)


async def test_a_reminder_set_in_chat_arrives_on_the_stream(stack: Stack) -> None:
    async with Person.registered(stack.url) as person, person.listening() as ear:
        said_at = datetime.now(UTC)
        answer = await person.say("remind me in 4 seconds to stretch")
        (task,) = answer["tasks"]
        due_at = datetime.fromisoformat(task["due_at"])
        assert task["title"] == "stretch"
        assert timedelta(seconds=4) <= due_at - said_at < timedelta(seconds=6)
        local = due_at.astimezone(ZoneInfo(ZONE))
        assert f"{local:%H:%M:%S}".removesuffix(":00") in answer["reply"]
        assert "Europe/Rome" in answer["reply"]

        (heard,) = await ear.wait_for(1, within=20)
        assert set(heard.data) >= {"reminder_id", "task_id", "title", "due_at", "fired_at"}
        assert heard.data["task_id"] == task["id"]
        assert heard.due_at == due_at
        assert datetime.fromisoformat(heard.data["fired_at"]) >= due_at
        assert (await person.task(task["id"]))["reminders"][0]["status"] == "fired"


async def test_one_trace_id_runs_from_the_request_to_the_fired_reminder(stack: Stack) -> None:
    async with Person.registered(stack.url) as person, person.listening() as ear:
        answer = await person.client.post(
            "/api/v1/tasks", json={"title": "traced", "due_at": in_seconds(2).isoformat()}
        )
        trace_id = answer.headers["traceresponse"].split("-")[1]
        await ear.wait_for(1, within=20)

    def lines(service: str) -> list[dict[str, Any]]:
        rows = [json.loads(line) for line in stack.log_file(service).splitlines() if line.startswith("{")]
        return [row for row in rows if trace_id in (row.get("trace_id"), row.get("origin_trace_id"))]

    async with asyncio.timeout(10):
        while not any(row["event"] == "job done" for row in lines("scheduler")):
            await asyncio.sleep(0.1)
    said = {
        service: [row["event"] for row in lines(service)] for service in ("chat-api", "reminder-actor", "scheduler")
    }
    assert {"request", "event published", "reminder received"} <= set(said["chat-api"])
    assert {"reminder applied", "reminder fired"} <= set(said["reminder-actor"])
    assert {"job armed", "job done"} <= set(said["scheduler"])


async def test_a_rescheduled_reminder_fires_at_its_new_time_only(stack: Stack) -> None:
    async with Person.registered(stack.url) as person, person.listening() as ear:
        later = await person.add("later", in_seconds(2.5))
        sooner = await person.add("sooner", in_seconds(3600))
        new_due = in_seconds(5)
        await person.change(later["id"], due_at=new_due.isoformat())
        await person.change(sooner["id"], due_at=in_seconds(2).isoformat())
        heard = await ear.wait_for(2, within=20)
        assert [item.data["title"] for item in heard] == ["sooner", "later"]
        assert heard[1].due_at == new_due
        assert heard[1].at >= new_due


async def test_a_reminder_moved_at_the_last_moment_fires_once_for_each_time_it_had(stack: Stack) -> None:
    """The race a user cannot see coming: the old job is being triggered while the change is committed."""
    moves = 20
    async with Person.registered(stack.url) as person, person.listening() as ear:
        new_due: dict[str, datetime] = {}
        for number in range(moves):
            task = await person.add(str(number), in_seconds(0.25))
            await asyncio.sleep(0.2 + number * 0.005)  # from before to after the old job's trigger
            new_due[str(number)] = in_seconds(3)
            await person.change(task["id"], due_at=new_due[str(number)].isoformat())

        def at_new_time() -> set[str]:
            return {item.data["title"] for item in ear.heard if item.due_at == new_due[item.data["title"]]}

        async with asyncio.timeout(30):
            while len(at_new_time()) < moves:
                await asyncio.sleep(0.1)
        await asyncio.sleep(1)  # nothing may follow
        occurrences = [(item.data["title"], item.due_at) for item in ear.heard]
        assert len(occurrences) == len(set(occurrences))
        for title, due_at in new_due.items():
            assert [when for name, when in occurrences if name == title][-1] == due_at


@pytest.mark.parametrize("how", ["delete", "complete", "remove the reminder", "chat"])
async def test_a_cancelled_reminder_never_fires(stack: Stack, how: str) -> None:
    async with Person.registered(stack.url) as person, person.listening() as ear:
        task = await person.add("silent task", in_seconds(2.5))
        await person.add("the one after it", in_seconds(4))
        match how:
            case "delete":
                assert (await person.client.delete(f"/api/v1/tasks/{task['id']}")).status_code == 204
            case "complete":
                await person.change(task["id"], status="completed")
            case "remove the reminder":
                await person.change(task["id"], reminders=[])
            case "chat":
                await person.say("delete silent task")
        await ear.wait_for(1, within=20)
        assert ear.titles == ["the one after it"]


async def test_three_reminders_at_one_instant_all_arrive(stack: Stack) -> None:
    async with Person.registered(stack.url) as person, person.listening() as ear:
        due_at = in_seconds(3)
        await asyncio.gather(*(person.add(title, due_at) for title in ("one", "two", "three")))
        heard = await ear.wait_for(3, within=20)
        assert sorted(ear.titles) == ["one", "three", "two"]
        assert {item.due_at for item in heard} == {due_at}


async def test_several_reminders_of_one_task_all_arrive(stack: Stack) -> None:
    async with Person.registered(stack.url) as person, person.listening() as ear:
        due_at = in_seconds(4)
        times = [due_at - timedelta(seconds=2), due_at - timedelta(seconds=1), due_at]
        await person.add("meeting", due_at, reminders=[when.isoformat() for when in times])
        heard = await ear.wait_for(3, within=20)
        assert [item.due_at for item in heard] == times


async def test_two_users_cannot_see_each_other(stack: Stack) -> None:
    async with Person.registered(stack.url) as anna, Person.registered(stack.url) as bert:
        async with anna.listening() as anna_hears, bert.listening() as bert_hears:
            task = await anna.add("anna's secret", in_seconds(2))
            await bert.add("bert's", in_seconds(2.5))
            await anna_hears.wait_for(1, within=20)
            await bert_hears.wait_for(1, within=20)
            assert anna_hears.titles == ["anna's secret"]
            assert bert_hears.titles == ["bert's"]
        assert [item["title"] for item in await bert.inbox()] == ["bert's"]
        assert [item["title"] for item in (await bert.client.get("/api/v1/tasks")).json()] == ["bert's"]
        path = f"/api/v1/tasks/{task['id']}"
        assert (await bert.client.get(path)).status_code == 404
        assert (await bert.client.patch(path, json={"title": "mine"})).status_code == 404
        assert (await bert.client.delete(path)).status_code == 404
        listed = await bert.say("list")
        assert "secret" not in listed["reply"]
        foreign = (await anna.inbox())[0]["id"]
        assert (await bert.client.post(f"/api/v1/inbox/{foreign}/acknowledge")).status_code == 404


async def test_a_reminder_that_fired_while_nobody_listened_is_streamed_on_connecting(stack: Stack) -> None:
    async with Person.registered(stack.url) as person:
        await person.add("missed", in_seconds(1.5))
        async with asyncio.timeout(20):
            while not await person.inbox():
                await asyncio.sleep(0.1)
        async with person.listening() as ear:
            await ear.wait_for(1, within=10)
            assert ear.titles == ["missed"]


async def test_a_question_is_answered_in_the_next_message(stack: Stack) -> None:
    """The conversation lives in the Dapr state store."""
    async with Person.registered(stack.url) as person:
        asked = await person.say("remind me to call mum")
        assert asked["tasks"] == []
        assert asked["reply"].endswith("?")
        answer = await person.say("tomorrow at 5pm", asked["conversation_id"])
        (task,) = answer["tasks"]
        assert task["title"] == "call mum"
        assert "17:00" in answer["reply"]


async def test_operators_see_the_actor_type_and_its_count(stack: Stack) -> None:
    async with Person.registered(stack.url) as person:
        task = await person.add("counted", in_seconds(3600))
        await until_scheduled(person, task["id"])
    port = stack.ports("reminder-actor.daprd")["http"]
    async with httpx.AsyncClient() as client:
        answer = await client.get(
            f"http://127.0.0.1:{port}/v1.0/metadata", headers=dict(stack.token_headers("reminder-actor"))
        )
        metadata = answer.json()
    active = {entry["type"]: entry["count"] for entry in metadata["actorRuntime"]["activeActors"]}
    assert active["ReminderActor"] >= 1
    assert metadata["actorRuntime"]["hostReady"] is True


async def test_a_job_is_retried_without_end(stack: Stack) -> None:
    """Dapr's default failure policy drops a job after three tries."""
    async with Person.registered(stack.url) as person:
        task = await person.add("retried", in_seconds(3600))
        await until_scheduled(person, task["id"])
    name = f"reminder-{task['reminders'][0]['id']}"
    channel, stub = dapr(stack, "scheduler")
    async with channel:
        job = (await stub.GetJob(api_v1.GetJobRequest(name=name), timeout=5)).job
    assert job.failure_policy.WhichOneof("policy") == "constant"
    assert not job.failure_policy.constant.HasField("max_retries")
    assert job.failure_policy.constant.interval.seconds == 3


async def test_a_list_is_read_page_by_page(stack: Stack) -> None:
    async with Person.registered(stack.url) as person:
        for number in range(5):
            await person.add(f"number {number}", in_seconds(3600 + number), tags=["#Count"])
        seen: list[str] = []
        path: str | None = "/api/v1/tasks?limit=2&tag=count&q=NUMBER"
        while path:
            answer = await person.client.get(path)
            assert answer.status_code == 200, answer.text
            seen += [task["title"] for task in answer.json()]
            path = answer.links.get("next", {}).get("url")
        assert seen == [f"number {number}" for number in range(5)]
        assert (await person.client.get("/api/v1/tasks?cursor=forged")).status_code == 422


async def test_a_fired_reminder_is_snoozed_and_fires_again(stack: Stack) -> None:
    async with Person.registered(stack.url) as person, person.listening() as ear:
        task = await person.add("insistent", in_seconds(1.5))
        (first,) = await ear.wait_for(1, within=20)
        until = in_seconds(2)
        answer = await person.client.post(f"/api/v1/inbox/{first.id}/snooze", json={"until": until.isoformat()})
        assert answer.status_code == 200, answer.text
        assert answer.json()["due_at"] == task["due_at"]
        second = (await ear.wait_for(2, within=20))[1]
        assert (second.due_at, second.data["task_id"]) == (until, task["id"])
        assert second.at >= until
        for body in ({}, {"minutes": 0}, {"minutes": 5, "until": until.isoformat()}, {"until": "2020-01-01T00:00:00Z"}):
            refused = await person.client.post(f"/api/v1/inbox/{second.id}/snooze", json=body)
            assert refused.status_code == 422, refused.text


async def test_a_repeated_message_adds_one_task(stack: Stack) -> None:
    async with Person.registered(stack.url) as person:
        body = {"message": "remind me in 1 hour to breathe", "timezone": ZONE}
        answers = [
            await person.client.post("/api/v1/chat", json=body, headers={"Idempotency-Key": "one"}) for _ in range(3)
        ]
        assert len({answer.json()["tasks"][0]["id"] for answer in answers}) == 1
        assert len((await person.client.get("/api/v1/tasks")).json()) == 1


async def test_a_lost_update_is_refused(stack: Stack) -> None:
    async with Person.registered(stack.url) as person:
        task = await person.add("mine", in_seconds(3600))
        path = f"/api/v1/tasks/{task['id']}"
        tag = (await person.client.get(path)).headers["etag"]
        first = await person.client.patch(path, json={"title": "first"}, headers={"If-Match": tag})
        assert first.status_code == 200
        late = await person.client.patch(path, json={"title": "late"}, headers={"If-Match": tag})
        assert late.status_code == 412
        forged = await person.client.patch(path, json={"title": "x"}, headers={"If-Match": "forged"})
        assert forged.status_code == 422
        assert (await person.task(task["id"]))["title"] == "first"
        tag = first.headers["etag"]
        assert (await person.client.delete(path, headers={"If-Match": tag})).status_code == 204
