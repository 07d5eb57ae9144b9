"""Times as they are called out: "fifteen hundred", "oh seven hundred hours", "nineteen thirty"."""

from typing import Final

from chat_api.understand.facts import Clock, Evidence, Found
from chat_api.understand.quantities import below_hundred, whole_number
from chat_api.understand.text import Tokens
from chat_api.understand.words import BOUNDARIES, HOUR_CONNECTORS

_LAST_HOUR: Final = 23
_LAST_MINUTE: Final = 59
_NOON: Final = 12
_TEN: Final = 10
HUNDREDS_STARTS: Final = frozenset({"oh", "o", "zero"})


def read_called_out(tokens: Tokens, index: int) -> Found | None:
    """A time of 24 hours, in words; behind "at", or with "hours"."""
    led = tokens.word(index - 1) in HOUR_CONNECTORS
    zero = tokens.word(index) in HUNDREDS_STARTS
    counted = below_hundred(tokens, index + 1 if zero else index)
    if counted is None or counted[0] > _LAST_HOUR or (zero and counted[0] >= _TEN):
        return None
    hour, end = counted
    if tokens.word(end) == "hundred":
        hours = tokens.word(end + 1) in {"hours", "hrs"}
        stop = end + 2 if hours else end + 1
        sure = hours or (led and tokens.word(stop) in BOUNDARIES)
        return Found(index, stop, (Clock(hour),)) if sure else None
    minutes = whole_number(tokens, end)
    if tokens.number(index) is not None or not (zero or hour > _NOON) or minutes is None or not led:
        return None
    if not _TEN <= minutes[0] <= _LAST_MINUTE or tokens.word(minutes[1]) not in BOUNDARIES:
        return None
    return Found(index, minutes[1], (Clock(hour, minutes[0]),), Evidence.PLACE)
