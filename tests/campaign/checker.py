"""Compares what was promised with what is there. Pure: it is given everything and asks no service."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from tests.campaign.ledger import Certainty, Ledger, Wish

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task in the database."""

    task_id: str
    title: str
    version: int


@dataclass(frozen=True, slots=True)
class InboxRow:
    """An item in the inbox table."""

    title: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class TaskMessage:
    """A message on `task-events`."""

    event_id: str
    task_id: str
    title: str
    version: int
    change: str


@dataclass(frozen=True, slots=True)
class FiredMessage:
    """A `fired` message on `reminders`."""

    event_id: str
    title: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Readings:
    """The database and the topics at the end of a run; lists are in the order of the table or topic."""

    tasks: Sequence[TaskRow]
    inbox: Sequence[InboxRow]
    waiting: int
    """Rows in the outbox."""
    task_messages: Sequence[TaskMessage]
    fired_messages: Sequence[FiredMessage]
    dead_letters: int


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken promise: which, and whose."""

    promise: str
    what: str

    def __str__(self) -> str:
        return f"{self.promise}: {self.what}"


def check(ledger: Ledger, readings: Readings) -> list[Finding]:
    """All broken promises; none when the system kept its word."""
    return [
        *_tasks(ledger, readings),
        *_events(ledger, readings),
        *_rings(ledger),
        *_inbox(ledger, readings),
        *_fired(ledger, readings),
        *_rest(readings),
    ]


def summary(findings: Sequence[Finding]) -> list[str]:
    """A few of each kind, and how many there are."""
    by_promise: dict[str, list[str]] = defaultdict(list)
    for one in findings:
        by_promise[one.promise].append(one.what)
    return [
        f"{promise} ({len(items)}): {'; '.join(items[:_SHOWN])}{' …' if len(items) > _SHOWN else ''}"
        for promise, items in by_promise.items()
    ]


def _tasks(ledger: Ledger, readings: Readings) -> Iterator[Finding]:
    """Acknowledged requests = tasks."""
    rows = Counter(row.title for row in readings.tasks)
    for title, count in rows.items():
        if count > 1:
            yield Finding("a request makes one task", f"{title!r} is there {count} times")
        if title not in ledger.wishes:
            yield Finding("only what was asked for is there", repr(title))
    for wish in ledger.wishes.values():
        if wish.created is not Certainty.ACKNOWLEDGED or wish.unsettled:
            continue
        if wish.gone and rows[wish.title]:
            yield Finding("what was deleted stays away", repr(wish.title))
        if not wish.gone and not rows[wish.title]:
            yield Finding("an acknowledged task is kept", repr(wish.title))


def _events(ledger: Ledger, readings: Readings) -> Iterator[Finding]:
    """Tasks = events: every version of every task is on the topic, and nothing else, in order."""
    by_task: dict[str, list[TaskMessage]] = defaultdict(list)
    for message in readings.task_messages:
        by_task[message.task_id].append(message)
        if message.title not in ledger.wishes:
            yield Finding("only what was asked for is on the topic", message.event_id)
    for task_id, messages in by_task.items():
        first_seen = list(dict.fromkeys(message.version for message in messages))
        if first_seen != sorted(first_seen):
            yield Finding("a task's events are in order", f"{task_id}: {first_seen}")
        if sorted(first_seen) != list(range(1, max(first_seen) + 1)):
            yield Finding("every change has its event", f"{task_id}: {sorted(first_seen)}")
    for row in readings.tasks:
        newest = max((message.version for message in by_task.get(row.task_id, ())), default=0)
        if newest != row.version:
            yield Finding("every change has its event", f"{row.title!r} is at {row.version}, the topic at {newest}")
    for wish in ledger.wishes.values():
        if wish.gone and wish.task_id is not None:
            changes = [message.change for message in by_task.get(wish.task_id, ())]
            if "deleted" not in changes:
                yield Finding("every change has its event", f"{wish.title!r} is deleted, the topic has {changes}")


def _rings(ledger: Ledger) -> Iterator[Finding]:
    """Each due reminder is heard: once, and not before it is due."""
    heard = Counter((one.title, one.due_at) for one in ledger.rung)
    for title, due_at in ledger.outstanding():
        yield Finding("each due reminder is heard", f"{title!r} of {due_at:%H:%M:%S}")
    for (title, due_at), count in heard.items():
        if count > 1:
            yield Finding("no reminder is heard twice", f"{title!r} of {due_at:%H:%M:%S}, {count} times")
        wish = ledger.wishes.get(title)
        if wish is None or not _may_ring(wish, due_at):
            yield Finding("nothing rings that is not wanted", f"{title!r} of {due_at:%H:%M:%S}")
    times = Counter(title for title, _ in heard)
    for wish in ledger.wishes.values():
        if wish.any_time and times[wish.title] > 1:
            yield Finding("no reminder is heard twice", f"{wish.title!r}, {times[wish.title]} times")
    for one in ledger.rung:
        if one.lag < 0:
            yield Finding("nothing rings too early", f"{one.title!r}: {-one.lag:.3f} s")


def _may_ring(wish: Wish, due_at: datetime) -> bool:
    return wish.any_time or due_at in wish.required or due_at in wish.allowed


def _inbox(ledger: Ledger, readings: Readings) -> Iterator[Finding]:
    """What was heard is in the inbox, and what is in the inbox was heard."""
    kept = Counter((row.title, row.due_at) for row in readings.inbox)
    heard = {(one.title, one.due_at) for one in ledger.rung}
    for (title, due_at), count in kept.items():
        if count > 1:
            yield Finding("the inbox has a reminder once", f"{title!r} of {due_at:%H:%M:%S}, {count} times")
        if (title, due_at) not in heard:
            yield Finding("what is in the inbox was heard", f"{title!r} of {due_at:%H:%M:%S}")
    for title, due_at in heard - kept.keys():
        yield Finding("what was heard is in the inbox", f"{title!r} of {due_at:%H:%M:%S}")


def _fired(ledger: Ledger, readings: Readings) -> Iterator[Finding]:
    """What was heard was announced on the topic."""
    announced = {(message.title, message.due_at) for message in readings.fired_messages}
    for one in {(one.title, one.due_at) for one in ledger.rung} - announced:
        yield Finding("what was heard was announced", f"{one[0]!r} of {one[1]:%H:%M:%S}")


def _rest(readings: Readings) -> Iterator[Finding]:
    if readings.waiting:
        yield Finding("the outbox empties", f"{readings.waiting} events wait")
    if readings.dead_letters:
        yield Finding("nothing is dead-lettered", f"{readings.dead_letters} letters")
