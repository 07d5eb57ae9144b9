"""Times of day: "5pm", "17:00:20", "half past 7", "noon", "this evening", "at 4"."""

from typing import Final

from chat_api.understand.bare_clocks import (
    read_bare_hour,
    read_before_day,
    read_compact,
    read_hour_and_minutes,
    read_in_part,
    read_military,
)
from chat_api.understand.facts import Clock, Evidence, Found
from chat_api.understand.hundreds import HUNDREDS_STARTS, read_called_out
from chat_api.understand.meridiem import decimal_follows, inside_number, read_meridiem, with_meridiem
from chat_api.understand.quantities import whole_number
from chat_api.understand.text import Tokens
from chat_api.understand.vocabulary import APPOINTMENTS
from chat_api.understand.words import (
    BIBLE_NAMES,
    BOUNDARIES,
    CONNECTORS,
    HOUR_CONNECTORS,
    NAMED_DAYS,
    NAMED_HOURS,
    NO_CLOCK_AFTER,
    NOON,
    NUMBERS,
    PART_WORDS,
    TONIGHT,
    UNITS,
    WEEKDAYS,
)

_LAST_HOUR: Final = 23
_LAST_MINUTE: Final = 59
_NOON: Final = 12
_TWO_DIGITS: Final = 2
_QUARTER: Final = 15
_TO_MINUTES: Final = frozenset({5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55})
_DIRECTIONS: Final = frozenset({"past", "after", "to", "til", "till", "before"})
_NAMED_BY_FIRST: Final = {
    first: tuple(named for named in NAMED_HOURS if named[0][0] == first)
    for first in {words[0] for words, _ in NAMED_HOURS}
}
_STARTS: Final = NUMBERS.keys() | NOON | _NAMED_BY_FIRST.keys() | HUNDREDS_STARTS | {"midnight", "half", "quarter", "a"}
_O_CLOCK: Final = (("o'clock",), ("oclock",), ("o", "clock"), ("o", "'", "clock"), ("-", "ish"))
_MEASURES: Final = frozenset(
    [
        "%",
        "percent",
        "percentage",
        "points",
        "$",
        "€",
        "£",
        "dollars",
        "euro",
        "euros",
        "pounds",
        "km",
        "kg",
        "g",
        "l",
        "m",
        "miles",
        "litres",
        "liters",
        "degrees",
    ]
)


def may_begin(tokens: Tokens, index: int) -> bool:
    """Whether a time of day can begin with this token: most words are not worth asking every reader about."""
    word = tokens.word(index)
    return word in _STARTS or tokens.number(index) is not None


def single_clock(tokens: Tokens, index: int) -> Found | None:
    """A time of day without the end of its range."""
    return next((found for reader in CLOCK_READERS if (found := reader(tokens, index)) is not None), None)


def read_named_hour(tokens: Tokens, index: int) -> Found | None:
    for words, hour in _NAMED_BY_FIRST.get(tokens.word(index), ()):
        if tokens.phrase(index, words):
            if len(words) == len(tokens) and words[-1].endswith("time"):
                # "bed time" alone is no time to do something
                return None
            end = index + len(words)
            if words[0] == "at" and tokens.word(end) == "time":
                # "at dinner time"
                return Found(index, end + 1, (Clock(hour),), Evidence.PLACE)
            return Found(index, index + len(words), (Clock(hour),), Evidence.PLACE)
    start = index + 1 if tokens.number(index) == _NOON or tokens.word(index) == "twelve" else index
    word = tokens.word(start)
    if word in NOON:
        return Found(index, start + 1, (Clock(_NOON),), Evidence.PLACE)
    if word == "midnight":
        return Found(index, start + 1, (Clock(0),), Evidence.PLACE)
    return None


def read_spoken(tokens: Tokens, index: int, *, bare_half: bool = False) -> Found | None:
    """Half past 7, quarter to 5, ten past six, quarter of six, half 7 (British: 7:30)."""
    minute, place = spoken_minutes(tokens, index)
    direction = tokens.word(place)
    if minute is None:
        return None
    backwards = direction in {"to", "til", "till", "before"}
    if direction in _DIRECTIONS and (tokens.word(place + 1) in NOON or tokens.word(place + 1) == "midnight"):
        # "a quarter to noon"
        at_noon = _NOON if tokens.word(place + 1) in NOON else 0
        minutes = (at_noon or 24) * 60 - minute if backwards else at_noon * 60 + minute
        return Found(index, place + 2, (Clock(*divmod(minutes, 60), exact=True),), Evidence.PLACE)
    if direction in _DIRECTIONS:
        hour = whole_number(tokens, place + 1)
    elif direction == "of" and tokens.word(place - 1) == "quarter" and tokens.word(index - 1) in HOUR_CONNECTORS:
        hour, backwards = whole_number(tokens, place + 1), True
    elif tokens.word(index) == "half" and (bare_half or _half_alone(tokens, index, place)):
        hour, backwards = whole_number(tokens, place), False
    else:
        return None
    if hour is None or not 1 <= hour[0] <= _NOON or tokens.word(hour[1]) in UNITS:
        return None
    value, end = hour
    if backwards:
        value, minute = (value - 1) or _NOON, _LAST_MINUTE + 1 - minute
    found = with_meridiem(tokens, index, end, Clock(value, minute, ambiguous=True))
    # "invite 10 to 12 people"
    counts = tokens.number(index) is not None and tokens.word(index - 1) not in HOUR_CONNECTORS
    return found.needing(Evidence.PLACE) if counts and tokens.word(found.end) not in BOUNDARIES else found


