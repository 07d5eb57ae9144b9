"""The events on the topics: CloudEvents 1.0 with a versioned, typed body and an id that a repeat repeats.

A publisher that retries sends the same id again, so brokers that drop duplicates (JetStream's ``Nats-Msg-Id``)
and consumers that key their effects see one event.
"""

import json
import re
from datetime import timedelta
from enum import StrEnum
from typing import Any, ClassVar, Literal, get_args

from pydantic import Field, ValidationError

from contracts.base import Contract, Identifier, Instant, occurrence_key
from contracts.names import NOTIFICATIONS, REMINDERS, TASK_EVENTS, TASK_UPDATES
from contracts.occurrences import DoneOccurrence

CLOUD_EVENT_CONTENT_TYPE = "application/cloudevents+json"


MISSED_AFTER = timedelta(seconds=60)
"""A reminder that has not fired so long after it was due was missed, even if it fires later (`ReminderMissed`)."""

_VERSION = re.compile(r"^(?P<family>todo\.[a-z.-]+)\.v\d+$")


class InvalidEvent(ValueError):
    """The bytes are not an event this version understands; retrying cannot help."""


class UnknownEvent(InvalidEvent):
    """An event of a kind that came after this version: no matter of its readers. A newer version of a known kind is."""


class EventBody(Contract):
    """The ``data`` of a CloudEvent. ``TYPE`` is the CloudEvent type; it carries the version."""

    TYPE: ClassVar[str]
    TOPIC: ClassVar[str]

    def event_id(self) -> str:
        """The CloudEvent id: the same for the same fact, however often it is published."""
        raise NotImplementedError

    def subject(self) -> str:
        """The CloudEvent subject: the id of the thing the event is about."""
        raise NotImplementedError

    def partition_key(self) -> str:
        """Events with one key stay in order where the broker keeps order within a partition."""
        raise NotImplementedError


class ReminderSpec(Contract):
    """What the user wants of one reminder, as of one version of its task."""

    reminder_id: Identifier
    due_at: Instant
    active: bool = Field(description="False: it must not fire (removed, or its task is done or deleted).")


class TaskChange(StrEnum):
    """What happened to a task."""

    CREATED = "created"
    UPDATED = "updated"
    COMPLETED = "completed"
    REOPENED = "reopened"
    DELETED = "deleted"


class TaskEvent(EventBody):
    """A task as it is after a change, with all its reminders. Version counts up by one at each change."""

    TYPE: ClassVar[str] = "todo.task.changed.v1"
    TOPIC: ClassVar[str] = TASK_EVENTS

    change: TaskChange
    task_id: Identifier
    user_id: Identifier
    version: int = Field(ge=1)
    title: str
    due_at: Instant | None = None
    recurrence: str | None = Field(default=None, description="RFC 5545 RRULE, if the task repeats.")
    reminders: tuple[ReminderSpec, ...] = ()
    done_occurrence: DoneOccurrence | None = Field(
        default=None,
        description="The occurrence that is done and has no next one yet: a worker says when that is.",
    )
    occurred_at: Instant

    def event_id(self) -> str:
        return f"task/{self.task_id}/v{self.version}"

    def subject(self) -> str:
        return self.task_id

    def partition_key(self) -> str:
        return self.task_id


class NextOccurrence(EventBody):
    """What a done occurrence of a recurring task is followed by; it answers one version of the task.

    The version is part of the id: an occurrence that is taken back and done again has an answer for each time.
    """

    TYPE: ClassVar[str] = "todo.task.next-occurrence.v1"
    TOPIC: ClassVar[str] = TASK_UPDATES

    task_id: Identifier
    user_id: Identifier
    version: int = Field(ge=1, description="The task version that it answers; it is void for any other.")
    occurrence: str = Field(description="The one that was done.")
    next_due_at: Instant | None = Field(description="When the next one is due; null: the recurrence has ended.")

    def event_id(self) -> str:
        return f"task/{self.task_id}/{self.occurrence}/v{self.version}/next"

    def subject(self) -> str:
        return self.task_id

    def partition_key(self) -> str:
        return self.task_id


class _ReminderEvent(EventBody):
    TOPIC: ClassVar[str] = REMINDERS

    reminder_id: Identifier
    task_id: Identifier
    user_id: Identifier
    title: str
    due_at: Instant
    version: int = Field(ge=1, description="The task version that set this due time.")

    def subject(self) -> str:
        return self.reminder_id

    def partition_key(self) -> str:
        return self.task_id

    @property
    def occurrence(self) -> str:
        """Which firing this is about."""
        return occurrence_key(self.due_at)


class ReminderScheduled(_ReminderEvent):
    """A Dapr job is armed for this due time."""

    TYPE: ClassVar[str] = "todo.reminder.scheduled.v1"

    def event_id(self) -> str:
        return f"reminder/{self.reminder_id}/{self.occurrence}/v{self.version}/scheduled"


