"""Takes the user's last change back, whichever way it was made. The changes before it can follow, one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chat_api.errors import NotFound
from chat_api.preferences.repository import preferences_of
from chat_api.tasks.history import Change, Snapshot
from chat_api.tasks.models import Reminder, Task, TaskList, TaskStatus, WishStatus
from chat_api.tasks.record import keep, remove
from chat_api.tasks.reminding import PAST_TOLERANCE, rearm
from chat_api.tasks.repeating import advance
from chat_api.tasks.repository import WAITING, TaskRepository
from contracts.events import TaskChange

_MEMORY = timedelta(days=1)
# A task keeps these whatever is taken back: who and what it is, and how often it has changed.
_LASTING = frozenset({"id", "user_id", "version", "request_key", "created_at", "updated_at"})
_TIMES = frozenset({"due_at", "rang_at", "occurrence_at", "recurs_from", "timezone", "all_day"})


@dataclass(frozen=True, slots=True)
class Undone:
    """What to say, and the ids of the tasks that are as they were."""

    said: str
    task_ids: Sequence[str]


async def take_back(session: AsyncSession, user_id: str, now: datetime) -> Undone:
    """Undo the last change within a running transaction; all of them where one message made several.

    Raises:
        NotFound: there is none of the last day.
    """
    change = await _newest(session, user_id)
    if change is None or change.created_at < now - _MEMORY:
        raise NotFound("There is nothing to take back.")
    message = change.together
    undone = [await _undo(session, user_id, change, now)]
    while message is not None:
        await session.flush()
        change = await _newest(session, user_id)
        if change is None or change.together != message:
            break
        undone.append(await _undo(session, user_id, change, now))
    said = dict.fromkeys(one.said for one in undone)
    return Undone(" ".join(said), list(dict.fromkeys(task_id for one in undone for task_id in one.task_ids)))


async def _newest(session: AsyncSession, user_id: str) -> Change | None:
    newest = select(Change).where(Change.user_id == user_id).order_by(col(Change.id).desc()).limit(1)
    return (await session.exec(newest.with_for_update())).first()


async def _undo(session: AsyncSession, user_id: str, change: Change, now: datetime) -> Undone:
    """Undo one change."""
    touched: list[str] = []
    silent, said = False, change.said
    lists: dict[str, str] = {}
    for snapshot in map(Snapshot.model_validate, change.before):
        if snapshot.of == "list":
            lists[snapshot.id], refusal = await _restore_list(session, snapshot)
            said = refusal or said
        elif snapshot.of == "zone":
            await _restore_zone(session, user_id, snapshot)
        elif snapshot.row is None:
            await _remove(session, user_id, snapshot.id, now)
        else:
            silent |= await _restore(session, user_id, snapshot, lists, now)
            touched.append(snapshot.id)
        # One may refer to the one before it.
        await session.flush()
    await session.delete(change)
    late = " A reminder's time has passed meanwhile, so it stays silent." if silent else ""
    return Undone(said + late, touched)


async def _remove(session: AsyncSession, user_id: str, task_id: str, now: datetime) -> None:
    repository = TaskRepository(session)
    task = await repository.get(user_id, task_id, lock=True)
    if task is None:
        return
    for part in [*await repository.subtasks(task.id), task]:
        await remove(session, part, await repository.reminders([part.id]), now)


async def _restore(
    session: AsyncSession, user_id: str, snapshot: Snapshot, lists: Mapping[str, str], now: datetime
) -> bool:
    """Make it what it was; whether a reminder stays silent for it. `lists` names the ids of lists that are back."""
    repository = TaskRepository(session)
    wanted = Task.model_validate(snapshot.row)
    wanted.list_id = lists.get(wanted.list_id or "", wanted.list_id)
    task = await repository.get(user_id, snapshot.id, lock=True, with_hidden=True)
    change = TaskChange.UPDATED
    goes_on = task is not None and _has_rung_since(task, wanted)
    if task is None:
        # It goes on from the version that its deletion had, or the actors would take it for old news.
        task, change = wanted, TaskChange.CREATED
        if task.request_key is not None and await repository.made_by(user_id, task.request_key) is not None:
            task.request_key = None
        task.version = snapshot.version
    else:
        if task.status != wanted.status:
            change = TaskChange.COMPLETED if wanted.status == TaskStatus.COMPLETED else TaskChange.REOPENED
        for name in wanted.model_dump().keys() - _LASTING - (_TIMES if goes_on else frozenset()):
            setattr(task, name, getattr(wanted, name))
    if task.list_id is not None and await session.get(TaskList, task.list_id) is None:
        task.list_id = None
    if task.parent_id is not None and await repository.get(user_id, task.parent_id) is None:
        task.parent_id = None
    session.add(task)
    await session.flush()
    reminders = list(await repository.reminders([task.id]))
    if goes_on:
        keep(session, task, reminders, change, now)
        return False
    silent = _restore_reminders(reminders, [Reminder.model_validate(row) for row in snapshot.reminders], now)
    # A recurring one whose time has passed goes on with what is still to come.
    if task.status == TaskStatus.OPEN and advance(task, reminders, now):
        silent = False
    keep(session, task, reminders, change, now)
    return silent


def _has_rung_since(task: Task, wanted: Task) -> bool:
    """Whether the occurrence that it was at has rung, so that it has moved on by itself."""
    return task.rang_at is not None and wanted.due_at == task.rang_at and wanted.recurrence == task.recurrence


def _restore_reminders(current: list[Reminder], wanted: Sequence[Reminder], now: datetime) -> bool:
    """Make the rows what they were, but for what has rung or passed since; whether something passed unheard."""
    rows = {row.id: row for row in current}
    for row in current:
        if row.id not in {other.id for other in wanted}:
            row.status = WishStatus.CANCELLED
    silent = False
    for before in wanted:
        row = rows.get(before.id, before)
        if row is before:
            current.append(row)
        elif row.status == WishStatus.FIRED and row.due_at == before.due_at:
            continue
        if before.status not in WAITING:
            row.due_at, row.status, row.fired_at = before.due_at, before.status, before.fired_at
        elif before.due_at >= now - PAST_TOLERANCE:
            rearm(row, before.due_at)
        else:
            row.due_at, row.status = before.due_at, WishStatus.SKIPPED
            silent = True
        row.snoozed = before.snoozed
    return silent


async def _restore_list(session: AsyncSession, snapshot: Snapshot) -> tuple[str, str | None]:
    """Make it what it was; the id of it, and why it has not its name.

    One of the same name that was made since takes the place of one that was deleted, and keeps its name from another.
    """
    wanted = TaskList.model_validate(snapshot.row)
    current = await session.get(TaskList, snapshot.id)
    of_that_name = select(TaskList.id).where(
        TaskList.user_id == wanted.user_id, TaskList.name_key == wanted.name_key, TaskList.id != wanted.id
    )
    other = (await session.exec(of_that_name)).first()
    if current is None and other is not None:
        return other, None
    if current is not None and other is not None:
        return current.id, f"Another list is called “{wanted.name}” by now."
    if current is None:
        session.add(wanted)
    else:
        current.name, current.name_key = wanted.name, wanted.name_key
        session.add(current)
    return wanted.id, None


async def _restore_zone(session: AsyncSession, user_id: str, snapshot: Snapshot) -> None:
    chosen = await preferences_of(session, user_id, lock=True)
    chosen.timezone = (snapshot.row or {}).get("timezone")
    session.add(chosen)
