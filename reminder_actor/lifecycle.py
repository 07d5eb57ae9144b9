"""A reminder's life as a pure state machine: what a turn changes and what it must bring about.

::

                 apply(active, new due)                    fire(this occurrence)
    (unknown) ─────────────────────────▶ SCHEDULED ───────────────────────────────▶ FIRED
                                          ▲  │  └─ announcement failed ─▶ FIRING ─────▲
                   apply(active, new due) │  │ apply(inactive)            │ fire again │
                                          │  ▼                            │
                                       CANCELLED ◀────────────────────────┘ apply(inactive)

    FIRED ── respond ─▶ SNOOZED or ACKNOWLEDGED         (the last word counts; an earlier occurrence changes nothing)
    FIRED, SNOOZED, ACKNOWLEDGED ── apply(active, new due) ─▶ SCHEDULED     (moved, or the next of a recurrence)

A job comes some time ahead of its reminder, and so does the announcement, which says before when nobody is to be told
(`fired_at` is that instant). Until then the firing can be taken back: an `apply` that cancels or moves the reminder
finds it as if it had not fired.

An occurrence that fires, or is found unheard by a repair, more than `MISSED_AFTER` past its due time was missed: that
is announced once, besides.

Two rules make every turn safe to repeat and to reorder:

- a turn's effects come before its state is saved, and each effect is itself idempotent (a job is overwritten by
  name, an event has a deterministic id). A crash in between repeats the turn; it never skips an effect.
- an `apply` older than the stored version changes nothing, and a `fire` counts only for the occurrence that is due.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import Field

from contracts.base import Contract, Identifier, Instant, occurrence_key
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
from contracts.operations import ActorSnapshot
from contracts.reminders import ApplyReminder, FireOutcome, FireReminder, ReminderStatus, RespondReminder

ReminderEvent = (
    ReminderScheduled | ReminderFired | ReminderSnoozed | ReminderAcknowledged | ReminderMissed | ReminderCancelled
)

SPENT = frozenset({ReminderStatus.FIRED, ReminderStatus.SNOOZED, ReminderStatus.ACKNOWLEDGED})
"""It has fired for its due time, whatever the user did then."""


class ReminderState(Contract):
    """What the actor stores."""

    task_id: Identifier
    user_id: Identifier
    title: str
    version: int = Field(ge=1, description="The newest task version seen.")
    due_at: Instant
    status: ReminderStatus
    fired_at: Instant | None = None
    last_fired: str | None = Field(default=None, description="The occurrence that fired last.")
    last_missed: str | None = Field(default=None, description="The occurrence that was announced as missed last.")
    attempts: int = Field(default=0, ge=0, description="Announcements of this occurrence that failed.")
    last_error: str | None = None

    @property
    def occurrence(self) -> str:
        """The firing this reminder waits for, or had."""
        return occurrence_key(self.due_at)


class JobChange(StrEnum):
    """What a turn does to the reminder's Dapr job."""

    ARM = "arm"
    DISARM = "disarm"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Decision:
    """The state to save once the job is changed and the events are out."""

    state: ReminderState
    job: JobChange = JobChange.NONE
    announce: tuple[ReminderEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class FireDecision:
    """What a job's trigger comes to; without a decision nothing changes."""

    outcome: FireOutcome
    decision: Decision | None = None


def apply(reminder_id: str, state: ReminderState | None, request: ApplyReminder, now: datetime) -> Decision | None:
    """Take over what the user wants. None: outdated or applied before, nothing to do."""
    if state is not None and _is_ahead(state, now) and not (request.active and request.due_at == state.due_at):
        state = state.model_copy(update={"status": ReminderStatus.SCHEDULED, "fired_at": None, "last_fired": None})
    decision = _apply(reminder_id, state, request, now)
    if decision is None or not request.repair or not request.active:
        return decision
    return _with_missed(reminder_id, decision, now)


def _apply(reminder_id: str, state: ReminderState | None, request: ApplyReminder, now: datetime) -> Decision | None:
    if state is not None:
        if request.version < state.version:
            return None
        if request.version == state.version and not request.repair:
            return None
    if not request.active:
        return _cancel(reminder_id, state, request)
    if state is not None and state.last_fired == occurrence_key(request.due_at):
        return _keep_fired(reminder_id, state, request, now)
    return _schedule(reminder_id, state, request)


def fire(reminder_id: str, state: ReminderState | None, trigger: FireReminder, now: datetime) -> FireDecision:
    """The job of an occurrence was triggered, or an operator wants it to ring at once."""
    occurrence = trigger.occurrence
    if state is None:
        return FireDecision(FireOutcome.UNKNOWN)
    at_once = trigger.not_before is None and _is_ahead(state, now)
    if state.last_fired == occurrence and not at_once:
        return FireDecision(FireOutcome.ALREADY_FIRED)
    if state.status is ReminderStatus.CANCELLED or state.occurrence != occurrence:
        return FireDecision(FireOutcome.STALE)
    fired = state.model_copy(
        update={
            "status": ReminderStatus.FIRED,
            "fired_at": max(now, trigger.not_before or now),
            "last_fired": occurrence,
            "last_error": None,
        }
    )
    decision = Decision(fired, announce=(_fired_event(reminder_id, fired, now),))
    return FireDecision(FireOutcome.FIRED, _with_missed(reminder_id, decision, now))


def respond(reminder_id: str, state: ReminderState | None, request: RespondReminder) -> Decision | None:
    """The user did something about a firing. None: this reminder is not known."""
    if state is None:
        return None
    facts = {**_facts(reminder_id, state), "due_at": request.due_at, "title": request.title}
    event: ReminderSnoozed | ReminderAcknowledged
    if request.response is ReminderResponse.SNOOZED:
        event = ReminderSnoozed(**facts, snoozed_at=request.at, snoozed_until=request.snoozed_until or request.at)
        status = ReminderStatus.SNOOZED
    else:
        event = ReminderAcknowledged(**facts, acknowledged_at=request.at)
        status = ReminderStatus.ACKNOWLEDGED
    if state.status in SPENT and state.occurrence == occurrence_key(request.due_at):
        state = state.model_copy(update={"status": status})
    return Decision(state, announce=(event,))


def restored(state: ReminderState | None, exported: ActorSnapshot) -> ReminderState | None:
    """The state to save when one comes back from an export. None: what is here is newer."""
    if state is not None and state.version > exported.version:
        return None
    return ReminderState(**exported.model_dump(exclude={"reminder_id"}))


def announcement_failed(state: ReminderState, reason: str) -> ReminderState:
    """The reminder fell due but could not be announced; its job comes back."""
    return state.model_copy(
        update={"status": ReminderStatus.FIRING, "attempts": state.attempts + 1, "last_error": reason[:500]}
    )


def _schedule(reminder_id: str, state: ReminderState | None, request: ApplyReminder) -> Decision:
    waiting = state is not None and state.status in {ReminderStatus.SCHEDULED, ReminderStatus.FIRING}
    if state is not None and waiting and state.due_at == request.due_at and not request.repair:
        # Only the words changed: the job carries no words and is armed for this instant already.
        return Decision(
            state.model_copy(update={"version": request.version, "title": request.title, "task_id": request.task_id})
        )
    scheduled = ReminderState(
        task_id=request.task_id,
        user_id=request.user_id,
        title=request.title,
        version=request.version,
        due_at=request.due_at,
        status=ReminderStatus.SCHEDULED,
        last_fired=state.last_fired if state else None,
        last_missed=state.last_missed if state else None,
    )
    return Decision(scheduled, JobChange.ARM, (ReminderScheduled(**_facts(reminder_id, scheduled)),))


def _keep_fired(reminder_id: str, state: ReminderState, request: ApplyReminder, now: datetime) -> Decision | None:
    """The wanted occurrence has fired. A repair asks because it did not hear of it: once due, announce it again."""
    kept = state.model_copy(
        update={
            "version": request.version,
            "title": request.title,
            "due_at": request.due_at,
            "status": state.status if state.status in SPENT else ReminderStatus.FIRED,
        }
    )
    # A reminder that was moved away and back had its job armed for the other time.
    job = JobChange.NONE if state.status in SPENT else JobChange.DISARM
    if request.repair and not _is_ahead(state, now):
        return Decision(kept, job, (_fired_event(reminder_id, kept, now),))
    return Decision(kept, job) if kept != state or job is not JobChange.NONE else None


def _cancel(reminder_id: str, state: ReminderState | None, request: ApplyReminder) -> Decision:
    if state is not None and state.status in SPENT:
        return Decision(state.model_copy(update={"version": request.version}))
    cancelled = ReminderState(
        task_id=request.task_id,
        user_id=request.user_id,
        title=request.title,
        version=request.version,
        due_at=request.due_at,
        status=ReminderStatus.CANCELLED,
        last_fired=state.last_fired if state else None,
        last_missed=state.last_missed if state else None,
        fired_at=state.fired_at if state else None,
    )
    if state is not None and state.status is ReminderStatus.CANCELLED and not request.repair:
        return Decision(cancelled)
    return Decision(cancelled, JobChange.DISARM, (ReminderCancelled(**_facts(reminder_id, cancelled)),))


def _with_missed(reminder_id: str, decision: Decision, now: datetime) -> Decision:
    """The same, and that this occurrence was missed, if it was and that was not said before. Firing comes first."""
    state = decision.state
    if now - state.due_at <= MISSED_AFTER or state.last_missed == state.occurrence:
        return decision
    fired_at = state.fired_at if state.last_fired == state.occurrence else None
    event = ReminderMissed(**_facts(reminder_id, state), noticed_at=now, fired_at=fired_at)
    noted = state.model_copy(update={"last_missed": state.occurrence})
    return replace(decision, state=noted, announce=(*decision.announce, event))


def _is_ahead(state: ReminderState, now: datetime) -> bool:
    """Whether it has fired and nobody was told, since it is not due."""
    return state.status is ReminderStatus.FIRED and state.fired_at is not None and state.fired_at > now


def _fired_event(reminder_id: str, state: ReminderState, now: datetime) -> ReminderFired:
    fired_at = state.fired_at or state.due_at
    not_before = fired_at if fired_at > now else None
    return ReminderFired(**_facts(reminder_id, state), fired_at=fired_at, not_before=not_before)


def _facts(reminder_id: str, state: ReminderState) -> dict[str, Any]:
    """What every event about a reminder says."""
    return {
        "reminder_id": reminder_id,
        **state.model_dump(include={"task_id", "user_id", "title", "due_at", "version"}),
    }
