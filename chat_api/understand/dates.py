"""Days: "tomorrow", "next fri", "the 5th", "the last friday of november"; what has modules of its own is asked here.

Rules that a person may want to know:
- A weekday is the next one to come; named on that same day it is a week later, unless it was "this friday".
- "next friday" is the Friday of the next week, weeks starting on Monday.
- A day without a year is the next one to come.
- "friday week" is the Friday after the one to come.
- Of a stretch ("20-23 december", "dec 20 - jan 3") the first day counts.
"""

from datetime import date, timedelta
from typing import Final

from chat_api.understand.ahead import AHEAD_STARTS, read_ahead
from chat_api.understand.almanac import (
    WEEK,
    plus,
)
from chat_api.understand.facts import Context, Day, Duration, Evidence, Found, Part
from chat_api.understand.month_days import NO_DAY_AFTER, read_month_day, read_nth_weekday
from chat_api.understand.named_days import HOLIDAY_STARTS, read_holiday
from chat_api.understand.numeric import read_iso, read_moment, read_numeric
from chat_api.understand.periods import PERIOD_STARTS, read_period
from chat_api.understand.text import Tokens
from chat_api.understand.vocabulary import APPOINTMENTS, NOUNS, VERBS
from chat_api.understand.words import (
    BOUNDARIES,
    MONTHS,
    NAMED_DAYS,
    NUMBERS,
    ORDINALS,
    PART_WORDS,
    WEEKDAY_NAMES,
    WEEKDAYS,
)
from chat_api.understand.written import MONTH_LEADS, read_month, read_written

# "sun", "sat"… are more often words than dates.
_AMBIGUOUS_WEEKDAYS: Final = frozenset({"sun", "sat", "wed", "mon"})
_STRETCH_JOINS: Final = frozenset({"-", "\u2013", "to", "through"})
_WEEKDAY_LEADS: Final = frozenset({"next", "this", "coming", "upcoming", "last", "following"})
_NOT_BEFORE_NOW: Final = frozenset({"from", "by", "until", "till", "not", "for", "is", "are", "it's", "to", "than"})
_GOES_ON: Final = frozenset(
    {"with", "w", "at", "@", "in", "to", "re", "about", "after", "before", "for", "because", "from", "until", "till",
     "near", "by", "via", "-", "\u2013", "(", "if", "when", "so", "then"}
)  # fmt: skip
# No thing that has its day stands before the weekday.
_NO_THING: Final = NO_DAY_AFTER | {
    "my", "our", "your", "his", "her", "their", "this", "that", "every", "each", "black", "good", "cyber", "from", "to",
    "like", "about", "call", "in", "on", "or", "than", "man", "blue", "super", "is", "are", "called", "named",
}  # fmt: skip
# The words that a day may begin with; at any other there is nothing to look for. Digits and apostrophes apart.
_STARTS: Final = (
    _WEEKDAY_LEADS
    | WEEKDAYS.keys()
    | MONTHS.keys()
    | NAMED_DAYS.keys()
    | NUMBERS.keys()
    | ORDINALS.keys()
    | PERIOD_STARTS
    | AHEAD_STARTS
    | MONTH_LEADS
    | HOLIDAY_STARTS
    | {"the", "later", "early", "late", "day", "now", "right", "tod", "tom", "final", "current"}
)


def read_day(tokens: Tokens, index: int, context: Context) -> Found | None:
    """A day at this place, in the first of the spellings below that fits; of a stretch of days the first."""
    found = single_day(tokens, index, context)
    if found is None or not isinstance(found.facts[0], Day):
        return found
    between = tokens.word(index - 1) == "between" and tokens.word(found.end) in {"and", "&"}
    if tokens.word(found.end) not in _STRETCH_JOINS and not between:
        return found
    if len(found.facts) > 1:
        return found
    last = single_day(tokens, found.end + 1, context)
    if last is None or not isinstance(last.facts[0], Day):
        return found
    first = in_year_of(found.facts[0], last.facts[0])
    if end_of_stretch(first, last.facts[0]) <= first.date:
        return found
    return Found(found.start, last.end, (first,), found.evidence)


def end_of_stretch(first: Day, last: Day) -> date:
    """The friday of "monday to friday" is the one after that monday."""
    named = first.by_name and last.by_name
    return plus(last.date, Duration(days=WEEK)) if named and last.date <= first.date else last.date


