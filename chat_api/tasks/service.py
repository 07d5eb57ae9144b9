"""Commands on tasks. Each is one transaction: rows, version and event together, or nothing."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from chat_api import outbox
from chat_api.database import Database
from chat_api.errors import Changed, Invalid, NotFound
from chat_api.identifiers import new_id
from chat_api.outbox import OutboxRelay
from chat_api.tasks import recurrence
from chat_api.tasks.models import Reminder, Task, TaskStatus, WishStatus
from chat_api.tasks.query import TaskQuery
from chat_api.tasks.repository import WAITING, TaskRepository
from chat_api.tasks.schemas import MAX_REMINDERS, TaskCreate, TaskUpdate
from contracts.events import ReminderSpec, TaskChange, TaskEvent
from contracts.reminders import ListPending, PendingReminder, PendingReminders

# A request takes a moment to arrive: "now" and a second ago are not the past.
_PAST_TOLERANCE = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class TaskWithReminders:
    """A task and the reminders that are not cancelled."""

    task: Task
    reminders: Sequence[Reminder]


@dataclass(frozen=True, slots=True)
class TaskPage:
    """Some tasks, and where the next ones begin."""

    items: Sequence[TaskWithReminders]
    next_cursor: str | None


class TaskService:
    """What people and the assistant may do with tasks."""

    def __init__(self, database: Database, relay: OutboxRelay) -> None:
        self._database = database
        self._relay = relay

    # Queries

    async def get(self, user_id: str, task_id: str) -> TaskWithReminders:
        """One task.

        Raises:
            NotFound: this user has no such task.
        """
        async with self._database.reading() as session:
            repository = TaskRepository(session)
            task = await repository.get(user_id, task_id)
            if task is None:
                raise _no_such_task()
            return _view(task, await repository.reminders([task.id]))

    async def list(self, user_id: str, *, status: TaskStatus | None = None) -> Sequence[TaskWithReminders]:
        """The user's first tasks, the next due one first."""
        return (await self.page(user_id, TaskQuery(status=status))).items

    async def page(self, user_id: str, query: TaskQuery) -> TaskPage:
        """A page of the user's tasks.

        Raises:
            Invalid: the query's cursor is none.
        """
        async with self._database.reading() as session:
            repository = TaskRepository(session)
            found = await repository.list(user_id, query)
            tasks = found[: query.limit]
            rows = await repository.reminders([task.id for task in tasks]) if tasks else ()
        by_task: dict[str, list[Reminder]] = defaultdict(list)
        for row in rows:
            by_task[row.task_id].append(row)
        following = query.cursor_after(tasks[-1]) if len(found) > len(tasks) else None
        return TaskPage([_view(task, by_task[task.id]) for task in tasks], following)

    async def pending(self, request: ListPending) -> PendingReminders:
        """Reminders of all users that have not fired; for the repair sweep."""
        async with self._database.reading() as session:
            rows = await TaskRepository(session).pending(
                due_before=request.due_before, after=request.after, limit=request.limit
            )
        return PendingReminders(
            reminders=tuple(
                PendingReminder(
                    reminder_id=reminder.id,
                    task_id=task.id,
                    user_id=task.user_id,
                    title=task.title,
                    version=task.version,
                    due_at=reminder.due_at,
                )
                for reminder, task in rows
            )
        )

    # Commands

    async def create(self, user_id: str, wish: TaskCreate, *, request_key: str | None = None) -> TaskWithReminders:
        """Add a task; when a request with this key has added one before, answer that one.

        Raises:
            Invalid: a time that has passed, or a recurrence that cannot be.
        """
        now = datetime.now(UTC)
        times = wish.reminders if wish.reminders is not None else [wish.due_at] if wish.due_at else []
        _require_future(times, "reminders" if wish.reminders is not None else "due_at", now)
        task = Task(
            id=new_id(),
            user_id=user_id,
            title=wish.title,
            notes=wish.notes,
            priority=wish.priority,
            tags=wish.tags,
            due_at=wish.due_at,
            from_completion=wish.from_completion,
            timezone=wish.timezone,
            request_key=request_key,
            created_at=now,
            updated_at=now,
        )
        _set_recurrence(task, wish.recurrence)
        reminders = [_new_reminder(task, due_at) for due_at in _distinct(times)]
        async with self._database.writing() as session:
            repository = TaskRepository(session)
            if request_key is not None:
                made = await repository.made_by(user_id, request_key)
                if made is not None:
                    return _view(made, await repository.reminders([made.id]))
            repository.add(task)
            await session.flush()
            for reminder in reminders:
                repository.add(reminder)
            _record(session, task, reminders, TaskChange.CREATED, now)
        self._relay.wake()
        return _view(task, reminders)

    async def update(
        self, user_id: str, task_id: str, wish: TaskUpdate, *, seen: int | None = None
    ) -> TaskWithReminders:
        """Change what is given and leave the rest; with `seen`, only if that is still its version.

        Raises:
            NotFound: this user has no such task.
            Changed: it was changed since.
            Invalid: a time that has passed, or a recurrence that cannot be.
        """
        now = datetime.now(UTC)
        changes = wish.model_dump(exclude_unset=True)
        async with self._database.writing() as session:
            repository = TaskRepository(session)
            task = await _to_change(repository, user_id, task_id, seen)
            reminders = list(await repository.reminders([task.id]))
            change = _apply(task, changes)
            if change is TaskChange.REOPENED:
                _skip_past(reminders, now)
            if change is TaskChange.COMPLETED:
                _go_on(task, reminders, now)
            if "due_at" in changes:
                if "reminders" not in changes:
                    _require_future([wish.due_at] if wish.due_at else [], "due_at", now)
                    reminders = _move_due(task, reminders, wish.due_at, now)
                task.due_at = wish.due_at
            if "reminders" in changes:
                reminders = _replace_reminders(task, reminders, wish.reminders or [], now)
            if {"recurrence", "due_at", "timezone"} & changes.keys():
                _set_recurrence(task, changes.get("recurrence", task.recurrence))
            _keep(session, task, reminders, change, now)
        self._relay.wake()
        return _view(task, reminders)

    async def delete(self, user_id: str, task_id: str, *, seen: int | None = None) -> TaskWithReminders:
        """Remove a task; its reminders will not fire. Answers what was removed.

        Raises:
            NotFound: this user has no such task.
            Changed: `seen` is no longer its version.
        """
        now = datetime.now(UTC)
        async with self._database.writing() as session:
            repository = TaskRepository(session)
            task = await _to_change(repository, user_id, task_id, seen)
            reminders = await repository.reminders([task.id])
            gone = _view(task, reminders)
            task.version += 1
            _record(session, task, reminders, TaskChange.DELETED, now, active=False)
            await repository.delete(task, reminders)
        self._relay.wake()
        return gone


