"""Tags (#home, @errand) and priorities (p1, !2, "high priority")."""

from typing import Final

from chat_api.understand.facts import Context, Evidence, Found, Priority, Tag
from chat_api.understand.text import Kind, Tokens
from chat_api.understand.words import NOON

_PRIORITY_TOKENS: Final = {f"p{level}": level for level in range(1, 5)}
_PRIORITY_WORDS: Final = {"top": 1, "highest": 1, "high": 1, "medium": 2, "normal": 3, "low": 4, "lowest": 4}
# "!high"
_MARKED: Final = _PRIORITY_WORDS | {"urgent": 1, "med": 2}
_MAX_LEVEL: Final = 4
_TWO_MARKS: Final = 2
_THREE_MARKS: Final = 3


def read_tag(tokens: Tokens, index: int, context: Context) -> Found | None:
    """A tag starts with a letter and stands apart: "@5", "#1" and mail addresses are none. Also "tagged home"."""
    del context
    if tokens.word(index) in {"tagged", "tag"} and 0 < index < len(tokens) - 1:
        named = tokens[index + 1]
        closes = tokens.word(index) == "tagged" or index + 2 == len(tokens)
        if closes and named.kind is Kind.WORD and tokens.word(index + 1) not in {"with", "as", "it"}:
            return Found(index, index + 2, (Tag(named.text.lower()),))
    if tokens.word(index) not in {"#", "@"} or not tokens.glued(index + 1) or tokens[index + 1].kind is not Kind.WORD:
        return None
    if tokens.glued(index) and tokens[index - 1].kind is not Kind.SYMBOL:
        return None
    if tokens.word(index) == "@" and tokens.word(index + 1) in NOON | {"midnight"}:
        # "meet @noon"
        return None
    end = index + 2
    while tokens.word(end) in {"-", "/"} and tokens.glued(end) and tokens.glued(end + 1):
        if tokens[end + 1].kind not in {Kind.WORD, Kind.NUMBER}:
            break
        end += 2
    return Found(index, end, (Tag("".join(tokens[place].text.lower() for place in range(index + 1, end))),))


def read_priority(tokens: Tokens, index: int, context: Context) -> Found | None:
    """p1 to p4, !1 to !4, "priority 2", "high priority"."""
    del context
    word = tokens.word(index)
    if word in _PRIORITY_TOKENS and not tokens.glued(index + 1) and tokens.word(index + 1) != "of":
        return Found(index, index + 1, (Priority(_PRIORITY_TOKENS[word]),))
    level = tokens.number(index + 1)
    if level is not None and 1 <= level <= _MAX_LEVEL:
        if word == "!" and tokens.glued(index + 1) and not tokens.glued(index):
            return Found(index, index + 2, (Priority(level),))
        if word in {"priority", "prio"}:
            return Found(index, index + 2, (Priority(level),))
    if word == "!" and tokens.glued(index + 1) and not tokens.glued(index) and tokens.word(index + 1) in _MARKED:
        return Found(index, index + 2, (Priority(_MARKED[tokens.word(index + 1)]),))
    if word in _PRIORITY_WORDS and tokens.word(index + 1) in {"priority", "prio"}:
        return Found(index, index + 2, (Priority(_PRIORITY_WORDS[word]),))
    return _spoken_priority(tokens, index) or _marks(tokens, index)


def _spoken_priority(tokens: Tokens, index: int) -> Found | None:
    """ "urgent", "asap", and "important:" at the start."""
    word = tokens.word(index)
    if word in {"urgent", "urgently", "asap"}:
        opens = not tokens.word(index - 1)
        return Found(index, index + 1, (Priority(1),), Evidence.NONE if opens else Evidence.PLACE)
    if (
        word in {"important", "critical"}
        and tokens.word(index + 1) in {":", "-", "!", "\u2013"}
        and not tokens.word(index - 1)
    ):
        return Found(index, index + 2, (Priority(1),))
    return None


def _marks(tokens: Tokens, index: int) -> Found | None:
    """ "!!!" and "!!" apart from a word."""
    end = index
    while tokens.word(end) == "!" and (end == index or tokens.glued(end)):
        end += 1
    count = end - index
    if not _TWO_MARKS <= count <= _THREE_MARKS or tokens.glued(index):
        return None
    return Found(index, end, (Priority(1 if count == _THREE_MARKS else 2),))