def in_year_of(first: Day, last: Day) -> Day:
    """The first day of "aug 10 - nov 12, 2027": the year of the last day is its own."""
    if first.past_meant or first.by_name or not last.past_meant or (first.date.month, first.date.day) == (2, 29):
        return first
    day = first.date.replace(year=last.date.year)
    return Day(day if day < last.date else day.replace(year=day.year - 1), past_meant=True)


def single_day(tokens: Tokens, index: int, context: Context) -> Found | None:
    """A day at this place, without the end of its stretch."""
    word = tokens.word(index)
    readers = _NUMBER_READERS if tokens.digits(index) else _DAY_READERS
    if readers is _DAY_READERS and word not in _STARTS and "'" not in word:
        return None
    for reader in readers:
        found = reader(tokens, index, context)
        if found is not None:
            return found
    return None


def _named(tokens: Tokens, index: int, context: Context) -> Found | None:
    """Today, tomorrow, the day after tomorrow, yesterday, "later today", the next day."""
    place = index
    extra = 0
    if tokens.word(place) == "the":
        place += 1
    if tokens.word(place) in {"next", "following"} and tokens.word(place + 1) == "day":
        return Found(index, place + 2, (Day(plus(context.today, Duration(days=1))),), Evidence.PLACE)
    if tokens.phrase(place, ("this", "day")) and tokens.word(place + 2) in BOUNDARIES:
        return Found(index, place + 2, (Day(context.today, today_named=True),), Evidence.PLACE)
    if tokens.word(index) == "next" and tokens.word(index + 1) in PART_WORDS:
        # "next morning"
        part = Part(PART_WORDS[tokens.word(index + 1)])
        return Found(index, index + 2, (Day(plus(context.today, Duration(days=1))), part), Evidence.PLACE)
    bare_early = tokens.phrase(place, ("early", "tomorrow")) and tokens.word(place + 2) in BOUNDARIES
    if bare_early or (tokens.word(place) in {"early", "late"} and tokens.word(place + 2) in PART_WORDS):
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
        return _now(tokens, index, context)
    days += extra
    weeks, end = _weeks_on(tokens, end)
    days += weeks * WEEK
    evidence = Evidence.PLACE if days < 0 else Evidence.NONE
    day = Day(plus(context.today, Duration(days=days)), past_meant=days < 0, today_named=days == 0, by_name=True)
    return Found(index, end, (day,), evidence)


