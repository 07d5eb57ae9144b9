"""Commands on tasks. Each is one transaction: rows, version, event and what it replaced together, or nothing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from chat_api.database import Database
from chat_api.errors import Changed, Invalid, NotFound
from chat_api.identifiers import new_id
from chat_api.outbox import OutboxRelay
from chat_api.preferences.repository import preferences_of
from chat_api.tasks import subtasks, undo
from chat_api.tasks.due import Due, day_of
from chat_api.tasks.history import History
from chat_api.tasks.lists import list_called
from chat_api.tasks.models import Reminder, Task, TaskStatus, WishStatus
from chat_api.tasks.query import TaskQuery
from chat_api.tasks.record import add, keep, remove
from chat_api.tasks.reminding import distinct, new_reminder, require_future, skip_past
from chat_api.tasks.repeating import (
    await_next,
    complete_rung,
    end_snoozes,
    foreseen_due,
    go_to,
    move_on,
    occurrence_to_do,
    recurs,
    set_rule,
)
from chat_api.tasks.repository import TaskRepository
from chat_api.tasks.rescheduling import first_reminders, reschedule
from chat_api.tasks.schemas import TaskCreate, TaskUpdate
from contracts.events import TaskChange


@dataclass(frozen=True, slots=True)
class TaskWithReminders:
    """A task, the reminders that are not cancelled, the name of its list, and how many subtasks it has."""

    task: Task
    reminders: Sequence[Reminder]
    list_name: str | None = None
    parts: int = 0
    open_parts: int = 0

    @property
    def next_due(self) -> Due | None:
        """When its next occurrence is due, while a worker is about to make that."""
        at = foreseen_due(self.task)
        return None if at is None else Due(at, self.task.all_day)

    def foreseen(self) -> "TaskWithReminders":
        """As it will be once a worker has made its next occurrence, as a copy; else itself."""
        at, done_at = foreseen_due(self.task), self.task.done_at
        if at is None or done_at is None:
            return self
        task = Task.model_validate(self.task.model_dump())
        reminders = [Reminder.model_validate(row.model_dump()) for row in self.reminders]
        go_to(task, reminders, at, done_at)
        return replace(self, task=task, reminders=reminders)


@dataclass(frozen=True, slots=True)
class TaskPage:
    """Some tasks, and where the next ones begin."""

    items: Sequence[TaskWithReminders]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What was taken back, and the tasks that are as they were."""

    said: str
    tasks: Sequence[TaskWithReminders]


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
            task = await TaskRepository(session).get(user_id, task_id)
            if task is None:
                raise _no_such_task()
            return (await _views(session, [task]))[0]

    async def list(self, user_id: str, *, status: TaskStatus | None = None) -> Sequence[TaskWithReminders]:
        """The user's first tasks, the next due one first."""
        return (await self.page(user_id, TaskQuery(status=status))).items

    async def page(self, user_id: str, query: TaskQuery) -> TaskPage:
        """A page of the user's tasks.

        Raises:
            Invalid: the query's cursor is none.
        """
        async with self._database.reading() as session:
            found = await TaskRepository(session).list(user_id, query)
            tasks = found[: query.limit]
            views = await _views(session, tasks)
        return TaskPage(views, query.cursor_after(tasks[-1]) if len(found) > len(tasks) else None)

    # Commands

    async def create(self, user_id: str, wish: TaskCreate, *, request_key: str | None = None) -> TaskWithReminders:
        """Add a task; when a request with this key has added one before, answer that one.

        Raises:
            Invalid: a time that has passed, a recurrence that cannot be, or a parent that cannot have it.
        """
        now = datetime.now(UTC)
        async with self._database.writing(user_id) as session:
            repository = TaskRepository(session)
            made = await repository.made_by(user_id, request_key) if request_key is not None else None
            if made is not None:
                return (await _views(session, [made]))[0]
            task, reminders = await _new_task(session, user_id, wish, request_key, now)
            await add(session, task, reminders, now)
            history = History(session, user_id)
            history.made(task)
            await history.keep(f"Taken back: “{task.title}” is gone.", now)
            names = await repository.list_names([task])
        self._relay.wake()
        return TaskWithReminders(task, _shown(reminders), names.get(task.list_id or ""))

    async def update(
        self, user_id: str, task_id: str, wish: TaskUpdate, *, seen: int | None = None
    ) -> TaskWithReminders:
        """Change what is given and leave the rest; with `seen`, only if that is still its version.

        Completing what is completed, or an occurrence that is done by now, changes nothing.

        Raises:
            NotFound: this user has no such task.
            Changed: it was changed since.
            Invalid: a time that has passed, a recurrence that cannot be, or a parent that cannot have it.
        """
        now = datetime.now(UTC)
        changes = wish.model_dump(exclude_unset=True, exclude={"scope", "occurrence"})
        async with self._database.writing(user_id) as session:
            repository = TaskRepository(session)
            task = await _to_change(repository, user_id, task_id, seen)
            if _is_so_already(task, wish, changes):
                return (await _views(session, [task]))[0]
            reminders = list(await repository.reminders([task.id]))
            history = History(session, user_id)
            history.saw(task, reminders)
            said = f"“{task.title}” is as it was."
            old_due = task.due_at
            change = _apply(task, changes)
            parts = await subtasks.file(session, task, changes, history, now)
            if change is TaskChange.REOPENED:
                skip_past(reminders, now)
            goes_on = change is TaskChange.COMPLETED and complete_rung(task)
            day_hour = (await preferences_of(session, user_id)).all_day_at
            reminders = reschedule(task, reminders, wish, changes, day_hour=day_hour, now=now)
            if change is TaskChange.COMPLETED:
                end_snoozes(reminders)
                if not goes_on:
                    await_next(task, now)
            keep(session, task, reminders, change, now)
            if change is TaskChange.COMPLETED:
                if task.done_at is not None:
                    # All of them are to do again with the next occurrence, those that are done already, too.
                    await subtasks.saw(session, parts, history)
                await subtasks.follow(session, task, parts, history, now, old_due=old_due, goes_on=goes_on)
            await history.keep(said, now)
            view = (await _views(session, [task]))[0]
        self._relay.wake()
        return view

    async def skip(self, user_id: str, task_id: str, *, seen: int | None = None) -> TaskWithReminders:
        """Leave out the coming occurrence of a recurring task.

        Raises:
            NotFound: this user has no such task.
            Changed: `seen` is no longer its version.
            Invalid: it does not recur, is completed, or has no occurrence after this one.
        """
        now = datetime.now(UTC)
        async with self._database.writing(user_id) as session:
            repository = TaskRepository(session)
            task = await _to_change(repository, user_id, task_id, seen)
            reminders = list(await repository.reminders([task.id]))
            history = History(session, user_id)
            history.saw(task, reminders)
            if not recurs(task) or task.status != TaskStatus.OPEN:
                raise Invalid("task_id", "only an open task that repeats can skip an occurrence")
            rang = task.rang_at
            if not move_on(task, reminders, now):
                raise Invalid("task_id", "there is no occurrence after this one; complete or delete it instead")
            task.rang_at = rang
            keep(session, task, reminders, TaskChange.UPDATED, now)
            await history.keep(f"“{task.title}” is as it was.", now)
            view = (await _views(session, [task]))[0]
        self._relay.wake()
        return view

    async def delete(self, user_id: str, task_id: str, *, seen: int | None = None) -> TaskWithReminders:
        """Remove a task and its subtasks; their reminders will not fire. Answers what was removed.

        Raises:
            NotFound: this user has no such task.
            Changed: `seen` is no longer its version.
        """
        now = datetime.now(UTC)
        async with self._database.writing(user_id) as session:
            repository = TaskRepository(session)
            task = await _to_change(repository, user_id, task_id, seen)
            gone = (await _views(session, [task]))[0]
            history = History(session, user_id)
            family = [task, *await repository.subtasks(task.id)]
            rows = {one.id: await repository.reminders([one.id]) for one in family}
            for one in family:
                history.saw(one, rows[one.id])
            for one in reversed(family):
                await remove(session, one, rows[one.id], now)
            await history.keep(f"“{task.title}” is back.", now)
        self._relay.wake()
        return gone

    async def undo(self, user_id: str) -> TakenBack:
        """Take the user's last change back.

        Raises:
            NotFound: there is none of the last day.
        """
        async with self._database.writing(user_id) as session:
            undone = await undo.take_back(session, user_id, datetime.now(UTC))
            repository = TaskRepository(session)
            found = [await repository.get(user_id, task_id) for task_id in undone.task_ids]
            views = await _views(session, [task for task in found if task is not None])
        self._relay.wake()
        return TakenBack(undone.said, views)


