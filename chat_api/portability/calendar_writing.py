"""Tasks as iCalendar (RFC 5545): VTODO with VALARM, as task apps read them. Pure.

Where iCalendar has no word for something, an ``X-TODO-`` property keeps it, so that nothing is lost on the way back.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Component, Todo
from icalendar.prop import vRecur

from chat_api.portability.alarms import distance
from chat_api.portability.rules import outward
from chat_api.tasks.models import TaskStatus
from chat_api.tasks.whole import WholePart, WholeReminder, WholeTask

PRODUCT = "-//todo-assistant//tasks//EN"
# Most apps know three priorities (high 1, medium 5, low 9); the fourth one here is a low one there.
PRIORITIES = {1: 1, 2: 5, 3: 9, 4: 9}
_LONG_AGO, _FAR = date(1970, 1, 1), date(2038, 1, 1)
_UTC_NAMES = frozenset({"UTC", "Etc/UTC", "Zulu", "Etc/Zulu", "UCT", "Etc/UCT", "Universal", "Etc/Universal"})


def write_tasks(tasks: Iterable[WholeTask]) -> bytes:
    """A calendar file of these tasks and their subtasks."""
    calendar = new_calendar()
    for task in tasks:
        for part in (task, *task.subtasks):
            parent = None if part is task else task
            for todo in todos(part, task.list, parent, alarms=True):
                calendar.add_component(todo)
    return finished(calendar)


def new_calendar() -> Calendar:
    """An empty one of ours."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCT)
    calendar.add("calscale", "GREGORIAN")
    return calendar


def finished(calendar: Calendar) -> bytes:
    """The file: with a VTIMEZONE for each zone in it, reaching as far as its times do."""
    years = [when.year for component in calendar.subcomponents for when in _times(component)]
    first = date(max(1, min(years) - 1), 1, 1) if years else _LONG_AGO
    last = max(_FAR, date(min(9999, max(years) + 2), 1, 1)) if years else _FAR
    calendar.add_missing_timezones(first_date=first, last_date=last)
    written: bytes = calendar.to_ical()
    return written


def todos(task: WholePart, list_name: str | None, parent: WholePart | None, *, alarms: bool) -> list[Todo]:
    """A task as a VTODO; an occurrence that was moved alone is a second one, with its RECURRENCE-ID."""
    if task.occurrence_at is None or task.recurrence is None:
        return [_todo(task, list_name, parent, when_due(task), alarms=alarms)]
    regular = occurrence_of(task, task.occurrence_at)
    series = _todo(task, list_name, parent, regular, alarms=False)
    moved = _todo(task, list_name, parent, when_due(task), alarms=alarms, series=False)
    add_time(moved, "recurrence-id", regular, task.timezone)
    return [series, moved]


def when_due(task: WholePart) -> date | datetime | None:
    """Its day or its time."""
    return task.due_on or task.due_at


def occurrence_of(task: WholePart, at: datetime) -> date | datetime:
    """An occurrence of a recurring task: a day where it is due on days."""
    return at if task.due_on is None else at.astimezone(ZoneInfo(task.timezone)).date()


def add_time(component: Component, name: str, when: date | datetime, zone_name: str) -> None:
    """A day; or a time on the wall clock of its zone, but in UTC where that clock shows it the second time."""
    if not isinstance(when, datetime):
        component.add(name, when)
        return
    zone = ZoneInfo(zone_name)
    local = _whole_second(when).astimezone(zone)
    first = local.replace(fold=0).astimezone(UTC) == when.astimezone(UTC).replace(microsecond=0)
    component.add(name, local if first and zone_name not in _UTC_NAMES else _whole_second(when))


def rule_of(task: WholePart) -> vRecur | None:
    """Its recurrence, beginning with the coming occurrence."""
    due = task.due()
    if task.recurrence is None or due is None:
        return None
    rule = outward(
        task.recurrence,
        start=task.recurs_from or due.at,
        current=task.occurrence_at or due.at,
        zone=ZoneInfo(task.timezone),
        all_day=due.all_day,
    )
    parsed: vRecur = vRecur.from_ical(rule)
    return parsed


def _todo(
    task: WholePart,
    list_name: str | None,
    parent: WholePart | None,
    due: date | datetime | None,
    *,
    alarms: bool,
    series: bool = True,
) -> Todo:
    todo = Todo()
    todo.add("uid", task.uid)
    todo.add("summary", printable(task.title))
    if task.notes:
        todo.add("description", printable(task.notes))
    stamp = _whole_second(task.updated_at or datetime.now(UTC))
    todo.add("dtstamp", stamp)
    todo.add("last-modified", stamp)
    if task.created_at is not None:
        todo.add("created", _whole_second(task.created_at))
    if task.status == TaskStatus.COMPLETED:
        todo.add("status", "COMPLETED")
        todo.add("completed", stamp)
        todo.add("percent-complete", 100)
    else:
        todo.add("status", "NEEDS-ACTION")
    if task.priority is not None:
        todo.add("priority", PRIORITIES[task.priority])
        if task.priority == max(PRIORITIES):
            todo.add("x-todo-priority", str(task.priority))
    if task.tags:
        todo.add("categories", [printable(tag) for tag in dict.fromkeys(task.tags)])
    if parent is not None:
        todo.add("related-to", parent.uid)
    elif list_name is not None:
        todo.add("x-todo-list", printable(list_name))
    _add_due(todo, task, due, rule_of(task) if series else None)
    if alarms:
        for reminder in sorted(task.reminders, key=lambda one: (one.due_at, one.snoozed)):
            todo.add_component(_alarm(reminder, task))
    return todo


def _add_due(todo: Todo, task: WholePart, due: date | datetime | None, rule: vRecur | None) -> None:
    if due is not None:
        for name in ("due",) if rule is None else ("dtstart", "due"):
            add_time(todo, name, due, task.timezone)
    if rule is not None:
        todo.add("rrule", rule)
        if task.from_completion:
            todo.add("x-todo-from-completion", "TRUE")
        if task.rang_at is not None:
            todo.add("x-todo-rang-at", f"{_whole_second(task.rang_at):%Y%m%dT%H%M%SZ}")
    if "due" not in todo or "TZID" not in todo["due"].params:
        todo.add("x-todo-timezone", task.timezone)


def _alarm(reminder: WholeReminder, task: WholePart) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", printable(task.title))
    due, when = task.due(), _whole_second(reminder.due_at)
    apart = None
    if due is not None and not reminder.snoozed:
        apart = distance(when, _whole_second(due.at), ZoneInfo(task.timezone), all_day=due.all_day)
    if apart is None:
        alarm.add("trigger", when, parameters={"VALUE": "DATE-TIME"})
    else:
        alarm.add("trigger", apart, parameters={"RELATED": "END"})
    if reminder.fired_at is not None:
        alarm.add("acknowledged", _whole_second(reminder.fired_at))
    if reminder.snoozed:
        alarm.add("x-todo-snoozed", "TRUE")
    return alarm


def _times(component: Component) -> list[date]:
    return [component.decoded(name) for name in ("DTSTART", "DUE", "RECURRENCE-ID") if name in component]


def _whole_second(when: datetime) -> datetime:
    return when.astimezone(UTC).replace(microsecond=0)


def printable(text: str) -> str:
    """Without the control characters that a calendar file must not hold (RFC 5545, 3.1)."""
    return "".join(sign for sign in text if (sign >= " " and sign != "\x7f") or sign in "\n\t\r")
