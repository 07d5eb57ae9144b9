"""Bad input on the running system: a clear error, and nothing lost or half done."""

import asyncio
import base64
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from dapr.proto import api_v1
from google.protobuf.any_pb2 import Any as GrpcAny

from tests.support.broker import dead_letters
from tests.support.dapr import dapr
from tests.support.person import ZONE, Person
from tests.support.stack import Stack

pytestmark = pytest.mark.e2e

PROBLEM = "application/problem+json"


def assert_problem(answer: httpx.Response, status: int, *words: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == PROBLEM
    body = answer.json()
    assert body["status"] == status
    assert body["title"]
    for word in words:
        assert word in body["detail"]


class TestRequests:
    @pytest.mark.parametrize(
        ("body", "status", "word"),
        [
            (b"{not json", 400, "JSON"),
            (b"", 422, "required"),
            (b"[]", 422, "dictionary"),
            (b'{"message": "", "timezone": "UTC"}', 422, "message"),
            (b'{"message": "   ", "timezone": "UTC"}', 422, "message"),
            (b'{"message": "hi"}', 422, "timezone"),
            (b'{"message": "hi", "timezone": "Mars/Olympus"}', 422, "IANA"),
            (b'{"message": "hi", "timezone": "../../etc/passwd"}', 422, "IANA"),
            (b'{"message": "hi", "timezone": "UTC", "conversation_id": "a/../b"}', 422, "conversation_id"),
            (b'{"message": "' + b"x" * 5_000 + b'", "timezone": "UTC"}', 422, "message"),
            (b'{"message": "' + b"x" * 100_000 + b'", "timezone": "UTC"}', 413, "bytes"),
            (b'{"message": "\\ud800", "timezone": "UTC"}', 422, "message"),
        ],
    )
    async def test_a_bad_chat_request_is_a_problem(self, stack: Stack, body: bytes, status: int, word: str) -> None:
        async with Person.registered(stack.url) as person:
            answer = await person.client.post(
                "/api/v1/chat", content=body, headers={"content-type": "application/json"}
            )
            assert_problem(answer, status)
            assert word in answer.text
            assert (await person.client.get("/api/v1/tasks")).json() == []

    async def test_a_long_body_without_a_declared_length_is_cut_off(self, stack: Stack) -> None:
        async def chunks() -> Any:
            yield b'{"timezone": "UTC", "message": "'
            for _ in range(100):
                yield b"x" * 1024
            yield b'"}'

        async with Person.registered(stack.url) as person:
            answer = await person.client.post(
                "/api/v1/chat", content=chunks(), headers={"content-type": "application/json"}
            )
            assert_problem(answer, 413, "bytes")

    @pytest.mark.parametrize(
        "message", ["remind me yesterday at 5pm to x", "remind me on 30 February to x", "remind me at 25:00 to x"]
    )
    async def test_an_impossible_time_is_asked_about(self, stack: Stack, message: str) -> None:
        async with Person.registered(stack.url) as person:
            answer = await person.say(message)
            assert answer["tasks"] == []
            assert "?" in answer["reply"]

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", '/api/v1/tasks?tag="'),
            ("GET", "/api/v1/tasks?tag=%00"),
            ("GET", "/api/v1/tasks?limit=0"),
            ("GET", "/api/v1/tasks?limit=99999999999999999999"),
            ("GET", "/api/v1/tasks?sort=colour"),
            ("GET", "/api/v1/tasks?due_after=2026-11-24T17:00:00"),
            ("GET", "/api/v1/inbox?limit=-1"),
            ("GET", "/api/v1/events?after=99999999999999999999"),
            ("POST", "/api/v1/inbox/99999999999999999999/acknowledge"),
            ("POST", "/api/v1/inbox/x/acknowledge"),
        ],
    )
    async def test_a_bad_parameter_is_a_problem(self, stack: Stack, method: str, path: str) -> None:
        async with Person.registered(stack.url) as person:
            assert_problem(await person.client.request(method, path), 422)

    @pytest.mark.parametrize(
        ("fields", "word"),
        [
            ({"due_at": "2020-01-01T00:00:00Z"}, "passed"),
            ({"due_at": "2099-01-01T00:00:00"}, "timezone"),
            ({"due_at": "soon"}, "due_at"),
            ({"reminders": ["2020-01-01T00:00:00Z"]}, "passed"),
            ({"recurrence": "FREQ=DAILY"}, "due time"),
            ({"due_at": "2099-01-01T00:00:00Z", "recurrence": "every day"}, "recurrence"),
            ({"priority": 9}, "priority"),
            ({"colour": "blue"}, "colour"),
            ({"title": ""}, "title"),
        ],
    )
    async def test_a_bad_task_is_a_problem(self, stack: Stack, fields: dict[str, Any], word: str) -> None:
        async with Person.registered(stack.url) as person:
            answer = await person.client.post("/api/v1/tasks", json={"title": "x", **fields})
            assert_problem(answer, 422)
            assert word in answer.text
            assert (await person.client.get("/api/v1/tasks")).json() == []


