"""The words that are left: a task's title, or the words that name a task."""

from collections.abc import Collection, Sequence
from typing import Final

from chat_api.understand.cues import ADD_ENDINGS, TARGET_LEADS, TARGET_TRAILS, TITLE_LEADS, TITLE_TRAILS
from chat_api.understand.quantities import ordinal, whole_number
from chat_api.understand.text import Kind, Tokens
from chat_api.understand.words import LAST

_CLOSING: Final = frozenset(".,;:!?)")
_QUOTES: Final = "\"'`\u201c\u201d\u00ab\u00bb\u201e\u2018\u2019"
_MAX_INDEX: Final = 999


def title_of(tokens: Tokens, kept: Sequence[int], *, after_cue: bool) -> str | None:
    """The kept tokens as a title in their original spelling; None when nothing is left.

    Args:
        kept: indices of the tokens that nothing else claimed.
        after_cue: whether words such as "to" and "that" led here and go.
    """
    words = list(kept)
    for ending in ADD_ENDINGS:
        if len(words) > len(ending) and [tokens.word(at) for at in words[-len(ending) :]] == list(ending):
            words = words[: -len(ending)]
            break
    leads = TITLE_LEADS if after_cue else TITLE_LEADS - {"about", "me", "up", "called", "is", "of", "that"}
    words = _strip(tokens, words, leads, TITLE_TRAILS)
    title = _join(tokens, words)
    if len(words) == 1 and tokens[words[0]].kind is Kind.OPAQUE:
        title = title.strip(_QUOTES).strip()
    return title or None


def target_of(tokens: Tokens, kept: Sequence[int]) -> tuple[str | None, int | None]:
    """The words that name an existing task, or its 1-based position in a list."""
    words = _strip(tokens, list(kept), TARGET_LEADS, TARGET_TRAILS)
    if not words:
        return None, None
    numbered = whole_number(tokens, words[0]) or ordinal(tokens, words[0])
    if numbered is not None and numbered[1] > words[-1] and 1 <= numbered[0] <= _MAX_INDEX and numbered[0] != LAST:
        return None, numbered[0]
    target = _join(tokens, words)
    if len(words) == 1:
        target = target.strip(_QUOTES).strip()
    return target or None, None


def is_several(tokens: Tokens, kept: Sequence[int]) -> bool:
    """Whether several positions are named: "2 and 3"."""
    words = [at for at in kept if tokens.word(at) not in TARGET_LEADS | {"and", "&", ","}]
    return len(words) > 1 and all(tokens.number(at) is not None for at in words)


def _strip(tokens: Tokens, words: list[int], leads: Collection[str], trails: Collection[str]) -> list[int]:
    first, last = 0, len(words)
    while first < last and tokens.word(words[first]) in leads:
        first += 1
    while first < last and tokens.word(words[last - 1]) in trails:
        last -= 1
    return words[first:last]


def _join(tokens: Tokens, words: Sequence[int]) -> str:
    pieces: list[str] = []
    before: int | None = None
    for at in words:
        token = tokens[at]
        apart = not token.glued if before == at - 1 else token.text not in _CLOSING
        if pieces and apart:
            pieces.append(" ")
        pieces.append(token.text)
        before = at
    return "".join(pieces)
