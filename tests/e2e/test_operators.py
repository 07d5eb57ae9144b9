"""`todo-ops` on a running system: what there is, why a reminder did or did not ring, what operators do about it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import grpc.aio
import httpx
import pytest
from dapr.proto import api_v1
from google.protobuf.any_pb2 import Any as GrpcAny

from contracts import names
from tests.support.dapr import dapr
from tests.support.operator import Said, todo_ops
from tests.support.person import Person
from tests.support.stack import Stack

pytestmark = pytest.mark.e2e


async def ops(stack: Stack, *arguments: str, status: int = 0) -> Any:
    said = await todo_ops(stack, "--as", "anna", "--json", *arguments)
    assert said.status == status, said.errors or said.output
    return said.document


async def reminder_of(stack: Stack, person: Person, title: str) -> str:
    found = (await ops(stack, "reminders", "--all", "--user", person.email, "--search", title))["reminders"]
    assert len(found) == 1, found
    reminder_id: str = found[0]["reminder_id"]
    return reminder_id


async def inspected(stack: Stack, reminder_id: str, *whats: str, within: float = 60) -> dict[str, Any]:
    """As `inspect` shows it, once its timeline has all of these."""
    found: dict[str, Any] = {}
    async with asyncio.timeout(within):
        while True:
            said = await todo_ops(stack, "--json", "inspect", reminder_id)
            found = said.document
            if set(whats) <= {moment["what"] for moment in found["timeline"]}:
                return found


async def test_status_sees_every_application_sidecar_topic_and_actor_type(stack: Stack) -> None:
    async with asyncio.timeout(90):
        while (said := await todo_ops(stack, "--json", "status")).status != 0:
            await asyncio.sleep(0.5)
    overview = said.document["overview"]
    apps = {app["app_id"]: app for app in overview["applications"]}
    assert set(apps) >= {names.CHAT_API, names.REMINDER_ACTOR, names.SCHEDULER, names.CONSOLE, names.AUDIT}
    assert all(app["state"] == "ready" for app in apps.values())
    hosted = apps[names.REMINDER_ACTOR]["replicas"][0]["report"]["sidecar"]
    assert [one["type"] for one in hosted["actors"]] == [names.REMINDER_ACTOR_TYPE]
    assert {one["name"] for one in hosted["components"]} >= {names.PUBSUB, names.ACTOR_STATE_STORE}
    assert {one["kind"] for one in hosted["subscriptions"]} == {"streaming"}
    assert {(one["topic"], one["reader"]) for one in overview["topics"]} >= {(names.REMINDERS, names.CHAT_API)}
    assert all(one["healthy"] for one in said.document["sidecars"])


async def test_daprs_own_views_are_right(stack: Stack) -> None:
    """What the Dapr dashboard and `dapr scheduler list` show: actor types and counts, components, jobs by names."""
    async with Person.registered(stack.url) as person:
        await person.add("Seen by the dashboard", datetime.now(UTC) + timedelta(hours=3))
        reminder_id = await reminder_of(stack, person, "Seen by the dashboard")
        await inspected(stack, reminder_id, "Armed")
        port = stack.ports(f"{names.REMINDER_ACTOR}.daprd")["http"]
        async with httpx.AsyncClient(headers=dict(stack.token_headers(names.REMINDER_ACTOR))) as client:
            metadata = (await client.get(f"http://127.0.0.1:{port}/v1.0/metadata")).json()
        assert metadata["id"] == names.REMINDER_ACTOR
        (hosted,) = metadata["actorRuntime"]["activeActors"]
        assert hosted["type"] == names.REMINDER_ACTOR_TYPE
        assert hosted["count"] >= 1
        assert {one["name"] for one in metadata["components"]} >= {names.PUBSUB, names.ACTOR_STATE_STORE}
        channel, stub = dapr(stack, names.SCHEDULER)
        async with channel:
            jobs = {job.name for job in (await stub.ListJobs(api_v1.ListJobsRequest(), timeout=10)).jobs}
        assert {names.reminder_job(reminder_id), names.REPAIR_JOB} <= jobs


async def test_a_reminder_that_rang_tells_its_whole_story(stack: Stack) -> None:
    async with Person.registered(stack.url) as person, person.listening() as ear:
        await person.add("Tell me", datetime.now(UTC) + timedelta(seconds=1))
        await ear.wait_for(1, within=60)
        reminder_id = await reminder_of(stack, person, "Tell me")
        found = await inspected(stack, reminder_id, "Task created", "Armed", "Fired", "Shown on an open page")
        assert found["verdict"]["mood"] == "good"
        assert found["verdict"]["headline"] == "It rang."
        assert found["actor"]["status"] == "fired"
        assert found["job"] is None
        story = [moment["what"] for moment in found["timeline"]]
        assert story.index("Task created") < story.index("Fired")
        traces = {moment["trace_id"] for moment in found["timeline"] if moment["what"] in {"Task created", "Fired"}}
        assert traces <= set(found["trace_ids"])


async def test_what_operators_do_is_done_once_and_recorded(stack: Stack) -> None:
    async with Person.registered(stack.url) as person, person.listening() as ear:
        due = datetime.now(UTC) + timedelta(hours=4)
        await person.add("Later", due)
        reminder_id = await reminder_of(stack, person, "Later")
        await inspected(stack, reminder_id, "Armed")
        moved_to = (due + timedelta(hours=1)).replace(microsecond=0)
        await ops(stack, "reschedule", reminder_id, moved_to.isoformat())
        assert (await ops(stack, "reschedule", reminder_id, "2020-01-01T00:00:00Z", status=1))["done"] is False
        async with asyncio.timeout(60):
            while (found := await ops(stack, "inspect", reminder_id))["job"]["due_at"][:19] != moved_to.isoformat()[
                :19
            ]:
                await asyncio.sleep(0.2)
        assert found["verdict"]["mood"] == "waiting"
        await ops(stack, "fire", reminder_id)
        await ops(stack, "fire", reminder_id)
        await ear.wait_for(1, within=60)
        assert (await ops(stack, "repair"))["done"] is True
        await asyncio.sleep(1)
        assert ear.titles == ["Later"], "twice is once"
        found = await inspected(
            stack, reminder_id, "anna: fire done", "anna: reschedule done", "anna: reschedule failed"
        )
        activity = (await person.client.get("/api/v1/activity?limit=50")).json()
        said = [one["title"] for one in activity if one["kind"] == "operator-done"]
        assert sorted(said) == ["fire, by anna", "fire, by anna", "reschedule, by anna"]


async def test_no_action_without_its_record(stack: Stack) -> None:
    async with Person.registered(stack.url) as person:
        await person.add("Not without", datetime.now(UTC) + timedelta(hours=4))
        reminder_id = await reminder_of(stack, person, "Not without")
        await inspected(stack, reminder_id, "Armed")
        stack.hold(names.AUDIT)
        try:
            said = await ops(stack, "fire", reminder_id, status=1)
            assert "could not be recorded" in said["summary"]
        finally:
            stack.release(names.AUDIT)
            stack.wait_ready()
        found = await ops(stack, "reminders", "--user", person.email)
        assert [one["status"] for one in found["reminders"]] == ["scheduled"]


async def test_an_action_waits_for_a_record_that_is_just_starting(stack: Stack) -> None:
    async with Person.registered(stack.url) as person, person.listening() as ear:
        await person.add("In a moment", datetime.now(UTC) + timedelta(hours=4))
        reminder_id = await reminder_of(stack, person, "In a moment")
        await inspected(stack, reminder_id, "Armed")
        stack.hold(names.AUDIT)
        fired = asyncio.create_task(ops(stack, "fire", reminder_id))
        await asyncio.sleep(1)
        await asyncio.to_thread(stack.release, names.AUDIT)
        assert (await fired)["done"] is True
        await ear.wait_for(1, within=20)
        await asyncio.to_thread(stack.wait_ready)


async def test_it_says_why_a_reminder_will_not_ring(stack: Stack) -> None:
    """A job that is gone, as after Dapr's scheduler lost its data: seen before the time has come, and repaired."""
    async with Person.registered(stack.url) as person:
        await person.add("No job", datetime.now(UTC) + timedelta(hours=2))
        reminder_id = await reminder_of(stack, person, "No job")
        await inspected(stack, reminder_id, "Armed")
        channel, stub = dapr(stack, names.SCHEDULER)
        async with channel:
            await stub.DeleteJob(api_v1.DeleteJobRequest(name=names.reminder_job(reminder_id)), timeout=10)
        found = await ops(stack, "inspect", reminder_id, status=1)
        assert found["verdict"]["mood"] == "bad"
        assert "It has no job in Dapr's scheduler." in found["verdict"]["because"]
    said = await todo_ops(stack, "inspect", "no-such-reminder")
    assert said.status == 1
    assert "There is no such reminder." in said.output


