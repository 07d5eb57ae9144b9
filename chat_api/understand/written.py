"""Days with the name of a month: "3 March", "the 3rd of March 2027", "Mar 3", "12. September", "23/Sep/2027"."""

from datetime import date
from typing import Final

from chat_api.understand.almanac import (
    LONGEST_MONTH,
    MONTHS_IN_YEAR,
    dated,
    day_of,
    moved_year,
    plus,
    read_year,
    yearless,
)
from chat_api.understand.facts import Context, Day, Duration, Evidence, Found, Invalid
from chat_api.understand.quantities import ordinal
from chat_api.understand.text import Tokens
from chat_api.understand.words import BOUNDARIES, MONTH_NAMES, MONTHS, NUMBERS, PART_WORDS, WEEKDAY_NAMES, WEEKDAYS

_TWO_DIGITS: Final = 2
_YEAR_DIGITS: Final = 4
_CENTURY: Final = 2000
_LAST_CENTURY: Final = 1900
_LAST_HOUR: Final = 23
_YEARS_AHEAD: Final = 10
_MONTHS_AHEAD: Final = 60
_STRETCH_JOINS: Final = frozenset({"-", "\u2013", "to", "through"})
_DATE_JOINS: Final = frozenset({"-", "/"})
MONTH_LEADS: Final = frozenset({"in", "by", "before", "next", "this", "during", "coming", "month"})
# "may", "march"… are more often words than dates.
_AMBIGUOUS_MONTHS: Final = frozenset({"may", "march", "mar"})
# Alone these are people and words as well.
_NAMES_TOO: Final = frozenset({"may", "mar", "jan", "march"})
_SURE_MONTHS: Final = frozenset(MONTHS) - _AMBIGUOUS_MONTHS
_NO_DAY_BEFORE: Final = frozenset({"am", "pm", "%", "be"})


def read_written(tokens: Tokens, index: int, context: Context) -> Found | None:
    """3 March, the 3rd of March 2027, March 3rd, Mar 3, 2027, 2027 March 3; a weekday may stand before it."""
    place = index
    weekday = WEEKDAYS.get(tokens.word(index))
    if weekday is not None:
        place += 1
        while tokens.word(place) in {",", ".", "the", "on", "-", "("} and place < index + 4:
            place += 1
    elif tokens.word(index) in {"the", "next"}:
        place += 1
    found = _year_first(tokens, place) if weekday is None else None
    if found is not None:
        year, month, day, end = found
        return dated(index, end, year, month, day)
    pair = day_and_month(tokens, place)
    if pair is None:
        return None if weekday is None else _weekday_and_number(tokens, index, place, weekday, context)
    day, month, end = pair
    written = _with_weekday(tokens, _in_year(tokens, index, end, (month, day), context), weekday)
    # "thursday (3 dec)"
    bracketed = weekday is not None and tokens.word(place - 1) == "(" and tokens.word(written.end) == ")"
    return Found(index, written.end + 1, written.facts, written.evidence) if bracketed else written


def _with_weekday(tokens: Tokens, found: Found, weekday: int | None) -> Found:
    """The same, or a refusal when the named weekday is another; one that follows goes with it."""
    if not isinstance(found.facts[0], Day):
        return found
    day, end = day_of(found), found.end
    after = end + 1 if tokens.word(end) in {",", "("} else end
    if weekday is None and WEEKDAYS.get(tokens.word(after)) == day.weekday():
        return Found(found.start, after + 1, found.facts, found.evidence)
    if weekday is None or day.weekday() == weekday:
        return found
    true_name = WEEKDAY_NAMES[day.weekday()]
    reason = f"{day.day} {MONTH_NAMES[day.month]} {day.year} is a {true_name}, not a {WEEKDAY_NAMES[weekday]}."
    return Found(found.start, end, (Invalid(reason, guess=day),))


