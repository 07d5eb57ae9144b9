"""Numbers, ordinals and lengths of time, in digits and in words."""

from typing import Final

from chat_api.understand.facts import Duration
from chat_api.understand.text import Tokens
from chat_api.understand.words import (
    LAST,
    LOOSE_NUMBERS,
    NUMBERS,
    ORDINAL_ENDINGS,
    ORDINALS,
    SHORT_UNITS,
    TENS,
    UNITS,
)

_MINUTES_IN_HOUR: Final = 60
_SECONDS_IN_DAY: Final = 86_400
_MAX_DAY: Final = 31
_TEN: Final = 10
_PIECES: Final = 6
_HALF_A_MONTH: Final = 15
_MORE: Final = frozenset({"next", "more", "additional", "full", "whole", "short", "extra"})
_FROM_LAST: Final = (("last",), ("to", "last"), ("to", "the", "last"), ("from", "last"), ("from", "the", "last"))
_MOST_FROM_LAST: Final = 5


def whole_number(tokens: Tokens, index: int) -> tuple[int, int] | None:
    """A whole number ("20", "twenty five", "twenty-five") and where it ends."""
    return tokens.remembered(_whole_number, index)


def _whole_number(tokens: Tokens, index: int) -> tuple[int, int] | None:
    word, follows = tokens.word(index), tokens.word(index + 1)
    if follows == "hundred" and (word == "a" or 0 < NUMBERS.get(word, 0) < _TEN):
        # "a hundred and twenty"
        hundreds = 100 * NUMBERS.get(word, 1)
        rest = below_hundred(tokens, index + 3 if tokens.word(index + 2) == "and" else index + 2)
        return (hundreds, index + 2) if rest is None else (hundreds + rest[0], rest[1])
    return below_hundred(tokens, index)


def below_hundred(tokens: Tokens, index: int) -> tuple[int, int] | None:
    """A whole number in words up to 99, or in digits, and where it ends."""
    value = tokens.number(index)
    if value is not None:
        return value, index + 1
    value = NUMBERS.get(tokens.word(index))
    if value is None:
        return None
    if value in TENS:
        skip = index + 2 if tokens.word(index + 1) == "-" else index + 1
        ones = NUMBERS.get(tokens.word(skip), 0)
        if 0 < ones < _TEN:
            return value + ones, skip + 1
    return value, index + 1


def ordinal(tokens: Tokens, index: int) -> tuple[int, int] | None:
    """An ordinal from 1 to 31 ("3rd", "third"; "last" as -1, "second to last" as -2) and where it ends."""
    return tokens.remembered(_ordinal, index)


def _ordinal(tokens: Tokens, index: int) -> tuple[int, int] | None:
    word = tokens.word(index)
    if word in {"last", "final"}:
        return LAST, index + 1
    if word == "penultimate":
        return LAST - 1, index + 1
    found = _counted_ordinal(tokens, index)
    return found and _from_last(tokens, *found)


def _from_last(tokens: Tokens, value: int, end: int) -> tuple[int, int]:
    """ "second to last", "3rd last", "2nd to the last": counted from the end, as -2 and -3."""
    for words in _FROM_LAST:
        if value <= _MOST_FROM_LAST and tokens.phrase(end, words):
            return -value, end + len(words)
    return value, end


def _counted_ordinal(tokens: Tokens, index: int) -> tuple[int, int] | None:
    word = tokens.word(index)
    if word in {"twenty", "thirty"}:
        skip = index + 2 if tokens.word(index + 1) == "-" else index + 1
        ones = ORDINALS.get(tokens.word(skip), 0)
        value = NUMBERS[word] + ones
        return (value, skip + 1) if 0 < ones < _TEN and value <= _MAX_DAY else None
    if word in ORDINALS:
        return ORDINALS[word], index + 1
    number = tokens.number(index)
    if number is not None and tokens.word(index + 1) in ORDINAL_ENDINGS and tokens.glued(index + 1):
        return (number, index + 2) if 1 <= number <= _MAX_DAY else None
    return None


def duration(tokens: Tokens, index: int, *, count: int | None = None) -> tuple[Duration, int] | None:
    """A length of time ("an hour and a half", "1h30", "2 days and 3 hours") and where it ends.

    ``count``: how many it is; only the unit stands here.
    """
    if count is not None:
        unit = _unit(tokens, index)
        total = _times(unit, 2 * count) if unit is not None else None
        return None if total is None else (total, index + 1)
    return tokens.remembered(_duration, index)


