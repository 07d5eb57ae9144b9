"""Events: ids that a retry repeats, and reading what a broker delivers."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from contracts.base import occurrence_key
from contracts.events import (
    EVENT_TYPES,
    CloudEvent,
    Event,
    InvalidEvent,
    ReminderFired,
    ReminderSpec,
    TaskChange,
    TaskEvent,
    UnknownEvent,
)

DUE = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)


def fired() -> ReminderFired:
    return ReminderFired(
        reminder_id="r1", task_id="t1", user_id="u1", title="stretch", due_at=DUE, version=2, fired_at=DUE
    )


def task_event() -> TaskEvent:
    return TaskEvent(
        change=TaskChange.CREATED,
        task_id="t1",
        user_id="u1",
        version=1,
        title="stretch",
        due_at=DUE,
        reminders=(ReminderSpec(reminder_id="r1", due_at=DUE, active=True),),
        occurred_at=DUE,
    )


def test_an_occurrence_is_named_by_its_instant_in_utc() -> None:
    rome = timezone(timedelta(hours=1))
    assert occurrence_key(datetime(2026, 11, 24, 18, 0, tzinfo=rome)) == "20261124T170000Z"
    assert occurrence_key(DUE.replace(microsecond=5)) == "20261124T170000.000005Z"


def test_a_repeated_firing_has_the_same_id() -> None:
    later = fired().model_copy(update={"fired_at": DUE + timedelta(seconds=9), "version": 3})
    assert later.event_id() == fired().event_id()


def test_events_of_one_task_share_their_partition() -> None:
    assert fired().partition_key() == task_event().partition_key() == "t1"


@pytest.mark.parametrize("body", [body for body in EVENT_TYPES if "task_id" in body.model_fields])
def test_every_event_about_a_task_has_the_task_as_its_partition(body: type[Event]) -> None:
    made: Event = body.model_construct(task_id="the-task")
    assert made.partition_key() == "the-task"


@pytest.mark.parametrize("kind", ["todo.task.archived.v1", "todo.habit.v2"])
def test_a_kind_that_came_later_is_told_apart(kind: str) -> None:
    raw = json.dumps({"specversion": "1.0", "id": "x", "source": "y", "type": kind, "data": {}}).encode()
    with pytest.raises(UnknownEvent):
        CloudEvent.from_json(raw)


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "todo.task.changed.v2"},  # a newer version of what is known: it matters here
        {"type": "com.example.order.v1"},
        {"type": "todo.habit"},
        {"specversion": "2.0"},
        {"id": ""},
    ],
)
def test_what_only_looks_like_a_later_kind_is_poison(wrong: dict[str, str]) -> None:
    document = {"specversion": "1.0", "id": "x", "source": "y", "type": "todo.habit.v1", "data": {}, **wrong}
    with pytest.raises(InvalidEvent) as refusal:
        CloudEvent.from_json(json.dumps(document).encode())
    assert not isinstance(refusal.value, UnknownEvent)


@pytest.mark.parametrize("body", [fired(), task_event()])
def test_an_event_survives_the_wire(body: ReminderFired | TaskEvent) -> None:
    event = CloudEvent.wrap(body, source="test", time=DUE, traceparent="00-" + "1" * 32 + "-" + "2" * 16 + "-01")
    assert CloudEvent.from_json(event.to_json()) == event
    assert json.loads(event.to_json())["traceid"] == event.traceparent


def test_a_field_of_a_newer_version_is_ignored() -> None:
    document = json.loads(CloudEvent.wrap(fired(), source="test", time=DUE).to_json())
    document["data"]["colour"] = "blue"
    assert CloudEvent.from_json(json.dumps(document).encode()).data == fired()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"type": "todo.unknown.v1"}',
        b'{"type": "todo.reminder.fired.v1", "specversion": "1.0", "id": "x", "source": "y"}',
        b'{"type": "todo.reminder.fired.v1", "data": {"reminder_id": "../etc"}}',
    ],
)
def test_what_is_no_event_is_refused_with_a_reason(raw: bytes) -> None:
    with pytest.raises(InvalidEvent) as refusal:
        CloudEvent.from_json(raw)
    assert str(refusal.value)


def test_a_refusal_does_not_repeat_what_the_user_wrote() -> None:
    raw = b'{"type": "todo.reminder.fired.v1", "data": {"title": "my secret plan", "due_at": "my secret plan"}}'
    with pytest.raises(InvalidEvent) as refusal:
        CloudEvent.from_json(raw)
    assert "secret" not in str(refusal.value)


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValidationError):
        ReminderSpec(reminder_id="r1", due_at=datetime(2026, 11, 24, 17, 0), active=True)  # noqa: DTZ001
