"""When a task is due: an instant, or a whole day in its zone. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from chat_api.tasks.models import Task


@dataclass(frozen=True, slots=True)
class Due:
    """``at`` is aware; for a whole day it is when that day begins."""

    at: datetime
    all_day: bool = False

    @classmethod
    def on(cls, day: date, zone: ZoneInfo) -> Self:
        """The whole of a local day."""
        return cls(start_of(day, zone), all_day=True)

    @classmethod
    def of(cls, task: Task) -> Self | None:
        """A task's."""
        return None if task.due_at is None else cls(task.due_at, task.all_day)

    @classmethod
    def wanted(cls, fields: Mapping[str, Any], zone: ZoneInfo) -> Self | None:
        """What ``due_at`` and ``due_on`` say, of which at most one is set."""
        if fields.get("due_on") is not None:
            return cls.on(fields["due_on"], zone)
        return None if fields.get("due_at") is None else cls(fields["due_at"].astimezone(UTC))

    def day(self, zone: ZoneInfo) -> date | None:
        """The local day, if it is a whole one."""
        return self.at.astimezone(zone).date() if self.all_day else None


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a local day, in UTC; where midnight is skipped, that is the first hour there is."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def day_of(task: Task) -> date | None:
    """The day of a task that is due on a whole day."""
    due = Due.of(task)
    return None if due is None else due.day(ZoneInfo(task.timezone))


def day_reminder(day: date, at: time, zone: ZoneInfo, now: datetime) -> datetime | None:
    """When to remind of a whole day: at the user's hour; today, when that has passed, at the next full hour.

    Shortly before midnight it is the next quarter or the next minute. None when the day is over.
    """
    wanted = datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
    if wanted > now:
        return wanted
    # Counted in UTC: an hour from now is an hour from now, also while the clocks change.
    minute = now.astimezone(zone).minute
    this_minute = now.astimezone(UTC).replace(second=0, microsecond=0)
    later = (this_minute + timedelta(minutes=step - minute % step) for step in (60, 15, 1))
    return next((when for when in later if when.astimezone(zone).date() == day), None)
