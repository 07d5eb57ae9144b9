"""Days in digits: 2027-03-03, 3/4/2027, 24.12., 2027-03, and instants in ISO 8601.

3/4/2027 has the day first, except where the user's zone is one of the United States (month first); a weekday in
front of it decides where only one of the two is such a day. Dots have the day first everywhere.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from chat_api.understand.almanac import LONGEST_MONTH, MONTHS_IN_YEAR, dated, day_of, yearless
from chat_api.understand.facts import Clock, Context, Day, Evidence, Found, Invalid, Moment
from chat_api.understand.text import Tokens
from chat_api.understand.words import (
    MONTH_FIRST_PREFIXES,
    MONTH_FIRST_ZONES,
    MONTH_NAMES,
    NAMED_DAYS,
    NO_CLOCK_AFTER,
    PART_WORDS,
    TONIGHT,
    WEEKDAY_NAMES,
    WEEKDAYS,
)

_YEAR_DIGITS: Final = 4
_TWO_DIGITS: Final = 2
_COMPACT_DIGITS: Final = 8
_CENTURY: Final = 2000
_FIRST_YEAR: Final = 1990
_LAST_YEAR: Final = 2099
_LAST_HOUR: Final = 23
_LAST_MINUTE: Final = 59
# "24/7" is no day.
_SHARES: Final = frozenset({2, 3, 4, 5, 8, 10})
_ALWAYS: Final = (24, 7)
_NO_DATE_AFTER: Final = frozenset({"version", "release", "v", "ip", "section", "chapter", "build", "update"})
_PUNCTUATION: Final = frozenset(",.!?:;)")
_BEFORE_NUMERIC: Final = frozenset({"on", "by", "due", "until", "till", "before", "for", "from", "starting", "@", "to"})
# What makes 13.06 a day; "at 13.06" is a time.
_BEFORE_DOTTED: Final = frozenset({"on", "by", "due", "until", "till", "before", "earliest", "since"})
_DAYLIKE: Final = NAMED_DAYS.keys() | TONIGHT
_STRETCH_JOINS: Final = frozenset({"-", "\u2013", "to"})


def read_moment(tokens: Tokens, index: int, context: Context) -> Found | None:
    """2027-03-03T14:30:00Z or with +01:00; without an offset it is local."""
    day = read_iso(tokens, index, context) if tokens.digits(index) == _YEAR_DIGITS else None
    if day is None or tokens.word(day.end) != "t" or not isinstance(day.facts[0], Day):
        return None
    place = day.end + 1
    numbers: list[int] = []
    while len(numbers) < 3 and tokens.digits(place) == _TWO_DIGITS:  # noqa: PLR2004 - hour, minute, second
        numbers.append(tokens.number(place) or 0)
        place += 2 if tokens.word(place + 1) == ":" and tokens.digits(place + 2) == _TWO_DIGITS else 1
    if len(numbers) < _TWO_DIGITS:
        return None
    hour, minute, second = [*numbers, 0][:3]
    if hour > _LAST_HOUR or max(minute, second) > _LAST_MINUTE:
        return Found(index, place, (Invalid(f"There is no {hour}:{minute:02d} on a clock."),))
    if tokens.word(place) == "." and tokens.glued(place) and tokens.glued(place + 1) and tokens.digits(place + 1):
        # Fractions of a second are dropped.
        place += 2
    clock = Clock(hour, minute, second)
    zone = _utc_offset(tokens, place)
    if zone is None:
        return Found(index, place, (day.facts[0], clock))
    shift, end = zone
    naive = datetime.combine(day_of(day), datetime.min.time()).replace(hour=hour, minute=minute, second=second)
    instant = naive.replace(tzinfo=UTC) - shift
    return Found(index, end, (Moment(instant.astimezone(context.zone)),))


def _utc_offset(tokens: Tokens, index: int) -> tuple[timedelta, int] | None:
    if tokens.word(index) == "z" and tokens.glued(index):
        return timedelta(), index + 1
    sign = {"+": 1, "-": -1}.get(tokens.word(index)) if tokens.glued(index) else None
    hours, minutes = tokens.number(index + 1), tokens.number(index + 3)
    if sign is None or hours is None or tokens.word(index + 2) != ":" or minutes is None or hours > _LAST_HOUR:
        return None
    return sign * timedelta(hours=hours, minutes=min(minutes, _LAST_MINUTE)), index + 4


def read_iso(tokens: Tokens, index: int, context: Context) -> Found | None:
    """2027-03-03, 2027/03/03, 2027.03.03; 20270303 behind a connector."""
    del context
    parts = _triple(tokens, index)
    if parts is None or tokens.digits(index) != _YEAR_DIGITS:
        return _compact(tokens, index)
    (year, month, day), end = parts
    if tokens.word(index + 1) == "/" and month > MONTHS_IN_YEAR >= day:
        # 2027/30/11
        month, day = day, month
    return dated(index, end, year, month, day)


def _compact(tokens: Tokens, index: int) -> Found | None:
    value = tokens.number(index)
    if value is None or tokens.digits(index) != _COMPACT_DIGITS or tokens.glued(index) or tokens.glued(index + 1):
        return None
    year, month, day = value // 10000, value // 100 % 100, value % 100
    found = dated(index, index + 1, year, month, day) if _FIRST_YEAR <= year <= _LAST_YEAR else None
    return found.needing(Evidence.CONNECTOR) if found is not None and isinstance(found.facts[0], Day) else None


def read_numeric(tokens: Tokens, index: int, context: Context) -> Found | None:
    """3/4/2027, 3.4.2027, 3-4-2027; 3/4 after a word such as "on"; 15.-17.1.2027; 2027-03 and 3/2027."""
    stretch = _dotted_stretch(tokens, index, context)
    if stretch is not None:
        return stretch
    parts = _triple(tokens, index)
    if parts is None:
        return _numeric_pair(tokens, index, context) or _month_of_year(tokens, index)
    (first, second, year), end = parts
    if tokens.digits(index + 4) not in {_TWO_DIGITS, _YEAR_DIGITS} or tokens.digits(index) > _TWO_DIGITS:
        return None
    if tokens.digits(index + 4) == _TWO_DIGITS:
        year += _CENTURY
    dotted = tokens.word(index + 1) == "."
    weekday = _weekday_before(tokens, index)
    day, month, remark = _order(first, second, context, day_first=True if dotted else None, weekday=weekday, year=year)
    return dated(index, end, year, month, day, remark=remark)


def _weekday_before(tokens: Tokens, index: int) -> int | None:
    place = index - 1
    if tokens.word(place) in {",", "("}:
        place -= 1
    return WEEKDAYS.get(tokens.word(place))


def _month_of_year(tokens: Tokens, index: int) -> Found | None:
    """2027-03 and 3/2027: the month's first day."""
    first, second = tokens.number(index), tokens.number(index + 2)
    if first is None or second is None or (tokens.glued(index) and tokens.word(index - 1) not in {"(", '"'}):
        return None
    if not (tokens.glued(index + 1) and tokens.glued(index + 2)) or (
        tokens.glued(index + 3) and (tokens.word(index + 3) not in _PUNCTUATION)
    ):
        return None
    pair = (tokens.digits(index), tokens.word(index + 1), tokens.digits(index + 2))
    if pair in {(_YEAR_DIGITS, "-", _TWO_DIGITS), (_YEAR_DIGITS, "/", _TWO_DIGITS)}:
        year, month = first, second
    elif pair[0] <= _TWO_DIGITS and pair[1] == "/" and pair[2] == _YEAR_DIGITS:
        year, month = second, first
    else:
        return None
    if not (_FIRST_YEAR <= year <= _LAST_YEAR and 1 <= month <= MONTHS_IN_YEAR):
        return None
    return dated(index, index + 3, year, month, 1).needing(Evidence.PLACE)