def _duration(tokens: Tokens, index: int) -> tuple[Duration, int] | None:
    first = _piece(tokens, index)
    if first is None:
        return None
    total, end = first
    for _ in range(_PIECES):
        following = end
        while tokens.word(following) in {"and", ",", "&"}:
            following += 1
        more = _piece(tokens, following) or _bare_rest(tokens, following, total, joined=following > end)
        if more is None:
            break
        total, end = total + more[0], more[1]
    return total, end


def _bare_rest(tokens: Tokens, index: int, total: Duration, *, joined: bool) -> tuple[Duration, int] | None:
    """The "ten" of "an hour and ten": minutes, where nothing can be counted by it."""
    # "1hr 15" as well as "an hour and ten"
    quarters = (tokens.number(index) or 0) in {5, 10, 15, 20, 30, 40, 45, 50}
    counted = whole_number(tokens, index) if total.seconds and (joined or quarters) else None
    whole_hours = total.seconds % (_MINUTES_IN_HOUR * _MINUTES_IN_HOUR) == 0
    if counted is None or not whole_hours or not 0 < counted[0] < _MINUTES_IN_HOUR:
        return None
    if tokens.word(counted[1]) not in {"", ".", "!", "?", ","} or tokens.glued(counted[1]):
        return None
    return Duration(seconds=counted[0] * _MINUTES_IN_HOUR), counted[1]


def separate_lengths(tokens: Tokens, index: int) -> tuple[Duration, ...]:
    """The lengths of "a day and an hour": two, where "and" joins days with hours; "an hour and 30 minutes" is one."""
    lengths: list[Duration] = []
    place = index
    for _ in range(_PIECES + 1):
        piece = _piece(tokens, place)
        if piece is None:
            break
        amount, end = piece
        joined = tokens.word(place - 1) in {"and", "&"} and place > index
        if lengths and not (joined and (not lengths[-1].seconds) != (not amount.seconds)):
            lengths[-1] += amount
        else:
            lengths.append(amount)
        place = end
        while tokens.word(place) in {"and", ",", "&"}:
            place += 1
    return tuple(lengths)


def _piece(tokens: Tokens, index: int) -> tuple[Duration, int] | None:
    return tokens.remembered(_read_piece, index)


def _read_piece(tokens: Tokens, index: int) -> tuple[Duration, int] | None:
    return (
        _fraction_of_hour(tokens, index)
        or _half_a_year(tokens, index)
        or _fraction(tokens, index)
        or _hours_and_minutes(tokens, index)
        or _counted(tokens, index)
    )


def _hours_and_minutes(tokens: Tokens, index: int) -> tuple[Duration, int] | None:
    """1:30 hours."""
    hours, minutes = tokens.number(index), tokens.number(index + 2)
    together = tokens.word(index + 1) == ":" and tokens.glued(index + 1) and tokens.glued(index + 2)
    if hours is None or minutes is None or not together or tokens.word(index + 3) not in {"h", "hr", "hrs", "hours"}:
        return None
    return Duration(seconds=(hours * _MINUTES_IN_HOUR + minutes) * _MINUTES_IN_HOUR), index + 4


def _fraction_of_hour(tokens: Tokens, index: int) -> tuple[Duration, int] | None:
    """Half an hour, a quarter of an hour, three quarters of an hour."""
    if tokens.word(index) not in {"half", "a", "quarter", "three", "\u00bd"}:
        return None
    for words, minutes in (
        (("\u00bd", "an", "hour"), 30),
        (("\u00bd", "hour"), 30),
        (("half", "an", "hour"), 30),
        (("half", "a", "hour"), 30),
        (("half", "hour"), 30),
        (("a", "half", "hour"), 30),
        (("a", "half", "an", "hour"), 30),
        (("half", "a", "minute"), 0.5),
        (("half", "a", "day"), 720),
        (("half", "day"), 720),
        (("a", "quarter", "of", "an", "hour"), 15),
        (("quarter", "of", "an", "hour"), 15),
        (("a", "quarter", "hour"), 15),
        (("quarter", "hour"), 15),
        (("three", "quarters", "of", "an", "hour"), 45),
        (("three", "-", "quarters", "of", "an", "hour"), 45),
        (("three", "quarter", "hour"), 45),
    ):
        if tokens.phrase(index, words):
            return Duration(seconds=int(minutes * 60)), index + len(words)
    return None


def _half_a_year(tokens: Tokens, index: int) -> tuple[Duration, int] | None:
    """Half a year, half a month."""
    start = index + 1 if tokens.word(index) == "a" else index
    if tokens.word(start) != "half":
        return None
    place = start + 2 if tokens.word(start + 1) in {"a", "an"} else start + 1
    if tokens.word(place) == "year":
        return Duration(months=6), place + 1
    return (Duration(days=_HALF_A_MONTH), place + 1) if tokens.word(place) == "month" else None


