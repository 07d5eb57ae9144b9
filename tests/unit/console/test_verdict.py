"""Why it did or did not ring: what is said for each way a reminder can be; a gap is never taken for a fact."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from console.evidence import Evidence
from console.timeline import timeline, trace_id, trace_ids
from console.verdict import judge
from contracts.base import occurrence_key
from contracts.console import Mood
from contracts.operations import (
    ActorSnapshot,
    DeliveryFact,
    History,
    HistoryEntry,
    InboxFact,
    JobFact,
    ReminderFacts,
    ReminderRow,
    UnpublishedFact,
)
from contracts.reminders import ReminderStatus

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
LATER, PAST = NOW + timedelta(hours=3), NOW - timedelta(minutes=5)
TRACE = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"


def row(due_at: datetime, status: str = "scheduled", **fields: object) -> ReminderRow:
    known = {"reminder_id": "r", "task_id": "t", "user_id": "u", "email": "a@b.org", "title": "x", "version": 1}
    return ReminderRow.model_validate({"task_status": "open", "due_at": due_at, "status": status, **known, **fields})


def actor(due_at: datetime, status: ReminderStatus = ReminderStatus.SCHEDULED, **fields: object) -> ActorSnapshot:
    known = {"reminder_id": "r", "task_id": "t", "user_id": "u", "title": "x", "version": 1}
    return ActorSnapshot.model_validate({"due_at": due_at, "status": status, **known, **fields})


def job(due_at: datetime) -> JobFact:
    return JobFact(name="reminder-r", reminder_id="r", due_at=due_at)


def armed(due_at: datetime) -> Evidence:
    """All is as it should be."""
    return Evidence("r", NOW, ReminderFacts(reminder=row(due_at)), actor(due_at), job(due_at))


def fired(*deliveries: DeliveryFact, shown: bool = False, late: float = 0.02) -> Evidence:
    at = PAST + timedelta(seconds=late)
    item = InboxFact(
        item_id=1,
        occurrence=occurrence_key(PAST),
        kind="reminder",
        due_at=PAST,
        fired_at=at,
        delivered_at=at if shown else None,
        deliveries=deliveries,
    )
    facts = ReminderFacts(reminder=row(PAST, "fired", fired_at=at), inbox=(item,))
    return Evidence("r", NOW, facts, actor(PAST, ReminderStatus.FIRED))


def delivery(channel: str, state: str) -> DeliveryFact:
    return DeliveryFact(channel=channel, state=state, at=NOW, detail="mailbox is full" if state == "failed" else "")


WAITS_IN_OUTBOX = UnpublishedFact(event_id="e", type="todo.task.changed.v1", created_at=NOW)


@pytest.mark.parametrize(
    ("evidence", "mood", "said"),
    [
        (armed(LATER), Mood.WAITING, "in 3 h"),
        (replace(armed(LATER), job=None), Mood.BAD, "As it is, it will not."),
        (
            replace(armed(LATER), actor=actor(LATER, ReminderStatus.FIRED, last_fired=occurrence_key(LATER)), job=None),
            Mood.WAITING,
            "in 3 h.",
        ),
        (replace(armed(LATER), actor=None), Mood.BAD, "As it is, it will not."),
        (replace(armed(LATER), job=job(LATER + timedelta(hours=1))), Mood.BAD, "As it is, it will not."),
        (replace(armed(LATER), actor=actor(LATER, ReminderStatus.CANCELLED)), Mood.BAD, "As it is, it will not."),
        (
            Evidence("r", NOW, ReminderFacts(reminder=row(LATER, "pending"), unpublished=(WAITS_IN_OUTBOX,))),
            Mood.WAITING,
            "in 3 h",
        ),
        (armed(PAST), Mood.BAD, "Its job is armed and was not done: overdue by 5 min."),
        (replace(armed(PAST), job=None), Mood.BAD, "It did not ring"),
        (
            replace(armed(PAST), actor=actor(PAST, ReminderStatus.FIRING, attempts=4, last_error="broker away")),
            Mood.BAD,
            "It is trying to ring and cannot",
        ),
        (
            replace(armed(PAST), actor=actor(PAST, ReminderStatus.FIRED, last_fired=occurrence_key(PAST)), job=None),
            Mood.BAD,
            "It fired, but chat-api has not heard of it",
        ),
        (fired(shown=True), Mood.GOOD, "It rang."),
        (fired(shown=True, late=150), Mood.WAITING, "It rang, 2 min 30 s late."),
        (fired(delivery("email", "sent")), Mood.GOOD, "It rang."),
        (fired(delivery("email", "failed")), Mood.BAD, "reached the user nowhere outside the inbox"),
        (fired(delivery("email", "failed"), delivery("push", "sent")), Mood.GOOD, "It rang."),
        (fired(), Mood.WAITING, "nobody has looked yet"),
        (Evidence("r", NOW, ReminderFacts(reminder=row(LATER, "cancelled"))), Mood.OFF, "is not meant to"),
        (Evidence("r", NOW, ReminderFacts(reminder=row(PAST, "skipped"))), Mood.OFF, "It was left out"),
        (Evidence("r", NOW, ReminderFacts(reminder=row(PAST, task_status="completed"))), Mood.OFF, "is not meant to"),
        (Evidence("r", NOW), Mood.OFF, "There is no such reminder."),
        (Evidence("r", NOW, actor=actor(PAST, ReminderStatus.CANCELLED)), Mood.OFF, "It is gone with its task."),
    ],
)
def test_what_is_said(evidence: Evidence, mood: Mood, said: str) -> None:
    verdict = judge(evidence)
    assert said in verdict.headline
    assert verdict.mood is mood
    assert mood is not Mood.BAD or verdict.because


def test_what_could_not_be_asked_is_not_missing() -> None:
    evidence = replace(armed(LATER), actor=None, job=None, unasked={"actor": "away", "job": "away"})
    verdict = judge(evidence)
    assert verdict.mood is Mood.WAITING
    assert verdict.because == ("Not everything could be asked; what answered is in order.",)
    blind = judge(replace(evidence, unasked={"facts": "chat-api: UNAVAILABLE"}))
    assert (blind.mood, blind.because) == (Mood.BAD, ("chat-api: UNAVAILABLE",))


def test_the_timeline_is_in_order_and_ends_with_what_is_to_come() -> None:
    scheduled = HistoryEntry(
        number=2,
        type="todo.reminder.scheduled.v1",
        at=NOW - timedelta(minutes=1),
        source="reminder-actor",
        traceparent=TRACE,
        data={"due_at": LATER.isoformat(), "version": 1},
    )
    created = HistoryEntry(
        number=1, type="todo.task.changed.v1", at=NOW - timedelta(minutes=2), data={"change": "created", "version": 1}
    )
    evidence = replace(armed(LATER), history=History(entries=(scheduled, created)))
    moments = timeline(evidence)
    assert [moment.what for moment in moments] == ["Task created", "Armed", "Its job is due"]
    assert [moment.future for moment in moments] == [False, False, True]
    assert trace_ids(evidence) == ("0123456789abcdef0123456789abcdef",)
    assert trace_id("nonsense") is None
