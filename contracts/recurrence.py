"""Recurrence rules (RFC 5545 RRULE) on the wall clock of a time zone. Pure."""

import contextlib
from collections.abc import Iterator, Mapping
from datetime import MAXYEAR, UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

from contracts.clock import wall_clock

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
# Samoa left out a whole day.
_LONGEST_GAP = timedelta(days=1)
# The calendar repeats itself, weekdays included.
_CYCLE = 400
_LATEST_START = MAXYEAR - 100


def validate(rule: str, *, start: datetime, zone: ZoneInfo, all_day: bool = False) -> str:
    """The rule in one spelling: upper case, without ``RRULE:``. A rule of whole days names no time of day.

    Raises:
        ValueError: not a rule, one that is not supported, or one that does not match within a hundred years.
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
    if {"COUNT", "UNTIL"} <= parts.keys():
        raise ValueError("the recurrence rule ends by COUNT or by UNTIL, not by both")
    if all_day and (frequency in _ELAPSED or _CLOCK_PARTS & parts.keys()):
        raise ValueError("a task that is due on a day repeats by days; give it a time to repeat within the day")
    for name in ("INTERVAL", "COUNT"):
        # Nought never gets on.
        if not (value := parts.get(name, "1")).isdecimal() or int(value) < 1:
            raise ValueError(f"the recurrence rule does not parse: {name} must be at least 1")
    try:
        # A count only ends it; without it, the search for a first one can end too.
        endless = _spelled({name: value for name, value in parts.items() if name != "COUNT"})
        first = next_occurrence(endless, start=start, after=start - timedelta(seconds=1), zone=zone)
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(f"the recurrence rule does not parse: {error}") from error
    if first is None:
        raise ValueError("the recurrence rule never matches")
    return spelled


def next_occurrence(rule: str, *, start: datetime, after: datetime, zone: ZoneInfo) -> datetime | None:
    """The first occurrence later than `after`, in UTC; None when the rule has ended.

    Occurrences missed in between are skipped, not made up for. The wall clock rules: 9:00 stays 9:00 over a clock
    change; a time in the gap moves forward by the gap, an ambiguous one is the first (RFC 5545, 3.3.5).
    """
    # Within one zone, Python reckons by the clock; in UTC by time.
    start, after = start.astimezone(UTC), after.astimezone(UTC)
    parts = _parts(rule)
    end = _until(parts["UNTIL"], zone) if "UNTIL" in parts else None
    try:
        if parts["FREQ"] in _ELAPSED:
            following = _next_elapsed(parts, start, after)
        else:
            following = _next_by_clock(parts, start, after, end, zone)
    except OverflowError:  # after the year 9999
        return None
    return following if following is not None and (end is None or following <= end) else None


def is_elapsed(rule: str) -> bool:
    """Whether it repeats every so many hours or minutes."""
    return _parts(rule)["FREQ"] in _ELAPSED


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


def _spelled(parts: Mapping[str, str]) -> str:
    return ";".join(f"{name}={value}" for name, value in parts.items())


def _next_elapsed(parts: Mapping[str, str], start: datetime, after: datetime) -> datetime | None:
    step = _ELAPSED[parts["FREQ"]] * int(parts.get("INTERVAL", "1"))
    number = max(0, (after - start) // step + 1)
    return None if "COUNT" in parts and number >= int(parts["COUNT"]) else start + number * step


def _next_by_clock(
    parts: Mapping[str, str], start: datetime, after: datetime, end: datetime | None, zone: ZoneInfo
) -> datetime | None:
    """Clock times in a gap come out after some that follow the gap: 2:45 may be 3:45, and 3:00 comes before it."""
    since = _wall(after, zone) - _LONGEST_GAP
    last = None if end is None else _wall(end, zone) + _LONGEST_GAP
    best: datetime | None = None
    for candidate in _clock_times(parts, _wall(start, zone), since):
        if (last is not None and candidate > last) or (best is not None and candidate > _wall(best, zone)):
            break
        instant = candidate.replace(tzinfo=zone, fold=0).astimezone(UTC)
        if instant > after:
            best = instant if best is None else min(best, instant)
            if _wall(instant, zone) == candidate:
                break
    return best


def _clock_times(parts: Mapping[str, str], start: datetime, since: datetime) -> Iterator[datetime]:
    """What the rule says from `since` on, all on the wall clock, for at least a hundred years.

    A rule that never matches is searched to the end of the calendar. So that this is near, it is searched whole
    cycles of the calendar later, where all days are the same.
    """
    later = (_LATEST_START - start.year) // _CYCLE * _CYCLE
    without_end = {name: value for name, value in parts.items() if name != "UNTIL"}
    parsed = rrulestr(_spelled(without_end), dtstart=_years_later(start, later))
    if not isinstance(parsed, rrule):
        raise ValueError("a rule set is not supported")  # noqa: TRY004 - the caller's value is wrong, not its type
    if since.year + later > MAXYEAR:
        return
    # The library says by an error that it has come to the end of the calendar, or by ending.
    with contextlib.suppress(ValueError, OverflowError):
        for candidate in parsed.xafter(_years_later(since, later), inc=True):
            yield _years_later(candidate, -later)


def _years_later(wall: datetime, years: int) -> datetime:
    return wall.replace(year=wall.year + years)


def _until(value: str, zone: ZoneInfo) -> datetime | None:
    """The last instant at which there may be an occurrence; a date counts as a whole day.

    The year 9999 is how calendars say for ever.
    """
    if value.startswith(str(MAXYEAR)):
        return None
    if "T" not in value:
        following = datetime.strptime(value, "%Y%m%d") + timedelta(days=1)  # noqa: DTZ007 - its zone comes next
        return following.replace(tzinfo=zone).astimezone(UTC) - timedelta.resolution
    instant = datetime.strptime(value.removesuffix("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - its zone comes next
    return instant.replace(tzinfo=UTC if value.endswith("Z") else zone).astimezone(UTC)


def _parts(rule: str) -> dict[str, str]:
    return dict(part.partition("=")[::2] for part in rule.split(";"))


def _wall(instant: datetime, zone: ZoneInfo) -> datetime:
    """To the second: a rule knows no parts of one."""
    return wall_clock(instant, zone).replace(microsecond=0)
