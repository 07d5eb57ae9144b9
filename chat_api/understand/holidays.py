"""Exceptions that cannot be kept: "every weekday at 9 except holidays". They are taken out of the title and said."""

from typing import Final

from chat_api.understand.facts import Context, Found, Holidays, Without
from chat_api.understand.intents import match
from chat_api.understand.phrases import phrases
from chat_api.understand.repeated_days import month_names, read_weekdays, weekday_at
from chat_api.understand.text import Tokens
from chat_api.understand.words import WEEKEND

_EXCEPT: Final = phrases(
    "except", "except for", "except on", "but not", "but not on", "not on", "excluding", "excl", "excl .", "apart from",
    "other than", "skipping", "unless it's", "unless it is", "unless", "without", "but no", "and not on", "no", "not",
    "but skip", "skip", "if it's not", "if not", "aside from", "barring", "minus", "except if it's", "except when it's",
    "but never on", "never on", "besides", "save for", "except during", "not during", "outside", "outside of",
    "except the", "unless it's on", "unless it falls on", "outside the",
)  # fmt: skip
_KINDS: Final = frozenset(
    {
        "public",
        "bank",
        "national",
        "federal",
        "a",
        "the",
        "any",
        "on",
        "school",
        "official",
        "legal",
        "state",
        "all",
        "my",
    }
)
_HOLIDAYS: Final = frozenset({"holidays", "holiday", "vacations", "vacation"})
_MOST: Final = 4
# "no monday meeting": before a day these say something else.
_SHORT_NO: Final = frozenset({"no", "not", "if", "without", "unless", "outside"})


def read_holidays(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "except (on) (public) holidays"; counts only together with a recurrence."""
    del context
    length = match(tokens, index, _EXCEPT)
    if not length and not _goes_on(tokens, index):
        return None
    place = index + (length or 1)
    while tokens.word(place) in _KINDS and place - index < _MOST + length:
        place += 1
    if tokens.word(place) not in _HOLIDAYS:
        return None
    weekends = tokens.word(place + 1) in {"and", "or"} and tokens.word(place + 2) in {"weekends", "weekend"}
    return Found(index, place + (3 if weekends else 1), (Holidays(),))


def read_exception(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "except on weekends", "except in july and august", behind the time of a recurrence."""
    del context
    length = match(tokens, index, _EXCEPT)
    if not length or tokens.word(index) in _SHORT_NO:
        return None
    place = index + length
    place += 1 if tokens.word(place) in {"on", "in", "for", "the"} else 0
    months, stop = month_names(tokens, place)
    if months:
        return Found(index, stop, (Without(months=months),))
    if tokens.word(place) in {"weekends", "weekend"}:
        return Found(index, place + 1, (Without(WEEKEND),))
    if weekday_at(tokens, place) is None:
        return None
    days, end = read_weekdays(tokens, place)
    return Found(index, end, (Without(days),))


def _goes_on(tokens: Tokens, index: int) -> bool:
    """The "and holidays" of "except sundays and holidays"."""
    near = {tokens.word(at) for at in range(index - _MOST, index)}
    return tokens.word(index) in {"and", "or", "&", ","} and bool(near & {"except", "not", "excluding", "but"})
