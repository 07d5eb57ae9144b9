"""One message in its setting, what is said to it, and the words for times that replies share."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from chat_api.activity.service import ActivityService
from chat_api.assistant.conversation import Command, Conversation, Turn
from chat_api.channels.service import ChannelService
from chat_api.inbox.service import InboxService
from chat_api.preferences.service import Chosen, PreferencesService
from chat_api.tasks.due import Due, day_of, day_reminder
from chat_api.tasks.lists import ListService
from chat_api.tasks.models import Task
from chat_api.tasks.service import TaskService, TaskWithReminders
from chat_api.understand import Understanding, describe_day, describe_instant
from contracts.recurrence import is_by_days, next_occurrence

_QUESTIONS_AT_MOST = 6


@dataclass(frozen=True, slots=True)
class Services:
    """What commands are carried out with."""

    tasks: TaskService
    lists: ListService
    inbox: InboxService
    preferences: PreferencesService
    channels: ChannelService
    activity: ActivityService


@dataclass(frozen=True, slots=True)
class Said:
    """A reply and the tasks it is about."""

    reply: str
    tasks: Sequence[TaskWithReminders] = ()
    choices: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """One message: whose it is, and when and where it was written."""

    user_id: str
    text: str
    now: datetime
    zone: ZoneInfo
    preferences: Chosen
    key: str | None = None

    def when(self, instant: datetime) -> str:
        """An instant in words."""
        return describe_instant(instant, now=self.now, zone=self.zone)

    def due_words(self, task: Task) -> str:
        """When a task is due, in words; nothing when it is not."""
        due = Due.of(task)
        return "" if due is None else self.words(due, task)

    def words(self, due: Due, task: Task) -> str:
        """A due time of a task, in words."""
        day = due.day(ZoneInfo(task.timezone))
        return self.when(due.at) if day is None else describe_day(day, now=self.now, zone=self.zone)

    def line(self, task: Task) -> str:
        """A task in one line."""
        due = self.due_words(task)
        return f"{task.title} — {due}" if due else task.title


@dataclass(frozen=True, slots=True)
class Exchange:
    """A message, what was remembered before it, and what is to be remembered after it.

    ``chosen`` is the id of the task that is meant: the message picked it from those that were offered, or the language
    model named it in ``command``, which is what it made of the message.
    """

    request: Request
    before: Conversation
    after: Conversation
    chosen: str | None = field(default=None)
    command: Command | None = field(default=None)

    def ask(self, question: str, choices: Sequence[str] = ()) -> Said:
        """Ask, and remember the message, so that the answer continues it; after many questions, start anew."""
        request, pending = self.request, self.before.pending
        turn = Turn(text=request.text, now=request.now, timezone=request.zone.key, command=self.command)
        if self.command is not None:
            pending = [turn]
        elif self.chosen is None or self.chosen not in {*self.before.choices.values(), self.before.asked_scope}:
            pending = [*pending, turn] if len(pending) < _QUESTIONS_AT_MOST else [turn]
        self.after.pending = pending
        return Said(question, choices=choices)


def due_fields(request: Request, understood: Understanding) -> dict[str, Any]:
    """The due instant or day, as a task's fields. One that repeats by days begins on its first day that is to ring."""
    due, rule = understood.due, understood.rrule
    if due is None:
        return {}
    if isinstance(due, datetime):
        return {"due_at": due}
    if rule is None:
        return {"due_on": due}
    at = datetime.combine(due, request.preferences.all_day_at, tzinfo=request.zone)
    if at <= request.now:
        at = next_occurrence(rule, start=at, after=request.now, zone=request.zone) or at
    return {"due_on": at.astimezone(request.zone).date()} if is_by_days(rule) else {"due_at": at}


def moved_due(request: Request, understood: Understanding, task: Task) -> dict[str, Any]:
    """Where a change moves the due time of a task to, as its fields."""
    zone, day = ZoneInfo(task.timezone), day_of(task)
    if understood.shift is not None and task.due_at is not None:
        if day is not None and understood.shift % timedelta(days=1) == timedelta(0):
            return {"due_on": day + understood.shift}
        return {"due_at": task.due_at + understood.shift}
    if understood.time_only and isinstance(understood.due, datetime) and task.due_at is not None:
        clock = understood.due.astimezone(request.zone).time()
        own_day = day or task.due_at.astimezone(request.zone).date()
        kept = datetime.combine(own_day, clock, tzinfo=zone if day else request.zone).astimezone(UTC)
        return {"due_at": kept if kept > request.now else understood.due}
    return due_fields(request, understood)


def instant_of(request: Request, due: datetime | date | None) -> datetime | None:
    """An instant as it is; of a day, the hour of all-day reminders, or the next full hour."""
    if due is None or isinstance(due, datetime):
        return due
    return day_reminder(due, request.preferences.all_day_at, request.zone, request.now)


def enumerate_words(parts: Sequence[str]) -> str:
    """ "a", "a; and b", "a; b; and c"."""
    return parts[0] if len(parts) == 1 else f"{'; '.join(parts[:-1])}; and {parts[-1]}"


def with_remarks(sentences: Sequence[str], understood: Understanding, tasks: Sequence[TaskWithReminders]) -> Said:
    """The sentences, and what was assumed."""
    return Said(" ".join([*sentences, *understood.remarks]), tasks)
