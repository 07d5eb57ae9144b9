"""The reminder's state machine: every transition, and that repeats and reordering change nothing."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.base import occurrence_key
from contracts.events import (
    MISSED_AFTER,
    ReminderAcknowledged,
    ReminderCancelled,
    ReminderFired,
    ReminderMissed,
    ReminderResponse,
    ReminderScheduled,
    ReminderSnoozed,
)
from contracts.reminders import ApplyReminder, FireOutcome, FireReminder, ReminderStatus, RespondReminder
from reminder_actor.lifecycle import Decision, JobChange, ReminderState, announcement_failed, apply, fire, respond

ID = "r1"
DUE = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
LATER = DUE + timedelta(hours=1)
NOW = DUE + timedelta(milliseconds=3)


def wish(version: int = 1, due_at: datetime = DUE, *, active: bool = True, repair: bool = False) -> ApplyReminder:
    return ApplyReminder(
        task_id="t1", user_id="u1", title="stretch", version=version, due_at=due_at, active=active, repair=repair
    )


def trigger(due_at: datetime, not_before: datetime | None = None) -> FireReminder:
    return FireReminder(occurrence=occurrence_key(due_at), not_before=not_before)


def applied(state: ReminderState | None, request: ApplyReminder) -> ReminderState:
    decision = apply(ID, state, request, NOW)
    assert decision is not None
    return decision.state


def fired(state: ReminderState, due_at: datetime = DUE) -> ReminderState:
    decision = fire(ID, state, trigger(due_at), NOW).decision
    assert decision is not None
    return decision.state


def test_a_new_reminder_is_armed_and_announced() -> None:
    decision = apply(ID, None, wish(), NOW)
    assert decision is not None
    assert decision.state.status is ReminderStatus.SCHEDULED
    assert decision.job is JobChange.ARM
    assert [type(event) for event in decision.announce] == [ReminderScheduled]


def test_a_due_reminder_fires_once() -> None:
    state = applied(None, wish())
    first = fire(ID, state, trigger(DUE), NOW)
    assert first.outcome is FireOutcome.FIRED
    assert first.decision is not None
    (event,) = first.decision.announce
    assert isinstance(event, ReminderFired)
    assert (event.due_at, event.fired_at) == (DUE, NOW)
    again = fire(ID, first.decision.state, trigger(DUE), NOW + timedelta(seconds=5))
    assert (again.outcome, again.decision) == (FireOutcome.ALREADY_FIRED, None)


def test_an_unknown_reminder_does_not_fire() -> None:
    assert fire(ID, None, trigger(DUE), NOW).outcome is FireOutcome.UNKNOWN


def test_the_same_event_twice_is_once() -> None:
    state = applied(None, wish())
    assert apply(ID, state, wish(), NOW) is None


def test_an_older_event_changes_nothing() -> None:
    state = applied(None, wish(version=3, due_at=LATER))
    assert apply(ID, state, wish(version=2), NOW) is None


def test_a_rescheduled_reminder_never_fires_at_its_old_time() -> None:
    state = applied(applied(None, wish()), wish(version=2, due_at=LATER))
    assert fire(ID, state, trigger(DUE), NOW).outcome is FireOutcome.STALE
    assert fire(ID, state, trigger(LATER), NOW).outcome is FireOutcome.FIRED


def test_a_cancelled_reminder_never_fires_and_loses_its_job() -> None:
    decision = apply(ID, applied(None, wish()), wish(version=2, active=False), NOW)
    assert decision is not None
    assert decision.job is JobChange.DISARM
    assert [type(event) for event in decision.announce] == [ReminderCancelled]
    assert fire(ID, decision.state, trigger(DUE), NOW).outcome is FireOutcome.STALE


def test_a_cancelled_reminder_can_be_set_again() -> None:
    cancelled = applied(applied(None, wish()), wish(version=2, active=False))
    decision = apply(ID, cancelled, wish(version=3), NOW)
    assert decision is not None
    assert decision.job is JobChange.ARM
    assert fire(ID, decision.state, trigger(DUE), NOW).outcome is FireOutcome.FIRED


def test_other_words_leave_the_job_alone() -> None:
    state = applied(None, wish())
    decision = apply(ID, state, wish(version=2).model_copy(update={"title": "stretch more"}), NOW)
    assert decision is not None
    assert (decision.job, decision.announce) == (JobChange.NONE, ())
    assert decision.state.title == "stretch more"


def test_other_words_after_it_fired_do_not_fire_it_again() -> None:
    decision = apply(ID, fired(applied(None, wish())), wish(version=2), NOW)
    assert decision is not None
    assert (decision.job, decision.announce, decision.state.status) == (JobChange.NONE, (), ReminderStatus.FIRED)


def test_the_next_occurrence_of_a_fired_reminder_is_armed() -> None:
    decision = apply(ID, fired(applied(None, wish())), wish(version=2, due_at=LATER), NOW)
    assert decision is not None
    assert (decision.job, decision.state.status) == (JobChange.ARM, ReminderStatus.SCHEDULED)
    assert fire(ID, decision.state, trigger(DUE), NOW).outcome is FireOutcome.ALREADY_FIRED
    assert fire(ID, decision.state, trigger(LATER), NOW).outcome is FireOutcome.FIRED


def test_moved_away_and_back_it_does_not_fire_twice_for_one_occurrence() -> None:
    moved = applied(fired(applied(None, wish())), wish(version=2, due_at=LATER))
    decision = apply(ID, moved, wish(version=3), NOW)
    assert decision is not None
    assert (decision.job, decision.announce) == (JobChange.DISARM, ())
    assert fire(ID, decision.state, trigger(DUE), NOW).outcome is FireOutcome.ALREADY_FIRED


def test_a_failed_announcement_is_recorded_and_tried_again() -> None:
    state = announcement_failed(applied(None, wish()), "broker away")
    assert (state.status, state.attempts, state.last_error) == (ReminderStatus.FIRING, 1, "broker away")
    result = fire(ID, state, trigger(DUE), NOW)
    assert result.outcome is FireOutcome.FIRED
    assert result.decision is not None
    assert result.decision.state.last_error is None


def test_completing_a_fired_reminder_keeps_that_it_fired() -> None:
    decision = apply(ID, fired(applied(None, wish())), wish(version=2, active=False), NOW)
    assert decision is not None
    assert (decision.state.status, decision.job, decision.announce) == (ReminderStatus.FIRED, JobChange.NONE, ())


class TestAhead:
    """Its job comes before it is due; nobody is told before that."""

    BEFORE = DUE - timedelta(seconds=30)

    def ahead(self) -> tuple[ReminderState, ReminderFired]:
        decision = fire(ID, applied(None, wish()), trigger(DUE, not_before=DUE), self.BEFORE).decision
        assert decision is not None
        (event,) = decision.announce
        assert isinstance(event, ReminderFired)
        return decision.state, event

    def apply(self, state: ReminderState, request: ApplyReminder, now: datetime) -> Decision:
        decision = apply(ID, state, request, now)
        assert decision is not None
        return decision

    def test_it_counts_as_fired_from_its_due_time_on(self) -> None:
        state, event = self.ahead()
        assert (event.fired_at, event.not_before, state.fired_at) == (DUE, DUE, DUE)

    def test_a_job_that_comes_late_tells_at_once(self) -> None:
        decision = fire(ID, applied(None, wish()), trigger(DUE, not_before=DUE), NOW).decision
        assert decision is not None
        (event,) = decision.announce
        assert isinstance(event, ReminderFired)
        assert (event.fired_at, event.not_before) == (NOW, None)

    @pytest.mark.parametrize("now", [BEFORE + timedelta(seconds=3), NOW])
    def test_a_trigger_that_comes_again_changes_nothing(self, now: datetime) -> None:
        state, _ = self.ahead()
        assert fire(ID, state, trigger(DUE, not_before=DUE), now).outcome is FireOutcome.ALREADY_FIRED

    def test_an_operator_can_have_it_told_at_once(self) -> None:
        state, first = self.ahead()
        result = fire(ID, state, trigger(DUE), self.BEFORE)
        assert result.outcome is FireOutcome.FIRED
        assert result.decision is not None
        (event,) = result.decision.announce
        assert isinstance(event, ReminderFired)
        assert (event.fired_at, event.not_before) == (self.BEFORE, None)
        assert event.event_id() != first.event_id()  # a broker that drops repeated ids lets it pass

    def test_before_it_is_due_it_can_be_cancelled(self) -> None:
        state, _ = self.ahead()
        decision = self.apply(state, wish(2, active=False), self.BEFORE)
        assert decision.state.status is ReminderStatus.CANCELLED
        assert [type(event) for event in decision.announce] == [ReminderCancelled]

    def test_what_was_cancelled_before_it_was_due_and_set_again_fires_again(self) -> None:
        state, first = self.ahead()
        state = self.apply(state, wish(2, active=False), self.BEFORE).state
        decision = self.apply(state, wish(3), NOW)
        assert (decision.state.status, decision.job) == (ReminderStatus.SCHEDULED, JobChange.ARM)
        again = fire(ID, decision.state, trigger(DUE, not_before=DUE), NOW).decision
        assert again is not None
        assert isinstance(again.announce[0], ReminderFired)
        assert again.announce[0].event_id() != first.event_id()

    @pytest.mark.parametrize("back_at", [BEFORE, NOW])
    def test_what_was_moved_away_and_back_fires_again(self, back_at: datetime) -> None:
        state, first = self.ahead()
        away = self.apply(state, wish(2, LATER), self.BEFORE)
        assert (away.state.status, away.job) == (ReminderStatus.SCHEDULED, JobChange.ARM)
        back = self.apply(away.state, wish(3), back_at)
        assert back.job is JobChange.ARM
        again = fire(ID, back.state, trigger(DUE, not_before=DUE), back_at).decision
        assert again is not None
        assert isinstance(again.announce[0], ReminderFired)
        assert again.announce[0].event_id() != first.event_id()

    def test_other_words_leave_it_fired(self) -> None:
        state, _ = self.ahead()
        decision = self.apply(state, wish(2), self.BEFORE)
        assert (decision.state.status, decision.job, decision.announce) == (ReminderStatus.FIRED, JobChange.NONE, ())

    def test_a_repair_leaves_it_alone_until_it_is_due(self) -> None:
        state, first = self.ahead()
        assert apply(ID, state, wish(repair=True), self.BEFORE) is None
        decision = self.apply(state, wish(repair=True), NOW)
        (event,) = decision.announce
        assert isinstance(event, ReminderFired)
        assert (event.fired_at, event.not_before) == (DUE, None)
        assert event.event_id() != first.event_id()


class TestRepair:
    def test_arms_again_what_waits_without_a_job(self) -> None:
        decision = apply(ID, applied(None, wish()), wish(repair=True), NOW)
        assert decision is not None
        assert decision.job is JobChange.ARM

    def test_announces_again_what_fired_unheard(self) -> None:
        state = fired(applied(None, wish()))
        decision = apply(ID, state, wish(repair=True), NOW)
        assert decision is not None
        (event,) = decision.announce
        assert isinstance(event, ReminderFired)
        assert event.fired_at == state.fired_at
        assert event.event_id() == f"reminder/{ID}/{occurrence_key(DUE)}/fired"

    def test_restores_a_reminder_whose_state_was_lost(self) -> None:
        decision = apply(ID, None, wish(version=7, repair=True), NOW)
        assert decision is not None
        assert (decision.job, decision.state.version) == (JobChange.ARM, 7)

    def test_of_an_older_version_changes_nothing(self) -> None:
        assert apply(ID, applied(None, wish(version=2)), wish(version=1, repair=True), NOW) is None


class TestMissed:
    LATE = DUE + MISSED_AFTER + timedelta(milliseconds=1)

    @pytest.mark.parametrize(("now", "missed"), [(DUE, False), (DUE + MISSED_AFTER, False), (LATE, True)])
    def test_what_fires_later_than_the_limit_was_missed(self, now: datetime, missed: bool) -> None:
        decision = fire(ID, applied(None, wish()), trigger(DUE), now).decision
        assert decision is not None
        expected = [ReminderFired, ReminderMissed] if missed else [ReminderFired]
        assert [type(event) for event in decision.announce] == expected
        if missed:
            event = decision.announce[1]
            assert isinstance(event, ReminderMissed)
            assert (event.noticed_at, event.fired_at) == (now, now)
            assert event.event_id() == f"reminder/{ID}/{occurrence_key(DUE)}/missed"

    def test_what_the_sweep_finds_overdue_was_missed_and_that_is_said_once(self) -> None:
        found = apply(ID, applied(None, wish()), wish(repair=True), self.LATE)
        assert found is not None
        assert [type(event) for event in found.announce] == [ReminderScheduled, ReminderMissed]
        assert isinstance(found.announce[1], ReminderMissed)
        assert found.announce[1].fired_at is None
        again = apply(ID, found.state, wish(repair=True), self.LATE)
        assert again is not None
        assert [type(event) for event in again.announce] == [ReminderScheduled]
        decision = fire(ID, again.state, trigger(DUE), self.LATE).decision
        assert decision is not None
        assert [type(event) for event in decision.announce] == [ReminderFired]

    def test_what_fired_in_time_and_was_not_heard_was_missed(self) -> None:
        found = apply(ID, fired(applied(None, wish())), wish(repair=True), self.LATE)
        assert found is not None
        missed = found.announce[1]
        assert isinstance(missed, ReminderMissed)
        assert missed.fired_at == NOW

    def test_a_repair_in_time_finds_nothing_missed(self) -> None:
        found = apply(ID, applied(None, wish()), wish(repair=True), DUE + MISSED_AFTER)
        assert found is not None
        assert [type(event) for event in found.announce] == [ReminderScheduled]

    def test_the_next_occurrence_can_be_missed_as_well(self) -> None:
        late = fire(ID, applied(None, wish()), trigger(DUE), self.LATE).decision
        assert late is not None
        moved = applied(late.state, wish(version=2, due_at=LATER))
        decision = fire(ID, moved, trigger(LATER), LATER + timedelta(minutes=5)).decision
        assert decision is not None
        assert [type(event) for event in decision.announce] == [ReminderFired, ReminderMissed]


class TestResponses:
    @staticmethod
    def told(response: ReminderResponse, due_at: datetime = DUE, until: datetime | None = None) -> RespondReminder:
        return RespondReminder(due_at=due_at, title="stretch", response=response, at=NOW, snoozed_until=until)

    def test_an_acknowledgement_is_announced_by_occurrence(self) -> None:
        decision = respond(ID, fired(applied(None, wish())), self.told(ReminderResponse.ACKNOWLEDGED))
        assert decision is not None
        (event,) = decision.announce
        assert isinstance(event, ReminderAcknowledged)
        assert event.event_id() == f"reminder/{ID}/{occurrence_key(DUE)}/acknowledged"
        assert (event.acknowledged_at, decision.job) == (NOW, JobChange.NONE)
        assert decision.state.status is ReminderStatus.ACKNOWLEDGED

    def test_snoozing_twice_to_different_times_is_two_events(self) -> None:
        state = fired(applied(None, wish()))
        ids = []
        for until in (LATER, LATER, LATER + timedelta(hours=1)):
            decision = respond(ID, state, self.told(ReminderResponse.SNOOZED, until=until))
            assert decision is not None
            state = decision.state
            (event,) = decision.announce
            assert isinstance(event, ReminderSnoozed)
            assert event.snoozed_until == until
            ids.append(event.event_id())
        assert ids[0] == ids[1] != ids[2]
        assert state.status is ReminderStatus.SNOOZED

    def test_a_response_to_an_earlier_occurrence_leaves_the_next_one_armed(self) -> None:
        armed = applied(fired(applied(None, wish())), wish(version=2, due_at=LATER))
        decision = respond(ID, armed, self.told(ReminderResponse.ACKNOWLEDGED))
        assert decision is not None
        assert decision.state == armed
        assert decision.announce[0].due_at == DUE
        assert fire(ID, decision.state, trigger(LATER), NOW).outcome is FireOutcome.FIRED

    @pytest.mark.parametrize("response", list(ReminderResponse))
    def test_what_was_responded_to_is_as_spent_as_what_fired(self, response: ReminderResponse) -> None:
        decision = respond(ID, fired(applied(None, wish())), self.told(response, until=LATER))
        assert decision is not None
        spent = decision.state
        assert fire(ID, spent, trigger(DUE), NOW).outcome is FireOutcome.ALREADY_FIRED
        words = apply(ID, spent, wish(version=2), NOW)
        assert words is not None
        assert (words.job, words.announce, words.state.status) == (JobChange.NONE, (), spent.status)
        done = apply(ID, spent, wish(version=2, active=False), NOW)
        assert done is not None
        assert (done.job, done.announce, done.state.status) == (JobChange.NONE, (), spent.status)
        following = apply(ID, spent, wish(version=2, due_at=LATER), NOW)
        assert following is not None
        assert (following.job, following.state.status) == (JobChange.ARM, ReminderStatus.SCHEDULED)

    def test_a_response_to_a_reminder_nobody_knows_is_none(self) -> None:
        assert respond(ID, None, self.told(ReminderResponse.ACKNOWLEDGED)) is None


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
        decision = apply(ID, state, request, NOW)
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
            decision = apply(ID, state, wish(version, due_at), NOW)
        else:
            decision = fire(ID, state, trigger(due_at), NOW).decision
        if decision is not None:
            state = decision.state
            announced += [event.occurrence for event in decision.announce if isinstance(event, ReminderFired)]
    assert all(earlier != later for earlier, later in pairwise(announced))


@pytest.mark.parametrize("outcome", list(FireOutcome))
def test_every_outcome_is_final(outcome: FireOutcome) -> None:
    """The callback answers success for each of them; one that is not final would lose a reminder."""
    assert outcome in {FireOutcome.FIRED, FireOutcome.ALREADY_FIRED, FireOutcome.STALE, FireOutcome.UNKNOWN}
