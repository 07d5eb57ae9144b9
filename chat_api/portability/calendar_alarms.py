"""A VTODO's alarms as reminders. Pure."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Component, Todo

from chat_api.portability.alarms import at_distance
from chat_api.portability.calendar_times import Moment, Times, first_of, text_of


def reminders_of(
    todo: Todo, due: Moment | None, start: Moment | None, zone: ZoneInfo, times: Times
) -> list[dict[str, Any]]:
    """The reminders: one for each time that an alarm rings at, however many say so."""
    found: dict[tuple[datetime, bool], dict[str, Any]] = {}
    for alarm in todo.walk("VALARM"):
        # Apple: an alarm that is none, and one for a place, with a time long ago.
        if text_of(alarm, "ACTION").upper() == "NONE" or "X-APPLE-PROXIMITY" in alarm:
            continue
        when = _rings_at(alarm, due, start, zone, times)
        snoozed = text_of(alarm, "X-TODO-SNOOZED") == "TRUE"
        one = {"due_at": when, "fired_at": _acknowledged(alarm, when, zone, times), "snoozed": snoozed}
        found.setdefault((when, snoozed), one)
    return [found[key] for key in sorted(found)]


def _rings_at(alarm: Component, due: Moment | None, start: Moment | None, zone: ZoneInfo, times: Times) -> datetime:
    trigger = first_of(alarm, "TRIGGER")
    if trigger is None:
        raise ValueError("an alarm does not say when (TRIGGER)")
    if not isinstance(trigger.dt, timedelta):
        moment = times.of(alarm, "TRIGGER")
        if moment is None:
            raise ValueError("an alarm does not say when (TRIGGER)")
        return moment.at(zone)
    by_due = str(trigger.params.get("RELATED", "START")).upper() == "END"
    base = due if by_due or start is None else start
    base = base or start
    if base is None:
        raise ValueError("an alarm is relative to a time that the task has not")
    return at_distance(trigger.dt, base.at(zone), zone, all_day=base.is_day)


def _acknowledged(alarm: Component, when: datetime, zone: ZoneInfo, times: Times) -> datetime | None:
    """When it was heard (RFC 9074; Thunderbird: X-MOZ-LASTACK), if that was for this time."""
    moment = times.of(alarm, "ACKNOWLEDGED") or times.of(alarm, "X-MOZ-LASTACK")
    if moment is None:
        return None
    heard = moment.at(zone).astimezone(UTC)
    return heard if heard >= when else None