class ReminderFired(_ReminderEvent):
    """The reminder fired. At least once on the wire; effects are keyed by (reminder, occurrence).

    It may be announced ahead of its due time, so that all is in place when that comes: then `not_before` is set, and
    it is void if the user changes their mind until then.
    """

    TYPE: ClassVar[str] = "todo.reminder.fired.v1"

    fired_at: Instant = Field(description="From when on it counts as fired: never earlier than `not_before`.")
    not_before: Instant | None = Field(default=None, description="Announced ahead: nobody is told before this instant.")

    def event_id(self) -> str:
        how = "fired" if self.not_before is None else f"v{self.version}/ahead"
        return f"reminder/{self.reminder_id}/{self.occurrence}/{how}"


class ReminderCancelled(_ReminderEvent):
    """The reminder will not fire at this due time any more."""

    TYPE: ClassVar[str] = "todo.reminder.cancelled.v1"

    def event_id(self) -> str:
        return f"reminder/{self.reminder_id}/v{self.version}/cancelled"


class ReminderSnoozed(_ReminderEvent):
    """The user was told and wants to be told again later. The later time is a reminder of its own."""

    TYPE: ClassVar[str] = "todo.reminder.snoozed.v1"

    snoozed_at: Instant
    snoozed_until: Instant

    def event_id(self) -> str:
        until = occurrence_key(self.snoozed_until)
        return f"reminder/{self.reminder_id}/{self.occurrence}/snoozed/{until}"


class ReminderAcknowledged(_ReminderEvent):
    """The user has seen to this firing. Once for each occurrence."""

    TYPE: ClassVar[str] = "todo.reminder.acknowledged.v1"

    acknowledged_at: Instant

    def event_id(self) -> str:
        return f"reminder/{self.reminder_id}/{self.occurrence}/acknowledged"


class ReminderMissed(_ReminderEvent):
    """The user could not be told in time: `MISSED_AFTER` (60 s) past the due time it had not fired, or was not heard.

    Noticed when it fires that late, or by the repair sweep, whichever is first; once for each occurrence. It is
    announced besides `ReminderFired`, not instead: the reminder still comes. Occurrences of a recurring task that were
    never set, because the next one is counted from now, are not missed.
    """

    TYPE: ClassVar[str] = "todo.reminder.missed.v1"

    noticed_at: Instant
    fired_at: Instant | None = Field(default=None, description="When it fired; null when it has not yet.")

    def event_id(self) -> str:
        return f"reminder/{self.reminder_id}/{self.occurrence}/missed"


class ReminderResponse(StrEnum):
    """What the user did about a reminder that fired."""

    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"


class ReminderResponded(EventBody):
    """The user did something about a reminder that fired; its actor announces it as snoozed or acknowledged."""

    TYPE: ClassVar[str] = "todo.reminder.responded.v1"
    TOPIC: ClassVar[str] = TASK_EVENTS

    reminder_id: Identifier
    task_id: Identifier
    user_id: Identifier
    title: str
    due_at: Instant = Field(description="The due time of the firing it is about.")
    response: ReminderResponse
    snoozed_until: Instant | None = Field(default=None, description="Set when snoozed.")
    occurred_at: Instant

    def event_id(self) -> str:
        until = f"/{occurrence_key(self.snoozed_until)}" if self.snoozed_until else ""
        return f"response/{self.reminder_id}/{occurrence_key(self.due_at)}/{self.response}{until}"

    def subject(self) -> str:
        return self.reminder_id

    def partition_key(self) -> str:
        return self.task_id


class AccountClosed(EventBody):
    """A user deleted their account. Their tasks have events of their own; who keeps what they wrote erases it."""

    TYPE: ClassVar[str] = "todo.account.closed.v1"
    TOPIC: ClassVar[str] = TASK_EVENTS

    user_id: Identifier
    closed_at: Instant

    def event_id(self) -> str:
        return f"account/{self.user_id}/closed"

    def subject(self) -> str:
        return self.user_id

    def partition_key(self) -> str:
        return self.user_id


class NotificationWanted(EventBody):
    """Something is in a user's inbox that they are to hear of wherever they are: by web push, and whatever comes later.

    Each attempt is an event of its own. A channel records what it has delivered: a later attempt is for the rest.
    """

    TYPE: ClassVar[str] = "todo.notification.wanted.v1"
    TOPIC: ClassVar[str] = NOTIFICATIONS

    user_id: Identifier
    item_id: int = Field(ge=0, description="The inbox item.")
    kind: str = Field(description="What it says: reminder, digest.")
    title: str
    body: str = ""
    due_at: Instant
    task_id: Identifier
    occurrence: str
    attempt: int = Field(default=0, ge=0, description="Counts up each time it is tried again later.")

    def event_id(self) -> str:
        return f"notification/{self.item_id}/{self.attempt}"

    def subject(self) -> str:
        return str(self.item_id)

    def partition_key(self) -> str:
        return self.task_id


