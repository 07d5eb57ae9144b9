"""Periods and places in them: "next quarter", "this weekend", "end of next week"; more in `weeks` and `years`.

Rules that a person may want to know:
- "next week" is its Monday, "next month", "next quarter" and "next year" their first days, "this weekend" Saturday.
- The end of a week is its Friday, its middle Wednesday; the middle of a month is its 15th, "late" in it the 20th.
- "Later this week" is two days from now, but not beyond Friday; "later next week" is Thursday.
"""

from datetime import date, timedelta
from typing import Final

from chat_api.understand.almanac import (
    MONTHS_IN_YEAR,
    WEEK,
    dated,
    month_length,
    plus,
    read_year,
)
from chat_api.understand.facts import Context, Day, Duration, Evidence, Found
from chat_api.understand.quantities import ordinal
from chat_api.understand.text import Tokens
from chat_api.understand.weeks import WEEK_READERS, WEEK_STARTS
from chat_api.understand.words import LAST, MONTHS, WEEKDAYS
from chat_api.understand.written import day_and_month
from chat_api.understand.years import YEAR_READERS, YEAR_STARTS, part_of_year_at

_SATURDAY: Final = 5
_FRIDAY: Final = 4
_WEDNESDAY: Final = 2
_MIDDLE: Final = 15
_LATE: Final = 20
_SECOND_HALF: Final = 16
_QUARTER: Final = 3
_HALF: Final = 6
_A_YEAR: Final = Duration(months=MONTHS_IN_YEAR)
_NEXT: Final = frozenset({"next", "coming", "upcoming", "following"})
_PERIODS: Final[dict[str, str]] = {
    "week": "week", "wk": "week", "month": "month", "quarter": "quarter", "qtr": "quarter", "year": "year",
    "yr": "year", "weekend": "weekend", "fortnight": "fortnight", "workweek": "week",
}  # fmt: skip
_PLACES: Final = {
    "start": 1, "beginning": 1, "begin": 1, "early": 1, "middle": _MIDDLE, "mid": _MIDDLE, "late": _LATE, "end": LAST,
}  # fmt: skip
_VERBS_TOO: Final = frozenset({"may", "march"})
_HALVES_OF: Final = {"first": 1, "second": _SECOND_HALF, "1st": 1, "2nd": _SECOND_HALF}
_ENDING: Final = frozenset({"week", "month", "quarter", "year"})
_BEFORE_END: Final = frozenset({"by", "at", "before", "until", "till", "for", "on", "the"})
_SHORT_ENDS: Final = {"eow": "week", "eom": "month", "eoq": "quarter", "eoy": "year"}


def read_period(tokens: Tokens, index: int, context: Context) -> Found | None:
    """Any of these, in the first of the spellings below that fits."""
    for reader in _READERS:
        found = reader(tokens, index, context)
        if found is not None:
            return found
    return None


