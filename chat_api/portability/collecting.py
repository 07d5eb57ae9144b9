"""Collects a user's tasks in the form they leave the house in."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from chat_api.portability.document import Export, ExportedPreferences
from chat_api.preferences.service import Chosen
from chat_api.tasks.adopting import uid_of
from chat_api.tasks.due import day_of
from chat_api.tasks.models import TaskStatus, WishStatus
from chat_api.tasks.query import TaskQuery, TaskSort
from chat_api.tasks.service import TaskService, TaskWithReminders
from chat_api.tasks.whole import WholePart, WholeReminder, WholeTask


async def all_tasks(
    tasks: TaskService, user_id: str, *, status: TaskStatus | None = None
) -> AsyncIterator[TaskWithReminders]:
    """Every task of a user's, page by page."""
    cursor: str | None = None
    while True:
        page = await tasks.page(user_id, TaskQuery(status=status, sort=TaskSort.CREATED, cursor=cursor))
        for found in page.items:
            yield found
        cursor = page.next_cursor
        if cursor is None:
            return


def whole_tasks(found: Iterable[TaskWithReminders]) -> list[WholeTask]:
    """As a tree, the oldest first. A subtask whose task is not among them stands for itself.

    One that goes on in a moment is as it will be: a file knows no worker that opens it again.
    """
    # Not by id: that is by when it came here, and an import must not change the order.
    ordered = sorted((one.foreseen() for one in found), key=lambda one: (one.task.created_at, uid_of(one.task)))
    parents = {one.task.id for one in ordered if one.task.parent_id is None}
    parts: dict[str, list[WholePart]] = defaultdict(list)
    for one in ordered:
        if one.task.parent_id in parents:
            parts[one.task.parent_id or ""].append(WholePart(**_fields(one)))
    return [
        WholeTask(**_fields(one), list=one.list_name, subtasks=parts[one.task.id])
        for one in ordered
        if one.task.parent_id not in parents
    ]


def document(found: Iterable[TaskWithReminders], lists: Sequence[str], chosen: Chosen) -> Export:
    """The whole document."""
    return Export(
        exported_at=datetime.now(UTC).replace(microsecond=0),
        preferences=ExportedPreferences(
            timezone=chosen.timezone,
            digest_at=chosen.digest_at,
            quiet_from=chosen.quiet_from,
            quiet_until=chosen.quiet_until,
            all_day_at=chosen.all_day_at,
        ),
        lists=list(lists),
        tasks=whole_tasks(found),
    )


def _fields(one: TaskWithReminders) -> dict[str, Any]:
    task = one.task
    day = day_of(task)
    return {
        "uid": uid_of(task),
        "title": task.title,
        "notes": task.notes,
        "status": task.status,
        "priority": task.priority,
        "tags": task.tags,
        "due_at": None if day else task.due_at,
        "due_on": day,
        "timezone": task.timezone,
        "recurrence": task.recurrence,
        "recurs_from": task.recurs_from,
        "from_completion": task.from_completion,
        "occurrence_at": task.occurrence_at,
        "rang_at": task.rang_at,
        "reminders": [
            WholeReminder(
                due_at=row.due_at,
                fired_at=(row.fired_at or row.due_at) if row.status == WishStatus.FIRED else None,
                snoozed=row.snoozed,
            )
            for row in one.reminders
        ],
        "created_at": task.created_at,
        "updated_at": task.updated_at,
    }
