"""Times of day that only their place tells from a number: "at 4", "at 730", "3 in the morning", "8 tonight"."""

from dataclasses import replace
from typing import Final

from chat_api.understand.facts import Clock, Evidence, Found, Part
from chat_api.understand.meridiem import decimal_follows, read_meridiem, with_meridiem
from chat_api.understand.quantities import whole_number
from chat_api.understand.text import Tokens
from chat_api.understand.vocabulary import VERBS
from chat_api.understand.words import (
    BOUNDARIES,
    EVENING_THINGS,
    HOUR_CONNECTORS,
    MONTHS,
    MORNING_THINGS,
    NAMED_DAYS,
    NO_CLOCK_AFTER,
    NUMBERS,
    PART_WORDS,
    TONIGHT,
    UNITS,
    WEEKDAYS,
)

_LAST_HOUR: Final = 23

_LAST_MINUTE: Final = 59

# After these a number counts things: "take 2 in the morning".
_TAKES_NUMBER: Final = frozenset(
    {"take", "eat", "buy", "send", "call", "write", "read", "do", "drink", "get", "order", "bring", "make", "bake",
     "feed", "have", "need", "add", "pack", "wash", "print"}
)  # fmt: skip
# Among these a number of four digits is an amount.
_SUMS: Final = frozenset(
    {"pay", "transfer", "owe", "owes", "spend", "donate", "invoice", "deposit", "withdraw", "lend", "save", "earn",
     "win", "raise", "copy", "upload", "order", "sell"}
)  # fmt: skip
_NOON: Final = 12

_HALF_HOUR: Final = 30

_TWO_DIGITS: Final = 2

_THREE_DIGITS: Final = 3

_FOUR_DIGITS: Final = 4

_MEALS: Final = EVENING_THINGS | MORNING_THINGS | {"lunch", "meeting", "call", "gym"}

_HALVES: Final = {"am": "morning", "pm": "afternoon"}

_AFTER_PART: Final = BOUNDARIES | WEEKDAYS.keys() | NAMED_DAYS.keys() | {"daily", "everyday", "today", "tomorrow"}

_MERIDIEMS: Final = {"am": 0, "a.m": 0, "pm": _NOON, "p.m": _NOON}


def read_military(tokens: Tokens, index: int) -> Found | None:
    """1730 after "at", or with "hours" behind it."""
    value = tokens.number(index)
    if (
        value is None
        or tokens.digits(index) != _FOUR_DIGITS
        or tokens.glued(index)
        or decimal_follows(tokens, index + 1)
    ):
        return None
    has_hours = tokens.word(index + 1) in {"hours", "hrs", "h"} or (
        value > _NOON * 100 and tokens.word(index + 1) == "pm"
    )
    hour, minute = divmod(value, 100)
    if hour > _LAST_HOUR or minute > _LAST_MINUTE:
        return None
    found = Found(index, index + 2 if has_hours else index + 1, (Clock(hour, minute),))
    if has_hours or tokens.word(index - 1) in {"at", "@"}:
        return found
    if tokens.word(index - 1) in {"by", "until", "till"} and tokens.word(index + 1) in BOUNDARIES:
        return found.needing(Evidence.PLACE)
    # "30 nov 0900", "tomorrow 1730"
    days = WEEKDAYS.keys() | NAMED_DAYS.keys() | MONTHS.keys() | TONIGHT
    after_day = tokens.word(index - 1) in days | PART_WORDS.keys()
    if after_day or _looks_like_clock(tokens, index, minute):
        return found.needing(Evidence.NEIGHBOUR)
    return None


def _looks_like_clock(tokens: Tokens, index: int, minute: int) -> bool:
    """The 0700 of "handover 0700 tomorrow", the 1300 of "shift 1300-2130 sat": no sum, no number of a thing."""
    before = tokens.word(index - 1)
    if before in _TAKES_NUMBER | NO_CLOCK_AFTER | _SUMS or tokens.word(index + 1) in UNITS:
        return False
    if tokens.word(index + 1) in {"-", "\u2013", "to", "until"}:
        last = tokens.number(index + 2)
        if tokens.digits(index + 2) != _FOUR_DIGITS or last is None or last // 100 > _LAST_HOUR + 1:
            return False
        return tokens[index].text.startswith("0") or minute % 5 == last % 5 == 0
    if minute % 5 or tokens.glued(index + 1):
        return False
    written_so = tokens[index].text.startswith("0")
    day_follows = tokens.word(index + 1) in WEEKDAYS.keys() | NAMED_DAYS.keys() | TONIGHT | {"on"}
    after_date = tokens.number(index - 1) is not None or tokens.word(index - 1) in {"st", "nd", "rd", "th"}
    return written_so or after_date or (day_follows and not _is_sum(tokens, index))


