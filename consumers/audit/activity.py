"""A user's own record, as a person reads it."""

from consumers.audit.chain import Entry
from consumers.audit.key import AuditKey
from consumers.audit.reading import open_record
from consumers.audit.sealing import canonical
from consumers.audit.trail import Trail
from contracts.audit import DAMAGED, Activity, ActivityPage, ListActivity
from contracts.events import (
    AccountClosed,
    CloudEvent,
    DeadLetter,
    InvalidEvent,
    NextOccurrence,
    NotificationWanted,
    Replayed,
    TaskEvent,
)
from contracts.names import CONSOLE
from contracts.operations import OperatorActed


class ActivityReader:
    """Answers `ListActivity`. The caller has made sure that it is the user who asks."""

    def __init__(self, trail: Trail, key: AuditKey) -> None:
        self._trail = trail
        self._key = key

    async def page(self, request: ListActivity) -> ActivityPage:
        """The entries before `request.before`, newest first. What was tampered with is named and not shown.

        Raises:
            SidecarError: the store is away, or there is no key.
        """
        record = await open_record(self._trail, self._key, request.user_id)
        if record is None:
            return ActivityPage()
        if record.count is None:
            return ActivityPage(entries=(Activity(number=0, kind=DAMAGED),))
        last = record.count if request.before is None else min(record.count, request.before - 1)
        first = max(1, last - request.limit + 1)
        entries = [
            Activity(number=number, kind=DAMAGED) if entry is None else describe(entry)
            for number, entry in await record.entries(first, last)
        ]
        return ActivityPage(entries=tuple(reversed(entries)), next_before=first if first > 1 else None)


def describe(entry: Entry) -> Activity:
    """What an entry says, in short. One of a kind that is not known any more keeps its type and its time."""
    if entry.content.get("type") == OperatorActed.TYPE:
        return _operators(entry)
    try:
        event = CloudEvent.from_json(canonical(entry.content))
    except InvalidEvent:
        return Activity(number=entry.number, kind=str(entry.content.get("type", "")), at=entry.recorded_at)
    body = event.data
    if isinstance(body, AccountClosed):
        return Activity(number=entry.number, kind="account-closed", at=event.time, source=event.source)
    if isinstance(body, NotificationWanted | DeadLetter | Replayed):
        return Activity(number=entry.number, kind=event.type, at=event.time)
    return Activity(
        number=entry.number,
        # todo.reminder.fired.v1
        kind=body.change.value if isinstance(body, TaskEvent) else event.type.split(".")[-2],
        at=event.time,
        task_id=body.task_id,
        title="" if isinstance(body, NextOccurrence) else body.title,
        due_at=body.next_due_at if isinstance(body, NextOccurrence) else body.due_at,
        source=event.source,
    )


def _operators(entry: Entry) -> Activity:
    """What an operator did; that one began to is nothing yet."""
    acted = OperatorActed.model_validate(entry.content.get("data"))
    return Activity(
        number=entry.number,
        kind=f"operator-{acted.phase}",
        at=entry.recorded_at,
        task_id=acted.task_id,
        title=f"{acted.action}, by {acted.operator}",
        source=CONSOLE,
    )
