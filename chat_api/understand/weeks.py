"""Weeks and weekends that are named by a day, a month, a year or their number: their Monday or Saturday.

The first week of a month begins on its first Monday; its last week is the last that lies in it with most of its days.
A calendar week ("week 31") is that of ISO 8601.
"""

from datetime import date, timedelta
from typing import Final

from chat_api.understand.almanac import (
    MONTHS_IN_YEAR,
    WEEK,
    day_of,
    month_after_of,
    next_month_day,
    nth_weekday,
    plus,
    read_year,
)
from chat_api.understand.facts import Context, Day, Duration, Evidence, Found
from chat_api.understand.quantities import ordinal, whole_number
from chat_api.understand.text import Tokens
from chat_api.understand.words import BOUNDARIES, WEEKDAYS
from chat_api.understand.written import read_written

_SATURDAY: Final = 5
_THURSDAY: Final = 3
_YEAR_DIGITS: Final = 4
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2999
_MOST_WEEKS: Final = 53
_WEEK_OF: Final = (
    ("week", "of"), ("week", "starting"), ("week", "commencing"), ("week", "beginning"), ("w", "/", "c"), ("wc",),
)  # fmt: skip
_LEADS: Final = frozenset({"in", "by", "during", "of", "for", "until", "before", "from", "starting", "the"})


def _week_of(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "the week of march 3rd": its Monday; "the first week of june": its first Monday."""
    place = index + 1 if tokens.word(index) == "the" else index
    length = next((len(words) for words in _WEEK_OF if tokens.phrase(place, words)), 0)
    if length:
        at = place + length
        at += 1 if tokens.word(at) in {"the", "on"} else 0
        dated = read_written(tokens, at, context)
        number = ordinal(tokens, at)
        if dated is None and number is not None and number[0] > 0:
            # "the week of the 22nd"
            dated = Found(at, number[1], (Day(next_month_day(number[0], context.today)),))
        if dated is None or not isinstance(dated.facts[0], Day):
            return None
        day = day_of(dated)
        monday = day - timedelta(days=day.weekday())
        return Found(index, dated.end, (Day(max(monday, context.today)),))
    named = ordinal(tokens, place)
    if named is None or tokens.word(named[1]) != "week":
        return None
    return _week_of_year(tokens, index, named, context) or _week_of_month(tokens, index, named, context)


def _week_of_month(tokens: Tokens, index: int, named: tuple[int, int], context: Context) -> Found | None:
    """ "the first week of next month", "the 2nd last week of september", "1st week of october on friday"."""
    position, place = named
    month = month_after_of(tokens, place + 1, context)
    if month is None:
        return None
    first, end = month
    monday = _monday(first, position)
    if monday is not None and monday + timedelta(days=WEEK) <= context.today and first <= context.today:
        # It is over: that of the next month or year.
        first = plus(first, Duration(months=1 if tokens.word(end - 1) == "month" else MONTHS_IN_YEAR))
        monday = _monday(first, position)
    if monday is None:
        return None
    on = end + 1 if tokens.word(end) in {"on", ","} else end
    weekday = WEEKDAYS.get(tokens.word(on)) if on > end else None
    if weekday is not None:
        return Found(index, on + 1, (Day(plus(monday, Duration(days=weekday))),))
    return Found(index, end, (Day(max(monday, context.today)),))


def _monday(first: date, position: int) -> date | None:
    """The Monday of such a week of a month."""
    if position > 0:
        return nth_weekday(first, 0, position)
    thursday = nth_weekday(first, _THURSDAY, position)
    return None if thursday is None else thursday - timedelta(days=_THURSDAY)


def _week_of_year(tokens: Tokens, index: int, named: tuple[int, int], context: Context) -> Found | None:
    """ "the first week of 2028", "the last week of the year", "the 3rd last week of next year"."""
    position, place = named
    if tokens.word(place + 1) not in {"of", "in"}:
        return None
    year = tokens.number(place + 2)
    end = place + 3
    if tokens.phrase(place + 2, ("the", "year")) or tokens.phrase(place + 2, ("this", "year")):
        year, end = context.today.year, place + 4
    elif tokens.phrase(place + 2, ("next", "year")):
        year, end = context.today.year + 1, place + 4
    elif tokens.digits(place + 2) != _YEAR_DIGITS:
        return None
    if year is None or not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    last = date(year, 12, 28).isocalendar().week
    number = position if position > 0 else last + 1 + position
    day = date.fromisocalendar(year, min(number, last), 1)
    return Found(index, end, (Day(day, past_meant=True),))


def _weekend_of(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "the last weekend of october", "the first weekend in may", "the last weekend this month": its Saturday."""
    place = index + 1 if tokens.word(index) == "the" else index
    named = ordinal(tokens, place)
    if named is None:
        return None
    end = _weekend_end(tokens, named[1])
    month = month_after_of(tokens, end, context) if end else None
    if month is None:
        return None
    first, stop = month
    saturday = nth_weekday(first, _SATURDAY, named[0])
    if saturday is None or saturday < context.today:
        return None
    return Found(index, stop, (Day(saturday),))


def _weekend_with(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "the weekend of the 12th", "the weekend of dec 12": its Saturday."""
    place = index + 1 if tokens.word(index) == "the" else index
    end = _weekend_end(tokens, place)
    if not end or tokens.word(end) != "of":
        return None
    at = end + 2 if tokens.word(end + 1) == "the" else end + 1
    found = read_written(tokens, at, context)
    number = ordinal(tokens, at)
    if found is None and number is not None and number[0] > 0:
        found = Found(at, number[1], (Day(next_month_day(number[0], context.today)),))
    if found is None or not isinstance(found.facts[0], Day):
        return None
    day = day_of(found)
    saturday = plus(day - timedelta(days=day.weekday()), Duration(days=_SATURDAY))
    return Found(index, found.end, (Day(max(saturday, context.today)),))


def _weekend_end(tokens: Tokens, place: int) -> int:
    if tokens.word(place) == "weekend":
        return place + 1
    return place + 3 if tokens.phrase(place, ("week", "-", "end")) else 0


def _calendar_week(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "in week 31", "calendar week 3 of 2027", "wk 50"."""
    place = index + 1 if tokens.word(index) in {"calendar", "the"} else index
    place += 1 if tokens.word(place) == "calendar" else 0
    if tokens.word(place) not in {"week", "cw", "kw"}:
        return None
    counted = whole_number(tokens, place + 1)
    if counted is None or not 1 <= counted[0] <= _MOST_WEEKS or tokens.word(counted[1]) not in BOUNDARIES | {"of"}:
        return None
    number, end = counted
    year, stop = read_year(tokens, end)
    day = _iso_monday(year or context.today.year, number)
    if day is None or (tokens.glued(end) and tokens.word(end) in {"-", ":", "."} and tokens.glued(end + 1)):
        return None
    if year is None and day + timedelta(days=WEEK) <= context.today:
        day = _iso_monday(context.today.year + 1, number)
    # "week 3 homework", "training week 3" are no dates
    led = tokens.word(index - 1) in _LEADS or tokens.word(place - 1) in {"calendar"} or year is not None
    return Found(index, stop, (Day(max(day, context.today)),), Evidence.CONNECTOR) if day is not None and led else None


def _iso_monday(year: int, number: int) -> date | None:
    try:
        return date.fromisocalendar(year, number, 1)
    except ValueError:
        return None


WEEK_READERS: Final = (_week_of, _weekend_of, _weekend_with, _calendar_week)
WEEK_STARTS: Final = frozenset({"week", "weekend", "w", "wc", "calendar", "cw", "kw", "final"})