def _half_alone(tokens: Tokens, index: int, place: int) -> bool:
    """Whether "half 7" is a time: behind "at", a day, or as all that is said."""
    before = tokens.word(index - 1)
    if before in HOUR_CONNECTORS:
        return True
    after_day = not before or before in WEEKDAYS.keys() | NAMED_DAYS.keys() | TONIGHT | PART_WORDS.keys()
    hour = whole_number(tokens, place)
    return after_day and hour is not None and tokens.word(hour[1]) in BOUNDARIES


def spoken_minutes(tokens: Tokens, index: int) -> tuple[int | None, int]:
    start = index + 1 if tokens.word(index) == "a" else index
    if tokens.word(start) in {"half", "quarter"}:
        # "half-past ten"
        hyphened = tokens.word(start + 1) == "-" and tokens.word(start + 2) in {"past", "to"}
        return 30 if tokens.word(start) == "half" else _QUARTER, start + 2 if hyphened else start + 1
    if tokens.phrase(start, ("five", "and", "twenty")):
        return (25, start + 3) if tokens.word(start + 3) in {"past", "to"} else (None, index)
    counted = whole_number(tokens, start)
    if counted is None or counted[0] > _LAST_MINUTE or counted[0] == 0:
        return None, index
    minute, end = counted
    if tokens.word(end) in {"min", "mins", "minutes", "minute"}:
        # "10 minutes before 5" is no clock here; "10 minutes to 5" is.
        return (minute, end + 1) if tokens.word(end + 1) in {"past", "to"} else (None, index)
    # "twenty after 4", but "call the 20 after 4"
    after = tokens.word(end) == "after" and (tokens.number(start) is None or tokens.word(index - 1) in HOUR_CONNECTORS)
    led = tokens.word(end) in {"past", "to"} or after
    return (minute, end) if minute in _TO_MINUTES and led else (None, index)


def read_written_clock(tokens: Tokens, index: int, *, ends_range: bool = False) -> Found | None:
    """17:00, 17:00:20, 5:30pm, 5.30pm, 17h30, 17h."""
    hour, separator = tokens.number(index), tokens.word(index + 1)
    if (
        hour is None
        or tokens.digits(index) > _TWO_DIGITS
        or not tokens.glued(index + 1)
        or (inside_number(tokens, index) and not ends_range)
    ):
        return None
    if separator == "h":
        return _french(tokens, index, hour)
    digits = _minute_and_second(tokens, index, separator)
    if digits is None:
        return None
    minute, second, end = digits
    dotted = separator == "." and read_meridiem(tokens, end) is None and tokens.word(index - 1) not in {"at", "@"}
    if tokens.word(index - 1) in NO_CLOCK_AFTER or _is_verse(tokens, index) or (dotted and minute > _LAST_MINUTE):
        return None
    ambiguous = (tokens.digits(index) < _TWO_DIGITS and hour >= 1) or hour == _NOON
    if (dotted and hour > _LAST_HOUR) or (separator == "." and tokens.word(end) in _MEASURES):
        return None
    # "8.20 tomorrow", but "pay 8.20"
    found = with_meridiem(tokens, index, end, Clock(hour, minute, second, ambiguous))
    # "lunch 12.30 with ann tomorrow"
    sure = not dotted or (tokens.word(index - 1) in APPOINTMENTS and minute % 5 == 0)
    return found if sure else found.needing(Evidence.NEIGHBOUR)


def _is_verse(tokens: Tokens, index: int) -> bool:
    """ "read john 3:16"."""
    return tokens.word(index - 1) in BIBLE_NAMES and tokens.word(index - 2) in {"read", "study", "memorise", "memorize"}


