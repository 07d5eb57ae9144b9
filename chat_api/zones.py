"""Time zones by their IANA name."""

from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

_KNOWN = available_timezones()


def parse_zone(name: str) -> ZoneInfo:
    """The zone called `name`.

    Raises:
        ValueError: there is none of that name.
    """
    if name not in _KNOWN:
        raise ValueError("unknown time zone; send an IANA name such as Europe/Rome")
    return ZoneInfo(name)


def wall_clock(instant: datetime, zone: ZoneInfo) -> datetime:
    """What clocks in `zone` show at an aware instant, without a zone."""
    return instant.astimezone(zone).replace(tzinfo=None)