def _in_year(tokens: Tokens, start: int, end: int, pair: tuple[int, int], context: Context) -> Found:
    """This day in the year that is named, else the next one."""
    month, day = pair
    year, stop = read_year(tokens, end)
    if year is None:
        year, stop = _short_year(tokens, end, context)
    if year is None:
        year, stop = _spoken_year(tokens, end)
    if year is not None:
        return dated(start, stop, year, month, day)
    moved = moved_year(tokens, end, context)
    if moved is not None:
        return yearless(start, moved[1], month, day, moved[0])
    return yearless(start, end, month, day, context)


def _short_year(tokens: Tokens, end: int, context: Context) -> tuple[int | None, int]:
    """A year of two digits: after an apostrophe or what joined the day and the month; else one that is no hour."""
    place = end + 1 if tokens.word(end) in {"'", "-", "/", ","} else end
    marked = tokens.word(end) == "'" or (tokens.word(end) in _DATE_JOINS and tokens.glued(end) and tokens.glued(place))
    value = tokens.number(place)
    if value is None or tokens.digits(place) != _TWO_DIGITS or tokens.word(place + 1) not in BOUNDARIES:
        return None, end
    if tokens.glued(place + 1) and tokens.word(place + 1) in {":", "-", "/"}:
        return None, end
    if marked:
        return value + (_CENTURY if value < context.today.year % 100 + _YEARS_AHEAD * 4 else _LAST_CENTURY), place + 1
    if place != end or not 0 <= value - context.today.year % 100 <= _YEARS_AHEAD:
        return None, end
    return value + _CENTURY, place + 1


def _spoken_year(tokens: Tokens, end: int) -> tuple[int | None, int]:
    """ "two thousand and thirty two", "twenty twenty seven"."""
    if tokens.phrase(end, ("two", "thousand")):
        place = end + 3 if tokens.word(end + 2) == "and" else end + 2
        base = _CENTURY
    elif tokens.word(end) == "twenty" and tokens.word(end + 1) in {"twenty", "thirty", "forty"}:
        place, base = end + 1, _CENTURY
    else:
        return None, end
    value = NUMBERS.get(tokens.word(place))
    if value is None:
        return (base, place) if place > end + 1 else (None, end)
    ones = NUMBERS.get(tokens.word(place + 1), 0)
    if value >= 20 and 0 < ones < 10:  # noqa: PLR2004 - "thirty two"
        return base + value + ones, place + 2
    return base + value, place + 1


def _year_first(tokens: Tokens, index: int) -> tuple[int, int, int, int] | None:
    """2027 March 3, 2027/Mar/3, 2027-Mar-03: the year, the month, the day and where they end."""
    year = tokens.number(index)
    if year is None or tokens.digits(index) != _YEAR_DIGITS or not _LAST_CENTURY <= year < _LAST_CENTURY + 1100:
        return None
    place = index + 2 if tokens.word(index + 1) in _DATE_JOINS | {","} else index + 1
    if tokens.word(place) in MONTHS:
        pair = day_and_month(tokens, place)
        return None if pair is None else (year, pair[1], pair[0], pair[2])
    # 2027/23/Sep
    day, month = tokens.number(place), MONTHS.get(tokens.word(place + 2))
    if place == index + 1 or day is None or month is None or tokens.word(place + 1) not in _DATE_JOINS:
        return None
    return year, month, day, place + 3


def _weekday_and_number(tokens: Tokens, index: int, place: int, weekday: int, context: Context) -> Found | None:
    """ "monday the 30th", "mon 30th", "on monday 30": the next 30th that is a monday."""
    named = ordinal(tokens, place)
    number = tokens.number(place)
    if named is None and number is not None and number > _LAST_HOUR and tokens.word(place + 1) in BOUNDARIES:
        # "monday 30" is a day, "monday 21" an hour
        named = (number, place + 1) if number <= LONGEST_MONTH and not tokens.glued(place + 1) else None
        if named is None and number <= LONGEST_MONTH and tokens.word(place + 1) in {",", ".", "!", "?", ")"}:
            named = (number, place + 1)
    if named is None or named[0] < 1 or tokens.word(named[1]) in {"of", "-"}:
        return None
    if tokens.number(place) is None and tokens.word(place - 1) != "the":
        return None
    day = context.today
    first = day.replace(day=1)
    for ahead in range(_MONTHS_AHEAD):
        month = plus(first, Duration(months=ahead))
        candidate = _day_in(month, named[0])
        if candidate is not None and candidate >= context.today and candidate.weekday() == weekday:
            end = named[1] + 1 if tokens.word(named[1]) == ")" else named[1]
            return Found(index, end, (Day(candidate),))
    return None


