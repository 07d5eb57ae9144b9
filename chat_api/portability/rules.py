"""Recurrence rules on their way out of the house and in: where UNTIL is told as RFC 5545 wants it. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from chat_api.tasks.recurrence import next_occurrence

_MOST_COUNTED = 2000
_DAY, _INSTANT, _WALL = "%Y%m%d", "%Y%m%dT%H%M%SZ", "%Y%m%dT%H%M%S"


def outward(rule: str, *, start: datetime, current: datetime, zone: ZoneInfo, all_day: bool) -> str:
    """The rule as it goes on from the occurrence `current` of the series that began at `start`.

    COUNT is what is left of it; UNTIL is a day where the series is of days, and an instant in UTC elsewhere.
    """
    parts = _parts(rule)
    if "COUNT" in parts and current > start:
        parts["COUNT"] = str(max(1, int(parts["COUNT"]) - _passed(rule, start, current, zone)))
    if "UNTIL" in parts:
        until = _until(parts["UNTIL"], zone)
        parts["UNTIL"] = f"{until.astimezone(zone):{_DAY}}" if all_day else f"{until:{_INSTANT}}"
    return ";".join(f"{name}={value}" for name, value in parts.items())


def inward(rule: str, *, zone: ZoneInfo, all_day: bool) -> str:
    """A foreign rule in the form that is kept here. A last day counts whole.

    Raises:
        ValueError: UNTIL is neither a day nor a time.
    """
    parts = _parts(rule.strip().upper())
    value = parts.get("UNTIL")
    if value is not None:
        if len(value) == len("20261124"):
            last = datetime.strptime(value, _DAY).date()  # noqa: DTZ007 - a day has no zone
            parts["UNTIL"] = f"{last:{_DAY}}" if all_day else f"{_end(last, zone):{_INSTANT}}"
        else:
            until = _until(value, zone)
            parts["UNTIL"] = f"{until.astimezone(zone):{_DAY}}" if all_day else f"{until:{_INSTANT}}"
    # What says nothing is left out, so that one rule has one spelling.
    return ";".join(f"{name}={value}" for name, value in parts.items() if (name, value) != ("INTERVAL", "1"))


def _passed(rule: str, start: datetime, current: datetime, zone: ZoneInfo) -> int:
    """How many occurrences come before `current`; beyond a bound they are not counted."""
    number, when = 0, start
    while when < current and number < _MOST_COUNTED:
        following = next_occurrence(rule, start=start, after=when, zone=zone)
        number += 1
        if following is None:
            break
        when = following
    return number


def _until(value: str, zone: ZoneInfo) -> datetime:
    if value.endswith("Z"):
        return datetime.strptime(value, _INSTANT).replace(tzinfo=UTC)
    wall = datetime.strptime(value, _WALL if "T" in value else _DAY)  # noqa: DTZ007 - the zone is the task's
    return wall.replace(tzinfo=zone).astimezone(UTC)


def _end(day: date, zone: ZoneInfo) -> datetime:
    return (datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)).astimezone(UTC) - timedelta(seconds=1)


def _parts(rule: str) -> dict[str, str]:
    return dict(part.partition("=")[::2] for part in rule.split(";") if part)
