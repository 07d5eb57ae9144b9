"""Saying a fired reminder once more."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from chat_api.errors import Invalid
from chat_api.tasks.history import History
from chat_api.tasks.models import Reminder, Task, TaskStatus, WishStatus
from chat_api.tasks.record import keep
from chat_api.tasks.reminding import new_reminder, rearm, require_future
from contracts.events import TaskChange


async def snooze(
    session: AsyncSession, task: Task, reminders: Sequence[Reminder], until: datetime, now: datetime
) -> None:
    """Add a reminder at `until`, within a running transaction. The task's due time stays.

    Raises:
        Invalid: that time has passed, or the task is not open.
    """
    require_future([until], "until", now)
    if task.status != TaskStatus.OPEN:
        raise Invalid("until", "the task is completed")
    history = History(session, task.user_id)
    history.saw(task, reminders)
    row = next((row for row in reminders if row.status == WishStatus.CANCELLED or _is_spent(row)), None)
    if row is None:
        row = new_reminder(task, until)
        reminders = [*reminders, row]
    rearm(row, until.astimezone(UTC))
    row.snoozed = True
    keep(session, task, reminders, TaskChange.UPDATED, now)
    await history.keep(f"“{task.title}” will not be said again.", now)


def _is_spent(reminder: Reminder) -> bool:
    return reminder.snoozed and reminder.status == WishStatus.FIRED
