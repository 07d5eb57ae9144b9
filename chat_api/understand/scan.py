"""Find what is recognisable in a message: an ordered list of readers, run over the tokens from left to right."""

from dataclasses import dataclass, replace
from typing import Final

from chat_api.understand.afterwards import moved_behind
from chat_api.understand.almanac import WEEK, plus
from chat_api.understand.bare_clocks import bare_answer
from chat_api.understand.bounds import read_bound
from chat_api.understand.clock_ranges import range_end, read_clock, read_range_start
from chat_api.understand.dates import read_day
from chat_api.understand.day_parts import read_part
from chat_api.understand.evidence import with_evidence
from chat_api.understand.facts import (
    Before,
    Clock,
    Context,
    Day,
    Duration,
    Elsewhere,
    Ends,
    Evidence,
    Facts,
    Found,
    Holidays,
    ListName,
    Offset,
    Part,
    Priority,
    Reader,
    Rule,
    Starts,
    Tag,
    Unsupported,
    Without,
)
from chat_api.understand.holidays import read_exception, read_holidays
from chat_api.understand.labels import read_priority, read_tag
from chat_api.understand.lists import read_list_name
from chat_api.understand.names import is_name
from chat_api.understand.offsets import read_before, read_offset
from chat_api.understand.quantities import duration, whole_number
from chat_api.understand.recurrence import read_recurrence
from chat_api.understand.sorting import only_clock, sort_facts
from chat_api.understand.text import Tokens
from chat_api.understand.vocabulary import DEADLINES
from chat_api.understand.words import BOUNDARIES, WEEKDAYS
from chat_api.understand.zones import read_zone

# The order is the grammar: the first that recognises something at a place has it.
READERS: Final[tuple[Reader, ...]] = (
    read_list_name,
    read_tag,
    read_priority,
    read_holidays,
    read_exception,
    read_recurrence,
    read_before,
    read_offset,
    read_range_start,
    read_day,
    read_clock,
    read_part,
    read_bound,
)
_MAX_HOUR: Final = 23
_TOWARDS_CLOCK: Final = frozenset({"from", "between", "at", "around", "about", "@", "by", "~", ","})
_TIMED: Final = (Day, Clock, Part, Offset, Starts, Ends)
_TAILS: Final = (
    ("at", "the", "very", "latest"), ("at", "the", "latest"), ("at", "latest"), ("the", "latest"), ("latest",),
    ("at", "the", "earliest"), ("at", "earliest"), ("or", "so"), ("or", "thereabouts"), ("sharp",), ("exactly",),
    ("on", "the", "dot"), ("on", "the", "nose"), ("onwards",), ("onward",),
    ("at", "some", "point"), ("at", "some", "time"), ("at", "any", "time"), ("some", "time"),
)  # fmt: skip
_DAYLIKE: Final = (Day, Rule, Part, Starts, Ends)
_NOON: Final = 12
_KINDS: Final[tuple[tuple[type, str], ...]] = (
    (Rule, "recurrence"),
    (Unsupported, "recurrence"),
    (Starts, "recurrence"),
    (Ends, "recurrence"),
    (Tag, "tag"),
    (Priority, "priority"),
    (ListName, "list"),
    (Holidays, "recurrence"),
    (Without, "recurrence"),
    (Elsewhere, "time"),
    (Before, "reminder"),
    (Clock, "time"),
    (Part, "time"),
)


@dataclass(frozen=True, slots=True)
class Scan:
    """What counts in a message: the facts and the token ranges they came from, connectors included."""

    facts: Facts
    found: tuple[Found, ...]


def kind_of(found: Found) -> str:
    """The name of a recognition's span."""
    return next((name for kind, name in _KINDS if isinstance(found.facts[0], kind)), "date")


def scan(tokens: Tokens, first: int, context: Context, *, last: int | None = None, asked: bool = False) -> Scan:
    """Read the tokens ``[first, last)``. Each token is looked at by each reader at most once.

    ``asked``: a time is expected here, so that "5" is an hour and "10 minutes" an offset.
    """
    stop = len(tokens) if last is None else last
    candidates: list[Found] = []
    place = first
    while place < stop:
        found = _beside_last(tokens, place, context, candidates) or next(
            (one for reader in READERS if (one := reader(tokens, place, context)) is not None), None
        )
        if found is None or found.end > stop:
            found = _hour_after_day(tokens, place, candidates) or _next_hour(tokens, place, candidates)
        if found is None and asked and not candidates:
            found = _answer(tokens, place, stop)
        if found is None or found.end > stop:
            place += 1
            continue
        found = moved_behind(tokens, _with_tail(tokens, found))
        candidates.append(found)
        place = found.end
    candidates = [
        found for found in candidates if not (is_name(tokens, found, first) or _is_topic(tokens, found, first))
    ]
    sure = with_evidence(tokens, candidates, first, stop)
    scanned = Scan(*sort_facts(tokens, sure, first, context.today))
    scanned.facts.midnight_ends = any(tokens.word(at) in DEADLINES for at in range(first, stop))
    owned = _owner(tokens, first, stop, context) if only_clock(scanned.facts) else None
    if owned is not None:
        scanned.facts.day = owned
    return scanned


def _is_topic(tokens: Tokens, found: Found, first: int) -> bool:
    """Whether a day is what it is about: "ask Ann about friday", "answer the email from yesterday"."""
    if tokens.phrase(found.end - 2, ("from", "yesterday")) and found.end - 2 > first:
        return True
    named = isinstance(found.facts[0], Day) and all(tokens.number(at) is None for at in range(found.start, found.end))
    led = tokens.word(found.start - 1) == "about" and found.start - 1 > first
    return named and led and tokens.word(found.start - 2) not in {"me", "us"}


