"""Gives users what the actors announced: once for each occurrence, and only if still wanted.

A batch is one transaction with a query for each thing to be known about all of it, not for each event.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from opentelemetry.trace import SpanKind
from sqlmodel.ext.asyncio.session import AsyncSession

from chat_api.channels.wanted import chosen_channels, want_notification
from chat_api.inbox.digest import compose
from chat_api.inbox.models import InboxItem, ItemKind
from chat_api.inbox.repository import InboxRepository
from chat_api.inbox.traces import FIRINGS
from chat_api.metrics import LAG, RECEIVED
from chat_api.preferences.models import Preferences
from chat_api.preferences.quiet import quiet_until
from chat_api.preferences.repository import preferences_of_all
from chat_api.tasks import signals
from chat_api.tasks.models import Reminder, Task, TaskKind, TaskStatus, WishStatus
from chat_api.tasks.record import keep
from chat_api.tasks.repeating import advance, recurs
from chat_api.tasks.repository import WAITING, TaskRepository
from contracts.events import CloudEvent, ReminderFired, ReminderScheduled, TaskChange
from servicekit.logs import get_logger
from servicekit.metrics import seconds_since
from servicekit.tracing import continuing, span

log = get_logger(__name__)

Known = Mapping[str, tuple[Reminder, Task]]
_Put = tuple[InboxItem, datetime | None, CloudEvent]
"""What goes into the inbox, until when it is kept quiet (UTC), and the firing that it is about."""


@dataclass(frozen=True, slots=True)
class Received:
    """What a batch has brought about."""

    changed: bool
    """There is something for open streams."""
    publish: bool
    """There are events in the outbox."""
    outcomes: Sequence[tuple[CloudEvent, str]] = ()
    """What became of each firing."""


def note(received: Received) -> None:
    """Log and count what became of them, once it is certain."""
    now = datetime.now(UTC)
    for event, outcome in received.outcomes:
        fired = event.data
        if not isinstance(fired, ReminderFired):
            continue
        RECEIVED.labels(outcome.replace(" ", "_")).inc()
        if outcome == "delivered":
            LAG.labels("inbox").observe(seconds_since(fired.due_at))
        with span("reminder received", event.traceparent, SpanKind.CONSUMER, baggage=event.baggage):
            if outcome == "delivered":
                FIRINGS.remember(fired.reminder_id, fired.occurrence)
            log.info(
                "reminder received",
                reminder_id=fired.reminder_id,
                occurrence=fired.occurrence,
                outcome=outcome,
                lag_seconds=round((now - fired.due_at).total_seconds(), 4),
            )


def users_of(events: Iterable[CloudEvent]) -> frozenset[str]:
    """Whose turn the transaction must have."""
    return frozenset(
        event.data.user_id for event in events if isinstance(event.data, ReminderFired | ReminderScheduled)
    )


async def receive(session: AsyncSession, events: Sequence[CloudEvent], now: datetime) -> Received:
    """Work off fired and armed reminders within a transaction that has the turn of all their users."""
    bodies = [event.data for event in events if isinstance(event.data, ReminderFired | ReminderScheduled)]
    known = await TaskRepository(session).reminders_with_tasks([body.reminder_id for body in bodies])
    armed = [body for body in bodies if isinstance(body, ReminderScheduled)]
    changed = _armed(session, known, armed)
    fired = [event for event in events if isinstance(event.data, ReminderFired)]
    if not fired:
        return Received(changed, publish=False)
    delivered = await _fired(session, known, fired, now)
    return replace(delivered, changed=changed or delivered.changed)


def _armed(session: AsyncSession, known: Known, armed: Iterable[ReminderScheduled]) -> bool:
    changed = False
    for body in armed:
        reminder, _ = known.get(body.reminder_id, (None, None))
        if reminder is not None and reminder.status == WishStatus.PENDING and reminder.due_at == body.due_at:
            reminder.status = WishStatus.SCHEDULED
            session.add(reminder)
            signals.put(session, reminder.user_id, reminder.task_id)
            changed = True
    return changed


async def _fired(session: AsyncSession, known: Known, fired: Sequence[CloudEvent], now: datetime) -> Received:
    bodies = [event.data for event in fired if isinstance(event.data, ReminderFired)]
    inbox = InboxRepository(session)
    heard = set(await inbox.ids([(body.reminder_id, body.occurrence) for body in bodies]))
    preferences = await preferences_of_all(session, {body.user_id for body in bodies})
    items: list[_Put] = []
    outcomes: list[tuple[CloudEvent, str]] = []
    publish = False
    for event, body in zip(fired, bodies, strict=True):
        outcome = _outcome(known, heard, body)
        if outcome == "delivered":
            heard.add((body.reminder_id, body.occurrence))
            reminder, task = known[body.reminder_id]
            reminder.status = WishStatus.FIRED
            reminder.fired_at = body.fired_at
            session.add(reminder)
            items.append((*await _item(session, task, body, preferences[task.user_id], now), event))
            with continuing(event.traceparent, event.baggage):
                publish |= await _advance(session, task, now)
        outcomes.append((event, outcome))
    if items:
        await inbox.add_all([item for item, _, _ in items])
        publish |= await _notify(session, items, now)
    return Received(bool(items), publish, outcomes)


async def _notify(session: AsyncSession, items: Sequence[_Put], now: datetime) -> bool:
    """Have their users hear of them elsewhere; whether there was one to be."""
    channels = await chosen_channels(session, {item.user_id for item, _, _ in items})
    reached = [put for put in items if channels[put[0].user_id]]
    if not reached:
        return False
    ids = await InboxRepository(session).ids([(item.reminder_id, item.occurrence) for item, _, _ in reached])
    for item, aloud_at, event in reached:
        item.id = ids[item.reminder_id, item.occurrence]
        with continuing(event.traceparent, event.baggage):
            want_notification(session, item, channels[item.user_id], not_before=aloud_at, now=now)
    return True


def _outcome(known: Known, heard: set[tuple[str, str]], fired: ReminderFired) -> str:
    if fired.reminder_id not in known:
        return "gone"
    reminder, task = known[fired.reminder_id]
    if (fired.reminder_id, fired.occurrence) in heard:
        return "repeated"
    # The actor hears of a change a moment after the user was told of it: what counts is what the user was told.
    if reminder.due_at != fired.due_at or reminder.status not in WAITING or task.status != TaskStatus.OPEN:
        return "no longer wanted"
    return "delivered"


async def _advance(session: AsyncSession, task: Task, now: datetime) -> bool:
    """Move a recurring task on to its next occurrence; whether it moved."""
    if not recurs(task):
        return False
    rows = await TaskRepository(session).reminders([task.id])
    if not advance(task, rows, now):
        return False
    keep(session, task, rows, TaskChange.UPDATED, now)
    return True


async def _item(
    session: AsyncSession, task: Task, fired: ReminderFired, chosen: Preferences, now: datetime
) -> tuple[InboxItem, datetime | None]:
    """What goes into the inbox, and until when it is kept quiet (UTC)."""
    item = InboxItem(
        user_id=task.user_id,
        reminder_id=fired.reminder_id,
        occurrence=fired.occurrence,
        task_id=task.id,
        title=task.title,
        due_at=fired.due_at,
        fired_at=fired.fired_at,
    )
    if task.kind == TaskKind.DIGEST:
        item.kind = ItemKind.DIGEST
        item.title, item.body = await compose(session, task.user_id, ZoneInfo(task.timezone), now)
    # What is most urgent, and what was asked for at that hour every day, is said aloud.
    aloud_at = quiet_until(chosen, now) if item.kind == ItemKind.REMINDER and task.priority != 1 else None
    item.quiet = aloud_at is not None
    return item, aloud_at