class DeadLetter(EventBody):
    """A message that no retry can help, kept with the reason for an operator to look at and replay."""

    TYPE: ClassVar[str] = "todo.dead-letter.v1"
    TOPIC: ClassVar[str] = "dead-letters"

    letter_id: Identifier
    source: str = Field(description="Where it came from: topic/<name> or job/<name>.")
    service: str
    reason: str
    payload_base64: str
    received_at: Instant

    def event_id(self) -> str:
        return f"dead-letter/{self.letter_id}"

    def subject(self) -> str:
        return self.source

    def partition_key(self) -> str:
        return self.source


class Replayed(EventBody):
    """A dead letter's message again, for the service that could not handle it; all others pass it over.

    On the topic that the message was on first. The message is inside, byte for byte, with the id that it had: an
    envelope with an id of its own passes brokers that drop repeated ids, and holds what is no JSON.
    """

    TYPE: ClassVar[str] = "todo.message.replayed.v1"
    TOPIC: ClassVar[str] = "*"

    letter_id: Identifier
    service: str
    key: str = Field(description="The partition key: the message's task id, or where it came from.")
    payload_base64: str

    def event_id(self) -> str:
        return f"replay/{self.letter_id}"

    def subject(self) -> str:
        return self.letter_id

    def partition_key(self) -> str:
        return self.key


Event = (
    TaskEvent
    | NextOccurrence
    | ReminderResponded
    | ReminderScheduled
    | ReminderFired
    | ReminderSnoozed
    | ReminderAcknowledged
    | ReminderMissed
    | ReminderCancelled
    | AccountClosed
    | NotificationWanted
    | DeadLetter
    | Replayed
)
EVENT_TYPES: tuple[type[Event], ...] = get_args(Event)
_BODIES: dict[str, type[Event]] = {body.TYPE: body for body in EVENT_TYPES}
_FAMILIES = frozenset(body.TYPE.rpartition(".v")[0] for body in EVENT_TYPES)


class CloudEvent(Contract):
    """The envelope (CloudEvents 1.0, JSON format) with the distributed-tracing extension."""

    specversion: Literal["1.0"] = "1.0"
    id: str = Field(min_length=1)
    source: str = Field(min_length=1)
    type: str
    subject: str | None = None
    time: Instant
    datacontenttype: str = "application/json"
    traceparent: str | None = None
    baggage: str | None = None
    data: Event

    @classmethod
    def wrap(
        cls, body: Event, *, source: str, time: Instant, traceparent: str | None = None, baggage: str | None = None
    ) -> "CloudEvent":
        """Put a body into its envelope; id, type and subject follow from the body."""
        return cls(
            id=body.event_id(),
            source=source,
            type=body.TYPE,
            subject=body.subject(),
            time=time,
            traceparent=traceparent,
            baggage=baggage,
            data=body,
        )

    def to_json(self) -> bytes:
        """The structured-mode JSON.

        ``traceid`` repeats ``traceparent``: daprd overwrites both unless ``traceid`` is set
        (components-contrib, pubsub/envelope.go, FromCloudEvent).
        """
        document = self.model_dump(mode="json", exclude_none=True)
        if self.traceparent:
            document["traceid"] = self.traceparent
        return json.dumps(document, separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, raw: bytes) -> "CloudEvent":
        """Read structured-mode JSON as a broker delivers it.

        Raises:
            InvalidEvent: not JSON, not a CloudEvent, a foreign type, a newer version, or a body of another shape.
            UnknownEvent: one of ours, of a kind that this version does not know.
        """
        try:
            document: Any = json.loads(raw)
        except ValueError as error:
            raise InvalidEvent(f"not JSON: {error}") from error
        if not isinstance(document, dict):
            raise InvalidEvent("not a JSON object")
        body = _BODIES.get(str(document.get("type")))
        if body is None:
            raise _unknown(document)
        try:
            return cls.model_validate({**document, "data": body.model_validate(document.get("data"))})
        except ValidationError as error:
            raise InvalidEvent(f"{body.TYPE}: {_summary(error)}") from error


def _unknown(document: dict[str, Any]) -> InvalidEvent:
    name = str(document.get("type"))[:100]
    family = _VERSION.match(name)
    if family and family["family"] not in _FAMILIES and document.get("specversion") == "1.0" and document.get("id"):
        return UnknownEvent(f"an event of a later kind: {name}")
    return InvalidEvent(f"unknown event type {name!r}")


def _summary(error: ValidationError) -> str:
    """Where and what, without the values: a message may hold what a user wrote."""
    return "; ".join(
        f"{'.'.join(str(part) for part in item['loc']) or 'body'}: {item['msg']}" for item in error.errors()[:5]
    )