def _day_in(month: date, number: int) -> date | None:
    try:
        return month.replace(day=number)
    except ValueError:
        return None


def day_and_month(tokens: Tokens, index: int) -> tuple[int, int, int] | None:
    """The day, the month and where they end; the day may be impossible. Of a stretch the first day."""
    month = MONTHS.get(tokens.word(index))
    if month is not None:
        return _month_then_day(tokens, index, month)
    day = _day_number(tokens, index)
    if day is None:
        return None
    value, end = day
    between = tokens.word(end) in {"and", "&"} and tokens.word(index - 1) == "between"
    if (
        between
        or tokens.word(end) in _STRETCH_JOINS
        or (tokens.word(end) == "." and tokens.word(end + 1) in _STRETCH_JOINS)
    ):
        # "21-23 december", "the 7th to the 9th of december", "11.-13. september"
        place = end + 2 if tokens.word(end) == "." else end + 1
        second = _day_number(tokens, place + 1 if tokens.word(place) == "the" else place)
        if second is not None and second[0] > value and tokens.word(_past_of(tokens, second[1])) in MONTHS:
            end = second[1]
    end = _past_of(tokens, end)
    month = MONTHS.get(tokens.word(end))
    if month is None:
        return None
    abbreviated = tokens.word(end + 1) == "." and tokens.glued(end + 1) and bool(tokens.word(end + 2))
    return value, month, end + 2 if abbreviated else end + 1


def _month_then_day(tokens: Tokens, index: int, month: int) -> tuple[int, int, int] | None:
    place = index + 1
    while tokens.word(place) in {".", "the"}:
        place += 1
    if tokens.word(place) in _DATE_JOINS and tokens.glued(place) and tokens.glued(place + 1):
        # "aug-20", "nov/2"
        place += 1
    day = _day_number(tokens, place) or _spoken_day(tokens, place)
    # "March 5pm" and "May 3:00" are no days.
    hour_of_clock = (
        tokens.word(place + 1) == ":" and tokens.digits(place + 2) == _TWO_DIGITS and tokens.glued(place + 2)
    )
    if day is None or tokens.word(day[1]) in _NO_DAY_BEFORE or hour_of_clock:
        return None
    if tokens.glued(index + 1) and place == index + 1 and not _closes(tokens, day[1]):
        # "install nov8 build"
        return None
    return day[0], month, _stretch_end(tokens, day)


def _closes(tokens: Tokens, end: int) -> bool:
    """Whether a day that is glued to its month ends here."""
    return tokens.word(end) in BOUNDARIES | PART_WORDS.keys() or tokens.number(end) is not None


def _stretch_end(tokens: Tokens, day: tuple[int, int]) -> int:
    """Where "dec 20-23", "feb 12 to 15th", "oct 2 until 5" ends, after its first day."""
    first, end = day
    glued = tokens.word(end) in {"-", "\u2013"} and tokens.glued(end + 1)
    if not glued and tokens.word(end) not in _STRETCH_JOINS | {"until", "till"}:
        return end
    place = end + 2 if tokens.word(end + 1) == "the" else end + 1
    last = _day_number(tokens, place)
    if last is None or not first < last[0] <= LONGEST_MONTH or tokens.digits(place) > _TWO_DIGITS:
        return end
    closes = tokens.word(last[1]) not in {":", "am", "pm", "-", "/"} and tokens.word(last[1]) not in MONTHS
    sure = glued or last[1] > place + 1 or tokens.word(last[1]) in BOUNDARIES
    return last[1] if closes and sure else end


