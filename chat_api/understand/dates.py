"""Days and stretches of time from now: "tomorrow", "next fri", "3 March 2027", "in 20 seconds".

Rules that a person may want to know:
- A weekday is the next one to come; named on that same day it is a week later, unless it was "this friday".
- "next friday" is the Friday of the next week, weeks starting on Monday.
- A day without a year is the next one to come.
- 3/4/2027 has the day first, except where the user's zone is one of the United States (month first).
- "next week" is its Monday, "next month" its first day, "this weekend" Saturday.
- "friday week" is the Friday after the one to come.
- The middle of a month is its 15th, "late" in it the 20th.
- Of a stretch ("20-23 december", "dec 20 - jan 3") the first day counts.
"""

import calendar
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from dateutil.easter import easter
from dateutil.relativedelta import relativedelta

from chat_api.understand.cues import VERBS
from chat_api.understand.facts import Before, Clock, Context, Day, Duration, Evidence, Found, Invalid, Moment, Offset
from chat_api.understand.quantities import duration, ordinal, separate_lengths
from chat_api.understand.text import Tokens
from chat_api.understand.words import (
    BOUNDARIES,
    EASTER_DAYS,
    HOLIDAYS,
    LAST,
    MONTH_FIRST_PREFIXES,
    MONTH_FIRST_ZONES,
    MONTH_NAMES,
    MONTHS,
    NAMED_DAYS,
    NTH_HOLIDAYS,
    PART_WORDS,
    TONIGHT,
    WEEKDAY_CODES,
    WEEKDAY_NAMES,
    WEEKDAYS,
)

_WEEK: Final = 7
_SATURDAY: Final = 5
_FRIDAY: Final = 4
_MONTHS_IN_YEAR: Final = 12
_YEAR_DIGITS: Final = 4
_TWO_DIGITS: Final = 2
_LONGEST_MONTH: Final = 31
_CENTURY: Final = 2000
_LEAP: Final = 2028
_LAST_HOUR: Final = 23
_LAST_MINUTE: Final = 59
# "may", "sun"… are more often words than dates.
_AMBIGUOUS_MONTHS: Final = frozenset({"may", "march", "mar"})
_AMBIGUOUS_WEEKDAYS: Final = frozenset({"sun", "sat", "wed", "mon"})
_STRETCH_JOINS: Final = frozenset({"-", "\u2013", "to", "through"})
# "24/7" is no day.
_ALWAYS: Final = (24, 7)
_NO_DATE_AFTER: Final = frozenset({"version", "release", "v", "ip", "section", "chapter"})
_PUNCTUATION: Final = frozenset(",.!?:;)")
_MIDDLE: Final = 15
_LATE: Final = 20
_PLACES: Final = {
    "start": 1, "beginning": 1, "early": 1, "middle": _MIDDLE, "mid": _MIDDLE, "late": _LATE, "end": LAST,
}  # fmt: skip
_MINUTE: Final = 60
_MAX_MINUTES: Final = 180
_BEFORE_NUMERIC: Final = frozenset({"on", "by", "due", "until", "till", "before", "for", "from", "starting", "@", "to"})


def read_day(tokens: Tokens, index: int, context: Context) -> Found | None:
    """A day at this place, in the first of the spellings below that fits; of a stretch of days the first."""
    found = _single_day(tokens, index, context)
    if found is None or not isinstance(found.facts[0], Day) or tokens.word(found.end) not in _STRETCH_JOINS:
        return found
    if len(found.facts) > 1:
        return found
    last = _single_day(tokens, found.end + 1, context)
    if last is None or not isinstance(last.facts[0], Day) or _day(last) <= _day(found):
        return found
    return Found(found.start, last.end, found.facts, found.evidence)


def _single_day(tokens: Tokens, index: int, context: Context) -> Found | None:
    for reader in _DAY_READERS:
        found = reader(tokens, index, context)
        if found is not None:
            return found
    return None


