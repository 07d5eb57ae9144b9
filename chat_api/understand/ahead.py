"""Stretches that lie ahead: "next 3 days", "the upcoming two weeks", "this month", "the next 4 business days".

Rules that a person may want to know:
- Of the next days, weeks, months or years the first day counts; "upcoming" ones are counted to their end.
- "this week", "this month" and "this year" as a deadline are their ends: Friday (on a weekend Sunday), the last day.
"""

from datetime import date, timedelta
from typing import Final

from chat_api.understand.almanac import MONTHS_IN_YEAR, WEEK, month_length, plus
from chat_api.understand.facts import Context, Day, Duration, Evidence, Found
from chat_api.understand.quantities import whole_number
from chat_api.understand.repeated_days import workday_end
from chat_api.understand.text import Tokens

_FRIDAY: Final = 4
_QUARTER: Final = 3
_MOST: Final = 500
_FEW: Final = {"few": 3, "couple": 2, "several": 3}
_UNITS: Final = {
    "day": "day", "days": "day", "week": "week", "weeks": "week", "month": "month", "months": "month",
    "quarter": "quarter", "quarters": "quarter", "year": "year", "years": "year", "weekday": "workday",
    "weekdays": "workday", "workday": "workday", "workdays": "workday",
}  # fmt: skip
_NEXT: Final = frozenset({"next", "following"})
_COMING: Final = frozenset({"upcoming", "coming"})
_DEADLINE: Final = frozenset({"by", "sometime", "before", "due", "still", "during", "until", "till"})
AHEAD_STARTS: Final = _NEXT | _COMING | {"the", "this", "later"}


def read_ahead(tokens: Tokens, index: int, context: Context) -> Found | None:
    """Any of these."""
    return _next_units(tokens, index, context) or _this_period(tokens, index, context)


def _next_units(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "next 3 days", "the following 2 quarters", "two upcoming months"."""
    place = index + 1 if tokens.word(index) == "the" else index
    lead = tokens.word(place)
    counted = _count(tokens, place + 1) if lead in _NEXT | _COMING else None
    if counted is None:
        counted = _count(tokens, place)
        lead = "" if counted is None else tokens.word(counted[1])
        if counted is None or lead not in _NEXT | _COMING:
            return None
        counted = counted[0], counted[1] + 1
    number, place = counted
    workday = workday_end(tokens, place)
    unit = "workday" if workday else _UNITS.get(tokens.word(place))
    if unit is None or not 1 < number <= _MOST:
        return None
    end = workday or place + 1
    day = _begins(unit, 1, context.today) if lead in _NEXT else _begins(unit, number, context.today)
    return Found(index, end, (Day(day),), Evidence.PLACE)


def _count(tokens: Tokens, place: int) -> tuple[int, int] | None:
    """How many, and where that ends: "3", "three", "few", "couple of"."""
    few = _FEW.get(tokens.word(place))
    if few is not None:
        return few, place + 2 if tokens.word(place + 1) == "of" else place + 1
    return whole_number(tokens, place)


def _begins(unit: str, number: int, today: date) -> date:
    """Where that many such units from now begin; the next of weeks begins tomorrow."""
    match unit:
        case "workday":
            day = today
            for _ in range(number):
                day = plus(day, Duration(days=1 if day.weekday() < _FRIDAY else WEEK - day.weekday()))
            return day
        case "day":
            return plus(today, Duration(days=number))
        case "week":
            monday = today - timedelta(days=today.weekday())
            return plus(today, Duration(days=1)) if number == 1 else plus(monday, Duration(days=WEEK * number))
        case "month":
            return plus(today.replace(day=1), Duration(months=number))
        case "quarter":
            start = today.replace(month=(today.month - 1) // _QUARTER * _QUARTER + 1, day=1)
            return plus(start, Duration(months=_QUARTER * number))
        case _:
            return plus(today.replace(month=1, day=1), Duration(months=MONTHS_IN_YEAR * number))


def _this_period(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "pay it this month", "sometime this week", "later this month": its end, where it closes the message."""
    place = index + 1 if tokens.word(index) == "later" else index
    unit = tokens.word(place + 1)
    if tokens.word(place) != "this" or unit not in {"week", "month", "year", "quarter"}:
        return None
    end = place + 2
    closes = all(tokens.word(at) in {"", ".", "!"} for at in (end, end + 1)) and tokens.word(index - 1) not in {
        "",
        "of",
    }
    if not closes and tokens.word(index - 1) not in _DEADLINE:
        return None
    if unit == "week" and place > index:
        return None
    return Found(index, end, (Day(_end_of(unit, context.today)),), Evidence.PLACE)


def _end_of(unit: str, today: date) -> date:
    match unit:
        case "week":
            last = _FRIDAY if today.weekday() <= _FRIDAY else WEEK - 1
            return plus(today, Duration(days=last - today.weekday()))
        case "month":
            return today.replace(day=month_length(today))
        case "quarter":
            return plus(_begins("quarter", 1, today), Duration(days=-1))
        case _:
            return today.replace(month=MONTHS_IN_YEAR, day=31)
