"""Days counted in a month or a year: "the 5th", "the last day of march", "the first workday of next month"."""

from datetime import date, timedelta
from typing import Final

from chat_api.understand.almanac import (
    LONGEST_MONTH,
    dated,
    month_after_of,
    month_length,
    next_month_day,
    nth_weekday,
    plus,
    read_year,
)
from chat_api.understand.facts import Context, Day, Duration, Evidence, Found, Invalid, Part
from chat_api.understand.names import NAMING_VERBS
from chat_api.understand.quantities import ordinal
from chat_api.understand.repeated_days import workday_end
from chat_api.understand.text import Tokens
from chat_api.understand.vocabulary import VERBS
from chat_api.understand.words import (
    BOUNDARIES,
    MONTH_NAMES,
    MONTHS,
    PART_WORDS,
    TONIGHT,
    WEEKDAY_NAMES,
    WEEKDAYS,
)

_WORKDAYS: Final = 5
_NOON: Final = 12
# Behind these a number or a weekday's name is another word.
NO_DAY_AFTER: Final = frozenset(
    {"the", "a", "an", "some", "get", "we", "i", "he", "she", "they", "who", "it", "you", "and", "of", "be", "was"}
)
_OPENING: Final = frozenset({"on", "by", "before", "until", "till", "from", "due", "after", "for"})
_NO_NUMBER_AFTER: Final = frozenset({"of", "-", ":", "/", ".", "%"})


