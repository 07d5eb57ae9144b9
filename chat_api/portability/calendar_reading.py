"""VTODOs as tasks: those of Apple Reminders, Thunderbird, Nextcloud Tasks, Vikunja and tasks.org as well as ours. Pure.

A time without a zone is on the user's own wall clock; so is a recurrence whose times are in UTC.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Todo
from pydantic import ValidationError

from chat_api.portability.calendar_alarms import reminders_of
from chat_api.portability.calendar_splitting import Item, Split, split
from chat_api.portability.calendar_times import Moment, Times, first_of, text_of
from chat_api.portability.calendar_writing import PRIORITIES, PRODUCT
from chat_api.portability.rules import inward
from chat_api.tasks.due import Due
from chat_api.tasks.models import TaskStatus
from chat_api.tasks.reminding import shifted
from chat_api.tasks.schemas import normal_tag
from chat_api.tasks.subtasks import MAX_SUBTASKS
from chat_api.tasks.whole import WholePart, WholeTask
from contracts import recurrence

Refused = tuple[str, str]
_LONGEST_TITLE = 500


@dataclass(slots=True)
class _Read:
    """One VTODO: the task's fields, and how it stands to others."""

    fields: dict[str, Any]
    list_name: str | None
    parent: str | None
    children: Sequence[str]
    occurrence: datetime | None
    rule_from: Moment | None

    @property
    def uid(self) -> str:
        return str(self.fields["uid"])


@dataclass(slots=True)
class Tasks:
    """What a file holds: tasks, and items that are refused, with the reason."""

    tasks: list[WholeTask] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


class NotTaken(ValueError):
    """This item cannot be taken over. The text says why."""


def read_calendar(
    raw: bytes, zone: ZoneInfo, *, bounded: Callable[[], AbstractContextManager[None]] = nullcontext
) -> Tasks:
    """The tasks of a calendar file. Each item is read within `bounded()`, which may end it with a ValueError.

    Raises:
        Unreadable: the file as a whole cannot be read.
    """
    parts = split(raw)
    times = Times(zone, parts.zones)
    read: dict[str, list[_Read]] = defaultdict(list)
    done = Tasks()
    for number, item in enumerate(parts.items, 1):
        try:
            with bounded():
                one = _read(item, times, parts)
        except (ValueError, KeyError, TypeError, OverflowError, AttributeError) as error:
            done.refused.append((item.title or f"item {number}", _reason(error)))
        else:
            read[one.uid].append(one)
    whole = [one for versions in read.values() for one in _joined(versions, times, bounded, done.refused)]
    done.tasks = _tree(whole, done.refused)
    return done


def _read(item: Item, times: Times, parts: Split) -> _Read:
    if item.no_task is not None:
        raise NotTaken(f"it is {item.no_task}, not a task")
    if item.too_long:
        raise NotTaken("it has too many lines")
    todo = Todo.from_ical("\r\n".join(item.lines) + "\r\n")
    if not isinstance(todo, Todo):
        raise NotTaken("it is no task")
    status = text_of(todo, "STATUS").upper()
    if status == "CANCELLED":
        raise NotTaken("it is cancelled")
    if any(todo.get(name) for name in ("RDATE", "EXRULE")):
        raise NotTaken("it repeats by a list of dates, which is not supported here")
    start, due = times.of(todo, "DTSTART"), times.of(todo, "DUE")
    rule = first_of(todo, "RRULE")
    due = due or _due_by_start(todo, start, repeats=rule is not None)
    zone = times.zone_of(todo, due)
    uid, title = text_of(todo, "UID").strip(), text_of(todo, "SUMMARY").strip()
    if not uid:
        raise NotTaken("it has no UID")
    if not title:
        raise NotTaken("it has no title (SUMMARY)")
    completed = status == "COMPLETED" or "COMPLETED" in todo or text_of(todo, "PERCENT-COMPLETE") == "100"
    updated = times.of(todo, "COMPLETED") if completed else None
    updated = updated or times.of(todo, "LAST-MODIFIED") or times.of(todo, "DTSTAMP")
    created = times.of(todo, "CREATED")
    notes = text_of(todo, "DESCRIPTION")
    fields: dict[str, Any] = {
        "uid": uid,
        "title": title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1] + "…",
        "notes": notes if len(title) <= _LONGEST_TITLE else f"{title}\n\n{notes}".strip(),
        "status": TaskStatus.COMPLETED if completed else TaskStatus.OPEN,
        "priority": _priority(todo),
        "tags": _tags(todo),
        "timezone": zone.key,
        "created_at": created.at(zone) if created else None,
        "updated_at": updated.at(zone) if updated else None,
    }
    if due is not None:
        fields |= {"due_on": due.day} if due.day else {"due_at": due.at(zone)}
    fields["reminders"] = reminders_of(todo, due, start, zone, times)
    rule_from = None
    if rule is not None and due is not None:
        rule_from = start if start is not None and start.is_day == due.is_day else due
        _add_rule(fields, todo, due, zone, times)
    occurrence = times.of(todo, "RECURRENCE-ID")
    parents, children = _relations(todo)
    return _Read(
        fields=fields,
        list_name=_list_name(todo, parts),
        parent=parents[0] if parents else None,
        children=children,
        occurrence=occurrence.at(zone) if occurrence else None,
        rule_from=rule_from,
    )