async def test_all_jobs_are_seen_also_when_they_are_more_than_one_message_of_dapr_s_own_length(stack: Stack) -> None:
    """Dapr lists all jobs in one answer, of over 4 MB from some 16,000 reminders on; here in fewer, larger jobs."""
    channel, stub = dapr(stack, names.SCHEDULER)
    large = GrpcAny(type_url="type.googleapis.com/google.protobuf.BytesValue", value=bytes(200_000))
    jobs = [api_v1.Job(name=f"large-{number}", due_time="2099-01-01T00:00:00Z", data=large) for number in range(30)]
    async with channel:
        try:
            for job in jobs:
                await stub.ScheduleJobAlpha1(api_v1.ScheduleJobRequest(job=job), timeout=10)
            assert (await ops(stack, "repair"))["done"] is True
        finally:
            for job in jobs:
                await stub.DeleteJob(api_v1.DeleteJobRequest(name=job.name), timeout=10)


async def test_a_list_goes_on_where_it_ended(stack: Stack) -> None:
    async with Person.registered(stack.url) as person:
        for hour in range(1, 6):
            await person.add(f"Thing {hour}", datetime.now(UTC) + timedelta(hours=hour))
        seen: list[str] = []
        after: tuple[str, ...] = ()
        while True:
            page = await ops(stack, "reminders", "--user", person.email, "--limit", "2", *after)
            seen += [one["title"] for one in page["reminders"]]
            if page["next_after"] is None:
                break
            after = ("--after", page["next_after"])
        assert seen == [f"Thing {hour}" for hour in range(1, 6)]


