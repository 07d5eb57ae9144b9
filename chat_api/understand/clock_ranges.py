"""Stretches of time within a day, of which the start counts: "5-7pm", "from 9 to 11", "between 8 and 12"."""

from dataclasses import replace
from typing import Final

from chat_api.understand.bare_clocks import (
    goes_on,
)
from chat_api.understand.clocks import (
    CLOCK_READERS,
    may_begin,
    read_am_pm,
    read_named_hour,
    read_o_clock,
    read_spoken,
    read_written_clock,
    spoken_minutes,
    with_tail,
)
from chat_api.understand.facts import Clock, Context, Evidence, Fact, Found
from chat_api.understand.quantities import whole_number
from chat_api.understand.text import Kind, Tokens
from chat_api.understand.words import (
    BOUNDARIES,
    HOUR_CONNECTORS,
    NAMED_DAYS,
    NOON,
    PART_PLURALS,
    WEEKDAYS,
)

_LAST_HOUR: Final = 23
_LAST_MINUTE: Final = 59
_FOUR_DIGITS: Final = 4
_NOON: Final = 12
_RANGE_JOINS: Final = frozenset({"-", "\u2013", "to", "until", "till", "til"})
_RANGE_FOLLOWERS: Final = BOUNDARIES | NAMED_DAYS.keys() | WEEKDAYS.keys()


def read_clock(tokens: Tokens, index: int, context: Context) -> Found | None:
    """A time of day at this place, with its range's end ("5-7pm") and its "ish", "sharp" or "o'clock"."""
    if tokens.word(index) in {"same", "this"} and tokens.word(index + 1) == "time":
        # "same time tomorrow"
        now = Clock(context.now.hour, context.now.minute)
        return Found(index, index + 2, (now,), Evidence.NEIGHBOUR)
    if not may_begin(tokens, index):
        return None
    hourless = _past_this_hour(tokens, index, context)
    if hourless is not None:
        return hourless
    for reader in CLOCK_READERS:
        found = reader(tokens, index)
        if found is not None:
            return _with_range(tokens, with_tail(tokens, found))
    return None