async def _new_task(
    session: AsyncSession, user_id: str, wish: TaskCreate, request_key: str | None, now: datetime
) -> tuple[Task, Sequence[Reminder]]:
    chosen = await preferences_of(session, user_id)
    zone = ZoneInfo(wish.timezone or chosen.timezone or "UTC")
    due = Due.wanted(wish.model_dump(include={"due_at", "due_on"}), zone)
    task = Task(
        id=new_id(),
        user_id=user_id,
        title=wish.title,
        notes=wish.notes,
        priority=wish.priority,
        tags=wish.tags,
        due_at=due.at if due else None,
        all_day=due is not None and due.all_day,
        from_completion=wish.from_completion,
        timezone=zone.key,
        request_key=request_key,
        created_at=now,
        updated_at=now,
    )
    if wish.reminders is not None:
        require_future(wish.reminders, "reminders", now)
    first = first_reminders(due, zone, chosen.all_day_at, now) if wish.reminders is None else wish.reminders
    set_rule(task, wish.recurrence)
    if wish.parent_id is not None:
        await subtasks.put_under(session, task, wish.parent_id)
    if wish.list is not None:
        wanted = await list_called(session, user_id, wish.list, now)
        if task.parent_id is not None and task.list_id != wanted.id:
            raise Invalid("list", "a subtask is in the list of its task")
        task.list_id = wanted.id
    return task, [new_reminder(task, due_at) for due_at in distinct(first)]


