"""A reminder as a distance from when its task is due, as iCalendar's TRIGGER has it, and back. Pure."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from chat_api.tasks.reminding import NOMINAL
from contracts.clock import wall_clock


def distance(when: datetime, base: datetime, zone: ZoneInfo, *, all_day: bool) -> timedelta | None:
    """How far `when` is from `base`; None when a clock change makes that say another instant."""
    apart = when.astimezone(UTC) - base.astimezone(UTC)
    if all_day or abs(apart) >= NOMINAL:
        apart = wall_clock(when, zone) - wall_clock(base, zone)
    return apart if at_distance(apart, base, zone, all_day=all_day) == when else None


def at_distance(apart: timedelta, base: datetime, zone: ZoneInfo, *, all_day: bool) -> datetime:
    """The instant that is so far from `base`, in UTC: a long way by the clock, a short one in elapsed time."""
    if not all_day and abs(apart) < NOMINAL:
        return base.astimezone(UTC) + apart
    return (wall_clock(base, zone) + apart).replace(tzinfo=zone).astimezone(UTC)
