"""The recurring worker: one answer for each occurrence that was done, the same however often it is asked."""

from datetime import UTC, datetime, timedelta

import pytest

from consumers.recurring.events import TaskEvents
from contracts.events import CloudEvent, Event, NextOccurrence, ReminderFired, ReminderResponded, TaskChange, TaskEvent
from contracts.occurrences import DoneOccurrence
from servicekit.errors import SidecarUnavailable
from servicekit.subscriptions import Reject

DUE = datetime(2026, 11, 24, 9, tzinfo=UTC)


def task_event(rule: str = "FREQ=DAILY", *, done: bool = True, timezone: str = "Europe/Rome") -> TaskEvent:
    occurrence = DoneOccurrence(
        due_at=DUE,
        occurrence_at=DUE,
        recurrence=rule,
        recurs_from=DUE,
        timezone=timezone,
        done_at=DUE + timedelta(minutes=5),
    )
    return TaskEvent(
        change=TaskChange.COMPLETED,
        task_id="t1",
        user_id="u1",
        version=7,
        title="pill",
        due_at=DUE,
        recurrence=rule,
        done_occurrence=occurrence if done else None,
        occurred_at=DUE,
    )


class Broker:
    def __init__(self) -> None:
        self.published: list[CloudEvent] = []
        self.away = False

    async def publish(self, event: CloudEvent) -> None:
        if self.away:
            raise SidecarUnavailable("away")
        self.published.append(event)


@pytest.fixture
def broker() -> Broker:
    return Broker()


async def handle(broker: Broker, body: Event) -> None:
    await TaskEvents(broker).handle(CloudEvent.wrap(body, source="test", time=DUE))


async def test_a_done_occurrence_is_answered_with_the_next_one(broker: Broker) -> None:
    for _ in range(2):
        await handle(broker, task_event())
    first, again = broker.published
    assert first.data == NextOccurrence(
        task_id="t1", user_id="u1", version=7, occurrence="20261124T090000Z", next_due_at=DUE + timedelta(days=1)
    )
    assert (first.id, first.source) == ("task/t1/20261124T090000Z/v7/next", "recurring")
    assert (again.id, again.data) == (first.id, first.data)


async def test_the_last_one_is_answered_too(broker: Broker) -> None:
    await handle(broker, task_event("FREQ=DAILY;COUNT=1"))
    (event,) = broker.published
    assert isinstance(event.data, NextOccurrence)
    assert event.data.next_due_at is None


async def test_other_changes_and_responses_are_passed_over(broker: Broker) -> None:
    await handle(broker, task_event(done=False))
    responded = {"reminder_id": "r", "task_id": "t", "user_id": "u", "title": "x", "due_at": DUE, "occurred_at": DUE}
    await handle(broker, ReminderResponded.model_validate({**responded, "response": "acknowledged"}))
    assert broker.published == []


async def test_what_cannot_be_told_is_put_aside_and_not_tried_for_ever(broker: Broker) -> None:
    for body in (task_event("FREQ=NEVER"), task_event(timezone="Mars/Olympus")):
        with pytest.raises(Reject, match="cannot be told"):
            await handle(broker, body)


async def test_another_topics_event_is_rejected(broker: Broker) -> None:
    fired = ReminderFired(
        reminder_id="r", task_id="t", user_id="u", title="x", due_at=DUE, version=1, fired_at=DUE + timedelta(hours=1)
    )
    with pytest.raises(Reject, match="does not belong"):
        await handle(broker, fired)


async def test_without_a_broker_the_event_must_come_again(broker: Broker) -> None:
    broker.away = True
    with pytest.raises(SidecarUnavailable):
        await handle(broker, task_event())