def _is_sum(tokens: Tokens, index: int) -> bool:
    """ "pay bob 1200 friday"."""
    return any(tokens.word(at) in _SUMS for at in range(max(0, index - 4), index))


def read_bare_hour(tokens: Tokens, index: int) -> Found | None:
    """The number in "at 5" or "by 5"; only where a noun cannot follow, unless another time is beside it."""
    counted = whole_number(tokens, index)
    for_alarm = tokens.word(index - 1) == "for" and tokens.word(index - 2) in {"alarm", "reminder"}
    compared = tokens.word(index - 1) == "than" and tokens.word(index - 2) in {"later", "earlier"}
    after_connector = for_alarm or compared or tokens.word(index - 1) in HOUR_CONNECTORS
    if counted is None or not after_connector or tokens.digits(index) > _TWO_DIGITS:
        return None
    hour, end = counted
    if goes_on(tokens, end):
        return None
    minute = 0
    spoken = whole_number(tokens, end + 1 if tokens.word(end) == "-" else end)
    if tokens.number(index) is None and spoken is not None and _NOON < spoken[0] <= _LAST_MINUTE and hour <= _NOON:
        minute, end = spoken
    half = end + 2 if tokens.phrase(end, ("and", "a")) else end + 1
    if tokens.word(end) == "and" and tokens.word(half) == "half" and tokens.word(half + 1) in BOUNDARIES:
        # "at ten and a half"
        minute, end = _HALF_HOUR, half + 1
    if tokens.word(end) in UNITS or hour > _LAST_HOUR:
        return None
    ambiguous = 1 <= hour <= _NOON and not tokens[index].text.startswith("0")
    # "at 5 call mum": a verb may follow where the message or the wish begins
    opens = tokens.word(index - 2) in {"", "me", "us"} and tokens.word(end) in VERBS
    at_boundary = opens or tokens.word(end) in BOUNDARIES or tokens.word(end) in TONIGHT
    certain = at_boundary and (for_alarm or compared or tokens.word(index - 1) in {"at", "@"})
    # "one by one", "from one to the other", "starting at 0"
    doubtful = tokens.word(index) in {"zero", "0"} or (tokens.word(index) == "one" and tokens.word(index - 1) != "at")
    if doubtful:
        at_boundary = certain = False
    evidence = Evidence.NONE if certain else Evidence.PLACE if at_boundary else Evidence.NEIGHBOUR
    return Found(index, end, (Clock(hour, minute, 0, ambiguous),), evidence)


def goes_on(tokens: Tokens, end: int) -> bool:
    """Whether the number goes on: 5%, 5/6, 5.2, 5th, 5k."""
    if not tokens.glued(end) or (tokens.word(end) == "-" and tokens.word(end + 1) in NUMBERS):
        return False
    return tokens.word(end) in {"%", "/", "-", "st", "nd", "rd", "th", "k"} or decimal_follows(tokens, end)


def bare_answer(tokens: Tokens, index: int) -> Found | None:
    """A number alone, where a time was asked for: "5", "17", "five"."""
    counted = whole_number(tokens, index)
    if counted is None or counted[0] > _LAST_HOUR or tokens.digits(index) > _TWO_DIGITS:
        return None
    return with_meridiem(tokens, index, counted[1], Clock(counted[0], ambiguous=True))


def read_compact(tokens: Tokens, index: int) -> Found | None:
    """330 p.m., 0810 pm, "at 730", "at 730 in the evening": hour and minutes without anything between them."""
    value, digits = tokens.number(index), tokens.digits(index)
    if value is None or digits not in {_THREE_DIGITS, _FOUR_DIGITS}:
        return None
    hour, minute = divmod(value, 100)
    end = index + 1
    if tokens.glued(index) or tokens.word(index - 1) in NO_CLOCK_AFTER or minute > _LAST_MINUTE:
        return None
    if not 1 <= hour <= _NOON:
        return None
    clock = Clock(hour, minute, ambiguous=not tokens[index].text.startswith("0"))
    if read_meridiem(tokens, end) is not None:
        return with_meridiem(tokens, index, end, clock)
    return _compact_alone(tokens, index, clock) if digits == _THREE_DIGITS else None


def _compact_alone(tokens: Tokens, index: int, clock: Clock) -> Found | None:
    """ "at 730", "tonight 815", "tomorrow at 150ish"."""
    end = index + 1
    before = tokens.word(index - 1)
    led = before in {"at", "@", "around"}
    after_day = before in TONIGHT | NAMED_DAYS.keys() | WEEKDAYS.keys()
    goes_on = tokens.glued(end) and tokens.word(end) not in {",", ".", "!", "?", "ish"}
    follows = tokens.word(end) in BOUNDARIES | {"ish"} | (VERBS if before == "at" else frozenset())
    if not (led or after_day) or not follows or goes_on or decimal_follows(tokens, end):
        return None
    return Found(index, end, (clock,), Evidence.PLACE if led else Evidence.NEIGHBOUR)


