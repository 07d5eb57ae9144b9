"""Days in digits: 2027-03-03, 3/4/2027, 24.12., 2027-03, and instants in ISO 8601.

3/4/2027 has the day first, except where the user's zone is one of the United States (month first); a weekday in
front of it decides where only one of the two is such a day. Dots have the day first everywhere.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from chat_api.understand.almanac import MONTHS_IN_YEAR, dated, day_of, yearless
from chat_api.understand.digits import day_and_month_of, pair_evidence, possible, triple, weekday_before
from chat_api.understand.dotted import read_dotted, read_dotted_stretch
from chat_api.understand.facts import Clock, Context, Day, Evidence, Found, Invalid, Moment
from chat_api.understand.text import Tokens
from chat_api.understand.vocabulary import VERBS
from chat_api.understand.words import (
    MONTH_NAMES,
    NO_CLOCK_AFTER,
    WEEKDAY_NAMES,
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
_PUNCTUATION: Final = frozenset(",.!?:;)")
_BEFORE_NUMERIC: Final = frozenset({"on", "by", "due", "until", "till", "before", "for", "from", "starting", "@", "to"})


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
    parts = triple(tokens, index)
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
    if found is None or not isinstance(found.facts[0], Day) or tokens.word(index - 1) in NO_CLOCK_AFTER:
        return None
    return found.needing(Evidence.PLACE)


def read_numeric(tokens: Tokens, index: int, context: Context) -> Found | None:
    """3/4/2027, 3.4.2027, 3-4-2027; 3/4 after a word such as "on"; 15.-17.1.2027; 2027-03 and 3/2027."""
    stretch = read_dotted_stretch(tokens, index, context)
    if stretch is not None:
        return stretch
    parts = triple(tokens, index)
    if parts is None:
        return _numeric_pair(tokens, index, context) or _month_of_year(tokens, index)
    (first, second, year), end = parts
    if tokens.digits(index + 4) not in {_TWO_DIGITS, _YEAR_DIGITS} or tokens.digits(index) > _TWO_DIGITS:
        return None
    if tokens.digits(index + 4) == _TWO_DIGITS:
        year += _CENTURY
    dotted = tokens.word(index + 1) == "."
    if min(first, second) > MONTHS_IN_YEAR and tokens.digits(index + 4) == _TWO_DIGITS:
        # "a 30-60-90 plan": neither can be a month
        return None
    weekday = weekday_before(tokens, index)
    day, month, remark = day_and_month_of(
        first, second, context, day_first=True if dotted else None, weekday=weekday, year=year
    )
    found = dated(index, end, year, month, day, remark=remark)
    if weekday is None or not isinstance(found.facts[0], Day) or day_of(found) < context.today:
        return found
    return _on_weekday(found, weekday)


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
    return read_dotted(tokens, index, (first, second), context) if separator == "." else None


def _slashed(
    tokens: Tokens, index: int, pair: tuple[int, int], context: Context, *, together: bool = True
) -> Found | None:
    end = index + 3
    if tokens.glued(end) and tokens.word(end) not in _PUNCTUATION | {"-", "@"}:
        return None
    weekday = weekday_before(tokens, index)
    day, month, remark = day_and_month_of(*pair, context, day_first=None, weekday=weekday)
    if weekday is not None and together and possible(day, month) and not _is_share(pair):
        told = _on_weekday(yearless(index, end, month, day, context), weekday)
        if isinstance(told.facts[0], Invalid):
            return told
    if tokens.word(index - 1) in _BEFORE_NUMERIC and together:
        return yearless(index, end, month, day, context, remark=remark)
    found = yearless(index, end, month, day, context, remark=remark) if possible(day, month) else None
    certain = together and max(pair) > MONTHS_IN_YEAR
    opens = not tokens.word(index - 1) and tokens.word(end) in VERBS | {":", ","}
    if found is not None and together and (_closes(tokens, index, end) or opens) and not _is_share(pair):
        # "dentist 12/2"
        return found.needing(Evidence.PLACE)
    written_out = tokens.digits(index) == tokens.digits(index + 2) == _TWO_DIGITS
    if found is not None and certain and written_out and tokens.word(index - 1) not in NO_CLOCK_AFTER:
        # "birthday of Pablo 22/05 buy cake"
        return found
    return found and found.needing(pair_evidence(tokens, index, certain=certain))


def _on_weekday(found: Found, weekday: int) -> Found:
    """The same, or a refusal when the named weekday is another."""
    day = day_of(found)
    if not isinstance(found.facts[0], Day) or day.weekday() == weekday:
        return found
    true_name, named = WEEKDAY_NAMES[day.weekday()], WEEKDAY_NAMES[weekday]
    reason = f"{day.day} {MONTH_NAMES[day.month]} {day.year} is a {true_name}, not a {named}."
    return Found(found.start, found.end, (Invalid(reason, guess=day),))


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
    day, month, _ = day_and_month_of(*pair, context, day_first=None)
    if max(pair) <= MONTHS_IN_YEAR or not possible(day, month):
        return None
    led = tokens.word(index - 1) in {"on", "by", "due"}
    return yearless(index, end, month, day, context).needing(Evidence.CONNECTOR if led else Evidence.NEIGHBOUR)
