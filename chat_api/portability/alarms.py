"""A reminder as a distance from when its task is due, as iCalendar's TRIGGER has it, and back. Pure."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

# As with tasks that move (chat_api.tasks.reminding): an hour is an hour, a day is a day on the calendar.
_NOMINAL = timedelta(hours=12)


def distance(when: datetime, base: datetime, zone: ZoneInfo, *, all_day: bool) -> timedelta | None:
    """How far `when` is from `base`; None when a clock change makes that say another instant."""
    apart = when.astimezone(UTC) - base.astimezone(UTC)
    if all_day or abs(apart) >= _NOMINAL:
        apart = _wall(when, zone) - _wall(base, zone)
    return apart if at_distance(apart, base, zone, all_day=all_day) == when else None


def at_distance(apart: timedelta, base: datetime, zone: ZoneInfo, *, all_day: bool) -> datetime:
    """The instant that is so far from `base`, in UTC: a long way by the clock, a short one in elapsed time."""
    if not all_day and abs(apart) < _NOMINAL:
        return base.astimezone(UTC) + apart
    return (_wall(base, zone) + apart).replace(tzinfo=zone).astimezone(UTC)


def _wall(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)
