"""Recurrence rules (RFC 5545 RRULE) on the wall clock of a time zone. Pure."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

_MAX_LENGTH = 500
# SECONDLY is no reminder.
_WALL_CLOCK = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
# Every so many hours or minutes means elapsed time, whatever the clocks do meanwhile, and needs no search.
_ELAPSED = {"HOURLY": timedelta(hours=1), "MINUTELY": timedelta(minutes=1)}
_PARTS = frozenset(
    {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "BYHOUR", "BYMINUTE", "WKST"}
)
_CLOCK_PARTS = frozenset({"BYHOUR", "BYMINUTE"})
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_ELAPSED_PARTS = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL"})


def validate(rule: str, *, start: datetime, zone: ZoneInfo, all_day: bool = False) -> str:
    """The rule in one spelling: upper case, without ``RRULE:``. A rule of whole days names no time of day.

    Raises:
        ValueError: not a rule, one that is not supported, or one that never matches after `start`.
    """
    spelled = rule.strip().upper().removeprefix("RRULE:")
    if len(spelled) > _MAX_LENGTH or "\n" in spelled or "\r" in spelled:
        raise ValueError("the recurrence rule is too long")
    parts = _parts(spelled)
    frequency = parts.get("FREQ", "")
    if frequency not in (*_WALL_CLOCK, *_ELAPSED):
        raise ValueError(f"FREQ must be one of {', '.join((*_ELAPSED, *_WALL_CLOCK))}")
    allowed = _ELAPSED_PARTS if frequency in _ELAPSED else _PARTS
    if unknown := sorted(parts.keys() - allowed):
        raise ValueError(f"the recurrence rule has a part that is not supported here: {unknown[0]!r}")
    if all_day and (frequency in _ELAPSED or _CLOCK_PARTS & parts.keys()):
        raise ValueError("a task that is due on a day repeats by days; give it a time to repeat within the day")
    try:
        matches = _rule(spelled, start, zone).after(_wall(start, zone), inc=True) is not None
        if frequency in _ELAPSED:
            _next_elapsed(parts, start, start)
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise ValueError(f"the recurrence rule does not parse: {error}") from error
    if not matches:
        raise ValueError("the recurrence rule never matches")
    return spelled


def next_occurrence(rule: str, *, start: datetime, after: datetime, zone: ZoneInfo) -> datetime | None:
    """The first occurrence later than `after`, in UTC; None when the rule has ended.

    Occurrences missed in between are skipped, not made up for. The wall clock rules: 9:00 stays 9:00 over a clock
    change; a time in the gap moves forward by the gap, an ambiguous one is the first (RFC 5545, 3.3.5).
    """
    parts = _parts(rule)
    if parts["FREQ"] in _ELAPSED:
        return _next_elapsed(parts, start, after)
    candidate = _rule(rule, start, zone).after(_wall(after, zone))
    while candidate is not None:
        instant = candidate.replace(tzinfo=zone, fold=0).astimezone(UTC)
        if instant > after:
            return instant
        candidate = _rule(rule, start, zone).after(candidate)
    return None


def is_by_days(rule: str) -> bool:
    """Whether it repeats by days and names no time of day."""
    parts = _parts(rule)
    return parts["FREQ"] not in _ELAPSED and not _CLOCK_PARTS & parts.keys()


def without_clock(rule: str) -> str:
    """The rule without times of day."""
    return _spelled({name: value for name, value in _parts(rule).items() if name not in _CLOCK_PARTS})


def moved(rule: str, *, old: datetime, new: datetime, zone: ZoneInfo) -> str:
    """The rule of a series whose occurrence at `old` is to be at `new`: what named the old day and time names the new.

    What it says beyond that stays: of Monday, Wednesday and Friday, only the day that was moved changes.
    """
    parts = _parts(rule)
    before, after = _wall(old, zone), _wall(new, zone)
    _exchange(parts, "BYHOUR", str(before.hour), str(after.hour))
    _exchange(parts, "BYMINUTE", str(before.minute), str(after.minute))
    _exchange(parts, "BYMONTH", str(before.month), str(after.month))
    if "BYMONTHDAY" in parts:
        last = f"{-1 if (after + timedelta(days=1)).day == 1 else after.day}"
        _exchange(parts, "BYMONTHDAY", "-1", last)
        _exchange(parts, "BYMONTHDAY", str(before.day), str(after.day))
    old_day, new_day = _WEEKDAYS[before.weekday()], _WEEKDAYS[after.weekday()]
    _exchange(parts, "BYDAY", old_day, new_day)
    week = (after.day - 1) // 7 + 1
    is_last = (after + timedelta(days=7)).month != after.month
    _exchange(parts, "BYDAY", f"{(before.day - 1) // 7 + 1}{old_day}", f"{week}{new_day}")
    _exchange(parts, "BYDAY", f"-1{old_day}", f"-1{new_day}" if is_last else f"{week}{new_day}")
    return _spelled(parts)


def _exchange(parts: dict[str, str], name: str, old: str, new: str) -> None:
    values = parts.get(name, "").split(",")
    if old in values:
        parts[name] = ",".join(dict.fromkeys(new if value.lstrip("+") == old else value for value in values))


def _spelled(parts: dict[str, str]) -> str:
    return ";".join(f"{name}={value}" for name, value in parts.items())


def _next_elapsed(parts: dict[str, str], start: datetime, after: datetime) -> datetime | None:
    step = _ELAPSED[parts["FREQ"]] * int(parts.get("INTERVAL", "1"))
    if step <= timedelta(0):
        raise ValueError("INTERVAL must be at least 1")
    number = max(0, (after - start) // step + 1)
    following = start + number * step
    if "COUNT" in parts and number >= int(parts["COUNT"]):
        return None
    if "UNTIL" in parts and following > _until(parts["UNTIL"]):
        return None
    return following.astimezone(UTC)


def _until(value: str) -> datetime:
    return datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def _parts(rule: str) -> dict[str, str]:
    return dict(part.partition("=")[::2] for part in rule.split(";"))


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
            parts.append(f"UNTIL={_until(value).astimezone(zone):%Y%m%dT%H%M%S}")
        else:
            parts.append(part)
    return ";".join(parts)


def _wall(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)
