"""What users wait for, for the scheduler's repair sweep to compare with the jobs that are there."""

from datetime import UTC, datetime

from sqlmodel import col, select, tuple_

from chat_api.database import Database
from chat_api.inbox.intake import IntakeRow
from chat_api.tasks.models import Reminder
from chat_api.tasks.repository import TaskRepository
from contracts.reminders import ListPending, PendingReminder, PendingReminders


async def pending(database: Database, request: ListPending) -> PendingReminders:
    """Reminders of all users that have not fired. Left out are those that wait in the intake for their due time."""
    now = datetime.now(UTC)
    held = select(col(IntakeRow.reminder_id), col(IntakeRow.due_at)).where(col(IntakeRow.not_before) > now)
    async with database.reading() as session:
        rows = await TaskRepository(session).pending(
            tuple_(col(Reminder.id), col(Reminder.due_at)).not_in(held),
            due_before=request.due_before,
            after=request.after,
            limit=request.limit,
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
