"""The calendar feed's content: open tasks as VTODO, and those that are due as VEVENT too. Pure.

Calendars that people subscribe with (Google, Outlook, Apple's) show events and leave tasks out; task apps do the
opposite. No alarms: the assistant rings already.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar, Event

from chat_api.portability.calendar_writing import (
    add_time,
    finished,
    new_calendar,
    occurrence_of,
    printable,
    rule_of,
    todos,
    when_due,
)
from chat_api.tasks.whole import WholePart, WholeTask
from contracts.recurrence import is_by_days

_NAME = "Tasks"
_REFRESH = timedelta(minutes=30)
_SHOWN_FOR = timedelta(minutes=15)  # a task has no length; this much lets a calendar show its title


def write_feed(tasks: Iterable[WholeTask], *, with_events: bool, with_tasks: bool) -> bytes:
    """The feed of these tasks and their subtasks."""
    calendar = new_calendar()
    calendar.add("x-wr-calname", _NAME)
    calendar.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT30M")
    for task in tasks:
        for part in (task, *task.subtasks):
            _add(calendar, part, task, with_events=with_events, with_tasks=with_tasks)
    return finished(calendar)


def _add(calendar: Calendar, part: WholePart, task: WholeTask, *, with_events: bool, with_tasks: bool) -> None:
    if with_tasks:
        for todo in todos(part, task.list, None if part is task else task, alarms=False):
            calendar.add_component(todo)
    due = when_due(part)
    if not with_events or due is None:
        return
    rule = rule_of(part)
    # Every few hours would fill a calendar; and when the next one is after it is done, nobody knows yet.
    if rule is None or part.from_completion or (part.recurrence is not None and not is_by_days(part.recurrence)):
        calendar.add_component(_event(part, due))
        return
    regular = due if part.occurrence_at is None else occurrence_of(part, part.occurrence_at)
    series = _event(part, regular)
    series.add("rrule", rule)
    calendar.add_component(series)
    if part.occurrence_at is not None:
        moved = _event(part, due)
        add_time(moved, "recurrence-id", regular, part.timezone)
        calendar.add_component(moved)


def _event(part: WholePart, when: date | datetime) -> Event:
    event = Event()
    event.add("uid", f"{part.uid}-event")
    event.add("summary", printable(part.title))
    if part.notes:
        event.add("description", printable(part.notes))
    stamp = (part.updated_at or datetime.now(UTC)).replace(microsecond=0)
    event.add("dtstamp", stamp)
    event.add("last-modified", stamp)
    add_time(event, "dtstart", when, part.timezone)
    event.add("duration", _SHOWN_FOR if isinstance(when, datetime) else timedelta(days=1))
    # It takes up no time: nobody is busy because something is due.
    event.add("transp", "TRANSPARENT")
    if part.tags:
        event.add("categories", [printable(tag) for tag in part.tags])
    return event
