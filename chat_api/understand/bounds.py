"""The start and the end of a recurrence."""

from datetime import date
from typing import Final

from chat_api.understand.almanac import WEEK, day_of, month_length, plus
from chat_api.understand.around import read_weekday_around
from chat_api.understand.clocks import single_clock
from chat_api.understand.dates import end_of_stretch, in_year_of, read_day, single_day
from chat_api.understand.facts import (
    Clock,
    Context,
    Day,
    Duration,
    Ends,
    Evidence,
    Found,
    Offset,
    Starts,
)
from chat_api.understand.quantities import duration, whole_number
from chat_api.understand.text import Tokens
from chat_api.understand.words import UNITS, WEEKDAYS
from chat_api.understand.written import month_at

_STRETCH_JOINS: Final = frozenset({"-", "\u2013", "to", "through", "until", "till"})
_SHORT: Final = frozenset({"hour", "hours", "hr", "hrs", "minute", "minutes", "min", "mins"})
_LONGEST_COUNT: Final = len("x999")
_NEAR: Final = 4
# Among the first words they tell what "for next week" is about.
_ARRANGING: Final = frozenset({"schedule", "set", "book", "arrange", "fix", "put", "make", "appointment"})
_OPENING: Final = 3
_REPEATING: Final = frozenset({"every", "each", "daily", "weekly", "monthly", "hourly", "everyday", "nightly"})
_TIMES: Final = {"twice": 2, "thrice": 3}


def read_bound(tokens: Tokens, index: int, context: Context) -> Found | None:
    """The start or end of a recurrence: "starting monday", "until 1 June", "for 3 weeks", "10 times", "twice"."""
    word = tokens.word(index)
    if word in {"starting", "beginning", "from", "start", "starts"}:
        return _starting(tokens, index, context)
    if word in {"until", "till", "til", "ending", "ends", "through"}:
        return _ending(tokens, index, context)
    counted = _times(tokens, index)
    return counted or (_lasting(tokens, index) if word == "for" else None)


