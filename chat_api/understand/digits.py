"""What days in digits have in common: which number is the day, which the month, and whether they can be."""

from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from chat_api.understand.almanac import LONGEST_MONTH, MONTHS_IN_YEAR, day_of, yearless
from chat_api.understand.facts import Context, Evidence
from chat_api.understand.text import Tokens
from chat_api.understand.words import (
    MONTH_FIRST_PREFIXES,
    MONTH_FIRST_ZONES,
    MONTH_NAMES,
    WEEKDAYS,
)

_NO_DATE_AFTER: Final = frozenset({"version", "release", "v", "ip", "section", "chapter", "build", "update"})


def weekday_before(tokens: Tokens, index: int) -> int | None:
    place = index - 1
    if tokens.word(place) in {",", "("}:
        place -= 1
    return WEEKDAYS.get(tokens.word(place))


def pair_evidence(tokens: Tokens, start: int, *, certain: bool) -> Evidence:
    if not certain:
        return Evidence.NEIGHBOUR
    return Evidence.PLACE if tokens.word(start - 1) else Evidence.NONE


def possible(day: int, month: int) -> bool:
    return 1 <= month <= MONTHS_IN_YEAR and 1 <= day <= LONGEST_MONTH


def triple(tokens: Tokens, index: int) -> tuple[tuple[int, int, int], int] | None:
    """Three numbers that the same separator joins, unless they go on or are a version."""
    first, second, third = (tokens.number(index + offset) for offset in (0, 2, 4))
    separator, end = tokens.word(index + 1), index + 5
    named = tokens.word(index - 2) if tokens.word(index - 1) == ":" else tokens.word(index - 1)
    if first is None or second is None or third is None or named in _NO_DATE_AFTER:
        return None
    joined = separator in {"-", "/", "."} and tokens.word(index + 3) == separator
    if not joined or not all(tokens.glued(at) for at in range(index + 1, end)):
        return None
    # "2026-12-24.txt" is a file
    is_file = tokens.word(end) == "." and tokens.glued(end + 1)
    stretches = tokens.word(end) == "-" and separator != "-" and tokens.word(end + 2) == separator
    goes_on = (tokens.word(end) in {"-", "/"} and not stretches) or is_file
    return None if goes_on and tokens.glued(end) and tokens.glued(end + 1) else ((first, second, third), end)


def day_and_month_of(
    first: int,
    second: int,
    context: Context,
    *,
    day_first: bool | None,
    weekday: int | None = None,
    year: int | None = None,
) -> tuple[int, int, str | None]:
    """Which is the day and which the month, with a sentence when the zone decided."""
    if first > MONTHS_IN_YEAR or second > MONTHS_IN_YEAR or first == second:
        return (second, first, None) if second > MONTHS_IN_YEAR >= first else (first, second, None)
    if day_first is not None:
        return first, second, None
    fits = [
        day_then_month
        for day_then_month in ((first, second), (second, first))
        if weekday is not None and _falls_on(*day_then_month, weekday, context, year)
    ]
    if len(fits) == 1:
        return *fits[0], None
    key = (context.zone.key if isinstance(context.zone, ZoneInfo) else None) or ""
    day_first = not (key in MONTH_FIRST_ZONES or key.startswith(MONTH_FIRST_PREFIXES))
    day, month = (first, second) if day_first else (second, first)
    return day, month, f"I read {first}/{second} as {day} {MONTH_NAMES[month]}."


def _falls_on(day: int, month: int, weekday: int, context: Context, year: int | None) -> bool:
    if year is None:
        return day_of(yearless(0, 0, month, day, context)).weekday() == weekday
    return year > 0 and date(year, month, day).weekday() == weekday and date(year, month, day) >= context.today
