"""Parts of the day: "tonight", "this evening", "in the morning", "late at night"."""

from typing import Final

from chat_api.understand.facts import Context, Evidence, Found, Part
from chat_api.understand.text import Tokens
from chat_api.understand.words import MONTHS, NAMED_DAYS, PART_WORDS, TONIGHT, WEEKDAYS

_HALVES: Final = {"am": "morning", "pm": "afternoon"}
_NIGHTLIKE: Final = frozenset({"night", "nights"})


def read_part(tokens: Tokens, index: int, context: Context) -> Found | None:
    """A part of the day: "tonight", "this evening", "in the morning", "at night", "friday evening"."""
    del context
    return _tied(tokens, index) or _led(tokens, index)


def _tied(tokens: Tokens, index: int) -> Found | None:
    """ "tonight", "late at night", "monday am", "first thing": their words alone."""
    word = tokens.word(index)
    tonight = index + 1 if word in {"late", "later", "early"} else index
    if tokens.word(tonight) in TONIGHT:
        return Found(index, tonight + 1, (Part("night", this=True),))
    if (
        word in _HALVES
        and tokens.number(index - 1) is None
        and tokens.word(index - 1) in WEEKDAYS.keys() | NAMED_DAYS.keys() | MONTHS.keys()
    ):
        # "monday am"
        return Found(index, index + 1, (Part(_HALVES[word]),), Evidence.NEIGHBOUR)
    if tokens.phrase(tonight, ("at", "night")) and tonight > index:
        # "saturday late at night"
        return Found(index, tonight + 2, (Part("night"),), Evidence.NEIGHBOUR)
    if tokens.phrase(index, ("first", "thing", "in", "the", "morning")):
        return Found(index, index + 5, (Part("morning"),))
    if tokens.phrase(index, ("first", "thing")):
        return Found(index, index + 2, (Part("morning"),), Evidence.NEIGHBOUR)
    return _last_thing(tokens, index)


def _last_thing(tokens: Tokens, index: int) -> Found | None:
    """ "last thing tonight", "last thing at night", "last thing friday"."""
    if not tokens.phrase(index, ("last", "thing")):
        return None
    tied = tokens.word(index + 2) in TONIGHT
    end = index + 3 if tied else index + 4 if tokens.phrase(index + 2, ("at", "night")) else index + 2
    return Found(index, end, (Part("night", this=tied),), Evidence.NEIGHBOUR if end == index + 2 else Evidence.NONE)


def _led(tokens: Tokens, index: int) -> Found | None:
    """ "this evening", "in the morning", "at night", "evening"."""
    word = tokens.word(index)
    if tokens.phrase(index, ("in", "the")) and tokens.word(index + 2) in _HALVES:
        # "in the am"
        return Found(index, index + 3, (Part(_HALVES[tokens.word(index + 2)]),))
    if word in _NIGHTLIKE and tokens.word(index - 1) == "by":
        # "by night" is a way to do it
        return None
    this = word in {"this", "later"}
    place = index
    if word == "later" and tokens.word(index + 1) == "this":
        place += 1
    place += 1 if this else 0
    if tokens.phrase(index, ("in", "the")) or tokens.phrase(index, ("during", "the")):
        place = index + 2
    elif tokens.word(index) == "at" and tokens.word(index + 1) == "night":
        place = index + 1
    while tokens.word(place) in {"early", "late", "mid", "-"}:
        place += 1
    part = PART_WORDS.get(tokens.word(place))
    if part is None or tokens.word(place).endswith("s"):
        return None
    led = tokens.word(index) in {"this", "in", "at", "during", "later"}
    # "meet jo early evening"
    placed = word in {"early", "late"} and tokens.word(place + 1) in {"", ".", "!"}
    evidence = Evidence.NONE if led else Evidence.PLACE if placed else Evidence.NEIGHBOUR
    return Found(index, place + 1, (Part(part, this=this),), evidence)
