"""Answers the console: which reminders there are, what is known of one, moving one, and what waits."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

from chat_api.channels.models import ItemDelivery
from chat_api.database import Database
from chat_api.errors import Invalid
from chat_api.inbox.models import InboxItem
from chat_api.operations.repository import Cursor, Found, OperationsRepository
from chat_api.outbox import OutboxMessage, OutboxRelay
from chat_api.tasks.history import History
from chat_api.tasks.models import TaskStatus, WishStatus
from chat_api.tasks.record import keep
from chat_api.tasks.reminding import rearm, require_future
from chat_api.tasks.repository import TaskRepository
from contracts.events import CloudEvent, InvalidEvent, TaskChange
from contracts.operations import (
    AskWorkload,
    DeliveryFact,
    DescribeReminder,
    FindReminders,
    InboxFact,
    MoveAnswer,
    MoveOutcome,
    MoveReminder,
    ReminderFacts,
    ReminderRow,
    ReminderRows,
    UnpublishedFact,
    Workload,
)
from servicekit.errors import SidecarRefused


class OperationsDesk:
    """For operators, who have been let in by the console."""

    def __init__(self, database: Database, relay: OutboxRelay) -> None:
        self._database = database
        self._relay = relay

    async def find(self, request: FindReminders) -> ReminderRows:
        """A page of reminders.

        Raises:
            SidecarRefused: the cursor is none.
        """
        now = datetime.now(UTC)
        async with self._database.reading() as session:
            found = await OperationsRepository(session).find(request, _parse(request.after), now)
        page = found[: request.limit]
        return ReminderRows(
            reminders=tuple(_row(one) for one in page),
            next_after=_cursor(page[-1]) if len(found) > len(page) else None,
        )

    async def describe(self, request: DescribeReminder) -> ReminderFacts:
        """All that this service knows of a reminder."""
        async with self._database.reading() as session:
            repository = OperationsRepository(session)
            found = await repository.get(request.reminder_id)
            items = await repository.items(request.reminder_id)
            deliveries = await repository.deliveries([item.id for item in items if item.id is not None])
            waiting = await repository.unpublished(found[1].id) if found else ()
        return ReminderFacts(
            reminder=_row(found) if found else None,
            timezone=found[1].timezone if found else "UTC",
            recurrence=found[1].recurrence if found else None,
            task_created_at=found[1].created_at if found else None,
            inbox=_inbox(items, deliveries),
            unpublished=tuple(_unpublished(message) for message in waiting),
        )

    async def move(self, request: MoveReminder) -> MoveAnswer:
        """Have it ring at another time, as a change that the user can take back."""
        now = datetime.now(UTC)
        async with self._database.reading() as session:
            found = await OperationsRepository(session).get(request.reminder_id)
        if found is None:
            return MoveAnswer(outcome=MoveOutcome.UNKNOWN)
        user_id = found[1].user_id
        try:
            require_future([request.due_at], "due_at", now)
        except Invalid as error:
            return MoveAnswer(outcome=MoveOutcome.REFUSED, reason=error.message)
        async with self._database.writing(user_id) as session:
            tasks = TaskRepository(session)
            row = (await tasks.reminders_with_tasks([request.reminder_id])).get(request.reminder_id)
            if row is None:
                return MoveAnswer(outcome=MoveOutcome.UNKNOWN)
            reminder, task = row
            if task.status != TaskStatus.OPEN or reminder.status == WishStatus.CANCELLED:
                state = "done" if task.status != TaskStatus.OPEN else "without this reminder by now"
                return MoveAnswer(outcome=MoveOutcome.REFUSED, reason=f"the task is {state}")
            reminders = list(await tasks.reminders([task.id]))
            history = History(session, user_id)
            history.saw(task, reminders)
            snoozed = reminder.snoozed
            rearm(reminder, request.due_at)
            reminder.snoozed = snoozed
            keep(session, task, reminders, TaskChange.UPDATED, now)
            await history.keep(f"“{task.title}” is as it was before an operator moved its reminder.", now)
        self._relay.wake()
        return MoveAnswer(outcome=MoveOutcome.MOVED)

    async def workload(self, _: AskWorkload) -> Workload:
        """What waits."""
        now = datetime.now(UTC)
        async with self._database.reading() as session:
            repository = OperationsRepository(session)
            users, pending, overdue = await repository.counts(now)
            number, later, oldest = await repository.outbox(now)
            intake = await repository.intake(now)
        return Workload(
            users=users,
            pending=pending,
            overdue=overdue,
            outbox=number,
            outbox_later=later,
            outbox_oldest_at=oldest,
            intake=intake,
        )


def _row(found: Found) -> ReminderRow:
    reminder, task, user = found
    return ReminderRow(
        reminder_id=reminder.id,
        task_id=task.id,
        user_id=user.id,
        email=user.email,
        title=task.title,
        due_at=reminder.due_at,
        status=reminder.status,
        task_status=task.status,
        version=task.version,
        fired_at=reminder.fired_at,
        snoozed=reminder.snoozed,
    )


def _inbox(items: Sequence[InboxItem], deliveries: Sequence[ItemDelivery]) -> tuple[InboxFact, ...]:
    by_item: dict[int | None, list[DeliveryFact]] = defaultdict(list)
    for one in deliveries:
        by_item[one.item_id].append(DeliveryFact(channel=one.channel, state=one.state, at=one.at, detail=one.detail))
    return tuple(
        InboxFact(
            item_id=item.id or 0,
            occurrence=item.occurrence,
            kind=item.kind,
            due_at=item.due_at,
            fired_at=item.fired_at,
            quiet=item.quiet,
            delivered_at=item.delivered_at,
            acknowledged_at=item.acknowledged_at,
            deliveries=tuple(by_item[item.id]),
        )
        for item in items
    )


def _unpublished(message: OutboxMessage) -> UnpublishedFact:
    try:
        event = CloudEvent.from_json(message.payload)
    except InvalidEvent as error:
        kind, traceparent = f"it does not parse: {error}", None
    else:
        kind, traceparent = event.type, event.traceparent
    return UnpublishedFact(
        event_id=message.event_id,
        type=kind,
        created_at=message.created_at,
        not_before=message.not_before,
        traceparent=traceparent,
    )


def _cursor(found: Found) -> str:
    return f"{found[0].due_at.isoformat()}|{found[0].id}"


def _parse(cursor: str | None) -> Cursor | None:
    if cursor is None:
        return None
    instant, separator, reminder_id = cursor.partition("|")
    try:
        at = datetime.fromisoformat(instant)
    except ValueError:
        at = None
    if not separator or at is None or at.tzinfo is None:
        raise SidecarRefused("that is no cursor of this list")
    return at, reminder_id