def read_offset(tokens: Tokens, index: int, context: Context) -> Found | None:
    """A stretch from now: "in 20 seconds", "2 hours from now", "a week from friday"."""
    start = index
    leads = tokens.word(index) in {"in", "within", "after"}
    if leads:
        start += 1
        start += 1 if tokens.word(start) in {"about", "around", "exactly", "another", "roughly", "just"} else 0
        if tokens.phrase(start, ("the", "next")):
            start += 2
    length = duration(tokens, start)
    if length is None:
        return _bare_minutes(tokens, index, start) if tokens.word(index) == "in" else None
    amount, end = length
    if tokens.word(end) in {"timer", "countdown"}:
        return Found(index, end + 1, (Offset(amount),))
    if leads:
        if tokens.word(end) in {"time", "times"} or tokens.phrase(end, ("from", "now")):
            end += 1 if tokens.word(end) in {"time", "times"} else 2
        if tokens.phrase(end, ("or", "so")):
            end += 2
        evidence = Evidence.PLACE if tokens.word(index) == "after" else Evidence.NONE
        return Found(index, end, (Offset(amount),), evidence)
    if tokens.phrase(end, ("from", "now")):
        return Found(index, end + 2, (Offset(amount),))
    if tokens.word(end) in {"hence", "later"}:
        return Found(index, end + 1, (Offset(amount),), Evidence.PLACE)
    return _from_day(tokens, index, end, amount, context) or _after_timer(tokens, index, end, amount)


def _bare_minutes(tokens: Tokens, index: int, start: int) -> Found | None:
    """ "poke me in 15 to stretch": minutes, where a person is to be told."""
    number, end = tokens.number(start), start + 1
    told = tokens.word(index - 1) in {"me", "us", "again"}
    if number is None or not told or not 1 <= number <= _MAX_MINUTES or tokens.word(end) not in BOUNDARIES:
        return None
    if tokens.glued(end) and tokens.word(end) not in {",", ".", "!", "?", ":"}:
        return None
    return Found(index, end, (Offset(Duration(seconds=number * _MINUTE)),))


def _from_day(tokens: Tokens, index: int, end: int, amount: Duration, context: Context) -> Found | None:
    """ "a week from friday", "two days after tomorrow", "two days before christmas", "a week today"."""
    if amount.seconds:
        return None
    weeks = amount.days % _WEEK == 0 and not amount.months
    joined = tokens.word(end) in {"from", "after", "before"} or (weeks and tokens.word(end) == "on")
    named = weeks and (tokens.word(end) in NAMED_DAYS or tokens.word(end) in WEEKDAYS)
    if not joined and not named:
        return None
    base = _base_day(tokens, end + 1 if joined else end, context)
    if base is None or not isinstance(base.facts[0], Day):
        return None
    sign = -1 if tokens.word(end) == "before" else 1
    away = Duration(sign * amount.months, sign * amount.days)
    evidence = Evidence.NONE if joined else Evidence.PLACE
    return _guarded(index, base.end, lambda: Day(away.after(_day(base)))).needing(evidence)


def _base_day(tokens: Tokens, index: int, context: Context) -> Found | None:
    """A day to count from; a holiday needs nothing behind it."""
    return read_day(tokens, index, context) or _holiday_at(tokens, index, context)


def _day(found: Found) -> date:
    fact = found.facts[0]
    return fact.date if isinstance(fact, Day) else date.max


def _after_timer(tokens: Tokens, index: int, end: int, amount: Duration) -> Found | None:
    """ "snooze 10 minutes", "set a timer for 5 min": only these words make a bare length an offset."""
    for back in range(1, 4):
        if tokens.word(index - back) in {"snooze", "timer"}:
            return Found(index, end, (Offset(amount),))
    return None


