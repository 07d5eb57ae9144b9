"""What the console asks the services that own the state: chat_api, reminder_actor, scheduler, audit."""

from enum import StrEnum
from typing import Any

from pydantic import Field

from contracts.base import Contract, Identifier, Instant
from contracts.events import EventBody
from contracts.reminders import FireOutcome, ReminderStatus

# Asked of chat_api


class ReminderFilter(StrEnum):
    """Which reminders."""

    PENDING = "pending"
    OVERDUE = "overdue"
    FAILED = "failed"
    ALL = "all"


class FindReminders(Contract):
    """Ask for a page of reminders by due time: pending and overdue ones the earliest first, others the latest first."""

    wanted: ReminderFilter = ReminderFilter.PENDING
    user: str | None = Field(default=None, max_length=254, description="An id or an e-mail address.")
    search: str | None = Field(default=None, max_length=100, description="Part of a title, or an id.")
    after: str | None = Field(default=None, max_length=200, description="The `next_after` of the page before.")
    limit: int = Field(default=100, ge=1, le=500)


class ReminderRow(Contract):
    """A reminder as chat_api has it."""

    reminder_id: Identifier
    task_id: Identifier
    user_id: Identifier
    email: str
    title: str
    due_at: Instant
    status: str
    task_status: str
    version: int
    fired_at: Instant | None = None
    snoozed: bool = False


class ReminderRows(Contract):
    """A page. `next_after` is set when there may be more."""

    reminders: tuple[ReminderRow, ...]
    next_after: str | None = None


class DescribeReminder(Contract):
    """Ask for all that is known of a reminder."""

    reminder_id: Identifier


class DeliveryFact(Contract):
    """How far an inbox item has come on one channel."""

    channel: str
    state: str
    at: Instant
    detail: str = ""


class InboxFact(Contract):
    """One occurrence that reached the user's inbox."""

    item_id: int
    occurrence: str
    kind: str
    due_at: Instant
    fired_at: Instant
    quiet: bool = False
    delivered_at: Instant | None = Field(default=None, description="First sent to an open page.")
    acknowledged_at: Instant | None = None
    deliveries: tuple[DeliveryFact, ...] = ()


class UnpublishedFact(Contract):
    """An event in the outbox."""

    event_id: str
    type: str
    created_at: Instant
    not_before: Instant | None = None
    traceparent: str | None = None


class ReminderFacts(Contract):
    """The answer. No reminder: there is none of this id, or it was deleted with its task."""

    reminder: ReminderRow | None = None
    timezone: str = "UTC"
    recurrence: str | None = None
    task_created_at: Instant | None = None
    inbox: tuple[InboxFact, ...] = ()
    unpublished: tuple[UnpublishedFact, ...] = ()


class MoveReminder(Contract):
    """Have a reminder ring at another time; its task stays where it is. The user sees it as any other change."""

    reminder_id: Identifier
    due_at: Instant


class MoveOutcome(StrEnum):
    """What moving came to."""

    MOVED = "moved"
    UNKNOWN = "unknown"
    REFUSED = "refused"


class MoveAnswer(Contract):
    """The answer."""

    outcome: MoveOutcome
    reason: str = ""


class AskWorkload(Contract):
    """Ask how much there is to do."""


class Workload(Contract):
    """What waits."""

    users: int = Field(ge=0)
    pending: int = Field(ge=0, description="Reminders that users wait for.")
    overdue: int = Field(ge=0, description="Those of them that are due.")
    outbox: int = Field(ge=0, description="Events that could be published and are not.")
    outbox_later: int = Field(default=0, ge=0, description="Events that are meant for later.")
    outbox_oldest_at: Instant | None = None
    intake: int = Field(default=0, ge=0, description="Announcements that could be worked off and are not.")


class ExportRows(Contract):
    """Ask for a page of a table's rows, in the order of their keys; without a table, for what there is."""

    table: str = ""
    after: list[Any] | None = Field(default=None, description="The `next_after` of the page before.")
    limit: int = Field(default=200, ge=1, le=1000)


class Rows(Contract):
    """A page. Values are as JSON has them; instants are in UTC."""

    schema_revision: str = Field(description="Of the tasks database; both sides must have the same.")
    counts: dict[str, int] = Field(default_factory=dict, description="Rows of each table, in an order to import them.")
    rows: tuple[dict[str, Any], ...] = ()
    next_after: list[Any] | None = None


class ImportRows(Contract):
    """Add rows to a table of a system that has no users yet, or had none when the import began."""

    schema_revision: str
    table: str
    rows: tuple[dict[str, Any], ...]
    begin: bool = Field(default=False, description="The first page: there must be no user.")


