"""What goes over the wire when an event is published: a small gRPC server stands in for daprd."""

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import grpc.aio
import pytest
from dapr.proto import api_service_v1, api_v1
from google.protobuf.any_pb2 import Any as GrpcAny
from google.protobuf.empty_pb2 import Empty

from contracts.events import CloudEvent, NotificationWanted, ReminderFired, TaskChange, TaskEvent
from scheduler.jobs import ReminderJobs
from servicekit.errors import SidecarUnavailable
from servicekit.settings import ServiceSettings
from servicekit.sidecar import Sidecar

NOW = datetime(2026, 11, 24, 17, tzinfo=UTC)


@dataclass
class FakeDaprd(api_service_v1.DaprServicer):  # type: ignore[misc]
    """Remembers what is published."""

    published: list[Any] = field(default_factory=list)
    answering: asyncio.Event = field(default_factory=asyncio.Event)
    jobs: int = 0

    def __post_init__(self) -> None:
        self.answering.set()

    async def PublishEvent(self, request: Any, context: Any) -> Empty:  # noqa: N802 - the proto's name
        self.published.append(request)
        await self.answering.wait()
        return Empty()

    async def ListJobs(self, request: Any, context: Any) -> Any:  # noqa: N802 - the proto's name
        payload = GrpcAny(value=b"x" * 200)
        return api_v1.ListJobsResponse(
            jobs=[api_v1.Job(name=f"reminder-{number:032x}", data=payload) for number in range(self.jobs)]
        )


class _Healthy(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@pytest.fixture
async def daprd() -> AsyncIterator[tuple[FakeDaprd, Sidecar]]:
    fake = FakeDaprd()
    server = grpc.aio.server()
    api_service_v1.add_DaprServicer_to_server(fake, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    # In a thread: the SDK's client asks this while it blocks the loop.
    health = ThreadingHTTPServer(("127.0.0.1", 0), _Healthy)
    threading.Thread(target=health.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        async with Sidecar(ServiceSettings(dapr_grpc_port=port, dapr_http_port=health.server_port)) as sidecar:
            await sidecar.wait_up()
            yield fake, sidecar
    finally:
        health.shutdown()
        health.server_close()
        await server.stop(None)


async def test_an_event_goes_out_with_its_task_as_the_partition_key(daprd: tuple[FakeDaprd, Sidecar]) -> None:
    fake, sidecar = daprd
    common: dict[str, Any] = {"task_id": "t1", "user_id": "u1", "title": "x"}
    bodies = (
        TaskEvent(**common, change=TaskChange.CREATED, version=1, occurred_at=NOW),
        ReminderFired(**common, reminder_id="r1", version=1, due_at=NOW, fired_at=NOW),
        NotificationWanted(**common, item_id=7, kind="reminder", due_at=NOW, occurrence="20261124T170000Z"),
    )
    for body in bodies:
        await sidecar.publish(CloudEvent.wrap(body, source="test", time=NOW))
    assert [dict(request.metadata)["partitionKey"] for request in fake.published] == ["t1", "t1", "t1"]
    assert [request.topic for request in fake.published] == ["task-events", "reminders", "notifications"]


@pytest.mark.parametrize("by", ["publishing", "its own channel"])
async def test_a_call_fails_and_stops_nobody_when_its_connection_is_replaced(
    daprd: tuple[FakeDaprd, Sidecar], by: str
) -> None:
    """grpc.aio cancels whoever waits on a channel that is closed, as if they were asked to stop."""
    fake, sidecar = daprd
    fake.answering.clear()
    event = CloudEvent.wrap(
        TaskEvent(change=TaskChange.CREATED, task_id="t1", user_id="u1", version=1, title="x", occurred_at=NOW),
        source="test",
        time=NOW,
    )
    request = api_v1.PublishEventRequest(pubsub_name="pubsub", topic="task-events")
    waiting = asyncio.create_task(
        sidecar.publish(event)
        if by == "publishing"
        else sidecar._call("publish", sidecar.stub().PublishEvent(request, timeout=5))
    )
    async with asyncio.timeout(5):
        while not fake.published:
            await asyncio.sleep(0.01)
    await sidecar._connect()
    fake.answering.set()
    with pytest.raises(SidecarUnavailable):
        await waiting


async def test_one_who_is_asked_to_stop_stops(daprd: tuple[FakeDaprd, Sidecar]) -> None:
    fake, sidecar = daprd
    fake.answering.clear()
    request = api_v1.PublishEventRequest(pubsub_name="pubsub", topic="task-events")
    waiting = asyncio.create_task(sidecar._call("publish", sidecar.stub().PublishEvent(request, timeout=5)))
    async with asyncio.timeout(5):
        while not fake.published:
            await asyncio.sleep(0.01)
    waiting.cancel()
    fake.answering.set()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_all_jobs_are_listed_however_many_there_are(daprd: tuple[FakeDaprd, Sidecar]) -> None:
    """Dapr gives them in one answer, here of 10 MB: the sweep needs all of it."""
    fake, sidecar = daprd
    fake.jobs = 40_000
    assert len(await ReminderJobs(sidecar, retry_interval=3, fire_ahead=0).armed()) == 40_000