def _numeric_pair(tokens: Tokens, index: int, context: Context) -> Found | None:
    """3/4, 3.4. and 23-11 without a year: sure after a word such as "on", else beside a time or if no fraction."""
    first, second, separator = tokens.number(index), tokens.number(index + 2), tokens.word(index + 1)
    short = max(tokens.digits(index), tokens.digits(index + 2)) <= _TWO_DIGITS
    if first is None or second is None or not short or (tokens.glued(index) and tokens.word(index - 1) != "("):
        return None
    together = tokens.glued(index + 1) and tokens.glued(index + 2)
    if (first, second) == _ALWAYS and separator == "/":
        return None
    if separator == "/" and (together or not (tokens.glued(index + 1) or tokens.glued(index + 2))):
        return _slashed(tokens, index, (first, second), context, together=together)
    if not together:
        return None
    if separator == "-":
        return _dashed(tokens, index, (first, second), context)
    return _dotted(tokens, index, (first, second), context) if separator == "." else None


def _slashed(
    tokens: Tokens, index: int, pair: tuple[int, int], context: Context, *, together: bool = True
) -> Found | None:
    end = index + 3
    if tokens.glued(end) and tokens.word(end) not in _PUNCTUATION | {"-", "@"}:
        return None
    weekday = _weekday_before(tokens, index)
    day, month, remark = _order(*pair, context, day_first=None, weekday=weekday)
    if weekday is not None and together and _possible(day, month) and not _is_share(pair):
        told = _on_weekday(yearless(index, end, month, day, context), weekday)
        if isinstance(told.facts[0], Invalid):
            return told
    if tokens.word(index - 1) in _BEFORE_NUMERIC and together:
        return yearless(index, end, month, day, context, remark=remark)
    found = yearless(index, end, month, day, context, remark=remark) if _possible(day, month) else None
    certain = together and max(pair) > MONTHS_IN_YEAR
    if found is not None and together and _closes(tokens, index, end) and not _is_share(pair):
        # "dentist 12/2"
        return found.needing(Evidence.PLACE)
    return found and found.needing(_pair_evidence(tokens, index, certain=certain))