def _due_by_start(todo: Todo, start: Moment | None, *, repeats: bool) -> Moment | None:
    """When a task without DUE is due. Its start alone is no due time, but where it repeats from it."""
    if start is None:
        return None
    lasts = first_of(todo, "DURATION")
    if lasts is not None:
        return start.later(lasts.dt)
    return start if repeats else None


def _add_rule(fields: dict[str, Any], todo: Todo, due: Moment, zone: ZoneInfo, times: Times) -> None:
    rule = first_of(todo, "RRULE").to_ical().decode()
    if isinstance(todo.get("RRULE"), list):
        raise NotTaken("it repeats by more than one rule")
    left_out = times.all_of(todo, "EXDATE")
    if any(one.at(zone) >= due.at(zone) for one in left_out):
        raise NotTaken("single occurrences to come are left out (EXDATE), which is not supported here")
    fields["recurrence"] = inward(rule, zone=zone, all_day=due.is_day)
    fields["from_completion"] = text_of(todo, "X-TODO-FROM-COMPLETION") == "TRUE"
    rang = times.of(todo, "X-TODO-RANG-AT")
    fields["rang_at"] = rang.at(zone) if rang else None


def _joined(
    versions: Sequence[_Read],
    times: Times,
    bounded: Callable[[], AbstractContextManager[None]],
    refused: list[Refused],
) -> Iterable[_Read]:
    """One task of all that a file says under one UID: the series, and its occurrences that were changed alone."""
    series = next((one for one in versions if one.occurrence is None), versions[0])
    singles = [one for one in versions if one is not series and one.occurrence is not None]
    for one in versions:
        if one is not series and one.occurrence is None:
            refused.append((one.fields["title"], "there is another item with this UID in the file"))
    try:
        with bounded():
            _settle(series, singles, refused)
            _whole(series)
    except ValueError as error:
        refused.append((series.fields["title"], _reason(error)))
        return
    yield series


def _settle(series: _Read, singles: Sequence[_Read], refused: list[Refused]) -> None:
    """Give the series the occurrence that it is at."""
    fields = series.fields
    if "recurrence" not in fields or series.rule_from is None:
        return
    zone = ZoneInfo(fields["timezone"])
    due = Due.wanted({"due_at": None, "due_on": None} | fields, zone)
    if due is None:
        return
    start = series.rule_from.at(zone)
    if start != due.at:
        # It begins on some days and is due on others: here it repeats when it is due.
        recurrence.validate(fields["recurrence"], start=start, zone=zone, all_day=due.all_day)
        fields["recurrence"] = recurrence.moved(fields["recurrence"], old=start, new=due.at, zone=zone)
    fields["recurrence"] = recurrence.validate(fields["recurrence"], start=due.at, zone=zone, all_day=due.all_day)
    fields["recurs_from"] = due.at
    # An occurrence is named by when it begins, where the series says that.
    named = {id(one): shifted(one.occurrence or start, start, due.at, zone, all_day=due.all_day) for one in singles}
    done = {named[id(one)] for one in singles if one.fields["status"] == TaskStatus.COMPLETED}
    current = due.at
    while current in done:
        following = recurrence.next_occurrence(fields["recurrence"], start=due.at, after=current, zone=zone)
        if following is None:
            fields["status"] = TaskStatus.COMPLETED
            break
        done.discard(current)
        current = following
    if current != due.at:
        _move(fields, due, current, zone)
    for one in singles:
        if one.fields["status"] == TaskStatus.COMPLETED:
            continue
        when = "due_on" if due.all_day else "due_at"
        if named[id(one)] == current and when in one.fields:
            fields |= {name: one.fields[name] for name in (when, "reminders")} | {"occurrence_at": current}
        else:
            refused.append((one.fields["title"], "a single occurrence of a recurring task that is not the coming one"))


