"""All queries on tasks and reminders. Each takes the user whose rows it may see, except those for other services."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chat_api.database import in_batches
from chat_api.tasks.models import Reminder, Task, TaskKind, TaskList, TaskStatus, WishStatus
from chat_api.tasks.query import TaskQuery

WAITING = (WishStatus.PENDING, WishStatus.SCHEDULED)


class TaskRepository:
    """Tasks within one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, user_id: str, task_id: str, *, lock: bool = False, with_hidden: bool = False) -> Task | None:
        """The user's task."""
        query = select(Task).where(Task.id == task_id, Task.user_id == user_id)
        if not with_hidden:
            query = query.where(Task.kind == TaskKind.TASK)
        return (await self._session.exec(query.with_for_update() if lock else query)).first()

    async def digest(self, user_id: str, *, lock: bool = False) -> Task | None:
        """The hidden task that the user's daily digest is."""
        query = select(Task).where(Task.user_id == user_id, Task.kind == TaskKind.DIGEST)
        return (await self._session.exec(query.with_for_update() if lock else query)).first()

    async def open(self, user_id: str) -> Sequence[Task]:
        """The user's tasks that are open or go on in a moment, the hidden ones included, locked."""
        goes_on = or_(Task.status == TaskStatus.OPEN, col(Task.done_at).is_not(None))
        query = select(Task).where(Task.user_id == user_id, goes_on).order_by(col(Task.id))
        return (await self._session.exec(query.with_for_update())).all()

    async def subtasks(self, task_id: str) -> Sequence[Task]:
        """The parts of a task, oldest first, locked."""
        query = select(Task).where(Task.parent_id == task_id).order_by(col(Task.id)).with_for_update()
        return (await self._session.exec(query)).all()

    async def part_counts(self, task_ids: Sequence[str]) -> Mapping[str, tuple[int, int]]:
        """How many subtasks these tasks have, and how many of them are open, by id; those without any are left out."""
        is_open = func.count(col(Task.id)).filter(col(Task.status) == TaskStatus.OPEN)
        query = (
            select(Task.parent_id, func.count(col(Task.id)), is_open)
            .where(col(Task.parent_id).in_(task_ids))
            .group_by(col(Task.parent_id))
        )
        rows = (await self._session.exec(query)).all()
        return {parent_id: (number, still_open) for parent_id, number, still_open in rows if parent_id is not None}

    async def in_list(self, list_id: str) -> Sequence[Task]:
        """The tasks of a list, locked."""
        query = select(Task).where(Task.list_id == list_id).order_by(col(Task.id)).with_for_update()
        return (await self._session.exec(query)).all()

    async def list_names(self, tasks: Iterable[Task]) -> Mapping[str, str]:
        """The names of the lists that these tasks are in, by id."""
        ids = {task.list_id for task in tasks if task.list_id is not None}
        if not ids:
            return {}
        rows = await self._session.exec(select(TaskList).where(col(TaskList.id).in_(ids)))
        return {found.id: found.name for found in rows}

    async def made_by(self, user_id: str, request_key: str) -> Task | None:
        """The user's task that this request made."""
        query = select(Task).where(Task.user_id == user_id, Task.request_key == request_key)
        return (await self._session.exec(query)).first()

    async def known(self, user_id: str, ids: Sequence[str], request_keys: Sequence[str]) -> Sequence[Task]:
        """The user's tasks with one of these ids, or made by one of these requests."""
        wanted = or_(col(Task.id).in_(ids), col(Task.request_key).in_(request_keys))
        return (await self._session.exec(select(Task).where(Task.user_id == user_id, wanted))).all()

    async def list(self, user_id: str, query: TaskQuery) -> Sequence[Task]:
        """The user's tasks that the query asks for, and one more when there is a next page."""
        found = select(Task).where(Task.user_id == user_id, *query.conditions())
        return (await self._session.exec(found.order_by(*query.order()).limit(query.limit + 1))).all()

    async def reminders(self, task_ids: Sequence[str]) -> Sequence[Reminder]:
        """All reminders of these tasks, cancelled ones included, by due time."""
        query = select(Reminder).where(col(Reminder.task_id).in_(task_ids)).order_by(col(Reminder.due_at), Reminder.id)
        return (await self._session.exec(query)).all()

    async def due_before(self, task_ids: Sequence[str], instant: datetime) -> frozenset[str]:
        """Those of these tasks that have a reminder before `instant` (aware)."""
        found: set[str] = set()
        for some in in_batches(task_ids):
            query = select(Reminder.task_id).where(col(Reminder.task_id).in_(some), col(Reminder.due_at) < instant)
            found.update((await self._session.exec(query)).all())
        return frozenset(found)

    async def reminders_with_tasks(self, reminder_ids: Sequence[str]) -> dict[str, tuple[Reminder, Task]]:
        """Reminders and their tasks by the reminder's id, locked; for events about them."""
        query = select(Reminder, Task).join(Task).where(col(Reminder.id).in_(reminder_ids))
        rows = (await self._session.exec(query.order_by(col(Reminder.id)).with_for_update())).all()
        return {reminder.id: (reminder, task) for reminder, task in rows}

    async def pending(
        self, *conditions: ColumnElement[bool], due_before: datetime, after: str, limit: int
    ) -> Sequence[tuple[Reminder, Task]]:
        """A page of the reminders that users wait for, by id; for the repair sweep."""
        query = (
            select(Reminder, Task)
            .join(Task)
            .where(
                col(Reminder.status).in_(WAITING),
                Task.status == TaskStatus.OPEN,
                Reminder.due_at < due_before,
                Reminder.id > after,
                *conditions,
            )
            .order_by(col(Reminder.id))
            .limit(limit)
        )
        return (await self._session.exec(query)).all()

    def add(self, row: Task | Reminder) -> None:
        """Insert, or keep a change."""
        self._session.add(row)

    async def delete(self, task: Task, reminders: Sequence[Reminder]) -> None:
        """Remove a task and its reminders."""
        for reminder in reminders:
            await self._session.delete(reminder)
        await self._session.flush()
        await self._session.delete(task)
