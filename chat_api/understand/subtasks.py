"""Parts of a task: "add candles to birthday party as a subtask", "subtask of trip: pack socks", "under trip: socks"."""

from dataclasses import dataclass
from typing import Final

from chat_api.understand.text import Tokens
from chat_api.understand.titles import Target, target_of

_NAMES: Final = (
    ("sub", "-", "tasks"), ("sub", "-", "task"), ("sub", "-", "item"), ("sub", "task"), ("sub", "tasks"),
    ("subtask",), ("subtasks",), ("subitem",), ("sub", "item"), ("sub", "-", "todo"),
)  # fmt: skip
_STEPS: Final = (*_NAMES, ("step",), ("part",))
_ADDING: Final = frozenset({"add", "create", "make", "new", "insert", "put"})
_JOINS: Final = frozenset({"to", "under", "for", "of", "in", "into", "on"})
_SPLITS: Final = frozenset({":", "-", "\u2013", "\u2014"})
_CALLED: Final = frozenset({"called", "named", "saying", "titled"})
# "talk to Ann", "trip to Rome": which "to" leads to the whole.
_TAKE_TO: Final = frozenset(
    {"talk", "speak", "write", "go", "listen", "send", "reply", "respond", "return", "give", "drive", "walk", "bring",
     "take", "move", "say", "apply", "text", "forward", "deliver", "ship", "show", "explain", "present", "subscribe"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """What is to be added (may be nothing yet) below what.

    ``rest`` is the message without the words that say so, ``taken`` the ranges of tokens that were left out.
    """

    rest: Tokens
    whole: Target
    words: str
    taken: tuple[tuple[int, int], ...]


def read_part(tokens: Tokens, start: int) -> Part | None:
    """The part and the whole that a message names; None when it is about no part."""
    return _headed(tokens, start) or _as_part(tokens, start) or _made_part(tokens, start) or _under(tokens, start)


def _name_at(tokens: Tokens, place: int, names: tuple[tuple[str, ...], ...]) -> int:
    return next((len(words) for words in names if tokens.phrase(place, words)), 0)


def _headed(tokens: Tokens, start: int) -> Part | None:
    """ "add a subtask to trip: pack socks", "subtask of trip: pack socks", "add subtask pack socks to trip"."""
    place = start
    while tokens.word(place) in _ADDING or (
        place > start and tokens.word(place) in {"a", "the", "new", "another", "following", "one", "more"}
    ):
        place += 1
    length = _name_at(tokens, place, _NAMES)
    step = 0 if length else _name_at(tokens, place, (("step",),)) if place > start else 0
    body = place + length + step
    if not length and not (step and tokens.word(body) == "to"):
        return None
    if tokens.word(body) in _JOINS:
        return _whole_first(tokens, start, body + 1, needs_split=bool(step))
    if step or (place == start and tokens.word(body) not in _SPLITS):
        return None
    while tokens.word(body) in _SPLITS | _CALLED:
        body += 1
    return _part_first(tokens, start, body, len(tokens), tail=len(tokens))


def _whole_first(tokens: Tokens, start: int, body: int, *, needs_split: bool) -> Part | None:
    """The whole is named first, then, behind a colon, the part."""
    split = next((at for at in range(body, len(tokens)) if _splits(tokens, at)), None)
    if split is None and (needs_split or tokens.word(body - 2).endswith("tasks")):
        # "add subtasks to the jira plugin"
        return None
    stop = len(tokens) if split is None else split
    first = len(tokens) if split is None else split + 1
    return _made(tokens, (body, stop), (start, first))


def _splits(tokens: Tokens, at: int) -> bool:
    word = tokens.word(at)
    if word in _CALLED:
        return True
    return word in _SPLITS and not (tokens.glued(at) and (word != ":" or tokens.glued(at + 1)))


def _part_first(tokens: Tokens, start: int, body: int, stop: int, *, tail: int) -> Part | None:
    """The part is named first, then "to" or "under" the whole, up to ``stop``; from ``tail`` on comes a time."""
    joins = [at for at in range(body + 1, stop - 1) if tokens.word(at) in {"to", "under", "below"}]
    if not joins:
        return _made(tokens, (stop, stop), (start, body), (stop, tail)) if stop == tail else None
    under = next((at for at in joins if tokens.word(at) != "to"), None)
    join = under if under is not None else joins[-1] if tokens.word(body) in _TAKE_TO else joins[0]
    return _made(tokens, (join + 1, stop), (start, body), (join, tail))


def _as_part(tokens: Tokens, start: int) -> Part | None:
    """ "add candles to trip as a subtask", "add candles as a subtask of trip"."""
    if tokens.word(start) not in _ADDING:
        return None
    for at in range(start + 2, len(tokens) - 1):
        if tokens.word(at) != "as":
            continue
        place = at + 2 if tokens.word(at + 1) in {"a", "an", "the", "one"} else at + 1
        length = _name_at(tokens, place, _STEPS)
        end = place + length
        if not length:
            continue
        if tokens.word(end) in {"of", "to", "under", "for", "in"} and end + 1 < len(tokens):
            return _made(tokens, (end + 1, len(tokens)), (start, start + 1), (at, len(tokens)))
        return _part_first(tokens, start, start + 1, at, tail=end) if tokens.word(place) not in {"part"} else None
    return None


def _made_part(tokens: Tokens, start: int) -> Part | None:
    """ "make cake a subtask of birthday", "turn cake into a step of birthday"."""
    if tokens.word(start) in {"move", "shift"}:
        return _moved_under(tokens, start)
    if tokens.word(start) not in {"make", "turn"}:
        return None
    for at in range(start + 2, len(tokens) - 2):
        place = at + 1 if tokens.word(at) == "into" else at
        place += 1 if tokens.word(place) in {"a", "an", "the"} else 0
        length = _name_at(tokens, place, _STEPS)
        end = place + length
        if length and place > at and tokens.word(end) in {"of", "to", "under", "for"} and end + 1 < len(tokens):
            return _made(tokens, (end + 1, len(tokens)), (start, start + 1), (at, len(tokens)))
    return None


def _moved_under(tokens: Tokens, start: int) -> Part | None:
    """ "move candles under birthday party"."""
    at = next((at for at in range(start + 2, len(tokens) - 1) if tokens.word(at) in {"under", "below"}), None)
    listed = any(tokens.word(place) == "list" for place in range(start, len(tokens)))
    return None if at is None or listed else _made(tokens, (at + 1, len(tokens)), (start, start + 1), (at, len(tokens)))


def _under(tokens: Tokens, start: int) -> Part | None:
    """ "under birthday party: buy candles"."""
    if tokens.word(start) != "under":
        return None
    split = next(
        (at for at in range(start + 2, len(tokens) - 1) if tokens.word(at) == ":" and _splits(tokens, at)), None
    )
    if split is None or tokens.word(split + 1) == "":
        return None
    return _made(tokens, (start + 1, split), (start, split + 1))


def _made(tokens: Tokens, whole: tuple[int, int], *taken: tuple[int, int]) -> Part:
    target = target_of(tokens, range(*whole))
    words = tokens.written(*whole).strip() if target.words is None else target.words
    return Part(tokens.without((0, taken[0][0]), *taken), target, words, taken)