def advance(session: AsyncSession, task: Task, reminders: Sequence[Reminder], now: datetime) -> bool:
    """Move a recurring task whose reminders have all fired to its next occurrence, within a running transaction.

    Whether it moved: False when it does not recur, still waits for a reminder, or its recurrence has ended.
    """
    if task.recurrence is None or task.due_at is None or task.recurs_from is None or task.from_completion:
        return False
    lasting = [reminder for reminder in reminders if not reminder.snoozed]
    if any(reminder.status in WAITING for reminder in lasting) or task.status != TaskStatus.OPEN:
        return False
    following = recurrence.next_occurrence(
        task.recurrence, start=task.recurs_from, after=max(now, task.due_at), zone=ZoneInfo(task.timezone)
    )
    if following is None:
        return False
    _move_on(task, reminders, following, now)
    _keep(session, task, reminders, TaskChange.UPDATED, now)
    return True


def _go_on(task: Task, reminders: Sequence[Reminder], now: datetime) -> None:
    """A recurring task was done: open it for its next occurrence, if there is one."""
    if task.recurrence is None or task.due_at is None or task.recurs_from is None:
        return
    zone = ZoneInfo(task.timezone)
    start = task.recurs_from
    if task.from_completion:
        wall = task.due_at.astimezone(zone)
        start = now.astimezone(zone).replace(hour=wall.hour, minute=wall.minute, second=wall.second, microsecond=0)
    # Done before it was due: that occurrence is the one that was done.
    after = max(now, start if task.from_completion else task.due_at)
    following = recurrence.next_occurrence(task.recurrence, start=start, after=after, zone=zone)
    if following is None:
        return
    _move_on(task, reminders, following, now)
    task.status = TaskStatus.OPEN
    if task.from_completion:
        task.recurs_from = following


