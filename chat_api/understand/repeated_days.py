"""The days that a recurrence names: lists of weekdays, of days of the month, of months."""

from typing import Final

from chat_api.understand.facts import (
    Rule,
)
from chat_api.understand.quantities import ordinal, whole_number
from chat_api.understand.text import Tokens
from chat_api.understand.words import (
    BOUNDARIES,
    MONTHS,
    WEEKDAY_CODES,
    WEEKDAY_PLURALS,
    WEEKDAYS,
)

# Nobody names more days than two weeks have; every place may start a list of them.
_MOST_DAYS: Final = 14

_MAX_INTERVAL: Final = 1000

_SECOND: Final = 2

_WEEK: Final = 7

# Sorts the last day behind all others.
_AFTER_ALL_DAYS: Final = 100

_WORKDAY_PHRASES: Final = (
    ("business", "day"),
    ("working", "day"),
    ("work", "day"),
    ("week", "day"),
    ("business", "days"),
    ("working", "days"),
    ("work", "days"),
    ("school", "day"),
    ("school", "days"),
)

_JOINS: Final = frozenset({",", "and", "&", "/", "or", "+", "n"})


def month_names(tokens: Tokens, place: int) -> tuple[tuple[int, ...], int]:
    """A list of months that starts here: "january, april and july"."""
    months: list[int] = []
    end = place
    while tokens.word(end) in MONTHS and len(months) < _MOST_DAYS:
        months.append(MONTHS[tokens.word(end)])
        end += 1
        following = end
        while tokens.word(following) in _JOINS:
            following += 1
        if following == end or tokens.word(following) not in MONTHS:
            break
        end = following
    return tuple(sorted(set(months))), end


def days_of_months(tokens: Tokens, place: int) -> tuple[Rule, int] | None:
    """ "20th and 30th of august"."""
    days, end = read_month_days(tokens, place)
    if len(days) <= 1 or tokens.word(end) not in {"of", "in"}:
        return None
    months, stop = month_names(tokens, end + 1)
    return (Rule("YEARLY", months=months, month_days=days), stop) if months else None


def workday_end(tokens: Tokens, place: int) -> int:
    """Where "workday", "business day"… ends, or 0."""
    if tokens.word(place) in {"weekday", "weekdays", "workday", "workdays", "schoolday", "schooldays"}:
        return place + 1
    for words in _WORKDAY_PHRASES:
        if tokens.phrase(place, words):
            return place + len(words)
    return 0


def several_weekdays(tokens: Tokens, place: int) -> tuple[Rule, int] | None:
    """ "first and third monday of the month", "2nd and last fridays": at least two of them."""
    positions: list[int] = []
    end = place
    named = ordinal(tokens, place)
    while named is not None and len(positions) < _MOST_DAYS:
        positions.append(named[0])
        end = named[1]
        following = end
        while tokens.word(following) in _JOINS | {"the"}:
            following += 1
        named = ordinal(tokens, following) if following != end else None
    weekday = weekday_at(tokens, end)
    if len(positions) <= 1 or weekday is None:
        return None
    code = WEEKDAY_CODES[weekday]
    rule = Rule("MONTHLY", weekdays=tuple(f"{position}{code}" for position in positions))
    of_month = each_month_end(tokens, end + 1)
    plural = tokens.word(end) in WEEKDAY_PLURALS or tokens.word(place - 1) in {"every", "each"}
    # "2nd and 4th tuesday", but not "of may"
    alone = tokens.word(end + 1) not in {"of", "in", "this", "next"}
    return (rule, of_month or end + 1) if of_month or plural or alone else None


def spaced_months(tokens: Tokens, place: int) -> tuple[int, int] | None:
    """ "of every 3 months", "of every other month", "of every 3rd month": how many apart, and where it ends."""
    start = place + 1 if tokens.word(place) in {"of", "in", "on"} else place
    if tokens.word(start) not in {"every", "each"}:
        return None
    if tokens.word(start + 1) in {"other", "second"} and tokens.word(start + 2) == "month":
        return _SECOND, start + 3
    counted = ordinal(tokens, start + 1) or whole_number(tokens, start + 1)
    if counted is None or not 1 <= counted[0] < _MAX_INTERVAL or tokens.word(counted[1]) not in {"month", "months"}:
        return None
    return counted[0], counted[1] + 1


def each_month_end(tokens: Tokens, place: int) -> int:
    """Where "of the month", "of each month", "each month" ends, or 0."""
    if tokens.word(place) == "monthly":
        # "the last friday monthly"
        return place + 1
    start = place + 1 if tokens.word(place) in {"of", "in"} else place
    if tokens.word(start) in {"each", "every", "a"} and tokens.word(start + 1) == "month":
        return start + 2
    if start != place and tokens.word(start) == "month":
        # "the 5th of month"
        return start + 1
    return start + 2 if start != place and tokens.phrase(start, ("the", "month")) else 0


def weekday_at(tokens: Tokens, place: int) -> int | None:
    word = tokens.word(place)
    return WEEKDAYS.get(word, WEEKDAY_PLURALS.get(word))


def read_weekdays(tokens: Tokens, place: int, *, apart: bool = False) -> tuple[tuple[str, ...], int]:
    """A list or range of weekdays that starts here: "mon, wed and fri", "monday to friday".

    ``apart``: nothing needs to stand between them ("mon wed fri").
    """
    days: list[int] = []
    end = place
    day = weekday_at(tokens, place)
    while day is not None and len(days) < _MOST_DAYS:
        end += 1
        last = weekday_at(tokens, end + 1) if tokens.word(end) in {"-", "\u2013", "to", "through", "thru"} else None
        if last is not None:
            days += [(day + step) % _WEEK for step in range((last - day) % _WEEK + 1)]
            end += 2
        else:
            days.append(day)
        following = end
        while (
            tokens.word(following) in _JOINS
            or tokens.word(following) in {"every", "each"}
            or (following > end and tokens.word(following) in {"on", "the"})
        ):
            following += 1
        day = weekday_at(tokens, following)
        if day is not None and (following != end or apart):
            end = following
        else:
            day = None
    return tuple(WEEKDAY_CODES[day] for day in sorted(set(days))), end


def read_month_days(tokens: Tokens, place: int) -> tuple[tuple[int, ...], int]:
    """A list of ordinals: "1st and 15th"."""
    days: list[int] = []
    end = place
    named = ordinal(tokens, place)
    while named is not None:
        days.append(named[0])
        end = named[1]
        if named[0] < 0:
            if tokens.word(end) == "day":
                end += 1
            elif tokens.word(end) not in BOUNDARIES | {"of"}:
                days.pop()
                break
        following = end
        while tokens.word(following) in _JOINS | {"the"}:
            following += 1
        named = ordinal(tokens, following) if following != end else None
    return tuple(sorted(set(days), key=lambda day: day % _AFTER_ALL_DAYS)), end