class TestAuthentication:
    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Authorization": "Bearer forged"},
            {"Authorization": "Bearer"},
            {"Authorization": "Basic YTpi"},
            {"Cookie": "session=forged"},
        ],
    )
    @pytest.mark.parametrize("path", ["/api/v1/tasks", "/api/v1/events", "/api/v1/inbox", "/api/v1/auth/me"])
    async def test_without_a_valid_session_there_is_nothing(
        self, stack: Stack, headers: dict[str, str], path: str
    ) -> None:
        async with httpx.AsyncClient(base_url=stack.url) as client:
            assert_problem(await client.get(path, headers=headers), 401)

    async def test_a_session_ends_with_the_log_out(self, stack: Stack) -> None:
        async with Person.registered(stack.url) as person:
            assert (await person.client.post("/api/v1/auth/logout")).status_code == 204
            assert_problem(await person.client.get("/api/v1/tasks"), 401)

    async def test_wrong_credentials_do_not_tell_which_part_is_wrong(self, stack: Stack) -> None:
        async with Person.registered(stack.url) as person:
            wrong = {"email": person.email, "password": "not the password"}
            unknown = {"email": f"{uuid.uuid4().hex}@example.org", "password": person.password}
            answers = [await person.client.post("/api/v1/auth/login", json=body) for body in (wrong, unknown)]
            for answer in answers:
                assert_problem(answer, 401)
            assert answers[0].json() == answers[1].json()

    async def test_an_email_is_registered_once(self, stack: Stack) -> None:
        async with Person.registered(stack.url) as person:
            body = {"email": person.email.upper(), "password": "another password"}
            assert_problem(await person.client.post("/api/v1/auth/register", json=body), 409)

    async def test_another_sites_page_cannot_use_the_cookie(self, stack: Stack) -> None:
        async with Person.registered(stack.url) as person, httpx.AsyncClient(base_url=stack.url) as browser:
            login = {"email": person.email, "password": person.password}
            cookie = (await browser.post("/api/v1/auth/login", json=login)).headers["set-cookie"]
            assert "httponly" in cookie.lower()
            assert "samesite=lax" in cookie.lower()
            body = {"message": "remind me in 1 hour to x", "timezone": ZONE}
            foreign = await browser.post("/api/v1/chat", json=body, headers={"Origin": "https://evil.example"})
            assert_problem(foreign, 403)
            own = await browser.post("/api/v1/chat", json=body, headers={"Origin": stack.url})
            assert own.status_code == 200


async def letter_from(stack: Stack, source: str, payload: bytes, service: str) -> dict[str, Any]:
    """The dead letter of this service that holds this message: each reader of a topic keeps one of its own."""
    encoded = base64.b64encode(payload).decode()
    async with asyncio.timeout(20):
        while True:
            for letter in await dead_letters(stack):
                if (letter["source"], letter["payload_base64"], letter["service"]) == (source, encoded, service):
                    return letter
            await asyncio.sleep(0.2)


async def publish_raw(stack: Stack, topic: str, payload: bytes) -> None:
    """Put these very bytes on a topic, as a program with a sidecar's token could."""
    channel, stub = dapr(stack, "reminder-actor" if topic == "reminders" else "chat-api")
    async with channel:
        await stub.PublishEvent(
            api_v1.PublishEventRequest(
                pubsub_name="pubsub",
                topic=topic,
                data=payload,
                data_content_type="application/octet-stream",
                metadata={"rawPayload": "true"},
            ),
            timeout=5,
        )


async def assert_still_works(stack: Stack) -> None:
    async with Person.registered(stack.url) as person, person.listening() as ear:
        await person.add("still works", datetime.now(UTC) + timedelta(seconds=1.5))
        await ear.wait_for(1, within=20)


