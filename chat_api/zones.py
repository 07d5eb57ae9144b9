"""Time zones by their IANA name."""

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
