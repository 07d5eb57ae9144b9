"""Recurrence rules on their way out of the house and in: where UNTIL is told as RFC 5545 wants it. Pure."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from contracts.recurrence import next_occurrence

_MOST_COUNTED = 2000
_FOR_EVER = "9999"
_DAY, _INSTANT, _WALL = "%Y%m%d", "%Y%m%dT%H%M%SZ", "%Y%m%dT%H%M%S"


def outward(rule: str, *, start: datetime, current: datetime, zone: ZoneInfo, all_day: bool) -> str:
    """The rule as it goes on from the occurrence `current` of the series that began at `start`.

    COUNT is what is left of it; UNTIL is a day where the series is of days, and an instant in UTC elsewhere.
    """
    parts = _parts(rule)
    if "COUNT" in parts and current > start:
        parts["COUNT"] = str(max(1, int(parts["COUNT"]) - _passed(rule, start, current, zone)))
    return _spelled(parts, zone=zone, all_day=all_day)


def inward(rule: str, *, zone: ZoneInfo, all_day: bool) -> str:
    """A foreign rule in the form that is kept here. A last day counts whole.

    Raises:
        ValueError: UNTIL is neither a day nor a time.
    """
    parts = _parts(rule.strip().upper())
    if parts.get("INTERVAL") == "1":
        # It says nothing; without it, one rule has one spelling.
        del parts["INTERVAL"]
    return _spelled(parts, zone=zone, all_day=all_day)


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


def _spelled(parts: dict[str, str], *, zone: ZoneInfo, all_day: bool) -> str:
    if parts.get("UNTIL", "").startswith(_FOR_EVER):
        del parts["UNTIL"]
    if "UNTIL" in parts:
        until = _until(parts["UNTIL"], zone)
        parts["UNTIL"] = f"{until.astimezone(zone):{_DAY}}" if all_day else f"{until:{_INSTANT}}"
    return ";".join(f"{name}={value}" for name, value in parts.items())


def _until(value: str, zone: ZoneInfo) -> datetime:
    if value.endswith("Z"):
        return datetime.strptime(value, _INSTANT).replace(tzinfo=UTC)
    if "T" in value:
        return datetime.strptime(value, _WALL).replace(tzinfo=zone).astimezone(UTC)
    # A last day counts whole.
    following = datetime.strptime(value, _DAY).replace(tzinfo=zone) + timedelta(days=1)
    return following.astimezone(UTC) - timedelta(seconds=1)


def _parts(rule: str) -> dict[str, str]:
    return dict(part.partition("=")[::2] for part in rule.split(";") if part)