def _move_on(task: Task, reminders: Sequence[Reminder], following: datetime, now: datetime) -> None:
    if task.due_at is not None:
        _shift([row for row in reminders if not row.snoozed], following - task.due_at, now)
    task.due_at = following


def snooze(session: AsyncSession, task: Task, reminders: Sequence[Reminder], until: datetime, now: datetime) -> None:
    """Add a reminder at `until`, within a running transaction. The task's due time stays.

    Raises:
        Invalid: that time has passed, or the task is not open.
    """
    _require_future([until], "until", now)
    if task.status != TaskStatus.OPEN:
        raise Invalid("until", "the task is completed")
    row = next((row for row in reminders if row.status == WishStatus.CANCELLED or _is_spent(row)), None)
    if row is None:
        row = _new_reminder(task, until)
        reminders = [*reminders, row]
    _rearm(row, until.astimezone(UTC))
    row.snoozed = True
    _keep(session, task, reminders, TaskChange.UPDATED, now)


def _is_spent(reminder: Reminder) -> bool:
    return reminder.snoozed and reminder.status == WishStatus.FIRED


def _keep(session: AsyncSession, task: Task, reminders: Sequence[Reminder], change: TaskChange, now: datetime) -> None:
    """A changed task as its next version, with its event."""
    task.version += 1
    task.updated_at = now
    session.add_all([task, *reminders])
    _record(session, task, reminders, change, now)


def _record(
    session: AsyncSession,
    task: Task,
    reminders: Iterable[Reminder],
    change: TaskChange,
    now: datetime,
    *,
    active: bool = True,
) -> None:
    """The event of this change, in the same transaction."""
    wanted = active and task.status == TaskStatus.OPEN
    outbox.put(
        session,
        TaskEvent(
            change=change,
            task_id=task.id,
            user_id=task.user_id,
            version=task.version,
            title=task.title,
            due_at=task.due_at,
            recurrence=task.recurrence,
            reminders=tuple(
                ReminderSpec(
                    reminder_id=reminder.id,
                    due_at=reminder.due_at,
                    active=wanted and reminder.status in WAITING,
                )
                for reminder in reminders
            ),
            occurred_at=now,
        ),
    )


def _apply(task: Task, changes: dict[str, Any]) -> TaskChange:
    """Copy the plain fields; what kind of change it is."""
    for name in ("title", "notes", "tags", "timezone", "from_completion"):
        if changes.get(name) is not None:
            setattr(task, name, changes[name])
    if "priority" in changes:
        task.priority = changes["priority"]
    status = changes.get("status")
    if status is None or status == task.status:
        return TaskChange.UPDATED
    task.status = status
    return TaskChange.COMPLETED if status == TaskStatus.COMPLETED else TaskChange.REOPENED


