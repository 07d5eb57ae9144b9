"""The start and the end of a recurrence."""

from datetime import date
from typing import Final

from chat_api.understand.almanac import WEEK, day_of, month_length, plus
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
    Starts,
)
from chat_api.understand.quantities import duration, whole_number
from chat_api.understand.text import Tokens
from chat_api.understand.words import UNITS, WEEKDAYS
from chat_api.understand.written import month_at

_STRETCH_JOINS: Final = frozenset({"-", "\u2013", "to", "through", "until", "till"})
_SHORT: Final = frozenset({"hour", "hours", "hr", "hrs", "minute", "minutes", "min", "mins"})
_NEAR: Final = 4
_TIMES: Final = {"twice": 2, "thrice": 3}


def read_bound(tokens: Tokens, index: int, context: Context) -> Found | None:
    """The start or end of a recurrence: "starting monday", "until 1 June", "for 3 weeks", "10 times", "twice"."""
    word = tokens.word(index)
    if word in {"starting", "beginning", "from", "start", "starts"}:
        return _starting(tokens, index, context)
    if word in {"until", "till", "til", "ending", "ends", "through"}:
        day = _bounding_day(tokens, index + 1, context)
        return _until_clock(tokens, index) if day is None else Found(index, day[1], (Ends(until=day[0]),))
    if word in _TIMES:
        return Found(index, index + 1, (Ends(count=_TIMES[word]),), Evidence.NEIGHBOUR)
    place = index + 1 if word == "for" else index
    counted = whole_number(tokens, place)
    if counted is not None and counted[0] > 0 and tokens.word(counted[1]) in {"times", "occurrences", "x"}:
        sure = tokens.word(counted[1]) != "x"
        if not sure and tokens.glued(counted[1] + 1):
            # "4x4"
            return None
        return Found(index, counted[1] + 1, (Ends(count=counted[0]),), Evidence.NONE if sure else Evidence.NEIGHBOUR)
    return _lasting(tokens, index) if word == "for" else None


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
        if unit is not None and not unit[2]:
            return Found(index, place + 1, (Ends(lasting=Duration(unit[0], unit[1])),))
    length = duration(tokens, place)
    if length is None or (length[0].seconds and not tokens.remembered(_within_day, 0)):
        return None
    return Found(index, length[1], (Ends(lasting=length[0]),))


def _bounding_day(tokens: Tokens, index: int, context: Context) -> tuple[date, int] | None:
    place = index + 1 if tokens.word(index) in {"on", "from", "the"} and tokens.word(index + 1) else index
    for start in (index, place):
        found = read_day(tokens, start, context)
        if found is not None and isinstance(found.facts[0], Day):
            return found.facts[0].date, found.end
    month = month_at(tokens, place, context)
    return (day_of(month), month.end) if month is not None and isinstance(month.facts[0], Day) else None
