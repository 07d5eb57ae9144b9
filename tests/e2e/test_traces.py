"""One reminder's spans on the real runtime, ours and daprd's, as a real OTLP receiver gets them."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from runtime.install import Binaries
from tests.support.otlp import OtlpReceiver, ReceivedSpan, otlp_receiver
from tests.support.person import Person
from tests.support.stack import Stack

pytestmark = pytest.mark.e2e

TITLE = "secretive zebra"
DAPR = "/dapr.proto.runtime.v1.Dapr/"


@pytest.fixture(scope="module")
def receiver() -> Iterator[OtlpReceiver]:
    with otlp_receiver() as running:
        yield running


@pytest.fixture(scope="module")
def traced(receiver: OtlpReceiver, binaries: Binaries, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "OTEL_BSP_SCHEDULE_DELAY", "200")  # milliseconds; read by daprd, too
        with Stack(tmp_path_factory.mktemp("traced"), binaries, traces=receiver.url) as stack:
            yield stack


@dataclass
class Trace:
    """One trace: its spans by service and name."""

    spans: list[ReceivedSpan]

    def one(self, service: str, name: str, *, under: ReceivedSpan | None = None) -> ReceivedSpan:
        """The span of this name, and a child of `under`."""
        found = [one for one in self.spans if (one.service, one.name) == (service, name)]
        children = [one for one in found if under is None or one.parent_id == under.span_id]
        assert children, f"no {service}: {name} there: {sorted((one.service, one.name) for one in self.spans)}"
        return children[0]


def trace_of(receiver: OtlpReceiver, trace_id: str) -> Trace:
    return Trace([one for one in receiver.spans if one.trace_id == trace_id])


async def test_a_reminder_is_two_traces_that_are_linked_over_the_wait(traced: Stack, receiver: OtlpReceiver) -> None:
    async with Person.registered(traced.url) as person, person.listening() as ear:
        due_at = datetime.now(UTC) + timedelta(seconds=4)
        body = {"title": TITLE, "due_at": due_at.isoformat()}
        answer = await person.client.post("/api/v1/tasks", json=body)
        scheduling_id = answer.headers["traceresponse"].split("-")[1]
        await person.client.get("/api/v1/tasks", params={"q": TITLE})
        await ear.wait_for(1, within=20)
        names = ("send to stream", "job trigger", f"{DAPR}ScheduleJob", "CallActor/ReminderActor/Fire")
        await receiver.wait_for(lambda spans: set(names) <= {one.name for one in spans}, within=10)
        await receiver.wait_for(lambda _: len(traced_requests(receiver, scheduling_id)) == 1, within=10)

    # From the request to the job, in one trace.
    scheduling = trace_of(receiver, scheduling_id)
    (request,) = traced_requests(receiver, scheduling_id)
    assert request.parent_id == ""
    assert request.attributes["http.route"] == "/api/v1/tasks"
    publish = scheduling.one("chat-api", "publish task-events", under=request)
    scheduling.one("chat-api", f"{DAPR}PublishEvent", under=publish)
    process = scheduling.one("reminder-actor", "process task-events", under=request)
    scheduling.one("reminder-actor", f"{DAPR}InvokeActor", under=process)
    apply = scheduling.one("reminder-actor", "reminder apply", under=process)
    scheduling.one("reminder-actor", f"{DAPR}ExecuteActorStateTransaction", under=apply)
    caller = scheduling.one("reminder-actor", "/todo.scheduler.v1.Jobs/Schedule", under=apply)
    ours = [
        one
        for one in scheduling.spans
        if (one.service, one.name, one.parent_id) == ("scheduler", "/todo.scheduler.v1.Jobs/Schedule", caller.span_id)
    ]
    job = scheduling.one("scheduler", f"{DAPR}ScheduleJob")
    assert job.parent_id in {one.span_id for one in scheduling.spans if one.name == "/todo.scheduler.v1.Jobs/Schedule"}
    assert ours

    # From the job to the page, in another one that links to it.
    (trigger,) = [one for one in receiver.spans if one.name == "job trigger"]
    assert trigger.trace_id != scheduling_id
    assert trigger.parent_id == ""
    ((linked_trace, linked_span),) = trigger.links
    assert linked_trace == scheduling_id
    assert linked_span == job.parent_id, "what it links to had the job scheduled"
    firing = trace_of(receiver, trigger.trace_id)
    invoke = firing.one("scheduler", f"{DAPR}InvokeActor", under=trigger)
    firing.one("reminder-actor", "CallActor/ReminderActor/Fire", under=invoke)
    fire = firing.one("reminder-actor", "reminder fire", under=trigger)
    firing.one("reminder-actor", f"{DAPR}PublishEvent", under=fire)
    firing.one("chat-api", "process reminders", under=fire)
    received = firing.one("chat-api", "reminder received", under=fire)
    firing.one("chat-api", "send to stream", under=received)
    firing.one("audit", "process reminders", under=fire)

    words = [f"{one.service}: {one.name}" for one in receiver.spans if "zebra" in one.text or person.email in one.text]
    assert words == [], "spans hold what somebody wrote"
    assert [one.name for one in receiver.spans if one.name.endswith(("/readyz", "/healthz"))] == []


def traced_requests(receiver: OtlpReceiver, trace_id: str) -> list[ReceivedSpan]:
    return [
        one
        for one in trace_of(receiver, trace_id).spans
        if (one.service, one.name) == ("chat-api", "POST /api/v1/tasks")
    ]