def _ending(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "until 1 June", "through june", "until 8pm"."""
    through = month_at(tokens, index + 1, context) if tokens.word(index) == "through" else None
    if through is not None and isinstance(through.facts[0], Day):
        return Found(index, through.end, (Ends(until=_month_end(day_of(through))),))
    day = _bounding_day(tokens, index + 1, context)
    return _until_clock(tokens, index) if day is None else Found(index, day[1], (Ends(until=day[0]),))


def _times(tokens: Tokens, index: int) -> Found | None:
    """ "twice", "x5", "5x", "10 times", "for 5 occurrences"."""
    word = tokens.word(index)
    crossed = int(word[1:]) if word[:1] == "x" and word[1:].isdecimal() and len(word) <= _LONGEST_COUNT else 0
    number = _TIMES.get(word, crossed)
    if number:
        return Found(index, index + 1, (Ends(count=number),), Evidence.NEIGHBOUR)
    counted = whole_number(tokens, index + 1 if word == "for" else index)
    if counted is None or counted[0] <= 0 or tokens.word(counted[1]) not in {"times", "occurrences", "x"}:
        return None
    sure = tokens.word(counted[1]) != "x"
    if not sure and tokens.glued(counted[1] + 1):
        # "4x4"
        return None
    return Found(index, counted[1] + 1, (Ends(count=counted[0]),), Evidence.NONE if sure else Evidence.NEIGHBOUR)


def _month_end(day: date) -> date:
    return day.replace(day=month_length(day))


def _until_clock(tokens: Tokens, index: int) -> Found | None:
    """ "until 8pm", where something repeats within the day."""
    last = single_clock(tokens, index + 1) if tokens.remembered(_within_day, 0) else None
    if last is None or not isinstance(last.facts[0], Clock):
        return None
    end = last.end + 1 if tokens.word(last.end) == "today" else last.end
    return Found(index, end, (Ends(clock=last.facts[0]),))


def _within_day(tokens: Tokens, index: int) -> bool:
    """Whether the message says "hourly" or "every 10 minutes"."""
    for at in range(index, len(tokens)):
        if tokens.word(at) == "hourly":
            return True
        if tokens.word(at) in {"every", "each"} and any(
            tokens.word(place) in _SHORT for place in range(at + 1, at + _NEAR)
        ):
            return True
    return False


def this_week_end(tokens: Tokens, place: int, context: Context) -> tuple[date, int] | None:
    """The last day of "this week" or "this month" behind a recurrence, and where it ends."""
    if tokens.word(place) not in {"this", "all"} or tokens.word(place + 2) in WEEKDAYS:
        return None
    today = context.today
    if tokens.word(place + 1) == "week":
        return plus(today, Duration(days=WEEK - 1 - today.weekday())), place + 2
    if tokens.word(place + 1) == "month":
        return today.replace(day=month_length(today)), place + 2
    return None


def _starting(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "starting monday", "from dec 1 to dec 10"."""
    place = index + 2 if tokens.word(index + 1) in {"on", "from", "the"} else index + 1
    first = single_day(tokens, place, context)
    if first is not None and isinstance(first.facts[0], Day) and tokens.word(first.end) in _STRETCH_JOINS:
        last = single_day(tokens, first.end + 1, context)
        if last is not None and isinstance(last.facts[0], Day):
            start = in_year_of(first.facts[0], last.facts[0]).date
            end = end_of_stretch(first.facts[0], last.facts[0])
            if end > start:
                return Found(index, last.end, (Starts(start), Ends(until=end)))
    begins = month_at(tokens, place, context)
    if begins is not None and isinstance(begins.facts[0], Day) and tokens.word(begins.end) in _STRETCH_JOINS:
        ends = month_at(tokens, begins.end + 1, context)
        if ends is not None and isinstance(ends.facts[0], Day) and day_of(ends) > day_of(begins):
            # "from january to march"; the year of "from may to oct 2028" is that of both
            start = in_year_of(begins.facts[0], ends.facts[0]).date
            return Found(index, ends.end, (Starts(start), Ends(until=_month_end(day_of(ends)))))
    day = _bounding_day(tokens, index + 1, context)
    return None if day is None else Found(index, day[1], (Starts(day[0]),))


def _lasting(tokens: Tokens, index: int) -> Found | None:
    """ "for 3 weeks", "for the next month", "for up to 2 years"."""
    place = index + 1
    place += 2 if tokens.phrase(place, ("up", "to")) else 1 if tokens.word(place) in {"about", "around"} else 0
    place += 1 if tokens.word(place) in {"the", "another"} else 0
    if tokens.word(place) == "next":
        place += 1
        unit = UNITS.get(tokens.word(place))
        if place == index + 2 and any(tokens.word(at) in _ARRANGING for at in range(_OPENING)):
            # "schedule a party for next week": when, not how long
            return None
        if unit is not None and not unit[2]:
            return Found(index, place + 1, (Ends(lasting=Duration(unit[0], unit[1])),))
    length = duration(tokens, place)
    ahead = tokens.phrase(index + 1, ("the", "next"))
    if length is None or (length[0].seconds and not (ahead or tokens.remembered(_within_day, 0))):
        return None
    if ahead and not any(tokens.word(at) in _REPEATING for at in range(len(tokens))):
        # "no sugar for the next 10 days": a task that ends then
        return Found(index, length[1], (Offset(length[0]),))
    return Found(index, length[1], (Ends(lasting=length[0]),))


def _bounding_day(tokens: Tokens, index: int, context: Context) -> tuple[date, int] | None:
    place = index + 1 if tokens.word(index) in {"on", "from", "the"} and tokens.word(index + 1) else index
    for start in (index, place):
        found = read_weekday_around(tokens, start, context) or read_day(tokens, start, context)
        if found is not None and isinstance(found.facts[0], Day):
            return found.facts[0].date, found.end
    month = month_at(tokens, place, context)
    return (day_of(month), month.end) if month is not None and isinstance(month.facts[0], Day) else None
