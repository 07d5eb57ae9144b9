"""Instants as clocks on the wall show them. Pure."""

from datetime import datetime
from zoneinfo import ZoneInfo


def wall_clock(instant: datetime, zone: ZoneInfo) -> datetime:
    """What clocks in `zone` show at an aware instant, without a zone."""
    return instant.astimezone(zone).replace(tzinfo=None)
