"""Days of the calendar: the next one, the n-th one, the one that does not exist."""

import calendar
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from dateutil.relativedelta import relativedelta

from chat_api.understand.facts import Context, Day, Duration, Found, Invalid
from chat_api.understand.quantities import duration
from chat_api.understand.text import Tokens
from chat_api.understand.words import MONTH_NAMES, MONTHS

WEEK: Final = 7
MONTHS_IN_YEAR: Final = 12
LONGEST_MONTH: Final = 31
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2999
_YEAR_DIGITS: Final = 4
# A bare number outside of these, behind a date, is a time if a clock can show it.
_LIKELY_YEARS: Final = (1990, 2059)
_MINUTES: Final = 60
_LEAP: Final = 2028
_MONTHS_FROM_NOW: Final = (
    (("the", "month", "after", "next"), 2), (("the", "month"), 0), (("this", "month"), 0), (("next", "month"), 1),
    (("the", "next", "month"), 1), (("the", "following", "month"), 1), (("the", "coming", "month"), 1),
    (("the", "current", "month"), 0), (("current", "month"), 0),
)  # fmt: skip


def yearless(start: int, end: int, month: int, day: int, context: Context, *, remark: str | None = None) -> Found:
    """The next such day, today included; 29 February waits for a leap year."""
    if not 1 <= month <= MONTHS_IN_YEAR or not 1 <= day <= calendar.monthrange(_LEAP, month)[1]:
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


def dated(start: int, end: int, year: int, month: int, day: int, *, remark: str | None = None) -> Found:
    """This very day, or a refusal when the calendar does not have it."""
    if not 1 <= month <= MONTHS_IN_YEAR or year == 0 or not 1 <= day <= calendar.monthrange(year, month)[1]:
        return Found(start, end, (Invalid(_impossible(month, day, year)),))
    return Found(start, end, (Day(date(year, month, day), past_meant=True, remark=remark),))


def _impossible(month: int, day: int, year: int | None) -> str:
    if not 1 <= month <= MONTHS_IN_YEAR:
        return f"There is no month {month}."
    return f"There is no {day} {MONTH_NAMES[month]}{'' if year is None else f' {year}'}."


def guarded(start: int, end: int, build: Callable[[], Day]) -> Found:
    """A day that is calculated, or a refusal when it lies beyond the calendar."""
    try:
        return Found(start, end, (build(),))
    except (OverflowError, ValueError):
        return Found(start, end, (Invalid("That is too far away."),))


def plus(day: date, amount: Duration) -> date:
    """Later by that much; the calendar's last day when there is none so late."""
    try:
        return day + relativedelta(months=amount.months) + timedelta(days=amount.days)
    except (OverflowError, ValueError):
        return date.max


def month_length(month_start: date) -> int:
    """How many days the month has."""
    return calendar.monthrange(month_start.year, month_start.month)[1]


def nth_weekday(month_start: date, weekday: int, position: int) -> date | None:
    """The first, second… (negative: last, last but one…) such weekday of a month; None when it has none."""
    if position < 0:
        last = month_start.replace(day=month_length(month_start))
        day = last - timedelta(days=(last.weekday() - weekday) % WEEK + WEEK * (-position - 1))
    else:
        day = month_start + timedelta(days=(weekday - month_start.weekday()) % WEEK + WEEK * (position - 1))
    return day if day.month == month_start.month else None


def next_month_day(number: int, today: date) -> date:
    """The next day with this number, today included."""
    day = today.replace(day=1)
    while not (number <= month_length(day) and day.replace(day=number) >= today):
        day = plus(day, Duration(months=1))
    return day.replace(day=number)


def day_of(found: Found) -> date:
    """The day that was found; the calendar's last when it was none."""
    fact = found.facts[0]
    return fact.date if isinstance(fact, Day) else date.max


def read_year(tokens: Tokens, index: int) -> tuple[int | None, int]:
    """The year that may follow a day or a month ("2027", "of 2027", "in the year 2027"), and where it ends."""
    place = index
    while tokens.word(place) in {",", "of", "in", "-", "/", "'", "year", "the"} and place < index + 3:
        place += 1
    value = tokens.number(place)
    # "3 March 1830" after a comma could be a clock; a year is 1900 to 2999 and nothing is glued to it.
    if value is None or tokens.digits(place) != _YEAR_DIGITS or not _FIRST_YEAR <= value <= _LAST_YEAR:
        return None, index
    if place == index and not _LIKELY_YEARS[0] <= value <= _LIKELY_YEARS[1] and value % 100 < _MINUTES:
        # "6 jan 1930" is half past seven
        return None, index
    if tokens.glued(place + 1) and tokens.word(place + 1) in {":", "-", "/"}:
        return None, index
    return value, place + 1


def month_after_of(tokens: Tokens, index: int, context: Context) -> tuple[date, int] | None:
    """The first day of the month in "of the month", "of next month", "of March", and where it ends."""
    if tokens.word(index) not in {"of", "in", "this", "next", "each"}:
        return None
    place = index + 1 if tokens.word(index) in {"of", "in"} else index
    start = context.today.replace(day=1)
    for words, months in _MONTHS_FROM_NOW:
        if tokens.phrase(place, words):
            return plus(start, Duration(months=months)), place + len(words)
    if tokens.word(place) in {"this", "next"}:
        # "3rd thursday this september"
        place += 1
    month = MONTHS.get(tokens.word(place))
    if month is None:
        return None
    year, end = read_year(tokens, place + 1)
    if year is None and tokens.phrase(place + 1, ("next", "year")):
        year, end = context.today.year + 1, place + 3
    if year is None:
        year = context.today.year + (1 if month < context.today.month else 0)
    return date(year, month, 1), end


def moved_year(tokens: Tokens, end: int, context: Context) -> tuple[Context, int] | None:
    """From where to look for a yearless day that "next year", "in 2 years" or "a year from now" follows."""
    place = end + 1 if tokens.word(end) in {"of", "in", ","} else end
    start = context.today.replace(month=1, day=1)
    if tokens.phrase(place, ("next", "year")):
        return _on(context, plus(start, Duration(months=MONTHS_IN_YEAR))), place + 2
    if tokens.phrase(place, ("this", "year")):
        return context, place + 2
    led = tokens.word(end) == "in"
    length = duration(tokens, end + 1 if led else end)
    if length is None or length[0].seconds or not length[0].months or length[0].days:
        return None
    amount, stop = length
    if tokens.phrase(stop, ("from", "now")):
        stop += 2
    elif not led:
        return None
    return _on(context, plus(context.today, amount)), stop


def _on(context: Context, day: date) -> Context:
    """The same context, read on another day."""
    kept = min(day, date(_LAST_YEAR, 1, 1))
    return replace(context, now=context.now.replace(year=kept.year, month=kept.month, day=kept.day))
