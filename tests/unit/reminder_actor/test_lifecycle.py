"""The reminder's state machine: every transition, and that repeats and reordering change nothing."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.base import occurrence_key
from contracts.events import ReminderCancelled, ReminderFired, ReminderScheduled
from contracts.reminders import ApplyReminder, FireOutcome, ReminderStatus
from reminder_actor.lifecycle import JobChange, ReminderState, announcement_failed, apply, fire

ID = "r1"
DUE = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
LATER = DUE + timedelta(hours=1)
NOW = DUE + timedelta(milliseconds=3)


def wish(version: int = 1, due_at: datetime = DUE, *, active: bool = True, repair: bool = False) -> ApplyReminder:
    return ApplyReminder(
        task_id="t1", user_id="u1", title="stretch", version=version, due_at=due_at, active=active, repair=repair
    )


def applied(state: ReminderState | None, request: ApplyReminder) -> ReminderState:
    decision = apply(ID, state, request)
    assert decision is not None
    return decision.state


def fired(state: ReminderState, due_at: datetime = DUE) -> ReminderState:
    decision = fire(ID, state, occurrence_key(due_at), NOW).decision
    assert decision is not None
    return decision.state


def test_a_new_reminder_is_armed_and_announced() -> None:
    decision = apply(ID, None, wish())
    assert decision is not None
    assert decision.state.status is ReminderStatus.SCHEDULED
    assert decision.job is JobChange.ARM
    assert [type(event) for event in decision.announce] == [ReminderScheduled]


def test_a_due_reminder_fires_once() -> None:
    state = applied(None, wish())
    first = fire(ID, state, occurrence_key(DUE), NOW)
    assert first.outcome is FireOutcome.FIRED
    assert first.decision is not None
    (event,) = first.decision.announce
    assert isinstance(event, ReminderFired)
    assert (event.due_at, event.fired_at) == (DUE, NOW)
    again = fire(ID, first.decision.state, occurrence_key(DUE), NOW + timedelta(seconds=5))
    assert (again.outcome, again.decision) == (FireOutcome.ALREADY_FIRED, None)


def test_an_unknown_reminder_does_not_fire() -> None:
    assert fire(ID, None, occurrence_key(DUE), NOW).outcome is FireOutcome.UNKNOWN


def test_the_same_event_twice_is_once() -> None:
    state = applied(None, wish())
    assert apply(ID, state, wish()) is None


def test_an_older_event_changes_nothing() -> None:
    state = applied(None, wish(version=3, due_at=LATER))
    assert apply(ID, state, wish(version=2)) is None


def test_a_rescheduled_reminder_never_fires_at_its_old_time() -> None:
    state = applied(applied(None, wish()), wish(version=2, due_at=LATER))
    assert fire(ID, state, occurrence_key(DUE), NOW).outcome is FireOutcome.STALE
    assert fire(ID, state, occurrence_key(LATER), NOW).outcome is FireOutcome.FIRED


def test_a_cancelled_reminder_never_fires_and_loses_its_job() -> None:
    decision = apply(ID, applied(None, wish()), wish(version=2, active=False))
    assert decision is not None
    assert decision.job is JobChange.DISARM
    assert [type(event) for event in decision.announce] == [ReminderCancelled]
    assert fire(ID, decision.state, occurrence_key(DUE), NOW).outcome is FireOutcome.STALE


def test_a_cancelled_reminder_can_be_set_again() -> None:
    cancelled = applied(applied(None, wish()), wish(version=2, active=False))
    decision = apply(ID, cancelled, wish(version=3))
    assert decision is not None
    assert decision.job is JobChange.ARM
    assert fire(ID, decision.state, occurrence_key(DUE), NOW).outcome is FireOutcome.FIRED


def test_other_words_leave_the_job_alone() -> None:
    state = applied(None, wish())
    decision = apply(ID, state, wish(version=2).model_copy(update={"title": "stretch more"}))
    assert decision is not None
    assert (decision.job, decision.announce) == (JobChange.NONE, ())
    assert decision.state.title == "stretch more"


def test_other_words_after_it_fired_do_not_fire_it_again() -> None:
    decision = apply(ID, fired(applied(None, wish())), wish(version=2))
    assert decision is not None
    assert (decision.job, decision.announce, decision.state.status) == (JobChange.NONE, (), ReminderStatus.FIRED)


def test_the_next_occurrence_of_a_fired_reminder_is_armed() -> None:
    decision = apply(ID, fired(applied(None, wish())), wish(version=2, due_at=LATER))
    assert decision is not None
    assert (decision.job, decision.state.status) == (JobChange.ARM, ReminderStatus.SCHEDULED)
    assert fire(ID, decision.state, occurrence_key(DUE), NOW).outcome is FireOutcome.ALREADY_FIRED
    assert fire(ID, decision.state, occurrence_key(LATER), NOW).outcome is FireOutcome.FIRED


def test_moved_away_and_back_it_does_not_fire_twice_for_one_occurrence() -> None:
    moved = applied(fired(applied(None, wish())), wish(version=2, due_at=LATER))
    decision = apply(ID, moved, wish(version=3))
    assert decision is not None
    assert (decision.job, decision.announce) == (JobChange.DISARM, ())
    assert fire(ID, decision.state, occurrence_key(DUE), NOW).outcome is FireOutcome.ALREADY_FIRED


def test_a_failed_announcement_is_recorded_and_tried_again() -> None:
    state = announcement_failed(applied(None, wish()), "broker away")
    assert (state.status, state.attempts, state.last_error) == (ReminderStatus.FIRING, 1, "broker away")
    result = fire(ID, state, occurrence_key(DUE), NOW)
    assert result.outcome is FireOutcome.FIRED
    assert result.decision is not None
    assert result.decision.state.last_error is None


def test_completing_a_fired_reminder_keeps_that_it_fired() -> None:
    decision = apply(ID, fired(applied(None, wish())), wish(version=2, active=False))
    assert decision is not None
    assert (decision.state.status, decision.job, decision.announce) == (ReminderStatus.FIRED, JobChange.NONE, ())


class TestRepair:
    def test_arms_again_what_waits_without_a_job(self) -> None:
        decision = apply(ID, applied(None, wish()), wish(repair=True))
        assert decision is not None
        assert decision.job is JobChange.ARM

    def test_announces_again_what_fired_unheard(self) -> None:
        state = fired(applied(None, wish()))
        decision = apply(ID, state, wish(repair=True))
        assert decision is not None
        (event,) = decision.announce
        assert isinstance(event, ReminderFired)
        assert event.fired_at == state.fired_at
        assert event.event_id() == f"reminder/{ID}/{occurrence_key(DUE)}/fired"

    def test_restores_a_reminder_whose_state_was_lost(self) -> None:
        decision = apply(ID, None, wish(version=7, repair=True))
        assert decision is not None
        assert (decision.job, decision.state.version) == (JobChange.ARM, 7)

    def test_of_an_older_version_changes_nothing(self) -> None:
        assert apply(ID, applied(None, wish(version=2)), wish(version=1, repair=True)) is None


versions = st.lists(
    st.tuples(st.integers(min_value=0, max_value=3), st.booleans()), min_size=1, max_size=5
)  # (hours after DUE, active)


@given(history=versions, data=st.data())
def test_any_order_and_repetition_of_events_ends_the_same(history: list[tuple[int, bool]], data: st.DataObject) -> None:
    """Deliver versions 1..n in any order, some twice: the outcome is that of the newest version alone."""
    wishes = [
        wish(version, DUE + timedelta(hours=hours), active=active)
        for version, (hours, active) in enumerate(history, start=1)
    ]
    deliveries = data.draw(st.permutations(wishes + wishes[: len(wishes) // 2]))
    state: ReminderState | None = None
    for request in deliveries:
        decision = apply(ID, state, request)
        state = decision.state if decision else state
    assert state is not None
    newest = wishes[-1]
    assert (state.version, state.due_at) == (newest.version, newest.due_at)
    assert state.status is (ReminderStatus.SCHEDULED if newest.active else ReminderStatus.CANCELLED)


@given(
    turns=st.lists(
        st.one_of(
            st.tuples(st.just("apply"), st.integers(min_value=0, max_value=3)),
            st.tuples(st.just("fire"), st.integers(min_value=0, max_value=3)),
        ),
        max_size=20,
    )
)
def test_no_sequence_of_turns_fires_one_occurrence_twice_in_a_row(turns: list[tuple[str, int]]) -> None:
    state: ReminderState | None = None
    announced: list[str] = []
    for version, (turn, hours) in enumerate(turns, start=1):
        due_at = DUE + timedelta(hours=hours)
        if turn == "apply":
            decision = apply(ID, state, wish(version, due_at))
        else:
            decision = fire(ID, state, occurrence_key(due_at), NOW).decision
        if decision is not None:
            state = decision.state
            announced += [event.occurrence for event in decision.announce if isinstance(event, ReminderFired)]
    assert all(earlier != later for earlier, later in pairwise(announced))


@pytest.mark.parametrize("outcome", list(FireOutcome))
def test_every_outcome_is_final(outcome: FireOutcome) -> None:
    """The callback answers success for each of them; one that is not final would lose a reminder."""
    assert outcome in {FireOutcome.FIRED, FireOutcome.ALREADY_FIRED, FireOutcome.STALE, FireOutcome.UNKNOWN}
