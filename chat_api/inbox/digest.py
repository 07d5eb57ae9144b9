"""What the daily digest says: the day's tasks as they are when it rings."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from chat_api.tasks.due import start_of
from chat_api.tasks.models import Task, TaskStatus
from chat_api.tasks.query import TaskQuery
from chat_api.tasks.repository import TaskRepository

_SHOWN = 20


async def compose(session: AsyncSession, user_id: str, zone: ZoneInfo, now: datetime) -> tuple[str, str]:
    """Title and text. The text has a line for each task, overdue ones first."""
    today = now.astimezone(zone).date()
    begin, end = start_of(today, zone), start_of(today + timedelta(days=1), zone)
    repository = TaskRepository(session)
    found = await repository.list(user_id, TaskQuery(status=TaskStatus.OPEN, due_before=end, limit=500))
    overdue = [task for task in found if task.due_at is not None and _is_over(task, begin, now)]
    due = [task for task in found if task not in overdue]
    return _title(len(due), len(overdue)), "\n".join(_lines(due, overdue, zone))


def _is_over(task: Task, begin: datetime, now: datetime) -> bool:
    return task.due_at is not None and task.due_at < (begin if task.all_day else now)


def _title(due: int, overdue: int) -> str:
    if not due and not overdue:
        return "Your day: nothing is due"
    parts = [f"{due} due" if due else "", f"{overdue} overdue" if overdue else ""]
    return f"Your day: {', '.join(part for part in parts if part)}"


def _lines(due: Sequence[Task], overdue: Sequence[Task], zone: ZoneInfo) -> list[str]:
    lines = [f"Overdue: {task.title}" for task in overdue]
    for task in due:
        when = "" if task.all_day or task.due_at is None else f"{task.due_at.astimezone(zone):%H:%M} "
        lines.append(f"{when}{task.title}")
    if len(lines) > _SHOWN:
        lines[_SHOWN:] = [f"… and {len(lines) - _SHOWN} more"]
    return lines
