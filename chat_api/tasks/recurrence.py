"""Recurrence rules (RFC 5545 RRULE) on the wall clock of a time zone. Pure."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

_MAX_LENGTH = 500
# SECONDLY and MINUTELY are no reminders; HOURLY with a filter that never matches would search for minutes.
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_PARTS = frozenset(
    {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "BYHOUR", "BYMINUTE", "WKST"}
)


def validate(rule: str, *, start: datetime, zone: ZoneInfo) -> str:
    """The rule in one spelling: upper case, without ``RRULE:``.

    Raises:
        ValueError: not a rule, one that is not supported, or one that never matches after `start`.
    """
    spelled = rule.strip().upper().removeprefix("RRULE:")
    if len(spelled) > _MAX_LENGTH or "\n" in spelled or "\r" in spelled:
        raise ValueError("the recurrence rule is too long")
    names = [part.partition("=")[0] for part in spelled.split(";")]
    if unknown := sorted(set(names) - _PARTS):
        raise ValueError(f"the recurrence rule has an unsupported part {unknown[0]!r}")
    parts = dict(part.partition("=")[::2] for part in spelled.split(";"))
    if parts.get("FREQ") not in _FREQUENCIES:
        raise ValueError(f"FREQ must be one of {', '.join(_FREQUENCIES)}")
    try:
        first = _rule(spelled, start, zone).after(_wall(start, zone), inc=True)
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise ValueError(f"the recurrence rule does not parse: {error}") from error
    if first is None:
        raise ValueError("the recurrence rule never matches")
    return spelled


def next_occurrence(rule: str, *, start: datetime, after: datetime, zone: ZoneInfo) -> datetime | None:
    """The first occurrence later than `after`, in UTC; None when the rule has ended.

    Occurrences missed in between are skipped, not made up for. The wall clock rules: 9:00 stays 9:00 over a clock
    change; a time in the gap moves forward by the gap, an ambiguous one is the first (RFC 5545, 3.3.5).
    """
    candidate = _rule(rule, start, zone).after(_wall(after, zone))
    while candidate is not None:
        instant = candidate.replace(tzinfo=zone, fold=0).astimezone(UTC)
        if instant > after:
            return instant
        candidate = _rule(rule, start, zone).after(candidate)
    return None


def _rule(rule: str, start: datetime, zone: ZoneInfo) -> rrule:
    parsed = rrulestr(_with_local_until(rule, zone), dtstart=_wall(start, zone))
    if not isinstance(parsed, rrule):
        raise ValueError("a rule set is not supported")  # noqa: TRY004 - the caller's value is wrong, not its type
    return parsed


def _with_local_until(rule: str, zone: ZoneInfo) -> str:
    """UNTIL is given in UTC where the start has a zone; the rule is expanded on the wall clock."""
    parts = []
    for part in rule.split(";"):
        name, _, value = part.partition("=")
        if name == "UNTIL" and value.endswith("Z"):
            until = datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            parts.append(f"UNTIL={until.astimezone(zone):%Y%m%dT%H%M%S}")
        else:
            parts.append(part)
    return ";".join(parts)


def _wall(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)
