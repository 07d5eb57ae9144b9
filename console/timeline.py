"""One reminder's story in the order in which it happened, from all that its owners know. Pure."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from console.evidence import Evidence
from contracts.audit import DAMAGED
from contracts.base import occurrence_key
from contracts.console import Moment, Mood
from contracts.operations import HistoryEntry, InboxFact

_WORDS: Final = {
    "todo.reminder.scheduled.v1": "Armed",
    "todo.reminder.fired.v1": "Fired",
    "todo.reminder.snoozed.v1": "Snoozed",
    "todo.reminder.acknowledged.v1": "Seen to",
    "todo.reminder.missed.v1": "Missed: it could not be told in time",
    "todo.reminder.cancelled.v1": "Disarmed",
    "todo.reminder.responded.v1": "The user answered",
    "todo.task.changed.v1": "Task",
    "todo.task.next-occurrence.v1": "Next occurrence",
    "todo.operator.acted.v1": "Operator",
    DAMAGED: "The record was altered here",
}
_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_BAD: Final = frozenset({"todo.reminder.missed.v1", DAMAGED})


def timeline(evidence: Evidence) -> tuple[Moment, ...]:
    """The moments, the earliest first; what is still to come is last."""
    moments = [
        *(_entry(entry) for entry in evidence.history.entries),
        *(moment for item in evidence.facts.inbox for moment in _item(item)),
        *_outbox(evidence),
        *_ahead(evidence),
    ]
    return tuple(sorted(moments, key=lambda one: one.at))


def trace_ids(evidence: Evidence) -> tuple[str, ...]:
    """The traces that it was part of, the newest first."""
    found = [entry.traceparent for entry in evidence.history.entries]
    found += [evidence.job.traceparent if evidence.job else None]
    found += [message.traceparent for message in evidence.facts.unpublished]
    ids = (trace_id(one) for one in found)
    return tuple(dict.fromkeys(one for one in ids if one))


def trace_id(traceparent: str | None) -> str | None:
    """The 32 digits by which logs and traces are found."""
    parts = (traceparent or "").split("-")
    return parts[1] if len(parts) == 4 and len(parts[1]) == 32 else None  # noqa: PLR2004 - W3C trace context


def _entry(entry: HistoryEntry) -> Moment:
    data = entry.data
    what = _WORDS.get(entry.type, entry.type)
    if entry.type == "todo.task.changed.v1":
        what = f"Task {data.get('change', 'changed')}"
    elif entry.type == "todo.operator.acted.v1":
        what = f"{data.get('operator', 'An operator')}: {data.get('action', 'acted')} {data.get('phase', '')}".rstrip()
    at = _instant(data.get("fired_at")) if entry.type == "todo.reminder.fired.v1" else None
    failed = entry.type == "todo.operator.acted.v1" and data.get("phase") == "failed"
    return Moment(
        at=at or entry.at or entry.recorded_at or _NEVER,
        what=what,
        source=entry.source,
        detail=_detail(entry.type, data),
        trace_id=trace_id(entry.traceparent),
        mood=Mood.BAD if entry.type in _BAD or failed else Mood.GOOD,
    )


def _detail(kind: str, data: dict[str, Any]) -> str:  # noqa: PLR0911 - a case each
    match kind:
        case "todo.task.changed.v1":
            return f"version {data.get('version')}" + (f", due {_short(data['due_at'])}" if data.get("due_at") else "")
        case "todo.reminder.scheduled.v1":
            return f"a job for {_short(data.get('due_at'))}, version {data.get('version')}"
        case "todo.reminder.fired.v1":
            due, fired = _instant(data.get("due_at")), _instant(data.get("fired_at"))
            return f"due {_short(data.get('due_at'))}{_late(due, fired)}"
        case "todo.reminder.responded.v1":
            return str(data.get("response", ""))
        case "todo.reminder.snoozed.v1":
            return f"until {_short(data.get('snoozed_until'))}"
        case "todo.operator.acted.v1":
            return str(data.get("detail", ""))
        case _:
            return ""


def _late(due: datetime | None, fired: datetime | None) -> str:
    if due is None or fired is None:
        return ""
    seconds = (fired - due).total_seconds()
    return ", and not due yet" if seconds < 0 else f", {seconds:.3f} s after that"


def _item(item: InboxFact) -> Iterator[Moment]:
    quiet = ", in quiet hours" if item.quiet else ""
    if item.delivered_at is not None:
        yield Moment(
            at=item.delivered_at, what="Shown on an open page", source="chat-api", detail=f"item {item.item_id}{quiet}"
        )
    for one in item.deliveries:
        yield Moment(
            at=one.at,
            what=f"{one.channel.capitalize()}: {one.state}",
            source="notification",
            detail=one.detail,
            mood=Mood.BAD if one.state == "failed" else Mood.WAITING if one.state == "waiting" else Mood.GOOD,
        )
    if item.acknowledged_at is not None:
        yield Moment(
            at=item.acknowledged_at, what="Marked as seen to", source="chat-api", detail=f"item {item.item_id}"
        )


def _outbox(evidence: Evidence) -> Iterator[Moment]:
    for message in evidence.facts.unpublished:
        later = message.not_before is not None and message.not_before > evidence.now
        yield Moment(
            at=message.not_before if later and message.not_before else message.created_at,
            what=f"{message.type} is to be published then" if later else f"{message.type} waits in the outbox",
            source="chat-api",
            detail=message.event_id,
            trace_id=trace_id(message.traceparent),
            mood=Mood.WAITING,
            future=later,
        )


def _ahead(evidence: Evidence) -> Iterator[Moment]:
    job = evidence.job
    if job is not None and job.due_at is not None:
        future = job.due_at > evidence.now
        spent = evidence.actor is not None and evidence.actor.last_fired == occurrence_key(job.due_at)
        ahead = "Its job is due, and comes to nothing: it has fired" if spent else "Its job is due"
        yield Moment(
            at=job.due_at,
            what=ahead if future else "Its job was due, and is triggered again and again",
            source="Dapr scheduler",
            detail=job.name,
            trace_id=trace_id(job.traceparent),
            mood=Mood.WAITING if future else Mood.BAD,
            future=future,
        )


def _instant(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None


def _short(text: Any) -> str:
    instant = _instant(text)
    return str(text) if instant is None else f"{instant:%Y-%m-%d %H:%M:%S} UTC"