def _short_named(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "tod", "tom", where the message begins: they are names as well."""
    days = {"tod": 0, "tom": 1}.get(tokens.word(index))
    if days is None or tokens.word(index - 1) or tokens[index].text != tokens.word(index):
        return None
    if tokens.word(index + 1) not in BOUNDARIES and tokens.number(index + 1) is None:
        return None
    day = Day(plus(context.today, Duration(days=days)), today_named=not days, by_name=True)
    return Found(index, index + 1, (day,), Evidence.PLACE)


def _now(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "now", "right now" is today; at an edge of the message."""
    end = index + 2 if tokens.phrase(index, ("right", "now")) else index + 1
    if tokens.word(end - 1) != "now" or tokens.word(index - 1) in _NOT_BEFORE_NOW:
        return None
    return Found(index, end, (Day(context.today, today_named=True),), Evidence.PLACE)


def _weeks_on(tokens: Tokens, end: int) -> tuple[int, int]:
    """The weeks that "friday week", "tomorrow fortnight" add, and where that ends."""
    weeks = {"week": 1, "fortnight": 2}.get(tokens.word(end), 0)
    if not weeks or not (tokens.word(end + 1) in BOUNDARIES or _clock_follows(tokens, end + 1)):
        return 0, end
    return weeks, end + 1


def _clock_follows(tokens: Tokens, place: int) -> bool:
    """The 8am of "sat week 8am", the 17:30 of "monday week 17:30"."""
    return tokens.number(place) is not None and tokens.word(place + 1) in {"am", "pm", ":"}


def _weekday(tokens: Tokens, index: int, context: Context) -> Found | None:
    """friday, this friday, next friday, friday next week, friday of this week, last friday."""
    lead, place = "", index
    if tokens.word(place) == "the" and tokens.word(place + 1) in {"coming", "following", "upcoming"}:
        place += 1
    if tokens.word(place) in _WEEKDAY_LEADS:
        lead, place = tokens.word(place), place + 1
        if lead in {"this", "next"} and tokens.word(place) in {"coming", "up", "upcoming"}:
            lead, place = "coming", place + 1
    weekday = WEEKDAYS.get(tokens.word(place))
    if weekday is None or (len(tokens) == 1 and tokens[index].text in {"sun", "sat"}):
        return None
    end = place + 1
    monday = context.today - timedelta(days=context.today.weekday())
    ahead = (weekday - context.today.weekday()) % WEEK
    # "sunday coming"
    end += 1 if not lead and tokens.word(end) == "coming" and tokens.word(end + 1) in BOUNDARIES else 0
    week = _of_week(tokens, end)
    if week is not None:
        lead, end = week
    weeks, end = _weeks_on(tokens, end)
    remark = None
    if lead == "next":
        day = plus(monday, Duration(days=WEEK + weekday))
    elif lead == "after next":
        day = plus(monday, Duration(days=2 * WEEK + weekday))
    elif tokens.phrase(end, ("after", "next")):
        day, end = plus(monday, Duration(days=2 * WEEK + weekday)), end + 2
    elif lead == "last":
        day = context.today - timedelta(days=(context.today.weekday() - weekday) % WEEK or WEEK)
    elif lead == "this" or ahead:
        day = plus(context.today, Duration(days=ahead))
    else:
        day = plus(context.today, Duration(days=WEEK))
        remark = f"Today is {WEEKDAY_NAMES[weekday]}, so I took the one in a week."
    day = plus(day, Duration(days=weeks * WEEK))
    sure = lead not in {"", "last"} or (not lead and _inside(tokens, index, end))
    evidence = Evidence.NONE if sure else _place_of_weekday(tokens, place, end, sure=bool(weeks))
    by_name = week is None and not weeks and lead != "last"
    return Found(index, end, (Day(day, past_meant=lead == "last", remark=remark, by_name=by_name),), evidence)


def _place_of_weekday(tokens: Tokens, place: int, end: int, *, sure: bool) -> Evidence:
    """What a bare weekday needs around it."""
    paired = tokens.word(end) in {"or", "and", "&"} and tokens.word(end + 1) in WEEKDAYS
    doubtful = tokens.word(place) in _AMBIGUOUS_WEEKDAYS and not (sure or paired or _ends_errand(tokens, place))
    return Evidence.CONNECTOR if doubtful else Evidence.PLACE


def _inside(tokens: Tokens, index: int, end: int) -> bool:
    """ "gym friday with bob", "lunch thursday at luigi's": behind a thing, and a preposition goes on."""
    before, word = tokens.word(index - 1), tokens.word(index)
    if not before or before in _NO_THING or tokens.word(end) not in _GOES_ON:
        return False
    return word not in {"sat", "sun"} or before in NOUNS | APPOINTMENTS


def _ends_errand(tokens: Tokens, place: int) -> bool:
    """The "sat" of "fix bike sat": at the end of what begins with a verb; not of "get some sun", "where we sat"."""
    closes = tokens.word(place) != "sun" and tokens.word(place + 1) in {"", ".", "!"}
    return closes and tokens.word(0) in VERBS and place > 1 and tokens.word(place - 1) not in NO_DAY_AFTER


def _of_week(tokens: Tokens, end: int) -> tuple[str, int] | None:
    """ "next week", "of this week", "in the following week" behind a weekday: which, and where it ends."""
    place = end + 1 if tokens.word(end) in {"of", "in", ","} else end
    place = place + 1 if place > end and tokens.word(place) == "the" else place
    if place > end and tokens.phrase(place, ("week", "after", "next")):
        return "after next", place + 3
    if tokens.word(place + 1) not in {"week", "wk"} or tokens.word(place + 2) == "end":
        return None
    if tokens.word(place) in {"next", "following", "coming", "upcoming"}:
        return "next", place + 2
    return ("this", place + 2) if tokens.word(place) in {"this", "current"} else None


# What may begin with digits.
_NUMBER_READERS: Final = (
    read_moment, read_iso, read_numeric, read_written, read_nth_weekday, read_ahead, read_month_day, read_period,
)  # fmt: skip

_DAY_READERS: Final = (
    read_written,
    read_nth_weekday,
    read_month_day,
    _named,
    _short_named,
    _weekday,
    read_ahead,
    read_period,
    read_month,
    read_holiday,
)
