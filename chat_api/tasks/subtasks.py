"""Subtasks: tasks that are a part of another one, one level deep, in the same list, and done with it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from chat_api.errors import Invalid
from chat_api.tasks.history import History
from chat_api.tasks.lists import list_called
from chat_api.tasks.models import Task, TaskStatus
from chat_api.tasks.record import keep
from chat_api.tasks.reminding import shift, shifted, skip_past
from chat_api.tasks.repository import TaskRepository
from contracts.events import TaskChange

MAX_SUBTASKS = 100


async def put_under(session: AsyncSession, task: Task, parent_id: str) -> None:
    """Make it a part of another task.

    Raises:
        Invalid: there is no such task, it is itself a part of one, or it has enough parts.
    """
    repository = TaskRepository(session)
    parent = await repository.get(task.user_id, parent_id, lock=True)
    if parent is None or parent.id == task.id:
        raise Invalid("parent_id", "you have no other task with this id")
    if parent.parent_id is not None:
        raise Invalid("parent_id", "that task is a subtask itself; there is one level of them")
    if len(await repository.subtasks(parent.id)) >= MAX_SUBTASKS:
        raise Invalid("parent_id", f"a task has at most {MAX_SUBTASKS} subtasks")
    task.parent_id, task.list_id = parent.id, parent.list_id


async def file(
    session: AsyncSession, task: Task, changes: Mapping[str, Any], history: History, now: datetime
) -> Sequence[Task]:
    """Put it under the parent and into the list that `changes` names, its subtasks along; the subtasks it has.

    Raises:
        Invalid: it cannot be put there.
    """
    repository = TaskRepository(session)
    parts = await repository.subtasks(task.id)
    if "parent_id" in changes:
        if changes["parent_id"] is None:
            task.parent_id = None
        elif parts:
            raise Invalid("parent_id", "a task with subtasks cannot become one; there is one level of them")
        else:
            await put_under(session, task, changes["parent_id"])
    if "list" in changes:
        name = changes["list"]
        wanted = None if name is None else (await list_called(session, task.user_id, name, now)).id
        if task.parent_id is not None and wanted != task.list_id:
            raise Invalid("list", "a subtask is in the list of its task")
        task.list_id = wanted
    for part in parts:
        if part.list_id != task.list_id:
            reminders = await repository.reminders([part.id])
            history.saw(part, reminders)
            part.list_id = task.list_id
            keep(session, part, reminders, TaskChange.UPDATED, now)
    return parts


async def saw(session: AsyncSession, parts: Sequence[Task], history: History) -> None:
    """All of them may change with their task, later and by a worker; taking it back is for them, too."""
    for part in parts:
        history.saw(part, await TaskRepository(session).reminders([part.id]))


async def follow(
    session: AsyncSession,
    task: Task,
    parts: Sequence[Task],
    history: History,
    now: datetime,
    *,
    old_due: datetime | None,
    goes_on: bool,
) -> None:
    """The task was done: so are its open parts; or, when it goes on with its next occurrence, all are to do again."""
    repository = TaskRepository(session)
    wanted = TaskStatus.OPEN if goes_on else TaskStatus.COMPLETED
    moved = goes_on and old_due is not None and task.due_at is not None and old_due != task.due_at
    for part in parts:
        if part.status == wanted and part.done_at is None and not moved:
            continue
        reminders = list(await repository.reminders([part.id]))
        history.saw(part, reminders)
        changed = part.status != wanted
        part.status, part.done_at = wanted, None
        if moved and part.due_at is not None and old_due is not None and task.due_at is not None:
            zone = ZoneInfo(part.timezone)
            new_due = shifted(part.due_at, old_due, task.due_at, zone, all_day=part.all_day)
            lasting = [row for row in reminders if not row.snoozed]
            shift(lasting, part.due_at, new_due, zone, now, all_day=part.all_day)
            part.due_at = new_due
        skip_past(reminders, now)
        change = TaskChange.REOPENED if goes_on else TaskChange.COMPLETED
        keep(session, part, reminders, change if changed else TaskChange.UPDATED, now)
