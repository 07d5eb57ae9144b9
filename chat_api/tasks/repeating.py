"""Recurring tasks: their rule, and how they move on. Works on rows in memory; storing them is the caller's."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from chat_api.errors import Invalid
from chat_api.tasks.models import Reminder, Task, TaskStatus, WishStatus
from chat_api.tasks.reminding import shift
from chat_api.tasks.repository import WAITING
from contracts import recurrence
from contracts.base import occurrence_key
from contracts.occurrences import DoneOccurrence, RecurrenceBasis, following


def recurs(task: Task) -> bool:
    """Whether there may be a next occurrence."""
    return task.recurrence is not None and task.due_at is not None and task.recurs_from is not None


def set_rule(task: Task, rule: str | None) -> None:
    """Give it a rule that begins at its due time, or none.

    Raises:
        Invalid: the rule cannot be, or nothing is due.
    """
    task.occurrence_at = task.rang_at = None
    if rule is None:
        task.recurrence = task.recurs_from = None
        return
    if task.due_at is None:
        raise Invalid("recurrence", "a recurring task needs a due time or day")
    try:
        task.recurrence = recurrence.validate(
            rule, start=task.due_at, zone=ZoneInfo(task.timezone), all_day=task.all_day
        )
    except ValueError as error:
        raise Invalid("recurrence", str(error)) from error
    task.recurs_from = task.due_at


def move_rule(task: Task, old_due: datetime, *, was_all_day: bool) -> None:
    """Its due time has moved, and the whole series with it: every Tuesday at 9 becomes every Thursday at 10."""
    if task.recurrence is None or task.due_at is None:
        return
    rule = task.recurrence
    if task.all_day and not was_all_day:
        rule = recurrence.without_clock(rule)
    rang = task.rang_at
    set_rule(task, recurrence.moved(rule, old=old_due, new=task.due_at, zone=ZoneInfo(task.timezone)))
    task.rang_at = rang


def advance(task: Task, reminders: Sequence[Reminder], now: datetime) -> bool:
    """Move a task whose reminders have all fired to its next occurrence. What has rung stays to be done.

    Whether it moved: False when it does not recur, still waits for a reminder, or its recurrence has ended.
    """
    if not recurs(task) or task.from_completion or task.status != TaskStatus.OPEN:
        return False
    if any(reminder.status in WAITING for reminder in reminders if not reminder.snoozed):
        return False
    rang = task.due_at
    if not move_on(task, reminders, now):
        return False
    task.rang_at = rang
    return True


def occurrence_to_do(task: Task) -> str | None:
    """The name of the occurrence that is done when the task is: the one that has rung, or else the coming one.

    None when it does not recur, or is completed.
    """
    if task.status != TaskStatus.OPEN or not recurs(task):
        return None
    at = task.rang_at or task.occurrence_at or task.due_at
    return None if at is None else occurrence_key(at)


def complete_rung(task: Task) -> bool:
    """The occurrence that has rung was done; the task is at its next one already. False when none has rung."""
    if not recurs(task) or task.rang_at is None:
        return False
    task.rang_at = None
    task.status = TaskStatus.OPEN
    return True


def await_next(task: Task, now: datetime) -> None:
    """The coming occurrence was done. If the task recurs, a worker says what is next (`next_occurrences.py`)."""
    task.done_at = now if recurs(task) else None


def end_snoozes(reminders: Iterable[Reminder]) -> None:
    """What was done need not be said once more."""
    for reminder in reminders:
        if reminder.snoozed and reminder.status in WAITING:
            reminder.status = WishStatus.CANCELLED


def awaited(task: Task) -> DoneOccurrence | None:
    """The occurrence that was done and has no next one yet."""
    return None if task.done_at is None else occurrence_of(task, task.done_at)


def foreseen_due(task: Task) -> datetime | None:
    """When the next occurrence of a task that awaits it is due: what the worker will say, by the same rules."""
    done = awaited(task)
    return None if done is None else following(done)


def move_on(task: Task, reminders: Sequence[Reminder], now: datetime) -> bool:
    """To the next occurrence, if there is one; its lasting reminders keep their distance to it."""
    done = occurrence_of(task, now)
    next_due = following(done) if done is not None else None
    if next_due is None:
        return False
    go_to(task, reminders, next_due, now)
    return True


def occurrence_of(task: Task, now: datetime) -> DoneOccurrence | None:
    """The occurrence that a recurring task is at, as done at `now`."""
    if task.recurrence is None or task.due_at is None or task.recurs_from is None:
        return None
    return DoneOccurrence(
        due_at=task.due_at,
        occurrence_at=task.occurrence_at or task.due_at,
        recurrence=task.recurrence,
        recurs_from=task.recurs_from,
        timezone=task.timezone,
        basis=RecurrenceBasis.COMPLETION if task.from_completion else RecurrenceBasis.CALENDAR,
        done_at=now,
    )


def go_to(task: Task, reminders: Sequence[Reminder], next_due: datetime, now: datetime) -> None:
    """Open, at the occurrence that is due at `next_due`; what its reminders would have said before `now` is skipped."""
    if task.due_at is None:
        raise ValueError("what is not due has no next occurrence")
    # An occurrence that was moved alone does not pull the next one's reminders along.
    shift(_lasting(reminders), task.due_at, next_due, ZoneInfo(task.timezone), now, all_day=task.all_day)
    task.due_at = next_due
    task.status = TaskStatus.OPEN
    task.occurrence_at = task.rang_at = task.done_at = None
    if task.from_completion:
        task.recurs_from = next_due


def _lasting(reminders: Iterable[Reminder]) -> list[Reminder]:
    return [reminder for reminder in reminders if not reminder.snoozed]