def read_before(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "an hour before", "10 minutes early", "the day before": how long before it is due to remind."""
    if tokens.phrase(index, ("the", "day", "before")):
        day = Duration(days=1)
        return _from_day(tokens, index, index + 2, day, context) or Found(index, index + 3, (Before(day),))
    length = duration(tokens, index)
    if length is None:
        return None
    amount, end = length
    if tokens.word(end) == "before" and not amount.seconds:
        counted = _from_day(tokens, index, end, amount, context)
        if counted is not None:
            return counted
    noticed = tokens.word(end) in {"reminder", "notice", "warning"} and tokens.word(index - 1) in {
        "a",
        "with",
        ",",
        "-",
    }
    if noticed or tokens.word(end) in {"before", "beforehand", "earlier", "early", "ahead", "prior"}:
        stop = end + 2 if tokens.phrase(end, ("ahead", "of")) else end + 1
        return Found(index, stop, tuple(Before(one) for one in separate_lengths(tokens, index)))
    pairs = (("heads", "up"), ("head", "start"), ("in", "advance"))
    befores = tuple(Before(one) for one in separate_lengths(tokens, index))
    return Found(index, end + 2, befores) if any(tokens.phrase(end, pair) for pair in pairs) else None


def _moment(tokens: Tokens, index: int, context: Context) -> Found | None:
    """2027-03-03T14:30:00Z or with +01:00; without an offset it is local."""
    day = _iso(tokens, index, context)
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
    clock = Clock(hour, minute, second)
    zone = _utc_offset(tokens, place)
    if zone is None:
        return Found(index, place, (day.facts[0], clock))
    shift, end = zone
    naive = datetime.combine(_day(day), datetime.min.time()).replace(hour=hour, minute=minute, second=second)
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


def _iso(tokens: Tokens, index: int, context: Context) -> Found | None:
    """2027-03-03, 2027/03/03, 2027.03.03."""
    del context
    parts = _triple(tokens, index)
    if parts is None or tokens.digits(index) != _YEAR_DIGITS:
        return None
    (year, month, day), end = parts
    return _dated(index, end, year, month, day)


def _numeric(tokens: Tokens, index: int, context: Context) -> Found | None:
    """3/4/2027, 3.4.2027, 3-4-2027; 3/4 only after a word such as "on"."""
    parts = _triple(tokens, index)
    if parts is not None:
        (first, second, year), end = parts
        if tokens.digits(index + 4) not in {_TWO_DIGITS, _YEAR_DIGITS} or tokens.digits(index) > _TWO_DIGITS:
            return None
        if tokens.digits(index + 4) == _TWO_DIGITS:
            year += _CENTURY
        dotted = tokens.word(index + 1) == "."
        day, month, remark = _order(first, second, context, day_first=True if dotted else None)
        return _dated(index, end, year, month, day, remark=remark)
    return _numeric_pair(tokens, index, context)


def _numeric_pair(tokens: Tokens, index: int, context: Context) -> Found | None:
    """3/4 and 3.4. without a year: sure after a word such as "on", else beside a time or where it is no fraction."""
    first, second, separator = tokens.number(index), tokens.number(index + 2), tokens.word(index + 1)
    short = max(tokens.digits(index), tokens.digits(index + 2)) <= _TWO_DIGITS
    if first is None or second is None or not short or tokens.glued(index):
        return None
    if not (tokens.glued(index + 1) and tokens.glued(index + 2)):
        return None
    if separator == "/":
        return _slashed(tokens, index, (first, second), context)
    return _dotted(tokens, index, (first, second), context) if separator == "." else None


def _slashed(tokens: Tokens, index: int, pair: tuple[int, int], context: Context) -> Found | None:
    end = index + 3
    if tokens.glued(end) and tokens.word(end) not in _PUNCTUATION:
        return None
    day, month, remark = _order(*pair, context, day_first=None)
    if tokens.word(index - 1) in _BEFORE_NUMERIC:
        return _yearless(index, end, month, day, context, remark=remark)
    found = _yearless(index, end, month, day, context, remark=remark) if _possible(day, month) else None
    certain = max(pair) > _MONTHS_IN_YEAR and pair != _ALWAYS
    return found and found.needing(_pair_evidence(tokens, index, certain=certain))


def _dotted(tokens: Tokens, index: int, pair: tuple[int, int], context: Context) -> Found | None:
    """24.12. with its second full stop, the day first."""
    end = index + 4
    if tokens.word(end - 1) != "." or not tokens.glued(end - 1) or tokens.glued(end) or not _possible(*pair):
        return None
    certain = tokens.digits(index) == _TWO_DIGITS == tokens.digits(index + 2)
    found = _yearless(index, end, pair[1], pair[0], context)
    return found.needing(_pair_evidence(tokens, index, certain=certain))


def _pair_evidence(tokens: Tokens, start: int, *, certain: bool) -> Evidence:
    if not certain:
        return Evidence.NEIGHBOUR
    return Evidence.PLACE if tokens.word(start - 1) else Evidence.NONE


def _possible(day: int, month: int) -> bool:
    return 1 <= month <= _MONTHS_IN_YEAR and 1 <= day <= _LONGEST_MONTH


def _triple(tokens: Tokens, index: int) -> tuple[tuple[int, int, int], int] | None:
    """Three numbers that the same separator joins, unless they go on or are a version."""
    first, second, third = (tokens.number(index + offset) for offset in (0, 2, 4))
    separator, end = tokens.word(index + 1), index + 5
    if first is None or second is None or third is None or tokens.word(index - 1) in _NO_DATE_AFTER:
        return None
    joined = separator in {"-", "/", "."} and tokens.word(index + 3) == separator
    if not joined or not all(tokens.glued(at) for at in range(index + 1, end)):
        return None
    # "2026-12-24.txt" is a file
    is_file = tokens.word(end) == "." and tokens.glued(end + 1)
    goes_on = tokens.word(end) in {"-", "/"} or is_file
    return None if goes_on and tokens.glued(end) else ((first, second, third), end)


def _order(first: int, second: int, context: Context, *, day_first: bool | None) -> tuple[int, int, str | None]:
    """Which is the day and which the month, with a sentence when the zone decided."""
    if day_first is None:
        if first > _MONTHS_IN_YEAR or second > _MONTHS_IN_YEAR or first == second:
            return (second, first, None) if second > _MONTHS_IN_YEAR >= first else (first, second, None)
        key = (context.zone.key if isinstance(context.zone, ZoneInfo) else None) or ""
        day_first = not (key in MONTH_FIRST_ZONES or key.startswith(MONTH_FIRST_PREFIXES))
        day, month = (first, second) if day_first else (second, first)
        return day, month, f"I read {first}/{second} as {day} {MONTH_NAMES[month]}."
    return first, second, None


def _written(tokens: Tokens, index: int, context: Context) -> Found | None:
    """3 March, the 3rd of March 2027, March 3rd, Mar 3, 2027; a weekday may stand before it."""
    place = index
    weekday = WEEKDAYS.get(tokens.word(index))
    if weekday is not None:
        place += 1
        while tokens.word(place) in {",", ".", "the"}:
            place += 1
    elif tokens.word(index) == "the":
        place += 1
    found = _day_and_month(tokens, place)
    if found is None:
        return None if weekday is None else _weekday_and_number(tokens, index, place, weekday, context)
    day, month, end = found
    year, end = _year(tokens, end)
    dated = _dated(index, end, year, month, day) if year is not None else _yearless(index, end, month, day, context)
    if weekday is not None and isinstance(dated.facts[0], Day) and _day(dated).weekday() != weekday:
        true_name = WEEKDAY_NAMES[_day(dated).weekday()]
        reason = f"{day} {MONTH_NAMES[month]} {_day(dated).year} is a {true_name}, not a {WEEKDAY_NAMES[weekday]}."
        return Found(index, end, (Invalid(reason),))
    return dated


def _weekday_and_number(tokens: Tokens, index: int, place: int, weekday: int, context: Context) -> Found | None:
    """ "monday the 30th": the next 30th, if it is a monday."""
    named = ordinal(tokens, place)
    if named is None or named[0] == LAST or tokens.number(place) is None or tokens.word(named[1]) in {"of", "-"}:
        return None
    day = _next_month_day(named[0], context.today)
    if day.weekday() != weekday:
        return None
    return Found(index, named[1], (Day(day),))


def _next_month_day(number: int, today: date) -> date:
    """The next day with this number, today included."""
    day = today.replace(day=1)
    while not (number <= _length(day) and day.replace(day=number) >= today):
        day = _plus(day, Duration(months=1))
    return day.replace(day=number)


def _day_and_month(tokens: Tokens, index: int) -> tuple[int, int, int] | None:
    """The day, the month and where they end; the day may be impossible."""
    month = MONTHS.get(tokens.word(index))
    if month is not None:
        place = index + 1
        while tokens.word(place) in {".", "the"}:
            place += 1
        day = _day_number(tokens, place)
        # "March 5pm" and "May 3:00" are no days.
        if day is None or tokens.word(day[1]) in {"am", "pm", ":", "%"}:
            return None
        end = day[1]
        last = tokens.number(end + 1) if tokens.word(end) in {"-", "\u2013"} and tokens.glued(end + 1) else None
        if (
            last is not None
            and day[0] < last <= _LONGEST_MONTH
            and tokens.word(end + 2) not in {":", "am", "pm", "-", "/"}
        ):
            # "dec 20-23"
            end += 2
        return day[0], month, end
    day = _day_number(tokens, index)
    if day is None:
        return None
    value, end = day
    if tokens.word(end) in _STRETCH_JOINS:
        # "21-23 december", "the 7th to the 9th of december"
        second = _day_number(tokens, end + 2 if tokens.word(end + 1) == "the" else end + 1)
        if second is not None and second[0] > value and tokens.word(_past_of(tokens, second[1])) in MONTHS:
            end = second[1]
    end = _past_of(tokens, end)
    month = MONTHS.get(tokens.word(end))
    if month is None:
        return None
    return (
        value,
        month,
        end + 2 if tokens.word(end + 1) == "." and tokens.glued(end + 1) and _mid(tokens, end) else end + 1,
    )


def _past_of(tokens: Tokens, end: int) -> int:
    while tokens.word(end) in {"of", "-", "/"}:
        end += 1
    return end


def _mid(tokens: Tokens, index: int) -> bool:
    """Whether the full stop after this token abbreviates ("3 Mar. at 5") instead of ending a sentence."""
    return bool(tokens.word(index + 2))


def _day_number(tokens: Tokens, index: int) -> tuple[int, int] | None:
    number = tokens.number(index)
    if number is not None and tokens.digits(index) <= _TWO_DIGITS:
        suffixed = tokens.glued(index + 1) and tokens.word(index + 1) in {"st", "nd", "rd", "th"}
        if tokens.glued(index + 1) and not suffixed and tokens.word(index + 1) in {"pm", "am", "h", "m", ":"}:
            return None
        return number, index + 2 if suffixed else index + 1
    named = ordinal(tokens, index)
    return named if named is not None and named[0] != LAST else None


def _year(tokens: Tokens, index: int) -> tuple[int | None, int]:
    place = index
    while tokens.word(place) in {",", "of", "in", "-", "'"} and place < index + 2:
        place += 1
    value = tokens.number(place)
    # "3 March 1830" after a comma could be a clock; a year is 1900 to 2999 and nothing is glued to it.
    if value is None or tokens.digits(place) != _YEAR_DIGITS or not 1900 <= value < 3000:  # noqa: PLR2004
        return None, index
    if tokens.glued(place + 1) and tokens.word(place + 1) in {":", "-", "/"}:
        return None, index
    return value, place + 1


def _month(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "in March", "by June 2027", "next march": its first day."""
    lead = tokens.word(index)
    month = MONTHS.get(tokens.word(index + 1))
    if lead not in {"in", "by", "next", "until", "till", "from", "starting"} or month is None:
        return None
    if _day_and_month(tokens, index + 1) is not None:
        # "until dec 24" is read from "dec" on
        return None
    year, end = _year(tokens, index + 2)
    if tokens.word(index + 1) in _AMBIGUOUS_MONTHS and tokens.word(end) not in BOUNDARIES:
        return None
    if year is not None:
        return _dated(index, end, year, month, 1)
    return _yearless(index, end, month, 1, context)


def _month_day(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "the 5th", "on the 31st", "the 5th of next month", "the last day of the month": the next such day."""
    place = index + 1 if tokens.word(index) == "the" else index
    named = ordinal(tokens, place)
    if named is None:
        return None
    value, end = named
    if value == LAST:
        return _last_of(tokens, index, end, context)
    if tokens.phrase(end, ("of", "the", "month")):
        return Found(index, end + 3, (Day(_next_month_day(value, context.today)),))
    first = _month_after_of(tokens, end, context)
    if first is not None:
        month_start, stop = first
        return _dated(index, stop, month_start.year, month_start.month, value)
    follows = tokens.word(end) in BOUNDARIES | TONIGHT and tokens.word(end) != "-"
    opens = tokens.word(end) in VERBS and tokens.word(index - 1) in {"on", "by"} and not tokens.word(index - 2)
    if tokens.word(index) != "the" or not (follows or opens):
        return None
    return Found(index, end, (Day(_next_month_day(value, context.today)),), Evidence.CONNECTOR)


def _last_of(tokens: Tokens, index: int, end: int, context: Context) -> Found | None:
    if tokens.word(end) != "day":
        return None
    first = _month_after_of(tokens, end + 1, context)
    if first is None:
        return None
    return Found(index, first[1], (Day(first[0].replace(day=_length(first[0]))),))


def _month_after_of(tokens: Tokens, index: int, context: Context) -> tuple[date, int] | None:
    """The first day of the month in "of the month", "of next month", "of March", and where it ends."""
    if tokens.word(index) not in {"of", "in"}:
        return None
    start = context.today.replace(day=1)
    for words, months in ((("the", "month"), 0), (("this", "month"), 0), (("next", "month"), 1)):
        if tokens.phrase(index + 1, words):
            return _plus(start, Duration(months=months)), index + 3
    month = MONTHS.get(tokens.word(index + 1))
    if month is None:
        return None
    year, end = _year(tokens, index + 2)
    if year is None:
        year = context.today.year + (1 if month < context.today.month else 0)
    return date(year, month, 1), end


def _nth_weekday(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "the first monday of next month", "the last friday of March"."""
    place = index + 1 if tokens.word(index) == "the" else index
    named = ordinal(tokens, place)
    if named is None or tokens.word(named[1]) not in WEEKDAYS:
        return None
    position, end = named
    weekday = WEEKDAYS[tokens.word(end)]
    first = _month_after_of(tokens, end + 1, context)
    if first is None:
        return None
    start, stop = first
    day = _nth(start, weekday, position)
    if day is not None and day < context.today and start.month == context.today.month:
        day = _nth(_plus(start, Duration(months=1)), weekday, position)
    if day is None:
        return Found(index, stop, (Invalid(f"{MONTH_NAMES[start.month]} has no such {WEEKDAY_NAMES[weekday]}."),))
    return Found(index, stop, (Day(day),))


def _nth(month_start: date, weekday: int, position: int) -> date | None:
    if position == LAST:
        last = month_start.replace(day=_length(month_start))
        return last - timedelta(days=(last.weekday() - weekday) % _WEEK)
    day = month_start + timedelta(days=(weekday - month_start.weekday()) % _WEEK + _WEEK * (position - 1))
    return day if day.month == month_start.month else None


def _named(tokens: Tokens, index: int, context: Context) -> Found | None:
    """Today, tomorrow, the day after tomorrow, yesterday, "later today"."""
    place = index
    extra = 0
    if tokens.word(place) == "the":
        place += 1
    if tokens.word(place) in {"early", "late"} and tokens.word(place + 2) in PART_WORDS:
        place += 1
        index = place - 1
    if tokens.phrase(place, ("day", "after")):
        extra, place = 1, place + 2
    elif tokens.phrase(place, ("day", "before")) and tokens.word(place + 2) == "yesterday":
        extra, place = -1, place + 2
    elif tokens.word(index) == "the":
        return None
    elif tokens.word(place) == "later":
        place += 1
    word, end = tokens.word(place), place + 1
    days = NAMED_DAYS.get(word)
    if days is None:
        return None
    days += extra
    weeks, end = _weeks_on(tokens, end)
    days += weeks * _WEEK
    evidence = Evidence.PLACE if days < 0 else Evidence.NONE
    day = Day(_plus(context.today, Duration(days=days)), past_meant=days < 0, today_named=days == 0)
    return Found(index, end, (day,), evidence)


def _weeks_on(tokens: Tokens, end: int) -> tuple[int, int]:
    """The weeks that "friday week", "tomorrow fortnight" add, and where that ends."""
    weeks = {"week": 1, "fortnight": 2}.get(tokens.word(end), 0)
    if not weeks or tokens.word(end + 1) not in BOUNDARIES:
        return 0, end
    return weeks, end + 1


def _weekday(tokens: Tokens, index: int, context: Context) -> Found | None:
    """friday, this friday, next friday, friday next week, last friday."""
    lead, place = "", index
    if tokens.word(index) in {"next", "this", "coming", "last", "following"}:
        lead, place = tokens.word(index), index + 1
        if lead in {"this", "next"} and tokens.word(place) in {"coming", "up"}:
            lead, place = "coming", place + 1
    weekday = WEEKDAYS.get(tokens.word(place))
    if weekday is None:
        return None
    end = place + 1
    monday = context.today - timedelta(days=context.today.weekday())
    ahead = (weekday - context.today.weekday()) % _WEEK
    if tokens.phrase(end, ("next", "week")):
        lead, end = "next", end + 2
    elif tokens.phrase(end, ("this", "week")):
        lead, end = "this", end + 2
    weeks, end = _weeks_on(tokens, end)
    remark = None
    if lead == "next":
        day = _plus(monday, Duration(days=_WEEK + weekday))
    elif tokens.phrase(end, ("after", "next")):
        day, end = _plus(monday, Duration(days=2 * _WEEK + weekday)), end + 2
    elif lead == "last":
        day = context.today - timedelta(days=(context.today.weekday() - weekday) % _WEEK or _WEEK)
    elif lead == "this" or ahead:
        day = _plus(context.today, Duration(days=ahead))
    else:
        day = _plus(context.today, Duration(days=_WEEK))
        remark = f"Today is {WEEKDAY_NAMES[weekday]}, so I took the one in a week."
    day = _plus(day, Duration(days=weeks * _WEEK))
    evidence = Evidence.NONE
    if not lead or lead == "last":
        evidence = Evidence.CONNECTOR if tokens.word(place) in _AMBIGUOUS_WEEKDAYS else Evidence.PLACE
    return Found(index, end, (Day(day, past_meant=lead == "last", remark=remark),), evidence)


def _stretch(tokens: Tokens, index: int, context: Context) -> Found | None:
    """next week, next month, next year, this weekend, next weekend, the end of the month."""
    today = context.today
    monday = today - timedelta(days=today.weekday())
    month = today.replace(day=1)
    stretches: tuple[tuple[tuple[str, ...], Callable[[], date]], ...] = (
        (("next", "week"), lambda: _plus(monday, Duration(days=_WEEK))),
        (("next", "month"), lambda: _plus(month, Duration(months=1))),
        (("next", "year"), lambda: _plus(month.replace(month=1), Duration(months=_MONTHS_IN_YEAR))),
        (("this", "weekend"), lambda: _weekend(today)),
        (("the", "weekend"), lambda: _weekend(today)),
        (("next", "weekend"), lambda: _plus(monday, Duration(days=_WEEK + _SATURDAY))),
        (("the", "end", "of", "the", "month"), lambda: month.replace(day=_length(month))),
        (("end", "of", "the", "month"), lambda: month.replace(day=_length(month))),
        (("end", "of", "month"), lambda: month.replace(day=_length(month))),
        (("eom",), lambda: month.replace(day=_length(month))),
        (("the", "end", "of", "the", "week"), lambda: _plus(monday, Duration(days=_FRIDAY))),
        (("end", "of", "the", "week"), lambda: _plus(monday, Duration(days=_FRIDAY))),
        (("the", "end", "of", "next", "week"), lambda: _plus(monday, Duration(days=_WEEK + _FRIDAY))),
        (("end", "of", "next", "week"), lambda: _plus(monday, Duration(days=_WEEK + _FRIDAY))),
        (("end", "of", "week"), lambda: _plus(monday, Duration(days=_FRIDAY))),
        (("the", "end", "of", "the", "year"), lambda: date(today.year, 12, 31)),
        (("end", "of", "the", "year"), lambda: date(today.year, 12, 31)),
    )
    on_day = ordinal(tokens, index + 4) if tokens.phrase(index, ("next", "month", "on", "the")) else None
    if on_day is not None:
        start = _plus(month, Duration(months=1))
        return _dated(index, on_day[1], start.year, start.month, on_day[0])
    if tokens.phrase(index, ("next", "week")):
        place = index + 3 if tokens.word(index + 2) in {"on", ","} else index + 2
        weekday = WEEKDAYS.get(tokens.word(place))
        if weekday is not None:
            return Found(index, place + 1, (Day(_plus(monday, Duration(days=_WEEK + weekday))),))
    for words, resolve in stretches:
        if tokens.phrase(index, words):
            evidence = Evidence.CONNECTOR if words[0] == "the" else Evidence.NONE
            day = resolve()
            if day < today:
                day = _plus(day, Duration(days=_WEEK))
            return Found(index, index + len(words), (Day(day),), evidence)
    return None


def _place_in_month(tokens: Tokens, index: int, context: Context) -> Found | None:
    """Mid december, the start of march, the end of next month, beginning of the month, early june."""
    start = index + 1 if tokens.word(index) == "the" else index
    place = _PLACES.get(tokens.word(start))
    if place is None:
        return None
    end = start + 1
    while tokens.word(end) in {"of", "in", "-", "the"}:
        end += 1
    month = context.today.replace(day=1)
    if tokens.word(end) in MONTHS:
        number = MONTHS[tokens.word(end)]
        year, end = _year(tokens, end + 1)
        month = date(year or context.today.year, number, 1)
        if year is None and _in_month(month, place) < context.today:
            month = month.replace(year=month.year + 1)
    elif tokens.phrase(end, ("next", "month")):
        month, end = _plus(month, Duration(months=1)), end + 2
    elif tokens.word(end) == "month" and tokens.word(end - 1) in {"the", "of"}:
        end += 1
        if _in_month(month, place) < context.today:
            month = _plus(month, Duration(months=1))
    else:
        return None
    evidence = Evidence.NONE if tokens.word(start + 1) in {"of", "in", "-"} else Evidence.PLACE
    return Found(index, end, (Day(_in_month(month, place)),), evidence)


def _in_month(month: date, place: int) -> date:
    return month.replace(day=_length(month) if place == LAST else place)


def _weekend(today: date) -> date:
    """Saturday, or today when it is the weekend already."""
    return today if today.weekday() >= _SATURDAY else today + timedelta(days=_SATURDAY - today.weekday())


def _holiday(tokens: Tokens, index: int, context: Context) -> Found | None:
    """A holiday where no noun follows it: "christmas presents" are no date. A long name may open the message."""
    found = _holiday_at(tokens, index, context)
    if found is None:
        return None
    opens = not tokens.word(index - 1) and found.end - index > 1
    if tokens.word(found.end) in BOUNDARIES or tokens.number(found.end) is not None:
        return found.needing(Evidence.PLACE if found.end - index > 1 else Evidence.CONNECTOR)
    return found if opens else None


def _holiday_at(tokens: Tokens, index: int, context: Context) -> Found | None:
    today = context.today
    for words, month, day in HOLIDAYS:
        if tokens.phrase(index, words):
            return _yearless(index, index + len(words), month, day, context)
    for words, month, code in NTH_HOLIDAYS:
        if tokens.phrase(index, words):
            weekday, position = WEEKDAY_CODES.index(code[-2:]), int(code[:-2])
            days = (_nth(date(year, month, 1), weekday, position) for year in (today.year, today.year + 1))
            coming = next(day for day in days if day is not None and day >= today)
            return Found(index, index + len(words), (Day(coming),))
    for words, shift in EASTER_DAYS:
        if tokens.phrase(index, words):
            sundays = (easter(year) + timedelta(days=shift) for year in (today.year, today.year + 1))
            return Found(index, index + len(words), (Day(next(day for day in sundays if day >= today)),))
    return None


def _yearless(start: int, end: int, month: int, day: int, context: Context, *, remark: str | None = None) -> Found:
    """The next such day, today included; 29 February waits for a leap year."""
    if not 1 <= month <= _MONTHS_IN_YEAR or not 1 <= day <= calendar.monthrange(_LEAP, month)[1]:
        return Found(start, end, (Invalid(_impossible(month, day, None)),))
    year = context.today.year
    while (month, day) == (2, 29) and not calendar.isleap(year):
        year += 1
    value = date(year, month, day)
    if value < context.today:
        year += 1
        while (month, day) == (2, 29) and not calendar.isleap(year):
            year += 1
        value = date(year, month, day)
    return Found(start, end, (Day(value, remark=remark),))


def _dated(start: int, end: int, year: int, month: int, day: int, *, remark: str | None = None) -> Found:
    """This very day, or a refusal when the calendar does not have it."""
    if not 1 <= month <= _MONTHS_IN_YEAR or year == 0 or not 1 <= day <= calendar.monthrange(year, month)[1]:
        return Found(start, end, (Invalid(_impossible(month, day, year)),))
    return Found(start, end, (Day(date(year, month, day), past_meant=True, remark=remark),))


def _impossible(month: int, day: int, year: int | None) -> str:
    if not 1 <= month <= _MONTHS_IN_YEAR:
        return f"There is no month {month}."
    return f"There is no {day} {MONTH_NAMES[month]}{'' if year is None else f' {year}'}."


def _guarded(start: int, end: int, build: Callable[[], Day]) -> Found:
    try:
        return Found(start, end, (build(),))
    except (OverflowError, ValueError):
        return Found(start, end, (Invalid("That is too far away."),))


def _plus(day: date, amount: Duration) -> date:
    """Later by that much; the calendar's last day when there is none so late."""
    try:
        return day + relativedelta(months=amount.months) + timedelta(days=amount.days)
    except (OverflowError, ValueError):
        return date.max


def _length(month_start: date) -> int:
    return calendar.monthrange(month_start.year, month_start.month)[1]


_DAY_READERS = (
    _moment,
    _iso,
    _numeric,
    _written,
    _nth_weekday,
    _month_day,
    _named,
    _weekday,
    _stretch,
    _place_in_month,
    _month,
    _holiday,
)