class ImportAnswer(Contract):
    """The answer. A refusal changes nothing."""

    refused: str = ""
    added: int = 0


# Asked of reminder_actor


class ActorSnapshot(Contract):
    """What an actor has stored."""

    reminder_id: Identifier
    task_id: Identifier
    user_id: Identifier
    title: str
    version: int
    due_at: Instant
    status: ReminderStatus
    fired_at: Instant | None = None
    last_fired: str | None = None
    last_missed: str | None = None
    attempts: int = 0
    last_error: str | None = None


class InspectAnswer(Contract):
    """The answer of the actor's `Inspect`. A caller that gets anything else takes the turn for failed."""

    state: ActorSnapshot | None


class RestoreOutcome(Contract):
    """The answer of the actor's `Restore`. A caller that gets anything else takes the turn for failed."""

    restored: bool


class AskActorStates(Contract):
    """Ask for the states of these reminders' actors."""

    reminder_ids: tuple[Identifier, ...] = Field(max_length=200)


class ActorStates(Contract):
    """The answer; an actor that has stored nothing is not in it."""

    states: tuple[ActorSnapshot, ...]


class FireNow(Contract):
    """Have a reminder ring now, whenever it is due. Its job comes to nothing then."""

    reminder_id: Identifier


class FireNowAnswer(Contract):
    """The answer."""

    outcome: FireOutcome
    occurrence: str = ""


class RestoreActors(Contract):
    """Store states that were exported; an actor that knows a newer version keeps its own."""

    states: tuple[ActorSnapshot, ...] = Field(max_length=200)


class RestoreAnswer(Contract):
    """The answer."""

    restored: int = 0
    kept: int = 0


# Asked of scheduler


class AskJobs(Contract):
    """Ask for the jobs of these reminders; without ids, of all: a page by name, or with a limit of 0 only the total."""

    reminder_ids: tuple[Identifier, ...] = Field(default=(), max_length=200)
    after: str = ""
    limit: int = Field(default=500, ge=0, le=2000)


class JobFact(Contract):
    """A job as Dapr's scheduler has it."""

    name: str
    reminder_id: str | None = None
    due_at: Instant | None = None
    schedule: str = ""
    traceparent: str | None = None
    payload_error: str = ""


class Jobs(Contract):
    """The answer. A reminder that has no job is not in it."""

    jobs: tuple[JobFact, ...]
    total: int | None = Field(default=None, description="How many reminders have one, when that was asked for.")


class SweepNow(Contract):
    """Run the repair sweep, without waiting for its turn."""


class SweepAnswer(Contract):
    """The answer."""

    checked: int = 0
    repaired: int = 0
    failed: int = 0


# Asked of audit

EVERYBODY = "operators"
"""Whose record holds what an operator did that concerns no user in particular."""


class OperatorActed(EventBody):
    """An operator did something, or began to. It is no event of a topic: the console has it recorded directly."""

    TYPE = "todo.operator.acted.v1"
    TOPIC = ""

    action_id: Identifier
    phase: str = Field(description="began, done, or failed.")
    action: str = Field(description="fire, reschedule, replay, repair, drain, …")
    operator: str
    user_id: Identifier = EVERYBODY
    task_id: str | None = None
    reminder_id: str | None = None
    detail: str = ""

    def event_id(self) -> str:
        return f"operator/{self.action_id}/{self.phase}"

    def subject(self) -> str:
        return self.reminder_id or self.action

    def partition_key(self) -> str:
        return self.task_id or self.action


class RecordAction(Contract):
    """Have it recorded. An action that cannot be is not done."""

    acted: OperatorActed
    at: Instant
    traceparent: str | None = None


class AskHistory(Contract):
    """Ask what the record holds of a reminder, or of what operators did, the newest first."""

    user_id: Identifier
    reminder_id: Identifier | None = None
    task_id: Identifier | None = None
    limit: int = Field(default=200, ge=1, le=500)


class HistoryEntry(Contract):
    """One entry."""

    number: int
    event_id: str = ""
    type: str = Field(description="The event's, or `damaged`.")
    at: Instant | None = None
    recorded_at: Instant | None = None
    source: str = ""
    traceparent: str | None = None
    data: dict[str, Any] = Field(default_factory=dict)


class History(Contract):
    """The answer."""

    entries: tuple[HistoryEntry, ...]
    complete: bool = Field(default=True, description="False: the record is longer than was looked at.")
