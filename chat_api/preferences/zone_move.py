"""The user has moved to another time zone: what was meant at 9:00 there is to be at 9:00 here."""

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from chat_api.tasks.due import Due, day_of
from chat_api.tasks.history import History
from chat_api.tasks.models import Reminder, Task
from chat_api.tasks.record import keep
from chat_api.tasks.reminding import rearm
from chat_api.tasks.repository import WAITING, TaskRepository
from contracts.events import TaskChange


async def move_all(session: AsyncSession, user_id: str, old: str | None, new: ZoneInfo, now: datetime) -> None:
    """Move all open tasks that are meant in the zone `old`, within a running transaction; undone as one change."""
    repository = TaskRepository(session)
    history = History(session, user_id)
    history.saw_zone(old)
    for task in await repository.open(user_id):
        if task.timezone == new.key or task.timezone != (old or task.timezone):
            continue
        reminders = await repository.reminders([task.id])
        history.saw(task, reminders)
        move(task, reminders, new, now)
        keep(session, task, reminders, TaskChange.UPDATED, now)
    await history.keep(f"Your tasks are in {old or 'their former'} time again.", now)


def move(task: Task, reminders: Sequence[Reminder], new: ZoneInfo, now: datetime) -> None:
    """Give one task its wall-clock times in another zone.

    What would have passed there already keeps its instant, as what is overdue does: better early than never.
    A recurring one goes on by the new zone's clock all the same. Snoozed reminders count from when they were snoozed.
    """
    old, day = ZoneInfo(task.timezone), day_of(task)
    lasting = [row for row in reminders if not row.snoozed]
    waiting = [row for row in lasting if row.status in WAITING]
    ahead = [row.due_at for row in waiting]
    if task.due_at is not None and task.due_at > now and day is None:
        ahead.append(task.due_at)
    task.timezone = new.key
    task.recurs_from = task.recurs_from and same_wall(task.recurs_from, old, new)
    task.occurrence_at = task.occurrence_at and same_wall(task.occurrence_at, old, new)
    stays = not ahead or any(same_wall(when, old, new) <= now for when in ahead)
    if day is not None:
        task.due_at = Due.on(day, new).at
    elif task.due_at is not None and not stays:
        task.due_at = same_wall(task.due_at, old, new)
    if stays:
        return
    for row in lasting:
        when = same_wall(row.due_at, old, new)
        if row in waiting:
            rearm(row, when)
        else:
            row.due_at = when


def same_wall(when: datetime, old: ZoneInfo, new: ZoneInfo) -> datetime:
    """The instant at which clocks in `new` show what those in `old` show at `when`."""
    return when.astimezone(old).replace(tzinfo=new).astimezone(UTC)