class TestMessages:
    @pytest.mark.parametrize("topic", ["task-events", "reminders"])
    @pytest.mark.parametrize(
        "kind", ["no JSON", "no CloudEvent", "newer version", "wrong body", "another topic's event"]
    )
    async def test_a_poisoned_event_becomes_a_dead_letter(self, stack: Stack, topic: str, kind: str) -> None:
        event_id = uuid.uuid4().hex
        stray = "todo.reminder.fired.v1" if topic == "task-events" else "todo.task.changed.v1"
        payload = {
            "no JSON": f"not json {event_id}",
            "no CloudEvent": f'{{"id": "{event_id}"}}',
            "newer version": _newer("todo.task.changed.v9", event_id),
            "wrong body": f'{{"specversion":"1.0","id":"{event_id}","source":"t","type":"{stray}","data":{{"a":1}}}}',
            "another topic's event": _stray_event(stray, event_id),
        }[kind].encode()
        await publish_raw(stack, topic, payload)
        reader = "reminder-actor" if topic == "task-events" else "chat-api"
        letter = await letter_from(stack, f"topic/{topic}", payload, reader)
        assert letter["reason"]
        await assert_still_works(stack)

    @pytest.mark.parametrize("topic", ["task-events", "reminders"])
    async def test_a_kind_that_came_later_is_passed_over(self, stack: Stack, topic: str) -> None:
        event_id = uuid.uuid4().hex
        payload = _newer("todo.later.v1", event_id).encode()
        reader = "reminder-actor" if topic == "task-events" else "chat-api"
        passed = stack.log_file(reader).count("event passed over")
        await publish_raw(stack, topic, payload)
        async with asyncio.timeout(20):
            while stack.log_file(reader).count("event passed over") == passed:
                await asyncio.sleep(0.1)
        assert base64.b64encode(payload).decode() not in [row["payload_base64"] for row in await dead_letters(stack)]

    @pytest.mark.parametrize(
        ("name", "payload"),
        [
            ("reminder-poisoned", b"not json"),
            ("reminder-poisoned", b'{"reminder_id": "poisoned"}'),
            ("reminder-poisoned", b'{"reminder_id": "other", "due_at": "2026-11-24T17:00:00Z"}'),
            ("nobody-knows-this-job", b"{}"),
        ],
    )
    async def test_a_poisoned_job_becomes_a_dead_letter_and_is_done(
        self, stack: Stack, name: str, payload: bytes
    ) -> None:
        job_name = f"{name}-{uuid.uuid4().hex[:8]}"
        channel, stub = dapr(stack, "scheduler")
        async with channel:
            job = api_v1.Job(
                name=job_name, due_time="0s", data=GrpcAny(type_url="type.googleapis.com/x", value=payload)
            )
            await stub.ScheduleJob(api_v1.ScheduleJobRequest(job=job, overwrite=True), timeout=5)
            letter = await letter_from(stack, f"job/{job_name}", payload, "scheduler")
            assert letter["reason"]
            await asyncio.sleep(4)  # longer than the retry interval: it must not come back
            letters = [row for row in await dead_letters(stack) if row["source"] == f"job/{job_name}"]
            assert len(letters) == 1
            names = [row.name for row in (await stub.ListJobs(api_v1.ListJobsRequest(), timeout=10)).jobs]
            assert job_name not in names

    async def test_a_job_for_a_reminder_nobody_knows_is_done_without_effect(self, stack: Stack) -> None:
        reminder_id = uuid.uuid4().hex
        payload = f'{{"reminder_id": "{reminder_id}", "due_at": "2026-11-24T17:00:00Z"}}'.encode()
        channel, stub = dapr(stack, "scheduler")
        async with channel:
            job = api_v1.Job(
                name=f"reminder-{reminder_id}",
                due_time="0s",
                data=GrpcAny(type_url="type.googleapis.com/x", value=payload),
            )
            await stub.ScheduleJob(api_v1.ScheduleJobRequest(job=job, overwrite=True), timeout=5)
            async with asyncio.timeout(15):
                while f'"job": "reminder-{reminder_id}", "outcome": "unknown"' not in stack.log_file("scheduler"):
                    await asyncio.sleep(0.2)


def _newer(event_type: str, event_id: str) -> str:
    return f'{{"specversion":"1.0","id":"{event_id}","source":"t","type":"{event_type}","data":{{}}}}'


def _stray_event(event_type: str, event_id: str) -> str:
    if event_type == "todo.reminder.fired.v1":
        data = (
            '{"reminder_id":"r","task_id":"t","user_id":"u","title":"x","due_at":"2026-11-24T17:00:00Z",'
            '"version":1,"fired_at":"2026-11-24T17:00:00Z"}'
        )
    else:
        data = (
            '{"change":"created","task_id":"t","user_id":"u","version":1,"title":"x",'
            '"occurred_at":"2026-11-24T17:00:00Z"}'
        )
    return (
        f'{{"specversion":"1.0","id":"{event_id}","source":"t","type":"{event_type}",'
        f'"time":"2026-11-24T17:00:00Z","data":{data}}}'
    )
