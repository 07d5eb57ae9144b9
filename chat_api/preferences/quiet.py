"""Quiet hours: reminders are there, but make no sound. Pure."""

from datetime import UTC, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class QuietHours(Protocol):
    """Who has them, and in which zone."""

    @property
    def timezone(self) -> str | None:
        """The zone that they are meant in."""

    @property
    def quiet_from(self) -> time | None:
        """When they begin."""

    @property
    def quiet_until(self) -> time | None:
        """When they end."""


def quiet_until(preferences: QuietHours, at: datetime) -> datetime | None:
    """When the quiet hours that `at` (aware) falls into end, in UTC; None outside of them.

    They may span midnight. From and until the same time means the whole day.
    """
    if preferences.quiet_from is None or preferences.quiet_until is None:
        return None
    zone = ZoneInfo(preferences.timezone or "UTC")
    local = at.astimezone(zone)
    begin, end = preferences.quiet_from, preferences.quiet_until
    now = local.time()
    inside = begin <= now < end if begin < end else now >= begin or now < end
    if not inside:
        return None
    day = local.date() if now < end else local.date() + timedelta(days=1)
    return datetime.combine(day, end, tzinfo=zone).astimezone(UTC)


def describe(begin: time, end: time) -> str:
    """As people read it."""
    return f"{begin:%H:%M} to {end:%H:%M}"
