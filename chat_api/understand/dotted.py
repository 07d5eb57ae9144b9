"""Days with dots: 24.12., 25.12, 15.-17.1.2027. The day comes first everywhere."""

from typing import Final

from chat_api.understand.almanac import LONGEST_MONTH, MONTHS_IN_YEAR, dated, day_of, yearless
from chat_api.understand.digits import day_and_month_of, pair_evidence, possible, weekday_before
from chat_api.understand.facts import Context, Day, Evidence, Found
from chat_api.understand.text import Tokens
from chat_api.understand.words import (
    NAMED_DAYS,
    PART_WORDS,
    TONIGHT,
    WEEKDAYS,
)

_YEAR_DIGITS: Final = 4
_TWO_DIGITS: Final = 2
_CENTURY: Final = 2000
_LAST_HOUR: Final = 23
_PUNCTUATION: Final = frozenset(",.!?:;)")
# What makes 13.06 a day; "at 13.06" is a time.
_BEFORE_DOTTED: Final = frozenset({"on", "by", "due", "until", "till", "before", "earliest", "since"})
_DAYLIKE: Final = NAMED_DAYS.keys() | TONIGHT
_STRETCH_JOINS: Final = frozenset({"-", "\u2013", "to"})


def read_dotted(tokens: Tokens, index: int, pair: tuple[int, int], context: Context) -> Found | None:
    """24.12. with its second full stop; 24.12 without, where it can be no time."""
    end = index + 4
    closed = tokens.word(end - 1) == "." and tokens.glued(end - 1) and not tokens.glued(end)
    led = tokens.word(index - 1) in _BEFORE_DOTTED
    at_end = closed and not tokens.word(end) and tokens.digits(index + 2) == _TWO_DIGITS
    if not closed or at_end:
        bare = _dotted_pair(tokens, index, pair, context, end=end if closed else end - 1)
        if bare is not None or not closed:
            return bare
    if not possible(*pair):
        return None
    certain = led or tokens.digits(index) == _TWO_DIGITS == tokens.digits(index + 2)
    found = yearless(index, end, pair[1], pair[0], context)
    return found.needing(pair_evidence(tokens, index, certain=certain))


def _dotted_pair(tokens: Tokens, index: int, pair: tuple[int, int], context: Context, *, end: int) -> Found | None:
    """ "on 13.06", "friday 7.6", "25.12": not what may be a time ("8.05 tomorrow", "at 10.10")."""
    if tokens.glued(index + 3) and tokens.word(index + 3) not in _PUNCTUATION:
        return None
    before, after = tokens.word(index - 1), tokens.word(end)
    weekday = weekday_before(tokens, index)
    day, month, remark = day_and_month_of(
        *pair, context, day_first=None if weekday is not None else True, weekday=weekday
    )
    if not possible(day, month) or before in {"at", "@"} or before in _DAYLIKE or after in _DAYLIKE | WEEKDAYS.keys():
        return None
    two = tokens.digits(index + 2) == _TWO_DIGITS
    if before in _BEFORE_DOTTED and (two or max(pair) > MONTHS_IN_YEAR):
        return yearless(index, end, month, day, context, remark=remark)
    if weekday is not None:
        matches = day_of(yearless(index, end, month, day, context)).weekday() == weekday
        return yearless(index, end, month, day, context) if matches else None
    if not two or tokens.digits(index) != _TWO_DIGITS or after in {"am", "pm", "h"}:
        return None
    # Alone, before a part of the day, or at the end with a first number that no clock shows.
    clock = tokens.number(end) is not None and tokens.word(end + 1) == ":" and tokens.glued(end + 1)
    counts = after in PART_WORDS or clock or (not after and (not before or pair[0] > _LAST_HOUR))
    return yearless(index, end, month, day, context) if counts else None


def read_dotted_stretch(tokens: Tokens, index: int, context: Context) -> Found | None:
    """15.-17.1.2027, 15-17.1., 5.8. - 16.8.: the first day."""
    opening = _stretch_start(tokens, index)
    closing = None if opening is None else _stretch_end(tokens, opening[2])
    if opening is None or closing is None:
        return None
    first, month, _ = opening
    last, last_month, year, end = closing
    closed = year is not None or tokens.word(end - 1) == "."
    # "10-11.30" is a stretch of time
    alone = not tokens.word(index - 1) and not tokens.word(end)
    if (last_month, last) <= (month or last_month, first) or not (closed or month is not None or alone):
        return None
    if year is not None:
        return dated(index, end, year, month or last_month, first)
    found = yearless(index, end, month or last_month, first, context)
    return found.needing(Evidence.PLACE) if isinstance(found.facts[0], Day) else None


def _stretch_start(tokens: Tokens, index: int) -> tuple[int, int | None, int] | None:
    """15, 15. or 15.1. and what joins it to the last day: the day, the month if one is named, where it ends."""
    first, place, month = tokens.number(index), index + 1, None
    if first is None or tokens.digits(index) > _TWO_DIGITS or not 1 <= first <= LONGEST_MONTH:
        return None
    if tokens.glued(index) and tokens.word(index - 1) != "(":
        return None
    if tokens.word(place) == "." and tokens.glued(place):
        place += 1
        if tokens.glued(place) and 0 < tokens.digits(place) <= _TWO_DIGITS:
            month = tokens.number(place)
            place += 2 if tokens.word(place + 1) == "." and tokens.glued(place + 1) else 1
    return (first, month, place + 1) if tokens.word(place) in _STRETCH_JOINS else None


def _stretch_end(tokens: Tokens, place: int) -> tuple[int, int, int | None, int] | None:
    """17.1, 17.1. or 17.1.2027: the day, the month, the year if one is named, where it ends."""
    last, month = tokens.number(place), tokens.number(place + 2)
    if last is None or month is None or tokens.word(place + 1) != "." or not possible(last, month):
        return None
    if not (tokens.glued(place + 1) and tokens.glued(place + 2)) or tokens.digits(place) > _TWO_DIGITS:
        return None
    end = place + 3
    if tokens.word(end) != "." or not tokens.glued(end):
        return last, month, None, end
    year = tokens.number(end + 1) if tokens.glued(end + 1) else None
    if year is None or tokens.digits(end + 1) not in {_TWO_DIGITS, _YEAR_DIGITS}:
        return last, month, None, end + 1
    return last, month, year + (_CENTURY if tokens.digits(end + 1) == _TWO_DIGITS else 0), end + 2