def _on_weekday(found: Found, weekday: int) -> Found:
    """The same, or a refusal when the named weekday is another."""
    day = day_of(found)
    if not isinstance(found.facts[0], Day) or day.weekday() == weekday:
        return found
    true_name, named = WEEKDAY_NAMES[day.weekday()], WEEKDAY_NAMES[weekday]
    reason = f"{day.day} {MONTH_NAMES[day.month]} {day.year} is a {true_name}, not a {named}."
    return Found(found.start, found.end, (Invalid(reason),))


def _closes(tokens: Tokens, index: int, end: int) -> bool:
    """Whether it ends the message, behind a word that nothing is numbered by."""
    return not tokens.word(end) and bool(tokens.word(index - 1)) and tokens.word(index - 1) not in NO_CLOCK_AFTER


def _is_share(pair: tuple[int, int]) -> bool:
    """1/2, 3/4, 2/3; marks such as 4/5 and 8/10."""
    return pair[0] <= pair[1] and pair[1] in _SHARES


def _dashed(tokens: Tokens, index: int, pair: tuple[int, int], context: Context) -> Found | None:
    """23-11 and 4-22, where one of the two can be no month: beside a time or behind "on"."""
    end = index + 3
    if tokens.glued(end) and tokens.word(end) not in _PUNCTUATION:
        return None
    day, month, _ = _order(*pair, context, day_first=None)
    if max(pair) <= MONTHS_IN_YEAR or not _possible(day, month):
        return None
    led = tokens.word(index - 1) in {"on", "by", "due"}
    return yearless(index, end, month, day, context).needing(Evidence.CONNECTOR if led else Evidence.NEIGHBOUR)


