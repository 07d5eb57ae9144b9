"""What an hour may be followed by: am and pm."""

from dataclasses import replace
from typing import Final

from chat_api.understand.facts import Clock, Found, Invalid
from chat_api.understand.text import Tokens
from chat_api.understand.words import (
    CONNECTORS,
    NAMED_DAYS,
    WEEKDAYS,
)

_LAST_HOUR: Final = 23

_LAST_MINUTE: Final = 59

_NOON: Final = 12

_MERIDIEMS: Final = {"am": 0, "a.m": 0, "pm": _NOON, "p.m": _NOON}


def inside_number(tokens: Tokens, index: int) -> bool:
    """Whether this is the tail of a date, a decimal or a price."""
    return tokens.glued(index) and tokens.word(index - 1) in {"/", "-", ".", ":", "$", "€", "£"}


def decimal_follows(tokens: Tokens, index: int) -> bool:
    return (
        tokens.word(index) in {".", ",", ":", "/"} and tokens.glued(index + 1) and tokens.number(index + 1) is not None
    )


def with_meridiem(tokens: Tokens, start: int, end: int, clock: Clock) -> Found:
    """Take the am or pm that follows and refuse what no clock shows."""
    meridiem = read_meridiem(tokens, end)
    shown = f"{clock.hour}:{clock.minute:02d}"
    if meridiem is not None:
        shift, end = meridiem
        if not 1 <= clock.hour <= _NOON:
            spoken = shown if clock.minute else str(clock.hour)
            reason = f"There is no {spoken} {'pm' if shift else 'am'} on a clock."
            return Found(start, end, (Invalid(reason),))
        clock = replace(clock, hour=clock.hour % _NOON + shift, ambiguous=False, exact=True)
    if clock.hour > _LAST_HOUR or max(clock.minute, clock.second) > _LAST_MINUTE:
        return Found(start, end, (Invalid(f"There is no {shown} on a clock."),))
    return Found(start, end, (replace(clock, ambiguous=clock.ambiguous and 1 <= clock.hour <= _NOON),))


def read_meridiem(tokens: Tokens, index: int) -> tuple[int, int] | None:
    """The hours to add and where "am", "a.m." or "p" ends."""
    word = tokens.word(index)
    if word in {"am", "pm"}:
        return _MERIDIEMS[word], index + 1
    if word in {"a", "p"} and tokens.phrase(index + 1, (".", "m")):
        end = (
            index + 4
            if tokens.word(index + 3) == "." and (tokens.glued(index + 3) or not tokens.glued(index + 2))
            else index + 3
        )
        return _MERIDIEMS[f"{word}.m"], end
    if word in {"a", "p"} and tokens.phrase(index + 1, ("m",)) and not tokens.glued(index + 1):
        return _MERIDIEMS[f"{word}.m"], index + 2
    if word == "a" and tokens.word(index - 2) not in CONNECTORS | NAMED_DAYS.keys() | WEEKDAYS.keys() | {"-", ":"}:
        # "4a" is a row or a room
        return None
    if word in {"a", "p"} and tokens.glued(index) and tokens.number(index - 1) is not None:
        return _MERIDIEMS[f"{word}m"], index + 1
    return None
