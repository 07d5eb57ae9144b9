"""Local times: into instants across clock changes, and back into words."""

from datetime import UTC, date, datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

PASSED_TODAY: Final = "That time has passed today, so I took tomorrow."
_DAY_NAMES: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTH_NAMES: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def to_instant(naive: datetime, zone: tzinfo) -> tuple[datetime, bool]:
    """A wall-clock time as an aware datetime, and whether the clocks skip it.

    A skipped time moves forward by the gap, a repeated one is the first (RFC 5545, 3.3.5).

    Raises:
        OverflowError: at the edges of the calendar.
    """
    aware = naive.replace(tzinfo=zone, fold=0)
    there_and_back = aware.astimezone(UTC).astimezone(zone)
    return there_and_back, there_and_back.replace(tzinfo=None) != naive


def describe_instant(when: datetime, *, now: datetime, zone: ZoneInfo) -> str:
    """The absolute local time, as in "tomorrow, Wed 25 Nov 2026, at 17:00 (Europe/Rome)".

    Args:
        when: aware; told in ``zone``.
        now: aware; decides about "today" and "tomorrow".
        zone: named at the end, so that nobody has to guess.
    """
    local = when.astimezone(zone)
    seconds = f":{local.second:02d}" if local.second else ""
    day = describe_day(local.date(), now=now, zone=zone)
    return f"{day}, at {local.hour:02d}:{local.minute:02d}{seconds} ({zone.key or local.tzname()})"


def describe_day(day: date, *, now: datetime, zone: ZoneInfo) -> str:
    """A whole day, as in "tomorrow, Wed 25 Nov 2026". ``now`` is aware and decides about "today"."""
    days = (day - now.astimezone(zone).date()).days
    lead = {0: "today, ", 1: "tomorrow, ", -1: "yesterday, "}.get(days, "")
    return f"{lead}{_DAY_NAMES[day.weekday()]} {day.day} {_MONTH_NAMES[day.month - 1]} {day.year}"
