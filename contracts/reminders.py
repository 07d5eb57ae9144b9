"""Calls to a reminder's actor, and the list by which a sweep checks that none was forgotten."""

from enum import StrEnum

from pydantic import Field

from contracts.base import Contract, Identifier, Instant
from contracts.events import ReminderResponse


class ApplyReminder(Contract):
    """What the user wants of this reminder as of a version of its task; older versions are ignored."""

    task_id: Identifier
    user_id: Identifier
    title: str
    version: int = Field(ge=1)
    due_at: Instant
    active: bool
    repair: bool = Field(default=False, description="Arm or announce again even if this version was applied.")
    traceparent: str | None = None


class FireReminder(Contract):
    """The job of this occurrence was triggered."""

    occurrence: str
    not_before: Instant | None = Field(
        default=None, description="The user is not to be told earlier: the job may come ahead. Null: at once."
    )
    traceparent: str | None = None
    baggage: str | None = None


class FireOutcome(StrEnum):
    """What a firing came to. All of them are final: the job is done."""

    FIRED = "fired"
    ALREADY_FIRED = "already_fired"
    STALE = "stale"
    UNKNOWN = "unknown"


class ApplyOutcome(StrEnum):
    """What applying came to."""

    APPLIED = "applied"
    IGNORED = "ignored"


class ApplyAnswer(Contract):
    """The answer of `Apply`. A caller that gets anything else takes the turn for failed."""

    outcome: ApplyOutcome


class FireAnswer(Contract):
    """The answer of `Fire`. A caller that gets anything else takes the turn for failed."""

    outcome: FireOutcome


class RespondReminder(Contract):
    """The user did something about a firing of this reminder."""

    due_at: Instant = Field(description="Names the firing.")
    title: str = Field(description="What it said.")
    response: ReminderResponse
    at: Instant
    snoozed_until: Instant | None = None
    traceparent: str | None = None


class RespondOutcome(StrEnum):
    """What a response came to. Both are final."""

    ANNOUNCED = "announced"
    UNKNOWN = "unknown"


class RespondAnswer(Contract):
    """The answer of `Respond`. A caller that gets anything else takes the turn for failed."""

    outcome: RespondOutcome


class Ping(Contract):
    """Is there anybody?"""


class Pong(Contract):
    """The answer of `Ping`."""

    here: bool = True


class HostAgain(Contract):
    """The caller's daprd finds no actor: register them with daprd, and so with placement, anew."""

    traceparent: str | None = None


class HostedAgain(Contract):
    """Whether that is done; it is not while the service registers them anyway."""

    hosted: bool


class ReminderStatus(StrEnum):
    """Where a reminder is in its life (reminder_actor.lifecycle draws the transitions)."""

    SCHEDULED = "scheduled"
    FIRING = "firing"
    FIRED = "fired"
    SNOOZED = "snoozed"
    ACKNOWLEDGED = "acknowledged"
    CANCELLED = "cancelled"


class ListPending(Contract):
    """Ask for active reminders that are not known to have fired and are due before an instant."""

    due_before: Instant
    after: str = Field(default="", description="Reminder id of the last row of the page before.")
    limit: int = Field(default=500, ge=1, le=1000)


class PendingReminder(Contract):
    """One reminder the user still waits for."""

    reminder_id: Identifier
    task_id: Identifier
    user_id: Identifier
    title: str
    version: int
    due_at: Instant


class PendingReminders(Contract):
    """A page, ordered by reminder id; an empty one is the end."""

    reminders: tuple[PendingReminder, ...]