def _fraction(tokens: Tokens, index: int) -> tuple[Duration, int] | None:
    """1/2 h, 3/4 hour, 15' (minutes)."""
    above, below = tokens.number(index), tokens.number(index + 2)
    if above is not None and tokens.word(index + 1) == "'" and tokens.glued(index + 1) and not tokens.glued(index + 2):
        return Duration(seconds=above * _MINUTES_IN_HOUR), index + 2
    if above is None or below not in {2, 3, 4} or tokens.word(index + 1) != "/" or above >= below:
        return None
    place = index + 4 if tokens.phrase(index + 3, ("of",)) else index + 3
    place += 1 if tokens.word(place) in {"a", "an"} else 0
    if tokens.word(place) not in {"h", "hr", "hour", "hours", "hrs"}:
        return None
    return Duration(seconds=_MINUTES_IN_HOUR * _MINUTES_IN_HOUR * above // below), place + 1


def _counted(tokens: Tokens, index: int) -> tuple[Duration, int] | None:
    counted = _count(tokens, index)
    if counted is None:
        return None
    halves, place = counted
    if tokens.phrase(place, ("and", "a", "half")) or tokens.phrase(place, ("and", "half")):
        halves += 1
        place += 3 if tokens.word(place + 1) == "a" else 2
    if tokens.word(place) in _MORE and tokens.word(place + 1) in UNITS:
        # "in 2 more minutes"
        place += 1
    upper = whole_number(tokens, place + 1) if tokens.word(place) in {"-", "\u2013", "to", "or"} else None
    if upper is not None and tokens.word(upper[1]) in UNITS and halves < 2 * upper[0]:
        # "in 2-3 hours": the sooner
        place = upper[1]
    unit = _unit(tokens, place)
    if unit is None:
        return None
    end = place + 1
    if tokens.phrase(end, ("or", "two")):
        end += 2
    if tokens.word(end) == "'" and tokens.glued(end):
        # "in 3 days' time"
        end += 1
    if tokens.phrase(end, ("and", "a", "half")):
        halves += 1
        end += 3
    total = _times(unit, halves)
    if total is None:
        return None
    rest = tokens.number(end)
    if unit == SHORT_UNITS["h"] and rest is not None and tokens.glued(end) and rest < _MINUTES_IN_HOUR:
        # "1h30", with or without a unit after the minutes
        end += 2 if tokens.glued(end + 1) and tokens.word(end + 1) in {"m", "min", "mins"} else 1
        total += Duration(seconds=rest * _MINUTES_IN_HOUR)
    return total, end


def _count(tokens: Tokens, index: int) -> tuple[int, int] | None:
    """How many, in halves; "a", "an", "1.5", "a couple of", "the next"."""
    start = index + 1 if tokens.word(index) == "a" else index
    if tokens.word(start) in LOOSE_NUMBERS:
        end = start + 2 if tokens.word(start + 1) == "of" else start + 1
        return 2 * LOOSE_NUMBERS[tokens.word(start)], end
    if tokens.word(index) in {"a", "an"} and tokens.word(index + 1) != "hundred":
        return 2, index + 1
    counted = whole_number(tokens, index)
    if counted is None:
        return None
    value, end = counted
    if tokens.word(end) in {".", ","} and tokens.glued(end) and tokens.glued(end + 1) and tokens.number(end + 1) == 5:  # noqa: PLR2004
        return 2 * value + 1, end + 2
    if tokens.word(end) == "½":
        return 2 * value + 1, end + 1
    if tokens.word(end) == "-" and tokens.word(end + 1) in UNITS:
        end += 1
    return 2 * value, end


def _unit(tokens: Tokens, index: int) -> tuple[int, int, int] | None:
    word = tokens.word(index)
    if word in SHORT_UNITS and tokens.number(index - 1) is not None and tokens.glued(index):
        return SHORT_UNITS[word]
    return UNITS.get(word.removesuffix("'s").removesuffix("'"))


def _times(unit: tuple[int, int, int], halves: int) -> Duration | None:
    months, days, seconds = (part * halves for part in unit)
    if months % 2:
        return Duration(months=months // 2, days=_HALF_A_MONTH)
    if days % 2 and unit[1] > 1:
        # "a week and a half" is a day, not an hour
        return Duration(days=days // 2 + 1)
    if days % 2:
        return Duration(days=days // 2, seconds=_SECONDS_IN_DAY // 2)
    return Duration(months=months // 2, days=days // 2, seconds=-(-seconds // 2))
