"""What is to be done after a day or a period: "after christmas", "after the weekend", "after next month"."""

from dataclasses import replace
from typing import Final

from chat_api.understand.almanac import WEEK, plus
from chat_api.understand.facts import Day, Duration, Found
from chat_api.understand.text import Tokens
from chat_api.understand.words import BOUNDARIES

_LEADS: Final = frozenset({"next", "this", "the", "coming", "following"})
_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}


def moved_behind(tokens: Tokens, found: Found) -> Found:
    """The same recognition, moved to the first day behind it where "after" leads to it and no time of day follows."""
    day = found.facts[0]
    if not isinstance(day, Day) or len(found.facts) > 1 or tokens.word(found.start - 1) != "after":
        return found
    if tokens.word(found.end) not in BOUNDARIES - {"at", "@"} or tokens.digits(found.end):
        return found
    return replace(found, facts=(replace(day, date=plus(day.date, _length(tokens, found, day))),))


def _length(tokens: Tokens, found: Found, day: Day) -> Duration:
    unit = tokens.word(found.end - 1)
    if unit in {"week", "weekend"}:
        return Duration(days=WEEK - day.date.weekday())
    # "after new year" and "after the end of the month" are a day's
    begins = day.date.day == 1 and tokens.word(found.end - 2) in _LEADS
    return Duration(months=_MONTHS[unit]) if unit in _MONTHS and begins else Duration(days=1)