def _past_this_hour(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "leave at ten to", "at quarter past the hour": the next time the clock shows that."""
    minute, place = spoken_minutes(tokens, index)
    direction, end = tokens.word(place), place + 1
    end += 2 if tokens.phrase(end, ("the", "hour")) else 0
    closes = all(tokens.word(at) in {"", ".", "!"} for at in (end, end + 1)) or end > place + 1
    if minute is None or direction not in {"past", "to"} or tokens.word(index - 1) not in {"at", "@"} or not closes:
        return None
    shown = minute if direction == "past" else 60 - minute
    now = context.now
    hour = now.hour if shown > now.minute else (now.hour + 1) % 24
    return Found(index, end, (Clock(hour, shown, exact=True),))


def _with_range(tokens: Tokens, found: Found) -> Found:
    """The start of a range counts: "5-7pm" is 17:00, "from 9 to 11" is 9:00."""
    clock: Fact = found.facts[0]
    between = tokens.word(found.start - 1) in {"between", "btw"} and tokens.word(found.end) in {"and", "&"}
    if not (between or tokens.word(found.end) in _RANGE_JOINS) or not isinstance(clock, Clock):
        return found
    for reader in _RANGE_ENDS:
        last = reader(tokens, found.end + 1)
        if last is not None and isinstance(last.facts[0], Clock):
            return Found(found.start, last.end, (_towards(clock, last.facts[0]),))
    return _with_bare_end(tokens, found, clock)


def _with_bare_end(tokens: Tokens, found: Found, clock: Clock) -> Found:
    """ "6:30-8", "10am-12", "9:30 to 11": a number that only the start makes an hour."""
    number = whole_number(tokens, found.end + 1)
    if number is None or not 1 <= number[0] <= _LAST_HOUR + 1 or tokens.digits(found.end + 1) > 2:  # noqa: PLR2004
        return found
    if goes_on(tokens, number[1]) or tokens.word(number[1]) not in _RANGE_FOLLOWERS - {"to", "-"}:
        return found
    last = Clock(number[0] % (_LAST_HOUR + 1), ambiguous=number[0] <= _NOON)
    return Found(found.start, number[1], (_towards(clock, last),), found.evidence)


def _towards(first: Clock, last: Clock) -> Clock:
    """Borrow the half of the day from the end of the range: 5-7pm starts at 17:00, 11-1pm at 11:00."""
    if not first.ambiguous or last.ambiguous:
        return first
    hours = (first.hour % _NOON, first.hour % _NOON + _NOON)
    before = [hour for hour in hours if (hour, first.minute) < (last.hour, last.minute)]
    return Clock(before[-1] if before else hours[0], first.minute, first.second)


def read_range_start(tokens: Tokens, index: int, context: Context) -> Found | None:
    """The bare start of a range that ends in a full clock: "5-7pm", "from 2 to 4pm"."""
    del context
    counted = whole_number(tokens, index)
    between = tokens.word(index - 1) in {"between", "from", "btw"}
    joins = _RANGE_JOINS | {"and", "&"} if tokens.word(index - 1) in {"between", "btw"} else _RANGE_JOINS
    if counted is None or not 1 <= counted[0] <= _NOON or tokens.word(counted[1]) not in joins:
        return None
    after_day = tokens.word(index - 1) in WEEKDAYS.keys() | NAMED_DAYS.keys() | PART_PLURALS
    led = between or after_day or tokens.word(index - 1) in HOUR_CONNECTORS
    if tokens.word(counted[1]) == "to" and not led:
        return None
    if tokens.number(index) is not None and tokens.glued(index) and tokens[index - 1].kind is not Kind.SYMBOL:
        return None
    last = read_am_pm(tokens, counted[1] + 1)
    if last is not None and isinstance(last.facts[0], Clock):
        return Found(index, last.end, (_towards(Clock(counted[0], ambiguous=True), last.facts[0]),))
    return _loose_range(tokens, index, counted, between=between or after_day)


def _loose_range(tokens: Tokens, index: int, counted: tuple[int, int], *, between: bool) -> Found | None:
    """ "10-11.30", "from 10 to half 11", "between 8 and 12": only beside a day."""
    first, place = counted[0], counted[1] + 1
    last = read_spoken(tokens, place, bare_half=True) or read_written_clock(tokens, place, ends_range=True)
    if last is None and between and (tokens.word(place) in NOON or tokens.word(place) == "midnight"):
        last = Found(place, place + 1, (Clock(_NOON if tokens.word(place) in NOON else 0),))
    if last is None and (between or tokens.glued(place)):
        number = whole_number(tokens, place)
        if number is not None and number[0] <= _LAST_HOUR and not goes_on(tokens, number[1]):
            last = Found(place, number[1], (Clock(number[0], ambiguous=1 <= number[0] <= _NOON),))
    if last is not None and tokens.word(last.end) == "ish":
        last = replace(last, end=last.end + 1)
    # "thursday evenings 7-9 choir"
    followed = tokens.word(index - 1) in PART_PLURALS or (
        last is not None and tokens.word(last.end) in _RANGE_FOLLOWERS
    )
    if last is None or not isinstance(last.facts[0], Clock) or not followed:
        return None
    plain = last.end == place + 1 and tokens.number(index) is not None
    if plain and last.facts[0].hour > _NOON > first and not (between or _by_day(tokens, index, last.end)):
        # "9-22" is the 22nd of September
        return None
    return Found(index, last.end, (_towards(Clock(first, ambiguous=True), last.facts[0]),), Evidence.NEIGHBOUR)


def _by_day(tokens: Tokens, start: int, end: int) -> bool:
    """Whether a day stands right before or behind."""
    days = WEEKDAYS.keys() | NAMED_DAYS.keys()
    return tokens.word(start - 1) in days or tokens.word(end) in days


def _bare_half(tokens: Tokens, index: int) -> Found | None:
    return read_spoken(tokens, index, bare_half=True)


def _written_end(tokens: Tokens, index: int) -> Found | None:
    return read_written_clock(tokens, index, ends_range=True)


def range_end(tokens: Tokens, index: int) -> Found | None:
    """A time of day as it may stand at the end of a range: the 6:00 of "23:00-6:00"."""
    return next((found for reader in _RANGE_ENDS if (found := reader(tokens, index)) is not None), None)


def _military_end(tokens: Tokens, index: int) -> Found | None:
    """The 2130 of "1300-2130"."""
    value = tokens.number(index)
    if value is None or tokens.digits(index) != _FOUR_DIGITS or tokens.digits(index - 2) != _FOUR_DIGITS:
        return None
    hour, minute = divmod(value, 100)
    if hour > _LAST_HOUR + 1 or minute > _LAST_MINUTE:
        return None
    return Found(index, index + 1, (Clock(hour % (_LAST_HOUR + 1), minute),))


_RANGE_ENDS = (_military_end, _written_end, read_am_pm, read_o_clock, read_named_hour, _bare_half)