def _owner(tokens: Tokens, first: int, stop: int, context: Context) -> Day | None:
    """The day of "prepare tomorrow's meeting at 9", "friday's call with Ann at 5": its words stay in the title."""
    for place in range(first, stop):
        word = tokens.word(place)
        weekday = WEEKDAYS.get(word.removesuffix("'s")) if word.endswith("'s") else None
        if word in {"tomorrow's", "tomorrows"}:
            return Day(plus(context.today, Duration(days=1)))
        if weekday is not None:
            return Day(plus(context.today, Duration(days=(weekday - context.today.weekday()) % WEEK or WEEK)))
    return None


def _with_tail(tokens: Tokens, found: Found) -> Found:
    """The same with the "at the latest", "sharp" or "onwards" that goes with a time."""
    if not isinstance(found.facts[0], _TIMED):
        return found
    length = next((len(words) for words in _TAILS if tokens.phrase(found.end, words)), 0)
    if not length and isinstance(found.facts[-1], Day) and found.facts[-1].by_name and _other_day(tokens, found.end):
        length = 2
    if tokens.word(found.end + length) not in BOUNDARIES and not tokens.digits(found.end + length):
        length = 0
    if not length and isinstance(found.facts[-1], Part) and tokens.phrase(found.end, ("first", "thing")):
        length = 2
    return replace(found, end=found.end + length) if length else found


def _other_day(tokens: Tokens, place: int) -> bool:
    """Whether a second day is named, "saturday or sunday": the first counts."""
    return tokens.word(place) in {"or", "and", "&", "/"} and tokens.word(place + 1) in WEEKDAYS


def _beside_last(tokens: Tokens, place: int, context: Context, candidates: list[Found]) -> Found | None:
    """What only the time before it makes one: the EST in "5pm EST", the 9.15 in "3 march by 9.15"."""
    zone = _zone_after_clock(tokens, place, context, candidates)
    if zone is not None or not candidates or tokens.word(place + 1) != "." or not tokens.digits(place):
        return zone
    day = candidates[-1].facts[-1]
    led = all(tokens.word(at) in _TOWARDS_CLOCK for at in range(candidates[-1].end, place))
    return read_clock(tokens, place, context) if isinstance(day, Day) and not day.by_name and led else None


def _zone_after_clock(tokens: Tokens, place: int, context: Context, candidates: list[Found]) -> Found | None:
    """The EST in "5pm EST"."""
    behind = bool(candidates) and candidates[-1].end == place and isinstance(candidates[-1].facts[-1], Clock)
    found = read_zone(tokens, place, context) if behind else None
    if found is None or tokens.word(found.end) not in {"-", "\u2013", "to"}:
        return found
    last = range_end(tokens, found.end + 1)
    if last is None:
        return found
    # "15:00 GMT - 18:00 GMT"
    again = read_zone(tokens, last.end, context)
    return found if again is None else replace(found, end=again.end)


def _answer(tokens: Tokens, place: int, stop: int) -> Found | None:
    length = duration(tokens, place)
    if length is not None:
        return Found(place, length[1], (Offset(length[0]),))
    found = bare_answer(tokens, place)
    at_end = found is not None and (found.end >= stop or tokens.word(found.end) in BOUNDARIES)
    return found if at_end else None


def _hour_after_day(tokens: Tokens, place: int, candidates: list[Found]) -> Found | None:
    """The 5 in "tomorrow 5": only right behind a day, and where nothing can be counted by it."""
    if not candidates or candidates[-1].end != place or not isinstance(candidates[-1].facts[0], _DAYLIKE):
        return None
    counted = whole_number(tokens, place)
    last = candidates[-1].facts[0]
    if isinstance(last, Ends) and last.count is not None:
        return None
    if counted is None or counted[0] > _MAX_HOUR or tokens.word(counted[1]) not in BOUNDARIES:
        return None
    if tokens.word(counted[1]) == ":" and tokens.glued(counted[1]) and tokens.digits(counted[1] + 1):
        # "tomorrow 1:1 with Ann"
        return None
    return Found(place, counted[1], (Clock(counted[0], ambiguous=1 <= counted[0] <= _NOON),), Evidence.NEIGHBOUR)


def _next_hour(tokens: Tokens, place: int, candidates: list[Found]) -> Found | None:
    """The 17 in "every day at 9 and 17"."""
    joined = tokens.word(place - 1) in {"and", ",", "&"}
    if (
        not joined
        or not candidates
        or candidates[-1].end != place - 1
        or not isinstance(candidates[-1].facts[0], Clock)
    ):
        return None
    repeats = any(token.lower in {"every", "each", "daily", "everyday"} for token in tokens)
    if not repeats and not any(isinstance(found.facts[0], Rule | Unsupported) for found in candidates):
        return None
    counted = whole_number(tokens, place)
    if counted is None or counted[0] > _MAX_HOUR:
        return None
    # "at 8, 14 and 20 pills": by now it is a row of hours
    before = len(candidates) > 1 and isinstance(candidates[-2].facts[-1], Clock)
    in_row = before and (counted[0] > _NOON or tokens.word(place - 1) in {"and", "&"})
    if tokens.word(counted[1]) not in BOUNDARIES and not in_row:
        return None
    return Found(place, counted[1], (Clock(counted[0], ambiguous=1 <= counted[0] <= _NOON),))