async def test_ordinary_apps_are_refused(stack: Stack) -> None:
    """Also where there is no mTLS, and whatever the caller says that it is."""
    asked = [
        (names.CHAT_API, names.FIND_REMINDERS_METHOD),
        (names.REMINDER_ACTOR, names.FIRE_METHOD),
        (names.SCHEDULER, names.SWEEP_METHOD),
        (names.AUDIT, names.HISTORY_METHOD),
        (names.CONSOLE, names.ACT_METHOD),
        (names.CONSOLE, names.INVITE_METHOD),
    ]
    for caller in (names.RECURRING, names.NOTIFICATION):
        channel, _ = dapr(stack, caller)
        async with channel:
            for callee, method in asked:
                for claim in ((), (("dapr-caller-app-id", names.CONSOLE),)):
                    metadata = (("dapr-app-id", callee), *claim)
                    with pytest.raises(grpc.aio.AioRpcError) as refusal:
                        await channel.unary_unary(method)(b"{}", timeout=5, metadata=metadata)
                    assert refusal.value.code() is grpc.StatusCode.PERMISSION_DENIED, (caller, callee, method)


async def test_without_a_system_the_exit_status_says_so(tmp_path_factory: pytest.TempPathFactory, stack: Stack) -> None:
    said: Said = await todo_ops(stack, "--root", str(tmp_path_factory.mktemp("empty")), "status")
    assert said.status == 3