def _is_so_already(task: Task, wish: TaskUpdate, changes: Mapping[str, Any]) -> bool:
    """Whether there is nothing to do: a command that was given twice, here and on another device, say."""
    if wish.occurrence is not None and wish.occurrence != occurrence_to_do(task):
        return True
    return changes.keys() == {"status"} and changes["status"] == task.status


def _apply(task: Task, changes: Mapping[str, Any]) -> TaskChange:
    """Copy the plain fields; what kind of change it is."""
    day = day_of(task)
    for name in ("title", "notes", "tags", "timezone", "from_completion"):
        if changes.get(name) is not None:
            setattr(task, name, changes[name])
    if "priority" in changes:
        task.priority = changes["priority"]
    if day is not None and changes.get("timezone") is not None:
        task.due_at = Due.on(day, ZoneInfo(task.timezone)).at
    status = changes.get("status")
    if status is None or status == task.status:
        return TaskChange.UPDATED
    task.status, task.done_at = status, None
    return TaskChange.COMPLETED if status == TaskStatus.COMPLETED else TaskChange.REOPENED


async def _to_change(repository: TaskRepository, user_id: str, task_id: str, seen: int | None) -> Task:
    task = await repository.get(user_id, task_id, lock=True)
    if task is None:
        raise _no_such_task()
    if seen is not None and seen != task.version:
        raise Changed("The task was changed since you read it. Read it again, then repeat your change.")
    return task


async def _views(session: AsyncSession, tasks: Sequence[Task]) -> Sequence[TaskWithReminders]:
    if not tasks:
        return []
    repository = TaskRepository(session)
    names = await repository.list_names(tasks)
    ids = [task.id for task in tasks]
    parts = await repository.part_counts(ids)
    by_task: dict[str, list[Reminder]] = defaultdict(list)
    for row in await repository.reminders(ids):
        by_task[row.task_id].append(row)
    return [
        TaskWithReminders(
            task,
            _shown(by_task[task.id]),
            names.get(task.list_id) if task.list_id else None,
            *parts.get(task.id, (0, 0)),
        )
        for task in tasks
    ]


def _shown(reminders: Iterable[Reminder]) -> Sequence[Reminder]:
    shown = [reminder for reminder in reminders if reminder.status != WishStatus.CANCELLED]
    return sorted(shown, key=lambda reminder: reminder.due_at)


def _no_such_task() -> NotFound:
    return NotFound("You have no task with this id.")
