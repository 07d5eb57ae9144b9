"""What a change of a task's times does to its due time, its reminders and its recurrence. Works on rows in memory."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from chat_api.errors import Invalid
from chat_api.tasks.due import Due, day_reminder
from chat_api.tasks.models import Reminder, Task
from chat_api.tasks.reminding import move_due, replace, require_future
from chat_api.tasks.repeating import move_rule, recurs, set_rule
from chat_api.tasks.schemas import Scope, TaskUpdate


def first_reminders(due: Due | None, zone: ZoneInfo, day_hour: time, now: datetime) -> Sequence[datetime]:
    """The reminders of a task that none were named for: when it is due, or at the user's hour of its day.

    Raises:
        Invalid: that has passed.
    """
    if due is None:
        return ()
    if not due.all_day:
        require_future([due.at], "due_at", now)
        return [due.at]
    day = due.at.astimezone(zone).date()
    if day < now.astimezone(zone).date():
        raise Invalid("due_on", f"{day.isoformat()} has passed")
    at = day_reminder(day, day_hour, zone, now)
    return () if at is None else [at]


def reschedule(
    task: Task,
    reminders: list[Reminder],
    wish: TaskUpdate,
    changes: Mapping[str, Any],
    *,
    day_hour: time,
    now: datetime,
) -> list[Reminder]:
    """Apply the times that `changes` names (those set in `wish`); the task's reminders then.

    Raises:
        Invalid: a time that has passed, or a recurrence that cannot be.
    """
    zone = ZoneInfo(task.timezone)
    moves = bool({"due_at", "due_on"} & changes.keys())
    before = Due.of(task)
    if moves:
        due = Due.wanted(changes, zone)
        if "reminders" not in changes:
            first = first_reminders(due, zone, day_hour, now)
            reminders = move_due(task, reminders, due, first, now)
        task.due_at, task.all_day = (due.at, due.all_day) if due else (None, False)
    if "reminders" in changes:
        reminders = replace(task, reminders, wish.reminders or [], now)
    if wish.scope is Scope.THIS:
        _move_one(task, changes, before, moves=moves)
    elif "recurrence" in changes:
        set_rule(task, changes["recurrence"])
    elif moves and before is not None and task.due_at is not None:
        move_rule(task, before.at, was_all_day=before.all_day)
    elif moves or "timezone" in changes:
        set_rule(task, task.recurrence)
    return reminders


def _move_one(task: Task, changes: Mapping[str, Any], before: Due | None, *, moves: bool) -> None:
    """Only this occurrence: the series stays as it is, and goes on after it."""
    if {"recurrence", "timezone"} & changes.keys():
        raise Invalid("scope", "a recurrence or its time zone changes for the whole series")
    if not moves:
        return
    if before is None or task.due_at is None or not recurs(task):
        raise Invalid("scope", "only a task that repeats has single occurrences to move")
    if before.all_day != task.all_day:
        raise Invalid("scope", "a whole day becomes a time, or a time a whole day, for the whole series")
    task.occurrence_at = task.occurrence_at or before.at