def _move_due(task: Task, reminders: list[Reminder], due_at: datetime | None, now: datetime) -> list[Reminder]:
    """The reminders when the task is due at another time: they keep their distance to it, and end with it."""
    kept = [reminder for reminder in reminders if reminder.status != WishStatus.CANCELLED and not reminder.snoozed]
    ended = [reminder for reminder in reminders if reminder.snoozed] + (kept if due_at is None else [])
    for reminder in ended:
        reminder.status = WishStatus.CANCELLED
    if due_at is None:
        return reminders
    if task.due_at is None:
        return _replace_reminders(task, reminders, [*(reminder.due_at for reminder in kept), due_at], now)
    _shift(kept, due_at - task.due_at, now)
    return reminders


def _replace_reminders(
    task: Task, reminders: list[Reminder], times: Sequence[datetime], now: datetime
) -> list[Reminder]:
    """The reminders when they are to be at `times`. Rows are reused, so that ids stay; surplus ones are cancelled."""
    wanted = _distinct(times)
    kept = {row.due_at for row in reminders if row.status != WishStatus.CANCELLED} & set(wanted)
    added = [when for when in wanted if when not in kept]
    _require_future(added, "reminders", now)
    free = [row for row in reminders if row.status == WishStatus.CANCELLED or row.due_at not in kept]
    new: list[Reminder] = []
    for due_at in added:
        if free:
            _rearm(free.pop(0), due_at)
        else:
            new.append(_new_reminder(task, due_at))
    for row in free:
        row.status = WishStatus.CANCELLED
    return [*reminders, *new]


def _shift(reminders: Iterable[Reminder], by: timedelta, now: datetime) -> None:
    for reminder in reminders:
        if reminder.status != WishStatus.CANCELLED:
            _rearm(reminder, reminder.due_at + by)
    _skip_past(reminders, now)


def _skip_past(reminders: Iterable[Reminder], now: datetime) -> None:
    """A reminder "an hour before" something that is in half an hour has nothing to say any more."""
    for reminder in reminders:
        if reminder.status in WAITING and reminder.due_at < now - _PAST_TOLERANCE:
            reminder.status = WishStatus.SKIPPED


def _rearm(reminder: Reminder, due_at: datetime) -> None:
    reminder.due_at = due_at
    reminder.status = WishStatus.PENDING
    reminder.fired_at = None
    reminder.snoozed = False


def _new_reminder(task: Task, due_at: datetime) -> Reminder:
    return Reminder(id=new_id(), task_id=task.id, user_id=task.user_id, due_at=due_at)


def _set_recurrence(task: Task, rule: str | None) -> None:
    if rule is None:
        task.recurrence = task.recurs_from = None
        return
    if task.due_at is None:
        raise Invalid("recurrence", "a recurring task needs a due time")
    try:
        task.recurrence = recurrence.validate(rule, start=task.due_at, zone=ZoneInfo(task.timezone))
    except ValueError as error:
        raise Invalid("recurrence", str(error)) from error
    task.recurs_from = task.due_at


async def _to_change(repository: TaskRepository, user_id: str, task_id: str, seen: int | None) -> Task:
    task = await repository.get(user_id, task_id, lock=True)
    if task is None:
        raise _no_such_task()
    if seen is not None and seen != task.version:
        raise Changed("The task was changed since you read it. Read it again, then repeat your change.")
    return task


def _require_future(times: Iterable[datetime], field: str, now: datetime) -> None:
    for when in times:
        if when < now - _PAST_TOLERANCE:
            raise Invalid(field, f"{when.isoformat()} has passed")


def _distinct(times: Iterable[datetime]) -> list[datetime]:
    return sorted({when.astimezone(UTC) for when in times})[:MAX_REMINDERS]


def _view(task: Task, reminders: Iterable[Reminder]) -> TaskWithReminders:
    shown = [reminder for reminder in reminders if reminder.status != WishStatus.CANCELLED]
    return TaskWithReminders(task, sorted(shown, key=lambda reminder: reminder.due_at))


def _no_such_task() -> NotFound:
    return NotFound("You have no task with this id.")
