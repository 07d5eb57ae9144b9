"""The policy of scheduler-jobs.yaml at work: calls from reminder-actor, through both sidecars, to `scheduler`."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest

from contracts import names
from tests.components.conftest import World

pytestmark = pytest.mark.e2e

ATTEMPTS = 4  # one and jobs-retry's three
FAILURES_TO_OPEN = 20  # jobs-breaker


@dataclass
class Callee:
    """Answers every call with the status it is told, and counts."""

    status: grpc.StatusCode = grpc.StatusCode.OK
    calls: list[str] = field(default_factory=list)

    def serve(self, method: str) -> grpc.RpcMethodHandler:
        """The handler of one method; bodies stay bytes."""

        def answer(request: bytes, context: Any) -> bytes:
            self.calls.append(method)
            if self.status is not grpc.StatusCode.OK:
                context.abort(self.status, "as told")
            return request

        return grpc.unary_unary_rpc_method_handler(answer)


@dataclass
class Line:
    """From the caller to the callee."""

    channel: grpc.Channel
    callee: Callee

    def call(self, method: str, status: grpc.StatusCode) -> tuple[str, int]:
        """What the caller hears, and how often the callee was asked."""
        self.callee.status = status
        before = len(self.callee.calls)
        try:
            self.channel.unary_unary(method)(b"{}", timeout=5, metadata=(("dapr-app-id", names.SCHEDULER),))
            heard = "ok"
        except grpc.RpcError as error:
            heard = str(error.details())
        return heard, len(self.callee.calls) - before


@pytest.fixture(scope="module")
def line(world: World) -> Iterator[Line]:
    """Both sidecars with the production set, and a small app behind the one of `scheduler`."""
    callee = Callee()
    server = grpc.server(ThreadPoolExecutor(4))
    port = server.add_insecure_port("127.0.0.1:0")
    for path in (names.SCHEDULE_METHOD, names.CANCEL_METHOD):
        _, service, method = path.split("/")
        handlers = {method: callee.serve(path)}
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, handlers),))
    server.start()
    try:
        with (
            world.daprd(names.SCHEDULER, app_port=port) as behind,
            world.daprd(names.REMINDER_ACTOR) as before,
            grpc.insecure_channel(f"127.0.0.1:{before.grpc_port}") as channel,
        ):
            behind.wait_ready()
            before.wait_ready()
            yield Line(channel, callee)
    finally:
        server.stop(None).wait()


def test_a_good_call_is_made_once(line: Line) -> None:
    assert line.call(names.SCHEDULE_METHOD, grpc.StatusCode.OK) == ("ok", 1)


def test_an_unavailable_callee_is_tried_again(line: Line) -> None:
    assert line.call(names.SCHEDULE_METHOD, grpc.StatusCode.UNAVAILABLE) == ("as told", ATTEMPTS)


def test_a_refusal_is_final(line: Line) -> None:
    assert line.call(names.SCHEDULE_METHOD, grpc.StatusCode.INVALID_ARGUMENT) == ("as told", 1)


def test_an_outage_opens_the_breaker_of_the_method_only(line: Line) -> None:
    for _ in range(FAILURES_TO_OPEN // ATTEMPTS):
        assert line.call(names.CANCEL_METHOD, grpc.StatusCode.UNAVAILABLE)[1] == ATTEMPTS
    heard, asked = line.call(names.CANCEL_METHOD, grpc.StatusCode.OK)
    assert "circuit breaker is open" in heard
    assert asked == 0
    assert line.call(names.SCHEDULE_METHOD, grpc.StatusCode.OK) == ("ok", 1)
