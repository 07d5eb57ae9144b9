"""Parts of years, and years: "Q3 2027", "17q4", "H2 2027", "next summer", "in 2028": their first days.

The seasons begin at the solstices and equinoxes of the northern half: 20 March, 21 June, 22 September, 21 December.
"""

from datetime import date
from typing import Final

from chat_api.understand.almanac import read_year
from chat_api.understand.facts import Context, Day, Evidence, Found
from chat_api.understand.quantities import ordinal
from chat_api.understand.text import Tokens
from chat_api.understand.vocabulary import VERBS
from chat_api.understand.words import BOUNDARIES

_QUARTER: Final = 3
_HALF: Final = 6
_QUARTERS: Final = 4
_HALVES_IN_YEAR: Final = 2
_CENTURY: Final = 2000
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2999
_YEARS_AHEAD: Final = 20
_TWO_DIGITS: Final = 2
_YEAR_DIGITS: Final = 4
SEASONS: Final = {"spring": (3, 20), "summer": (6, 21), "fall": (9, 22), "autumn": (9, 22), "winter": (12, 21)}
_NEXT: Final = frozenset({"next", "coming", "upcoming", "following"})
_LEADS: Final = frozenset({"in", "by", "until", "till", "before", "during", "of", "from", "starting"})
# The first month of each part of a year.
_PARTS: Final = {f"q{number}": _QUARTER * (number - 1) + 1 for number in range(1, _QUARTERS + 1)}
_HALVES: Final = {"h1": 1, "h2": _HALF + 1}
_ALL_PARTS: Final = _PARTS | _HALVES
_QUARTER_WORDS: Final = frozenset({"quarter", "qtr"})
_CHRIST: Final = (("a", ".", "d", "."), ("ad",), ("a", ".", "d"))


def _part_of_year(tokens: Tokens, index: int, context: Context) -> Found | None:
    """Q3, Q3 2027, q4'27, 2018Q4, 17q4, the third quarter of 2027, H2 2027."""
    before = _year_before(tokens, index)
    if before is not None:
        return _dated(tokens, index, before[2], before[1], before[0])
    named = _named_part(tokens, index)
    if named is None:
        return None
    month, end, half = named
    written = read_year(tokens, end)
    year, stop = written if written[0] is not None else _short_year(tokens, end)
    if year is not None:
        return _dated(tokens, index, stop, year, month)
    if half:
        return None
    if tokens.phrase(end, ("of", "the", "year")) or tokens.phrase(end, ("of", "this", "year")):
        end += 3
    elif tokens.phrase(end, ("of", "next", "year")):
        return Found(index, end + 3, (Day(date(context.today.year + 1, month, 1)),), Evidence.PLACE)
    first = context.today.replace(month=month, day=1)
    if first < context.today:
        first = first.replace(year=first.year + 1)
    return _led(tokens, Found(index, end, (Day(first),)))


def part_of_year_at(tokens: Tokens, index: int, context: Context) -> tuple[date, int, int] | None:
    """The q1 or "second half of 2027" at this place: its first day, its length in months, and where it ends.

    Without a year it is the one that is not over.
    """
    named = _named_part(tokens, index)
    if named is None:
        return None
    month, end, half = named
    months = _HALF if half else _QUARTER
    written = read_year(tokens, end)
    year, stop = written if written[0] is not None else _short_year(tokens, end)
    if year is None:
        lead = end + 1 if tokens.word(end) == "of" else end
        if tokens.phrase(lead, ("next", "year")):
            year, stop = context.today.year + 1, lead + 2
        elif tokens.phrase(lead, ("this", "year")) or tokens.phrase(lead, ("the", "year")):
            year, stop = context.today.year, lead + 2
    if year is None:
        over = month + months <= context.today.month
        return date(context.today.year + (1 if over else 0), month, 1), months, end
    return date(year, month, 1), months, stop


def _named_part(tokens: Tokens, index: int) -> tuple[int, int, bool] | None:
    """The first month of the part that is named here, where its name ends, and whether it is a half."""
    word = tokens.word(index)
    if word in _ALL_PARTS:
        return _ALL_PARTS[word], index + 1, word in _HALVES
    named = ordinal(tokens, index + 1 if word == "the" else index)
    if named is not None and 1 <= named[0] <= _HALVES_IN_YEAR and tokens.word(named[1]) == "half":
        return _HALF * (named[0] - 1) + 1, named[1] + 1, True
    if named is None or not 1 <= named[0] <= _QUARTERS or tokens.word(named[1]) not in _QUARTER_WORDS:
        return None
    return _QUARTER * (named[0] - 1) + 1, named[1] + 1, False