def _dotted(tokens: Tokens, index: int, pair: tuple[int, int], context: Context) -> Found | None:
    """24.12. with its second full stop; 24.12 without, where it can be no time."""
    end = index + 4
    closed = tokens.word(end - 1) == "." and tokens.glued(end - 1) and not tokens.glued(end)
    at_end = closed and not tokens.word(end) and tokens.digits(index + 2) == _TWO_DIGITS
    if not closed or at_end:
        bare = _dotted_pair(tokens, index, pair, context, end=end if closed else end - 1)
        if bare is not None or not closed:
            return bare
    if not _possible(*pair):
        return None
    certain = tokens.digits(index) == _TWO_DIGITS == tokens.digits(index + 2)
    found = yearless(index, end, pair[1], pair[0], context)
    return found.needing(_pair_evidence(tokens, index, certain=certain))


def _dotted_pair(tokens: Tokens, index: int, pair: tuple[int, int], context: Context, *, end: int) -> Found | None:
    """ "on 13.06", "friday 7.6", "25.12": not what may be a time ("8.05 tomorrow", "at 10.10")."""
    if tokens.glued(index + 3) and tokens.word(index + 3) not in _PUNCTUATION:
        return None
    before, after = tokens.word(index - 1), tokens.word(end)
    weekday = _weekday_before(tokens, index)
    day, month, remark = _order(*pair, context, day_first=None if weekday is not None else True, weekday=weekday)
    if not _possible(day, month) or before in {"at", "@"} or before in _DAYLIKE or after in _DAYLIKE | WEEKDAYS.keys():
        return None
    two = tokens.digits(index + 2) == _TWO_DIGITS
    if before in _BEFORE_DOTTED and (two or max(pair) > MONTHS_IN_YEAR):
        return yearless(index, end, month, day, context, remark=remark)
    if weekday is not None:
        matches = day_of(yearless(index, end, month, day, context)).weekday() == weekday
        return yearless(index, end, month, day, context) if matches else None
    if not two or tokens.digits(index) != _TWO_DIGITS or after in {"am", "pm", "h"}:
        return None
    # Alone, before a part of the day, or at the end with a first number that no clock shows.
    counts = after in PART_WORDS or (not after and (not before or pair[0] > _LAST_HOUR))
    return yearless(index, end, month, day, context) if counts else None


def _dotted_stretch(tokens: Tokens, index: int, context: Context) -> Found | None:
    """15.-17.1.2027, 15-17.1., 5.8. - 16.8.: the first day."""
    opening = _stretch_start(tokens, index)
    closing = None if opening is None else _stretch_end(tokens, opening[2])
    if opening is None or closing is None:
        return None
    first, month, _ = opening
    last, last_month, year, end = closing
    closed = year is not None or tokens.word(end - 1) == "."
    # "10-11.30" is a stretch of time
    alone = not tokens.word(index - 1) and not tokens.word(end)
    if (last_month, last) <= (month or last_month, first) or not (closed or month is not None or alone):
        return None
    if year is not None:
        return dated(index, end, year, month or last_month, first)
    found = yearless(index, end, month or last_month, first, context)
    return found.needing(Evidence.PLACE) if isinstance(found.facts[0], Day) else None


def _stretch_start(tokens: Tokens, index: int) -> tuple[int, int | None, int] | None:
    """15, 15. or 15.1. and what joins it to the last day: the day, the month if one is named, where it ends."""
    first, place, month = tokens.number(index), index + 1, None
    if first is None or tokens.digits(index) > _TWO_DIGITS or not 1 <= first <= LONGEST_MONTH:
        return None
    if tokens.glued(index) and tokens.word(index - 1) != "(":
        return None
    if tokens.word(place) == "." and tokens.glued(place):
        place += 1
        if tokens.glued(place) and 0 < tokens.digits(place) <= _TWO_DIGITS:
            month = tokens.number(place)
            place += 2 if tokens.word(place + 1) == "." and tokens.glued(place + 1) else 1
    return (first, month, place + 1) if tokens.word(place) in _STRETCH_JOINS else None