def _move(fields: dict[str, Any], due: Due, current: datetime, zone: ZoneInfo) -> None:
    fields |= {"due_on": current.astimezone(zone).date()} if due.all_day else {"due_at": current}
    for one in fields["reminders"]:
        one["due_at"] = shifted(one["due_at"], due.at, current, zone, all_day=due.all_day)


def _whole(one: _Read) -> WholePart:
    part = WholePart(**one.fields)
    part.series()
    return part


def _tree(read: Sequence[_Read], refused: list[Refused]) -> list[WholeTask]:
    """Subtasks within their tasks, one level deep: a part of a part is a part of the whole."""
    parents = {one.uid: one.parent for one in read}
    for one in read:
        for child in one.children:
            if parents.get(child, one.uid) is None:
                parents[child] = one.uid
    roots: dict[str, list[_Read]] = {}
    below: list[tuple[str, _Read]] = []
    for one in read:
        root = _root(one.uid, parents)
        if root == one.uid:
            roots[one.uid] = []
        else:
            below.append((root, one))
    for root, one in below:
        if len(roots[root]) < MAX_SUBTASKS:
            roots[root].append(one)
        else:
            refused.append((one.fields["title"], f"its task has {MAX_SUBTASKS} subtasks already"))
    by_uid = {one.uid: one for one in read}
    made = []
    for uid, parts in roots.items():
        one = by_uid[uid]
        made.append(WholeTask(**one.fields, list=one.list_name, subtasks=[WholePart(**part.fields) for part in parts]))
    return made


def _root(uid: str, parents: dict[str, str | None]) -> str:
    """The uppermost one; who is in a circle, or below one that is not there, stands for itself."""
    seen = {uid}
    at = uid
    while (above := parents.get(at)) is not None and above in parents:
        if above in seen:
            return uid
        seen.add(above)
        at = above
    return at


def _relations(todo: Todo) -> tuple[list[str], list[str]]:
    found = todo.get("RELATED-TO", [])
    parents: list[str] = []
    children: list[str] = []
    for one in found if isinstance(found, list) else [found]:
        kind = str(one.params.get("RELTYPE", "PARENT")).upper()
        if kind in {"PARENT", "CHILD"}:
            (parents if kind == "PARENT" else children).append(str(one).strip())
    return parents, children


def _list_name(todo: Todo, parts: Split) -> str | None:
    name = text_of(todo, "X-TODO-LIST") or ("" if parts.product == PRODUCT else parts.name or "")
    shown = "".join(sign if sign.isprintable() else " " for sign in name.replace("\\,", ",").replace("\\;", ";"))
    return " ".join(shown.split())[:100] or None


def _priority(todo: Todo) -> int | None:
    """High is 1 to 4, medium 5, low 6 to 9 (RFC 5545, 3.8.1.9); 0 is none."""
    value = text_of(todo, "PRIORITY")
    if not value.isdecimal() or not 1 <= int(value) <= 9:  # noqa: PLR2004 - iCalendar's scale
        return None
    low = 3 if int(value) > 5 else 2 if int(value) == 5 else 1  # noqa: PLR2004 - iCalendar's scale
    own = text_of(todo, "X-TODO-PRIORITY")
    return int(own) if own.isdecimal() and PRIORITIES.get(int(own)) == int(value) else low


def _tags(todo: Todo) -> list[str]:
    found = todo.get("CATEGORIES", [])
    names = [str(name) for one in (found if isinstance(found, list) else [found]) for name in one.cats]
    tags = []
    for name in names:
        shown = "".join(sign for sign in name if sign.isprintable() and sign not in '"\\').strip().lstrip("#@")
        if shown:
            tags.append(normal_tag(shown[:50]))
    return list(dict.fromkeys(tags))


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return f"{where}: {first['msg']}".removeprefix(": ").replace("Value error, ", "")
    return str(error)[:300] if isinstance(error, ValueError) else "it is not written as iCalendar wants it"