def read_in_part(tokens: Tokens, index: int) -> Found | None:
    """ "3 in the morning", "9 at night", "3 in the am": not behind a verb ("call 3 in the morning")."""
    counted = whole_number(tokens, index)
    if counted is None or not 1 <= counted[0] <= _NOON or tokens.digits(index) > _TWO_DIGITS:
        return None
    hour, end = counted
    before = tokens.word(index - 1)
    if tokens.glued(index) or before in _TAKES_NUMBER | NO_CLOCK_AFTER | MONTHS.keys():
        return None
    clock = Clock(hour, ambiguous=True)
    if tokens.phrase(end, ("in", "the")) and tokens.word(end + 2) in _HALVES:
        return Found(
            index,
            end + 3,
            (replace(clock, hour=hour % _NOON + _MERIDIEMS[tokens.word(end + 2)], ambiguous=False, exact=True),),
        )
    part = read_part_at(tokens, end)
    if part is None and tokens.word(end) in {"morning", "evening", "night"} and tokens.word(end + 1) in _AFTER_PART:
        # "daily 7 morning", "7 evening tomorrow"; "3 night stay" is none
        return Found(index, end + 1, (clock, Part(PART_WORDS[tokens.word(end)])), Evidence.NEIGHBOUR)
    return None if part is None else Found(index, part.end, (clock, *part.facts))


def read_part_at(tokens: Tokens, index: int) -> Found | None:
    """ "in the morning", "at night" right behind an hour."""
    place = (
        index + 2 if tokens.phrase(index, ("in", "the")) else index + 1 if tokens.phrase(index, ("at", "night")) else 0
    )
    if tokens.phrase(index, ("of", "the")) and tokens.word(index + 3) in BOUNDARIES:
        # "at the 9 of the night"
        place = index + 2
    while place and tokens.word(place) in {"early", "late"}:
        place += 1
    name = PART_WORDS.get(tokens.word(place)) if place else None
    return None if name is None else Found(index, place + 1, (Part(name),))


def read_before_day(tokens: Tokens, index: int) -> Found | None:
    """The 8 in "8 tonight" and "dinner 8 tomorrow": where nothing can be counted by it."""
    counted = whole_number(tokens, index)
    if counted is None or not 1 <= counted[0] <= _NOON or tokens.glued(index) or tokens.digits(index) > _TWO_DIGITS:
        return None
    hour, end = counted
    follows = tokens.word(end) in TONIGHT | {"tomorrow", "today"} or (
        tokens.word(end) == "this" and tokens.word(end + 1) in PART_WORDS
    )
    before = tokens.word(index - 1)
    if not follows or not (not before or before in _MEALS or before in {",", "-", ":", "up", "out"}):
        return None
    return Found(index, end, (Clock(hour, ambiguous=True),), Evidence.NEIGHBOUR)


def read_hour_and_minutes(tokens: Tokens, index: int) -> Found | None:
    """ "at 3 15", "ten thirty", "twelve oh three"."""
    counted = whole_number(tokens, index)
    if counted is None or not 1 <= counted[0] <= _NOON or tokens.glued(index) or tokens.digits(index) > _TWO_DIGITS:
        return None
    hour, place = counted
    days = WEEKDAYS.keys() | NAMED_DAYS.keys() | TONIGHT
    after_day = tokens.word(index - 1) in days
    led = after_day or tokens.word(index - 1) in {"at", "@"}
    before_day = tokens.digits(place) == _TWO_DIGITS and tokens.word(place + 1) in days and bool(tokens.word(index - 1))
    if tokens.number(index) is not None and not (led or before_day):
        return None
    place += 1 if tokens.word(place) == "-" else 0
    if tokens.word(place) in {"oh", "o", "ou", "zero"}:
        ones = whole_number(tokens, place + 2 if tokens.word(place + 1) == "-" else place + 1)
        minutes = ones if ones is not None and ones[0] <= 9 else None  # noqa: PLR2004
    else:
        minutes = whole_number(tokens, place)
        spoken = tokens.number(index) is None
        if minutes is not None and (minutes[0] <= _NOON or (spoken and not led and minutes[0] not in {15, 30, 45})):
            minutes = None
        if minutes is not None and tokens.number(place) is not None and (spoken or tokens.digits(place) != _TWO_DIGITS):
            minutes = None
    if minutes is None or minutes[0] > _LAST_MINUTE or tokens.word(minutes[1]) in UNITS:
        return None
    if (before_day or after_day) and minutes[0] % 5:
        return None
    if before_day:
        return Found(index, minutes[1], (Clock(hour, minutes[0], ambiguous=True),))
    found = with_meridiem(tokens, index, minutes[1], Clock(hour, minutes[0], ambiguous=True))
    return found.needing(Evidence.PLACE) if tokens.word(found.end) in BOUNDARIES or found.end > minutes[1] else None