def read_month_day(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "the 5th", "on the 31st", "the 5th of next month", "the last day of the month": the next such day."""
    place = index + 1 if tokens.word(index) == "the" else index
    named = ordinal(tokens, place)
    if named is None:
        return _bare_number(tokens, index, place, context)
    value, end = named
    if value < 0 or workday_end(tokens, end):
        return _counted_day(tokens, index, named, context)
    end += 1 if tokens.word(end) == "day" else 0
    if tokens.phrase(end, ("of", "the", "month")):
        return Found(index, end + 3, (Day(next_month_day(value, context.today)),))
    first = month_after_of(tokens, end, context)
    if first is not None:
        month_start, stop = first
        return dated(index, stop, month_start.year, month_start.month, value)
    follows = tokens.word(end) in BOUNDARIES | TONIGHT | {"monthly", "yearly"} and tokens.word(end) != "-"
    opens = tokens.word(end) in VERBS and tokens.word(index - 1) in _OPENING and not tokens.word(index - 2)
    # "17th at 10:00", "on 24th"; a "fifth" without "the" is a place in a row
    named_so = tokens.word(index) == "the" or tokens.number(place) is not None
    if not (follows or opens) or end != named[1] or not named_so:
        return None
    return Found(index, end, (Day(next_month_day(value, context.today)),), _place_of(tokens, index, end))


def _place_of(tokens: Tokens, index: int, end: int) -> Evidence:
    """What "the 5th" needs: nothing at the end of an errand or set off at the beginning, else a connector."""
    digits = tokens.number(end - 2) is not None
    closes = all(tokens.word(at) in {"", ".", "!"} for at in (end, end + 1)) and tokens.word(0) in VERBS - NAMING_VERBS
    errand = closes and tokens.word(index - 1) not in NO_DAY_AFTER | {"in", "come", "finish", "place"}
    set_off = not tokens.word(index - 1) and tokens.word(end) in {":", ","}
    return Evidence.NONE if digits and (errand or set_off) else Evidence.CONNECTOR


def _bare_number(tokens: Tokens, index: int, place: int, context: Context) -> Found | None:
    """ "8pm on the 15", "for the 27", "20 of this month": a number that only its place makes a day."""
    number = tokens.number(place)
    if number is None or not 1 <= number <= LONGEST_MONTH or tokens.digits(place) > len(str(LONGEST_MONTH)):
        return None
    end = place + 1
    if tokens.word(end) == "of" and (first := month_after_of(tokens, end, context)) is not None:
        return dated(index, first[1], first[0].year, first[0].month, number)
    glued = tokens.glued(place) or (
        tokens.glued(end) and tokens.word(end) in _NO_NUMBER_AFTER and tokens.glued(end + 1)
    )
    if glued or tokens.word(end) not in BOUNDARIES or tokens.word(end) in {"-", "\u2013", "&", "and", "or"}:
        return None
    day = Day(next_month_day(number, context.today))
    if place > index:
        alone = not tokens.word(index - 1) and all(tokens.word(at) in {"", "."} for at in (end, end + 1))
        return Found(index, end, (day,), Evidence.NONE if alone else Evidence.CONNECTOR)
    # "8pm on 15"; "by 6" is an hour
    led = tokens.word(index - 1) == "on" or (tokens.word(index - 1) == "by" and number > _NOON)
    return Found(index, end, (day,), Evidence.NEIGHBOUR) if led else None


def _counted_day(tokens: Tokens, index: int, named: tuple[int, int], context: Context) -> Found | None:
    """ "the last day of march", "the second to last day of the month", "the last working day of the month"."""
    value, end = named
    if workday_end(tokens, end):
        return _workday_of(tokens, index, (value, workday_end(tokens, end)), context)
    if tokens.word(end) != "day":
        return None
    year = _of_year(tokens, end + 1, context)
    if year is not None:
        return Found(index, year[1], (Day(plus(date(year[0], 12, 31), Duration(days=value + 1))),))
    first = month_after_of(tokens, end + 1, context)
    if first is None:
        return None
    month, stop = first
    return Found(index, stop, (Day(month.replace(day=month_length(month) + 1 + value)),))


def _this_month(tokens: Tokens, index: int, end: int, context: Context) -> tuple[date, int] | None:
    """The month of "on the last friday", "on the first workday": this one, where nothing else is said."""
    named = tokens.word(index) == "the" or workday_end(tokens, index + 1)
    led = named and tokens.word(index - 1) in {"on", "by"}
    return (context.today.replace(day=1), end) if led and tokens.word(end) in BOUNDARIES - {"of", "-"} else None


def _of_year(tokens: Tokens, place: int, context: Context) -> tuple[int, int] | None:
    """The year of "of the year", "of next year", "of 2027", and where it ends."""
    if tokens.word(place) not in {"of", "in"}:
        return None
    if tokens.phrase(place + 1, ("the", "year")) or tokens.phrase(place + 1, ("this", "year")):
        return context.today.year, place + 3
    if tokens.phrase(place + 1, ("next", "year")):
        return context.today.year + 1, place + 3
    year, end = read_year(tokens, place)
    return None if year is None else (year, end)


def _workday_of(tokens: Tokens, index: int, named: tuple[int, int], context: Context) -> Found | None:
    """ "the first business day of next month", "the last working day of the month"."""
    value, end = named
    first = month_after_of(tokens, end, context) or _this_month(tokens, index, end, context)
    if first is None:
        return None
    month, stop = first
    day = _workday(month, value)
    if day is not None and day < context.today and (stop == end or tokens.word(stop - 1) == "month"):
        day = _workday(plus(month, Duration(months=1)), value)
    return None if day is None else Found(index, stop, (Day(day),))


def _workday(month: date, number: int) -> date | None:
    """That workday of a month, counted from its end when negative; None when it has fewer."""
    days = _workdays(month)
    return days[number if number < 0 else number - 1] if -len(days) <= number <= len(days) else None


def _workdays(month: date) -> list[date]:
    """The workdays of a month."""
    days = (month + timedelta(days=ahead) for ahead in range(month_length(month)))
    return [day for day in days if day.weekday() < _WORKDAYS]


def read_nth_weekday(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "the first monday of next month", "the last friday of March"."""
    place = index + 1 if tokens.word(index) == "the" else index
    named = ordinal(tokens, place)
    if named is None or tokens.word(named[1]) not in WEEKDAYS:
        return None
    position, end = named
    weekday = WEEKDAYS[tokens.word(end)]
    part = PART_WORDS.get(tokens.word(end + 1))
    stop = end + (1 if part is None else 2)
    first = month_after_of(tokens, stop, context) or _this_month(tokens, index, stop, context)
    if first is None:
        return None
    start, stop = first
    day = nth_weekday(start, weekday, position)
    if day is not None and day < context.today and start.month == context.today.month:
        by_name = tokens.word(stop - 1) in MONTHS
        day = nth_weekday(plus(start, Duration(months=12 if by_name else 1)), weekday, position)
    if day is None:
        return Found(index, stop, (Invalid(f"{MONTH_NAMES[start.month]} has no such {WEEKDAY_NAMES[weekday]}."),))
    return Found(index, stop, (Day(day),) if part is None else (Day(day), Part(part)))
