"""The campaign's checker finds each way in which a promise can be broken, and nothing where none is."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.campaign.checker import FiredMessage, InboxRow, Readings, TaskMessage, TaskRow, check
from tests.campaign.ledger import Certainty, Ledger, Rung, Wish

DUE = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
LATER = DUE + timedelta(minutes=1)


def _ledger() -> Ledger:
    """One that rang, one that was deleted, one of which no answer came."""
    ledger = Ledger()
    ledger.add(Wish("rang", Certainty.ACKNOWLEDGED, "t1", {DUE}))
    ledger.add(Wish("deleted", Certainty.ACKNOWLEDGED, "t2", gone=True))
    ledger.add(Wish("unknown", Certainty.UNKNOWN, allowed={LATER}))
    ledger.rung.append(Rung("rang", DUE, DUE + timedelta(seconds=0.1)))
    return ledger


def _readings() -> Readings:
    return Readings(
        tasks=[TaskRow("t1", "rang", 1)],
        inbox=[InboxRow("rang", DUE)],
        waiting=0,
        task_messages=[
            TaskMessage("task/t1/v1", "t1", "rang", 1, "created"),
            TaskMessage("task/t2/v1", "t2", "deleted", 1, "created"),
            TaskMessage("task/t1/v1", "t1", "rang", 1, "created"),  # a repetition is allowed on the wire
            TaskMessage("task/t2/v2", "t2", "deleted", 2, "deleted"),
        ],
        fired_messages=[FiredMessage("reminder/r1/fired", "rang", DUE)],
        dead_letters=0,
    )


def _promises(ledger: Ledger, readings: Readings) -> set[str]:
    return {finding.promise for finding in check(ledger, readings)}


def test_nothing_is_found_where_every_promise_was_kept() -> None:
    assert check(_ledger(), _readings()) == []


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        (lambda r: replace(r, tasks=[]), "an acknowledged task is kept"),
        (lambda r: replace(r, tasks=[*r.tasks, TaskRow("t9", "rang", 1)]), "a request makes one task"),
        (lambda r: replace(r, tasks=[*r.tasks, TaskRow("t9", "strange", 1)]), "only what was asked for is there"),
        (lambda r: replace(r, tasks=[*r.tasks, TaskRow("t2", "deleted", 1)]), "what was deleted stays away"),
        (lambda r: replace(r, task_messages=r.task_messages[1:2] + r.task_messages[3:]), "every change has its event"),
        (lambda r: replace(r, tasks=[TaskRow("t1", "rang", 2)]), "every change has its event"),
        (lambda r: replace(r, task_messages=r.task_messages[:3]), "every change has its event"),
        (lambda r: replace(r, task_messages=r.task_messages[::-1]), "a task's events are in order"),
        (
            lambda r: replace(r, task_messages=[*r.task_messages, TaskMessage("x", "t9", "strange", 1, "created")]),
            "only what was asked for is on the topic",
        ),
        (lambda r: replace(r, inbox=[]), "what was heard is in the inbox"),
        (lambda r: replace(r, inbox=[*r.inbox, InboxRow("rang", DUE)]), "the inbox has a reminder once"),
        (lambda r: replace(r, inbox=[*r.inbox, InboxRow("unknown", LATER)]), "what is in the inbox was heard"),
        (lambda r: replace(r, fired_messages=[]), "what was heard was announced"),
        (lambda r: replace(r, waiting=1), "the outbox empties"),
        (lambda r: replace(r, dead_letters=1), "nothing is dead-lettered"),
    ],
)
def test_what_is_wrong_in_the_database_or_on_a_topic_is_found(
    change: Callable[[Readings], Readings], promise: str
) -> None:
    assert promise in _promises(_ledger(), change(_readings()))


@pytest.mark.parametrize(
    ("rung", "promise"),
    [
        ([], "each due reminder is heard"),
        ([Rung("rang", DUE, DUE), Rung("rang", DUE, DUE)], "no reminder is heard twice"),
        ([Rung("rang", DUE, DUE - timedelta(milliseconds=1))], "nothing rings too early"),
        ([Rung("rang", DUE, DUE), Rung("deleted", DUE, DUE)], "nothing rings that is not wanted"),
        ([Rung("rang", DUE, DUE), Rung("rang", LATER, LATER)], "nothing rings that is not wanted"),
    ],
)
def test_what_is_wrong_on_the_streams_is_found(rung: list[Rung], promise: str) -> None:
    ledger = _ledger()
    ledger.rung = rung
    assert promise in _promises(ledger, _readings())


def test_a_change_that_was_answered_before_the_due_time_forbids_the_old_one() -> None:
    in_time = Wish("moved", Certainty.ACKNOWLEDGED, required={DUE})
    in_time.withdraw(DUE, DUE - timedelta(seconds=2), DUE - timedelta(seconds=1))
    assert not in_time.required
    assert not in_time.allowed
    for answered in (None, DUE, DUE + timedelta(seconds=1)):
        late = Wish("moved", Certainty.ACKNOWLEDGED, required={DUE})
        late.withdraw(DUE, DUE - timedelta(seconds=2), answered)
        assert not late.required
        assert late.allowed == {DUE}


def test_an_unanswered_request_may_have_been_carried_out_or_not() -> None:
    readings, ledger = _readings(), _ledger()
    assert check(ledger, readings) == []
    carried_out = replace(
        readings,
        tasks=[*readings.tasks, TaskRow("t3", "unknown", 1)],
        task_messages=[*readings.task_messages, TaskMessage("task/t3/v1", "t3", "unknown", 1, "created")],
        inbox=[*readings.inbox, InboxRow("unknown", LATER)],
        fired_messages=[*readings.fired_messages, FiredMessage("x", "unknown", LATER)],
    )
    ledger.rung.append(Rung("unknown", LATER, LATER))
    assert check(ledger, carried_out) == []
    ledger.wishes["unknown"] = Wish("unknown", Certainty.UNKNOWN, any_time=True)
    assert check(ledger, carried_out) == []
    ledger.rung.append(Rung("unknown", DUE, DUE))
    assert "no reminder is heard twice" in _promises(ledger, carried_out)