def _spoken_day(tokens: Tokens, index: int) -> tuple[int, int] | None:
    """The number in "May twenty nine"."""
    tens = NUMBERS.get(tokens.word(index))
    if tens not in {20, 30}:
        return None
    ones = NUMBERS.get(tokens.word(index + 1), 0)
    if not 0 < ones < 10 or tens + ones > LONGEST_MONTH:  # noqa: PLR2004
        return tens, index + 1
    return tens + ones, index + 2


def _past_of(tokens: Tokens, end: int) -> int:
    while tokens.word(end) in {"of", "-", "/"} or (tokens.word(end) == "." and tokens.word(end + 1) in MONTHS):
        end += 1
    return end


def _day_number(tokens: Tokens, index: int) -> tuple[int, int] | None:
    number = tokens.number(index)
    if number is not None and tokens.digits(index) <= _TWO_DIGITS:
        suffixed = tokens.glued(index + 1) and tokens.word(index + 1) in {"st", "nd", "rd", "th"}
        if tokens.glued(index + 1) and not suffixed and tokens.word(index + 1) in {"pm", "am", "h", "m", ":"}:
            return None
        return number, index + 2 if suffixed else index + 1
    named = ordinal(tokens, index)
    return named if named is not None and named[0] > 0 else None


def read_month(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "in March", "by June 2027", "next march", "March 2027": its first day."""
    lead = tokens.word(index)
    place = index + 1 if lead in MONTH_LEADS else index
    if tokens.word(place) == "of" and lead == "month":
        place += 1
    if lead == "in" and tokens.word(place) in {"the", "a"} and tokens.word(place + 1) in _SURE_MONTHS:
        place += 1
    if lead == "this" and tokens.word(place) == "may":
        # "this may or may not"
        return None
    found = month_at(tokens, place, context)
    if found is None:
        return None
    found = Found(index, found.end, found.facts)
    if place > index:
        return _running(tokens, found, place, context) if lead in {"in", "this", "during"} else found
    if found.end > place + 1:
        return found.needing(Evidence.PLACE)
    # Alone it is a name or a verb as well ("May", "march with the band"): only where it is all that is said.
    end = found.end
    alone = not tokens.word(index - 1) and all(tokens.word(at) in {"", ".", "!", "?"} for at in (end, end + 1))
    return found if alone and (tokens.word(index) not in _NAMES_TOO or _written_out(tokens, index)) else None


def _running(tokens: Tokens, found: Found, place: int, context: Context) -> Found:
    """The last day of the month where "in march" is said in it: the next one is a year away, and is not meant."""
    first = context.today.replace(day=1)
    if found.end > place + 1 or MONTHS.get(tokens.word(place)) != first.month or day_of(found) < context.today:
        return found
    return Found(found.start, found.end, (Day(plus(first, Duration(months=1, days=-1))),))


def _written_out(tokens: Tokens, index: int) -> bool:
    """ "March", but not "march" or "Mar": alone, the full name with its capital is the month."""
    return tokens[index].text in MONTH_NAMES


def month_at(tokens: Tokens, place: int, context: Context) -> Found | None:
    """The first day of the month that is named here, with its year if one follows."""
    month = MONTHS.get(tokens.word(place))
    if month is None or day_and_month(tokens, place) is not None:
        # "until dec 24" is read from "dec" on
        return None
    year, end = read_year(tokens, place + 1)
    if year is None:
        year, end = _short_year(tokens, place + 1, context) if tokens.word(place + 1) == "'" else (None, place + 1)
    if year is not None:
        return dated(place, end, year, month, 1)
    if tokens.word(place) in _AMBIGUOUS_MONTHS and tokens.word(end) not in BOUNDARIES:
        return None
    moved = moved_year(tokens, end, context)
    if moved is not None:
        return yearless(place, moved[1], month, 1, moved[0])
    found = yearless(place, end, month, 1, context)
    if tokens.phrase(end, ("after", "next")):
        return Found(place, end + 2, (Day(plus(day_of(found), Duration(months=MONTHS_IN_YEAR))),))
    return found