def _minute_and_second(tokens: Tokens, index: int, separator: str) -> tuple[int, int, int] | None:
    """What follows the hour, and where it ends; None when it is no clock or goes on like a number."""
    if separator not in {":", "."} or tokens.digits(index + 2) != _TWO_DIGITS or not tokens.glued(index + 2):
        return None
    minute, second, end = tokens.number(index + 2) or 0, 0, index + 3
    if tokens.word(end) == separator and tokens.digits(end + 1) == _TWO_DIGITS and tokens.glued(end + 1):
        second, end = tokens.number(end + 1) or 0, end + 2
    if tokens.glued(end) and (tokens.number(end) is not None or decimal_follows(tokens, end)):
        return None
    return minute, second, end


def _french(tokens: Tokens, index: int, hour: int) -> Found | None:
    minute, end = 0, index + 2
    if tokens.digits(end) == _TWO_DIGITS and tokens.glued(end):
        minute, end = tokens.number(end) or 0, end + 1
    if hour > _LAST_HOUR or minute > _LAST_MINUTE or tokens.word(end) == "m":
        return None
    evidence = Evidence.NONE if end > index + 2 else Evidence.CONNECTOR
    return Found(index, end, (Clock(hour, minute),), evidence)


def read_am_pm(tokens: Tokens, index: int) -> Found | None:
    """5pm, 5 p.m., five pm, five thirty pm."""
    counted = whole_number(tokens, index)
    if counted is None or tokens.digits(index) > _TWO_DIGITS or _follows_decimal_point(tokens, index):
        return None
    hour, end = counted
    minute = 0
    if tokens.word(index - 1) in NO_CLOCK_AFTER and (tokens.word(end) in {"a", "p"} or not tokens.glued(end)):
        return None
    if tokens.number(index) is None:
        spoken = whole_number(tokens, end)
        if spoken is not None and _NOON < spoken[0] <= _LAST_MINUTE and hour <= _NOON:
            minute, end = spoken
    meridiem = read_meridiem(tokens, end)
    spelled = tokens.word(end + 1) == "m" and index == 0 and len(tokens) == end + 2 and end == index + 1
    if meridiem is None or spelled:
        # "4 a m" alone are three letters.
        return None
    if tokens.word(end) == "am" and not tokens.glued(end) and tokens.word(index - 1) == "i":
        return None
    found = with_meridiem(tokens, index, end, Clock(hour, minute, ambiguous=True))
    # "10 am radios": apart from its number, and in front of a noun
    loose = tokens.word(end) == "am" and not tokens.glued(end) and index > 0
    goes_on = tokens.word(found.end) not in BOUNDARIES
    if goes_on and tokens.word(index - 1) == "the" and tokens.word(index - 2) not in HOUR_CONNECTORS:
        # "take the 9am pill"
        return found.needing(Evidence.NEIGHBOUR)
    followed = goes_on and tokens.word(index - 1) not in CONNECTORS
    return found.needing(Evidence.PLACE) if loose and followed else found


def _follows_decimal_point(tokens: Tokens, index: int) -> bool:
    return tokens.glued(index) and tokens.word(index - 1) in {".", ",", ":", "/"} and tokens.glued(index - 1)


def read_o_clock(tokens: Tokens, index: int) -> Found | None:
    counted = whole_number(tokens, index)
    if counted is None or not 0 < counted[0] <= _LAST_HOUR:
        return None
    hour, end = counted
    words = next((words for words in _O_CLOCK if tokens.phrase(end, words)), None)
    if words is not None:
        end += len(words)
    elif tokens.word(end) == "sharp" and tokens.word(end + 1) in BOUNDARIES and counted[0] <= _NOON:
        # "gates open 10 sharp"
        end += 1
    elif tokens.word(end) != "ish" or not tokens.glued(end):
        return None
    return with_meridiem(tokens, index, end, Clock(hour, ambiguous=True))


def with_tail(tokens: Tokens, found: Found) -> Found:
    """Take "ish", "sharp", "o'clock", "or so" and "at the latest" along."""
    end = found.end
    if tokens.word(end) == "-" and tokens.word(end + 1) == "ish":
        end += 2
    if tokens.word(end) in {"ish", "sharp", "exactly", "o'clock", "oclock"} or (
        tokens.word(end) in {"h", "hrs", "hours"} and tokens.number(end - 1) is not None
    ):
        end += 1
    for words in (("or", "so"), ("at", "the", "latest"), ("at", "the", "earliest"), ("on", "the", "dot"), ("latest",)):
        if tokens.phrase(end, words):
            end += len(words)
            break
    return Found(found.start, end, found.facts, found.evidence)


CLOCK_READERS: Final = (
    read_called_out,
    read_named_hour, read_spoken, read_written_clock, read_compact, read_am_pm, read_o_clock, read_in_part,
    read_hour_and_minutes, read_military, read_before_day, read_bare_hour,
)  # fmt: skip
