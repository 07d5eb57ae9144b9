"""Takes tasks over as they were elsewhere: done ones, overdue ones, with their age. The command behind an import."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from chat_api import outbox
from chat_api.database import Database
from chat_api.errors import Invalid
from chat_api.identifiers import new_id
from chat_api.outbox import OutboxRelay
from chat_api.tasks import subtasks
from chat_api.tasks.history import History
from chat_api.tasks.lists import list_called
from chat_api.tasks.models import Reminder, Task, TaskStatus, WishStatus
from chat_api.tasks.record import add
from chat_api.tasks.reminding import PAST_TOLERANCE, new_reminder
from chat_api.tasks.repeating import advance
from chat_api.tasks.repository import TaskRepository
from chat_api.tasks.whole import WholePart, WholeTask

_MANY = 50  # tasks: their events would hold up those of everybody else
_SOON = timedelta(minutes=15)
_KEY_PREFIX = "import:"
_LONGEST_UID = 90  # characters; a longer one is stored as its hash


@dataclass(slots=True)
class Adopted:
    """What became of some tasks: how many were added or there already, and which were refused, with the reason."""

    added: int = 0
    already_there: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)


def uid_of(task: Task) -> str:
    """What names a task outside: the uid that it came with, or else its id."""
    key = task.request_key or ""
    return key.removeprefix(_KEY_PREFIX) if key.startswith(_KEY_PREFIX) else task.id


class TaskAdoption:
    """Adds whole tasks."""

    def __init__(self, database: Database, relay: OutboxRelay) -> None:
        self._database = database
        self._relay = relay

    async def adopt(self, user_id: str, wishes: Sequence[WholeTask]) -> Adopted:
        """Add those that are not there yet, in one transaction; each with its subtasks, or not at all.

        A reminder whose time has passed is not made up for; a recurring task goes on with what is still to come.
        All of it is taken back as one change.
        """
        now = datetime.now(UTC)
        done = Adopted()
        added: list[str] = []
        async with self._database.writing(user_id) as session:
            history = History(session, user_id)
            known = await _known(session, user_id, wishes)
            for wish in wishes:
                try:
                    async with session.begin_nested():
                        made = await _adopt_one(session, user_id, wish, known, now)
                except Invalid as error:
                    done.refused.append((wish.title, str(error)))
                    continue
                except IntegrityError:
                    # Another import, at the same time, has added it.
                    done.already_there += 1 + len(wish.subtasks)
                    continue
                done.added += len(made)
                done.already_there += 1 + len(wish.subtasks) - len(made)
                for task in made:
                    known[uid_of(task)] = task
                    history.made(task)
                    added.append(task.id)
            if len(added) > _MANY:
                await outbox.give_way(session, await _not_due_soon(session, added, now))
            if done.added:
                what = "the imported task is" if done.added == 1 else f"{done.added} imported tasks are"
                await history.keep(f"Taken back: {what} gone.", now)
        self._relay.wake()
        return done


async def _not_due_soon(session: AsyncSession, task_ids: Sequence[str], now: datetime) -> list[str]:
    """Those of these tasks that nobody is to be reminded of before all of their events are out."""
    soon = await TaskRepository(session).due_before(task_ids, now + _SOON)
    return [task_id for task_id in task_ids if task_id not in soon]


async def _known(session: AsyncSession, user_id: str, wishes: Iterable[WholeTask]) -> dict[str, Task]:
    uids = [_stored_uid(one.uid) for wish in wishes for one in (wish, *wish.subtasks)]
    found = await TaskRepository(session).known(user_id, uids, [_KEY_PREFIX + uid for uid in uids])
    # One that was exported here is known by its id, whatever made it.
    return {task.id: task for task in found} | {uid_of(task): task for task in found}


async def _adopt_one(
    session: AsyncSession, user_id: str, wish: WholeTask, known: dict[str, Task], now: datetime
) -> list[Task]:
    """A task and those of its subtasks that are not there yet; what was added."""
    parent = known.get(_stored_uid(wish.uid))
    made: list[Task] = []
    if parent is None:
        parent, reminders = _rows(user_id, wish, now)
        if wish.list is not None:
            parent.list_id = (await list_called(session, user_id, wish.list, now)).id
        await add(session, parent, reminders, now)
        made.append(parent)
    for part in wish.subtasks:
        if _stored_uid(part.uid) in known:
            continue
        task, reminders = _rows(user_id, part, now)
        await subtasks.put_under(session, task, parent.id)
        await add(session, task, reminders, now)
        made.append(task)
    return made


def _rows(user_id: str, wish: WholePart, now: datetime) -> tuple[Task, list[Reminder]]:
    due = wish.due()
    try:
        series = wish.series()
    except ValueError as error:
        raise Invalid("recurrence", str(error)) from error
    task = Task(
        id=new_id(),
        user_id=user_id,
        title=wish.title,
        notes=wish.notes,
        status=wish.status,
        priority=wish.priority,
        tags=wish.tags,
        due_at=due.at if due else None,
        all_day=due is not None and due.all_day,
        from_completion=wish.from_completion,
        timezone=ZoneInfo(wish.timezone).key,
        request_key=_KEY_PREFIX + _stored_uid(wish.uid),
        created_at=min(wish.created_at or now, now),
        updated_at=min(wish.updated_at or now, now),
    )
    if series is not None:
        task.recurrence, task.recurs_from = series
        task.occurrence_at, task.rang_at = wish.occurrence_at, wish.rang_at
    reminders, late = _reminders(task, wish, now)
    if late and task.due_at is not None and task.due_at <= now:
        advance(task, reminders, now)
    return task, reminders


def _reminders(task: Task, wish: WholePart, now: datetime) -> tuple[list[Reminder], bool]:
    """The rows, and whether one of them has passed unheard."""
    rows: dict[datetime, Reminder] = {}
    late = False
    for one in wish.reminders:
        row = new_reminder(task, one.due_at)
        row.snoozed = one.snoozed
        if one.fired_at is not None:
            row.status, row.fired_at = WishStatus.FIRED, one.fired_at
        elif one.due_at < now - PAST_TOLERANCE:
            row.status = WishStatus.SKIPPED
            late = late or (not one.snoozed and task.status == TaskStatus.OPEN)
        rows.setdefault(row.due_at, row)
    return list(rows.values()), late


def _stored_uid(uid: str) -> str:
    return uid if len(uid) <= _LONGEST_UID else f"sha256-{hashlib.sha256(uid.encode()).hexdigest()}"