def _stretch_end(tokens: Tokens, place: int) -> tuple[int, int, int | None, int] | None:
    """17.1, 17.1. or 17.1.2027: the day, the month, the year if one is named, where it ends."""
    last, month = tokens.number(place), tokens.number(place + 2)
    if last is None or month is None or tokens.word(place + 1) != "." or not _possible(last, month):
        return None
    if not (tokens.glued(place + 1) and tokens.glued(place + 2)) or tokens.digits(place) > _TWO_DIGITS:
        return None
    end = place + 3
    if tokens.word(end) != "." or not tokens.glued(end):
        return last, month, None, end
    year = tokens.number(end + 1) if tokens.glued(end + 1) else None
    if year is None or tokens.digits(end + 1) not in {_TWO_DIGITS, _YEAR_DIGITS}:
        return last, month, None, end + 1
    return last, month, year + (_CENTURY if tokens.digits(end + 1) == _TWO_DIGITS else 0), end + 2


def _pair_evidence(tokens: Tokens, start: int, *, certain: bool) -> Evidence:
    if not certain:
        return Evidence.NEIGHBOUR
    return Evidence.PLACE if tokens.word(start - 1) else Evidence.NONE


def _possible(day: int, month: int) -> bool:
    return 1 <= month <= MONTHS_IN_YEAR and 1 <= day <= LONGEST_MONTH


def _triple(tokens: Tokens, index: int) -> tuple[tuple[int, int, int], int] | None:
    """Three numbers that the same separator joins, unless they go on or are a version."""
    first, second, third = (tokens.number(index + offset) for offset in (0, 2, 4))
    separator, end = tokens.word(index + 1), index + 5
    named = tokens.word(index - 2) if tokens.word(index - 1) == ":" else tokens.word(index - 1)
    if first is None or second is None or third is None or named in _NO_DATE_AFTER:
        return None
    joined = separator in {"-", "/", "."} and tokens.word(index + 3) == separator
    if not joined or not all(tokens.glued(at) for at in range(index + 1, end)):
        return None
    # "2026-12-24.txt" is a file
    is_file = tokens.word(end) == "." and tokens.glued(end + 1)
    stretches = tokens.word(end) == "-" and separator != "-" and tokens.word(end + 2) == separator
    goes_on = (tokens.word(end) in {"-", "/"} and not stretches) or is_file
    return None if goes_on and tokens.glued(end) and tokens.glued(end + 1) else ((first, second, third), end)


def _order(
    first: int,
    second: int,
    context: Context,
    *,
    day_first: bool | None,
    weekday: int | None = None,
    year: int | None = None,
) -> tuple[int, int, str | None]:
    """Which is the day and which the month, with a sentence when the zone decided."""
    if first > MONTHS_IN_YEAR or second > MONTHS_IN_YEAR or first == second:
        return (second, first, None) if second > MONTHS_IN_YEAR >= first else (first, second, None)
    if day_first is not None:
        return first, second, None
    fits = [
        day_then_month
        for day_then_month in ((first, second), (second, first))
        if weekday is not None and _falls_on(*day_then_month, weekday, context, year)
    ]
    if len(fits) == 1:
        return *fits[0], None
    key = (context.zone.key if isinstance(context.zone, ZoneInfo) else None) or ""
    day_first = not (key in MONTH_FIRST_ZONES or key.startswith(MONTH_FIRST_PREFIXES))
    day, month = (first, second) if day_first else (second, first)
    return day, month, f"I read {first}/{second} as {day} {MONTH_NAMES[month]}."


def _falls_on(day: int, month: int, weekday: int, context: Context, year: int | None) -> bool:
    if year is None:
        return day_of(yearless(0, 0, month, day, context)).weekday() == weekday
    return year > 0 and date(year, month, day).weekday() == weekday and date(year, month, day) >= context.today