def _first_day(period: str, context: Context, ahead: int) -> date:
    """The first day of this (0) or the next (1) week, month, quarter or year."""
    today = context.today
    match period:
        case "week" | "fortnight":
            return plus(today - timedelta(days=today.weekday()), Duration(days=WEEK * ahead))
        case "month":
            return plus(today.replace(day=1), Duration(months=ahead))
        case "quarter":
            start = today.replace(month=(today.month - 1) // _QUARTER * _QUARTER + 1, day=1)
            return plus(start, Duration(months=_QUARTER * ahead))
        case "weekend":
            monday = today - timedelta(days=today.weekday())
            return plus(monday, Duration(days=WEEK + _SATURDAY)) if ahead else _weekend(today)
        case _:
            return plus(today.replace(month=1, day=1), Duration(months=MONTHS_IN_YEAR * ahead))


def _weekend(today: date) -> date:
    """Saturday, or today when it is the weekend already."""
    return today if today.weekday() >= _SATURDAY else today + timedelta(days=_SATURDAY - today.weekday())


def _later(today: date, *, next_week: bool) -> date:
    """Thursday of the next week; of this one two days from now, not beyond Friday, on a weekend Sunday."""
    monday = today - timedelta(days=today.weekday())
    if next_week:
        return plus(monday, Duration(days=WEEK + _FRIDAY - 1))
    last = _FRIDAY if today.weekday() <= _FRIDAY else WEEK - 1
    return min(plus(today, Duration(days=2)), plus(monday, Duration(days=last)))


def _place_in(period: str, first: date, place: int) -> date:
    """The beginning, the middle or the end of a period that begins on that day."""
    months = {"month": 1, "quarter": _QUARTER, "half": _HALF, "year": MONTHS_IN_YEAR}.get(period)
    if months is None:
        days = {1: 0, _MIDDLE: _WEDNESDAY, _LATE: _FRIDAY - 1, LAST: _FRIDAY}[place]
        return plus(first, Duration(days=days))
    if place == LAST:
        return plus(plus(first, Duration(months=months)), Duration(days=-1))
    if period == "month":
        return first.replace(day=place)
    ahead = {1: 0, _MIDDLE: months // 2, _LATE: months - months // 4 - 1}[place]
    return plus(first, Duration(months=ahead))


def _loose(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "over the weekend", "later this week"."""
    if tokens.phrase(index, ("over", "the", "weekend")):
        return Found(index, index + 3, (Day(_weekend(context.today)),))
    if tokens.word(index) != "later" or tokens.word(index + 2) != "week":
        return None
    if tokens.word(index + 1) not in {"this", "next"}:
        return None
    return Found(index, index + 3, (Day(_later(context.today, next_week=tokens.word(index + 1) == "next")),))


def _next_period(tokens: Tokens, index: int, context: Context) -> Found | None:
    """Next week, the coming month, the following year, this weekend, the weekend, next week on tuesday."""
    led = tokens.word(index) == "the"
    hyphened = _hyphened_weekend(tokens, index)
    if hyphened is not None:
        lead, stop = hyphened
        ahead = 1 if lead == "next" else 0
        return Found(index, stop, (Day(_first_day("weekend", context, ahead)),), Evidence.PLACE)
    place = index + 1 if led or (tokens.word(index) == "this" and tokens.word(index + 1) in _NEXT) else index
    lead = tokens.word(place)
    if lead in _NEXT:
        period = _PERIODS.get(tokens.word(place + 1))
        end = place + 2
    elif tokens.word(place) == "weekend" and led:
        period, end = "weekend", place + 1
    elif lead == "this" and tokens.word(place + 1) in {"weekend", "week"} and not led:
        period, end = tokens.word(place + 1), place + 2
    else:
        return None
    if period is None:
        return None
    ahead = 1 if lead in _NEXT and not (period == "weekend" and lead != "next") else 0
    if period in {"week", "month", "year"}:
        on_day = _day_in_period(tokens, index, end, (period, ahead), context)
        if on_day is not None:
            return on_day
    if lead == "this" and period == "week":
        return None
    remark = None
    if ahead and period in {"month", "quarter", "year"}:
        remark = f"I took the first day of the {period}; say another if you want it later."
    named = tokens.word(index) == "the" or lead in {"following", "coming", "upcoming"}
    evidence = Evidence.CONNECTOR if led and period == "weekend" else Evidence.PLACE if named else Evidence.NONE
    day = Day(_first_day(period, context, ahead), remark=remark, of_week=period == "week" and bool(ahead))
    return Found(index, end, (day,), evidence)


def _hyphened_weekend(tokens: Tokens, index: int) -> tuple[str, int] | None:
    """ "this week-end": its first word, and where it ends."""
    lead = tokens.word(index)
    if lead not in _NEXT | {"this", "the"} or not tokens.phrase(index + 1, ("week", "-", "end")):
        return None
    return (lead, index + 4) if tokens.glued(index + 3) else None


def _day_in_period(tokens: Tokens, index: int, end: int, period: tuple[str, int], context: Context) -> Found | None:
    """ "next week on tuesday", "next month on the 3rd", "this week friday"."""
    name, ahead = period
    place = end + 1 if tokens.word(end) in {"on", ","} else end
    first = _first_day(name, context, ahead)
    if name == "year":
        return _in_year(tokens, index, end, first)
    if name == "week":
        weekday = WEEKDAYS.get(tokens.word(place))
        if weekday is None:
            return None
        return Found(index, place + 1, (Day(plus(first, Duration(days=weekday)), past_meant=not ahead),))
    place += 1 if tokens.word(place) == "the" else 0
    named = ordinal(tokens, place) if place > end or tokens.number(place) is not None else None
    if named is None or not 1 <= named[0] <= month_length(first):
        return None
    return Found(index, named[1], (Day(first.replace(day=named[0])),))


def _in_year(tokens: Tokens, index: int, end: int, first: date) -> Found | None:
    """ "next year in june", "next year on may 3"."""
    if tokens.word(end) in MONTHS and tokens.word(end) not in _VERBS_TOO:
        # "next year january"
        end -= 1
    elif tokens.word(end) not in {"in", "on"}:
        return None
    pair = day_and_month(tokens, end + 2 if tokens.word(end + 1) == "the" else end + 1)
    if pair is not None:
        day, month, stop = pair
        return dated(index, stop, first.year, month, day)
    month = MONTHS.get(tokens.word(end + 1), 0)
    return dated(index, end + 2, first.year, month, 1) if month else None


def _short_end(tokens: Tokens, index: int, context: Context) -> Found | None:
    """EOW, EOM, EOQ, EOY, midweek, "by month end", "at year's end"."""
    word = tokens.word(index)
    if word == "midweek":
        return Found(index, index + 1, (Day(_coming("week", _MIDDLE, context)),), Evidence.PLACE)
    named = word.removesuffix("'s")
    if named in _ENDING and tokens.word(index + 1) == "end" and tokens.word(index - 1) in _BEFORE_END:
        return Found(index, index + 2, (Day(_coming(named, LAST, context)),), Evidence.PLACE)
    period = _SHORT_ENDS.get(word)
    if period is None:
        return None
    return Found(index, index + 1, (Day(_coming(period, LAST, context)),))


def _coming(period: str, place: int, context: Context) -> date:
    """This place in the period, or in the next one when it has passed."""
    day = _place_in(period, _first_day(period, context, 0), place)
    return day if day >= context.today else _place_in(period, _first_day(period, context, 1), place)


def _place(tokens: Tokens, index: int, context: Context) -> Found | None:
    """Mid december, the start of march, the end of next month, beginning of 2027, the end of the year, early june."""
    start = index + 1 if tokens.word(index) == "the" else index
    place = _PLACES.get(tokens.word(start))
    if tokens.word(start) in _HALVES_OF and tokens.word(start + 1) == "half":
        place = _HALVES_OF[tokens.word(start)]
        start += 1
    if place is None:
        return None
    end = start + 1
    joined = tokens.word(end) in {"of", "in", "-"}
    while tokens.word(end) in {"of", "in", "-", "the", "around", "about"} and end < start + 4:
        end += 1
    found = _month_place(tokens, end, place, context)
    of_month = "month" in {tokens.word(end), tokens.word(end + 1)}
    if found is None and (of_month or tokens.word(start) != "half"):
        # the halves of a year are read in `years`
        found = _period_place(tokens, end, place, joined, context)
    if found is None:
        return None
    day, stop = found
    if day < context.today and tokens.number(stop - 1) is None:
        return None
    led = tokens.word(index) == "the"
    evidence = (
        Evidence.NONE
        if joined and not led
        else Evidence.CONNECTOR
        if led and _whole(tokens, stop)
        else (Evidence.NONE if joined else Evidence.PLACE)
    )
    return Found(index, stop, (Day(day),), evidence)


def _whole(tokens: Tokens, stop: int) -> bool:
    """Whether a bare "the end of the month" stands here, which may be a title's own words."""
    return tokens.word(stop - 1) in _PERIODS and tokens.word(stop - 2) == "the"


def _month_place(tokens: Tokens, end: int, place: int, context: Context) -> tuple[date, int] | None:
    number = MONTHS.get(tokens.word(end))
    if number is None:
        return None
    year, stop = read_year(tokens, end + 1)
    first = date(year or context.today.year, number, 1)
    if year is None and _place_in("month", first, place) < context.today:
        first = first.replace(year=first.year + 1)
    return _place_in("month", first, place), stop


def _period_place(tokens: Tokens, end: int, place: int, joined: bool, context: Context) -> tuple[date, int] | None:
    part = part_of_year_at(tokens, end, context) if joined else None
    if part is not None:
        first, months, stop = part
        name = "quarter" if months == _QUARTER else "half"
        day = _place_in(name, first, place)
        return (day if day >= context.today else _place_in(name, plus(first, _A_YEAR), place)), stop
    year = tokens.number(end)
    if year is not None and joined and tokens.digits(end) == 4 and 1900 <= year < 3000:  # noqa: PLR2004
        return _place_in("year", date(year, 1, 1), place), end + 1
    lead = tokens.word(end)
    if lead in _NEXT | {"this", "current"}:
        period = _PERIODS.get(tokens.word(end + 1))
        if period is None or period in {"weekend", "fortnight"}:
            return None
        first = _first_day(period, context, 1 if lead in _NEXT else 0)
        return _place_in(period, first, place), end + 2
    period = _PERIODS.get(lead)
    if period is None or period in {"weekend", "fortnight"} or not joined:
        return None
    return _coming(period, place, context), end + 1


_READERS: Final = (_loose, *WEEK_READERS, _next_period, _short_end, _place, *YEAR_READERS)
# The words that a period may begin with.
PERIOD_STARTS: Final = (
    _NEXT
    | _PLACES.keys()
    | _SHORT_ENDS.keys()
    | YEAR_STARTS
    | WEEK_STARTS
    | _ENDING
    | _HALVES_OF.keys()
    | {"this", "midweek", "over", "later"}
)
