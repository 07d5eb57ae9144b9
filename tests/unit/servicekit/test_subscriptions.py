"""What becomes of one message: handled, passed over, dead-lettered, handed back, or a replay of any of those."""

import asyncio
import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.events import CloudEvent, DeadLetter, Event, Replayed, TaskChange, TaskEvent
from servicekit.errors import SidecarUnavailable
from servicekit.sidecar import Sidecar
from servicekit.subscriptions import Outcome, Reject, Subscriber

NOW = datetime(2026, 11, 24, 17, tzinfo=UTC)
EVENT = TaskEvent(change=TaskChange.CREATED, task_id="t1", user_id="u1", version=1, title="x", occurred_at=NOW)


class Recorder(Sidecar):
    """A sidecar that remembers what is published."""

    def __init__(self) -> None:
        self.published: list[CloudEvent] = []
        self.away = False

    async def publish(self, event: CloudEvent, *, topic: str | None = None) -> None:
        if self.away:
            raise SidecarUnavailable("away")
        self.published.append(event)


class Reader:
    """A subscriber whose handler does as it is told."""

    def __init__(self, error: Exception | None = None) -> None:
        self.sidecar = Recorder()
        self.handled: list[CloudEvent] = []
        self._error = error
        self._subscriber = Subscriber(self.sidecar, "task-events", self._handle, service="reader")

    async def _handle(self, event: CloudEvent) -> None:
        if self._error is not None:
            raise self._error
        self.handled.append(event)

    async def take(self, raw: bytes) -> Outcome:
        return await self._subscriber._process(raw)

    @property
    def letters(self) -> list[DeadLetter]:
        return [event.data for event in self.sidecar.published if isinstance(event.data, DeadLetter)]


def wire(body: Event) -> bytes:
    return CloudEvent.wrap(body, source="test", time=NOW).to_json()


def replay(payload: bytes, service: str = "reader") -> bytes:
    encoded = base64.b64encode(payload).decode()
    return wire(Replayed(letter_id="l1", service=service, key="t1", payload_base64=encoded))


async def test_a_replayed_message_is_handled_with_the_id_it_had() -> None:
    reader = Reader()
    assert await reader.take(replay(wire(EVENT))) is Outcome.HANDLED
    assert [(event.id, event.data) for event in reader.handled] == [(EVENT.event_id(), EVENT)]


async def test_a_replay_for_another_service_is_passed_over() -> None:
    reader = Reader()
    assert await reader.take(replay(wire(EVENT), service="another")) is Outcome.PASSED_OVER
    assert (reader.handled, reader.letters) == ([], [])


@pytest.mark.parametrize(("payload", "error"), [(b"no json", None), (wire(EVENT), Reject("still wrong"))])
async def test_a_replay_that_fails_again_is_a_letter_of_the_message_itself(
    payload: bytes, error: Exception | None
) -> None:
    reader = Reader(error)
    assert await reader.take(replay(payload)) is Outcome.DEAD_LETTERED
    (letter,) = reader.letters
    assert base64.b64decode(letter.payload_base64) == payload
    assert (letter.service, letter.source) == ("reader", "topic/task-events")


async def test_a_replay_whose_letter_cannot_be_kept_comes_back() -> None:
    reader = Reader()
    reader.sidecar.away = True
    assert await reader.take(replay(b"no json")) is Outcome.HANDED_BACK


async def test_a_kind_that_came_later_is_passed_over() -> None:
    reader = Reader()
    later = {"specversion": "1.0", "id": "x", "source": "y", "type": "todo.habit.v1", "data": {}}
    assert await reader.take(json.dumps(later).encode()) is Outcome.PASSED_OVER
    assert (reader.handled, reader.letters) == ([], [])


class Streams(Recorder):
    """A sidecar whose subscriptions end as grpc.aio ends them when their channel is closed."""

    generation = 1

    def __init__(self) -> None:
        super().__init__()
        self.opened = 0

    async def wait_up(self) -> None:
        """It is."""

    async def subscribe(self, topic: str) -> Any:
        self.opened += 1
        return self

    async def next_message(self) -> Any:
        if self.opened == 1:
            raise asyncio.CancelledError
        await asyncio.Event().wait()

    async def close(self) -> None:
        raise asyncio.CancelledError


async def test_a_stream_that_ends_with_its_connection_is_opened_again() -> None:
    async def handle(_: CloudEvent) -> None:
        """Not reached."""

    streams = Streams()
    running = asyncio.create_task(Subscriber(streams, "task-events", handle, service="reader").run())
    async with asyncio.timeout(5):
        while streams.opened < 2:
            await asyncio.sleep(0.01)
    assert not running.done()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
