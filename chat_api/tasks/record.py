"""Keeps a changed task: its next version, its rows, its event and its signal, in one running transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from chat_api import outbox
from chat_api.tasks import signals
from chat_api.tasks.models import Reminder, Task, TaskStatus
from chat_api.tasks.repeating import awaited
from chat_api.tasks.repository import WAITING, TaskRepository
from contracts.events import ReminderSpec, TaskChange, TaskEvent


def keep(session: AsyncSession, task: Task, reminders: Sequence[Reminder], change: TaskChange, now: datetime) -> None:
    """A changed task as its next version, with its event."""
    task.version += 1
    task.updated_at = now
    session.add_all([task, *reminders])
    record(session, task, reminders, change, now)


async def add(session: AsyncSession, task: Task, reminders: Sequence[Reminder], now: datetime) -> None:
    """A new task and its reminders, with its event."""
    session.add(task)
    # A reminder refers to its task, which has to be there first.
    await session.flush()
    session.add_all(reminders)
    record(session, task, reminders, TaskChange.CREATED, now)
    await session.flush()


async def remove(session: AsyncSession, task: Task, reminders: Sequence[Reminder], now: datetime) -> None:
    """A task and its reminders are gone; its last version has an event, by which the reminders end."""
    task.version += 1
    record(session, task, reminders, TaskChange.DELETED, now, active=False)
    await TaskRepository(session).delete(task, reminders)


def record(
    session: AsyncSession,
    task: Task,
    reminders: Iterable[Reminder],
    change: TaskChange,
    now: datetime,
    *,
    active: bool = True,
) -> None:
    """The event of this change and the signal to open pages, in the same transaction."""
    signals.put(session, task.user_id, task.id)
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
            done_occurrence=awaited(task) if active else None,
            occurred_at=now,
        ),
    )
