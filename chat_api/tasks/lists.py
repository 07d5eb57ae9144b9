"""Named lists of tasks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chat_api.database import Database
from chat_api.errors import Invalid, NotFound
from chat_api.identifiers import new_id
from chat_api.outbox import OutboxRelay
from chat_api.tasks.history import History
from chat_api.tasks.models import Task, TaskList, TaskStatus, name_key
from chat_api.tasks.record import keep
from chat_api.tasks.repository import TaskRepository
from contracts.events import TaskChange

MAX_LISTS = 200


@dataclass(frozen=True, slots=True)
class CountedList:
    """A list, and how many of its tasks are to do."""

    id: str
    name: str
    open_tasks: int


async def list_called(session: AsyncSession, user_id: str, name: str, now: datetime) -> TaskList:
    """The user's list of that name, in upper or lower case; made when there is none.

    Raises:
        Invalid: the user has enough lists.
    """
    query = select(TaskList).where(TaskList.user_id == user_id, TaskList.name_key == name_key(name))
    found = (await session.exec(query)).first()
    if found is not None:
        return found
    number = (await session.exec(select(func.count()).where(TaskList.user_id == user_id))).one()
    if number >= MAX_LISTS:
        raise Invalid("list", f"you have {MAX_LISTS} lists already")
    made = TaskList(id=new_id(), user_id=user_id, name=name, name_key=name_key(name), created_at=now)
    session.add(made)
    await session.flush()
    return made


class ListService:
    """What people may do with lists."""

    def __init__(self, database: Database, relay: OutboxRelay) -> None:
        self._database = database
        self._relay = relay

    async def all(self, user_id: str) -> Sequence[CountedList]:
        """The user's lists by name."""
        async with self._database.reading() as session:
            return await _counted(session, user_id)

    async def add(self, user_id: str, name: str) -> CountedList:
        """Make a list; the one of that name if there is one already."""
        async with self._database.writing(user_id) as session:
            made = await list_called(session, user_id, name, datetime.now(UTC))
            return next(one for one in await _counted(session, user_id) if one.id == made.id)

    async def rename(self, user_id: str, list_id: str, name: str) -> CountedList:
        """Give it another name.

        Raises:
            NotFound: this user has no such list.
            Invalid: another list is called that.
        """
        async with self._database.writing(user_id) as session:
            found = await _found(session, user_id, list_id)
            others = select(TaskList.id).where(TaskList.user_id == user_id, TaskList.name_key == name_key(name))
            if any(other != list_id for other in await session.exec(others)):
                raise Invalid("name", f"you have a list called “{name}” already")
            history = History(session, user_id)
            history.saw_list(found)
            await history.keep(f"The list is called “{found.name}” again.", datetime.now(UTC))
            found.name, found.name_key = name, name_key(name)
            session.add(found)
            await session.flush()
            return next(one for one in await _counted(session, user_id) if one.id == list_id)

    async def delete(self, user_id: str, list_id: str) -> None:
        """Remove the list; its tasks stay, in no list.

        Raises:
            NotFound: this user has no such list.
        """
        now = datetime.now(UTC)
        async with self._database.writing(user_id) as session:
            found = await _found(session, user_id, list_id)
            repository = TaskRepository(session)
            history = History(session, user_id)
            history.saw_list(found)
            for task in await repository.in_list(list_id):
                reminders = await repository.reminders([task.id])
                history.saw(task, reminders)
                task.list_id = None
                keep(session, task, reminders, TaskChange.UPDATED, now)
            await history.keep(f"The list “{found.name}” is back.", now)
            await session.flush()
            await session.delete(found)
        self._relay.wake()


async def _found(session: AsyncSession, user_id: str, list_id: str) -> TaskList:
    found = (await session.exec(select(TaskList).where(TaskList.id == list_id, TaskList.user_id == user_id))).first()
    if found is None:
        raise NotFound("You have no list with this id.")
    return found


async def _counted(session: AsyncSession, user_id: str) -> Sequence[CountedList]:
    waiting = func.count(col(Task.id)).filter(col(Task.status) == TaskStatus.OPEN)
    query = (
        select(TaskList.id, TaskList.name, waiting)
        .outerjoin(Task, col(Task.list_id) == col(TaskList.id))
        .where(TaskList.user_id == user_id)
        .group_by(col(TaskList.id))
        .order_by(col(TaskList.name_key))
    )
    return [CountedList(*row) for row in (await session.exec(query)).all()]