def _year_before(tokens: Tokens, index: int) -> tuple[int, int, int] | None:
    """2018Q4, 2018 Q4, 2019-H2, 17q4: the first month, the year, and where it ends."""
    year, digits = tokens.number(index), tokens.digits(index)
    if year is None:
        return None
    place = index + 2 if tokens.word(index + 1) in {"-", "/"} else index + 1
    name, end = tokens.word(place), place + 1
    if name in {"q", "h"} and tokens.glued(end):
        # Behind digits, a letter and its digits are two tokens.
        name, end = f"{name}{tokens.number(end)}", end + 1
    month = _ALL_PARTS.get(name)
    if month is None or not (digits == _YEAR_DIGITS or (digits == _TWO_DIGITS and tokens.glued(index + 1))):
        return None
    year += _CENTURY if digits == _TWO_DIGITS else 0
    return (month, year, end) if _FIRST_YEAR <= year <= _LAST_YEAR else None


def _short_year(tokens: Tokens, index: int) -> tuple[int | None, int]:
    """The 27 of q4'27 and q4/27."""
    marked = tokens.word(index) in {"'", "/", "-"} and tokens.glued(index + 1)
    value = tokens.number(index + 1) if marked else None
    if value is None or tokens.digits(index + 1) != _TWO_DIGITS:
        return None, index
    return _CENTURY + value, index + 2


def _dated(tokens: Tokens, start: int, end: int, year: int, month: int) -> Found:
    """Sure where the message begins with it, and a verb or nothing follows."""
    opens = not tokens.word(start - 1) and tokens.word(end) in VERBS
    return Found(start, end, (Day(date(year, month, 1), past_meant=True),), Evidence.NONE if opens else Evidence.PLACE)


def _season(tokens: Tokens, index: int, context: Context) -> Found | None:
    """Next summer, in the spring, autumn 2027: the day it begins."""
    lead = tokens.word(index)
    place = index + 1 if lead in _NEXT | {"this", "the"} else index
    begins = SEASONS.get(tokens.word(place))
    if begins is None or tokens.word(place + 1) in {"break", "term", "school", "camp"}:
        return None
    year, end = read_year(tokens, place + 1)
    if year is not None:
        return Found(index, end, (Day(date(year, *begins), past_meant=True),), Evidence.PLACE)
    first = date(context.today.year, *begins)
    if first < context.today:
        first = first.replace(year=first.year + 1)
    found = Found(index, end, (Day(first),))
    return found if lead in _NEXT | {"this"} and tokens.word(end) in BOUNDARIES else _led(tokens, found)


def _led(tokens: Tokens, found: Found) -> Found | None:
    """Counted behind "in", "by"…, or where it is all that is said."""
    closed = tokens.word(found.end) in BOUNDARIES
    alone = not tokens.word(found.start - 1) and not tokens.word(found.end)
    return found if closed and (alone or tokens.word(found.start - 1) in _LEADS) else None


def _year(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "in 2028", "by 2030": years to come; one gone by is part of what is said ("written in 1984")."""
    led = tokens.word(index) in {"in", "by", "before", "during", "until"}
    value = tokens.number(index + 1) if led else None
    end = index + 2
    if value is None or tokens.digits(index + 1) != _YEAR_DIGITS:
        return None
    if not context.today.year < value <= context.today.year + _YEARS_AHEAD:
        return None
    era = next((len(words) for words in _CHRIST if tokens.phrase(end, words)), 0)
    end += era
    if tokens.word(end) not in BOUNDARIES or (tokens.glued(end) and tokens.word(end) in {"-", ":"}):
        return None
    return Found(index, end, (Day(date(value, 1, 1)),), Evidence.PLACE)


YEAR_READERS: Final = (_part_of_year, _season, _year)
YEAR_STARTS: Final = SEASONS.keys() | _PARTS.keys() | _HALVES.keys() | {"in", "by", "before", "during", "until"}
