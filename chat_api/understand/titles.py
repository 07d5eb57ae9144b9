"""The words that are left: a task's title, or the words that name a task."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from chat_api.understand.cues import ADD_ENDINGS, REFERENCES, TARGET_LEADS, TARGET_TRAILS, TITLE_LEADS, TITLE_TRAILS
from chat_api.understand.model import Understanding
from chat_api.understand.quantities import ordinal, whole_number
from chat_api.understand.text import Kind, Tokens
from chat_api.understand.vocabulary import VERBS
from chat_api.understand.words import AFTER_PARTICLES, LAST, NAMED_DAYS, PARTICLES, TONIGHT, WEEKDAYS

_OUGHTS: Final = tuple(
    (person, *ought)
    for person in ("i", "we")
    for ought in (("need", "to"), ("have", "to"), ("must",), ("should",), ("ought", "to"), ("got", "to"), ("gotta",))
)
_DAYS: Final = WEEKDAYS.keys() | NAMED_DAYS.keys() | TONIGHT
_DOUBLED: Final = frozenset((first, second) for first in ",-|" for second in ",-|")
_CLOSING: Final = frozenset(".,;:!?)")
_QUOTES: Final = "\"'`\u201c\u201d\u00ab\u00bb\u201e\u2018\u2019"
_MAX_INDEX: Final = 999
_ENDINGS_AT_MOST: Final = 3
_LONGEST_ENDING: Final = max(len(ending) for ending in ADD_ENDINGS)


def title_of(tokens: Tokens, kept: Sequence[int], *, after_cue: bool) -> str | None:
    """The kept tokens as a title in their original spelling; None when nothing is left.

    Args:
        kept: indices of the tokens that nothing else claimed.
        after_cue: whether words such as "to" and "that" led here and go.
    """
    words = _without_endings(tokens, _without_doubled(tokens, _without_empty_brackets(tokens, list(kept))))
    if after_cue and len(words) > 1 and tokens.word(words[0]) == "2" and tokens.word(words[1]) in VERBS:
        # "remind me 2 call dad"
        words = words[1:]
    leads = TITLE_LEADS if after_cue else TITLE_LEADS - {"about", "me", "up", "called", "is", "of", "that"}
    words = _strip(tokens, words, leads, TITLE_TRAILS)
    if after_cue:
        words = _without_oughts(tokens, words)
    title = _join(tokens, words)
    if len(words) == 1 and tokens[words[0]].kind is Kind.OPAQUE:
        title = title.strip(_QUOTES).strip()
    return title or None


def is_particle(tokens: Tokens, place: int) -> bool:
    """Whether this "in" or "on" belongs to a verb: "keep the dog in on friday", "turn the heating on at 6"."""
    word, following = tokens.word(place), tokens.word(place + 1)
    if word not in PARTICLES or place == 0:
        return False
    return following in AFTER_PARTICLES or (word == "in" and following in _DAYS)


def _without_oughts(tokens: Tokens, words: list[int]) -> list[int]:
    """Without the "i need to" of "remind me at 5 that i need to call mum"."""
    for ought in _OUGHTS:
        said = [tokens.word(at) for at in words[: len(ought)]]
        if said == list(ought) and len(words) > len(ought):
            return words[len(ought) :]
    return words


@dataclass(frozen=True, slots=True)
class Target:
    """Which task: by words, by its 1-based position (-1 is the last), or as the one spoken of before."""

    words: str | None = None
    position: int | None = None
    refers_back: bool = False

    @property
    def named(self) -> bool:
        """Whether anything says which."""
        return self.words is not None or self.position is not None or self.refers_back

    def fill(self, base: Understanding) -> Understanding:
        """The same understanding about this task."""
        return replace(base, target=self.words, target_index=self.position, refers_back=self.refers_back)


def target_of(tokens: Tokens, kept: Sequence[int]) -> Target:
    """The task that the kept tokens name."""
    words = _strip(tokens, list(kept), TARGET_LEADS - REFERENCES, TARGET_TRAILS)
    back = bool(words) and tokens.word(words[0]) in REFERENCES
    if back:
        words = _strip(tokens, words[1:], TARGET_LEADS | {"again"}, TARGET_TRAILS | {"again"})
    if not words:
        return Target(refers_back=back)
    numbered = whole_number(tokens, words[0]) or ordinal(tokens, words[0])
    if numbered is not None and numbered[1] > words[-1] and (1 <= numbered[0] <= _MAX_INDEX or numbered[0] == LAST):
        return Target(position=numbered[0], refers_back=False)
    target = _join(tokens, words)
    if len(words) == 1:
        target = target.strip(_QUOTES).strip()
    return Target(target or None, refers_back=back)


def is_several(tokens: Tokens, kept: Sequence[int]) -> bool:
    """Whether several positions are named: "2 and 3"."""
    words = [at for at in kept if tokens.word(at) not in TARGET_LEADS | {"and", "&", ","}]
    return len(words) > 1 and all(tokens.number(at) is not None for at in words)


def _without_endings(tokens: Tokens, words: list[int]) -> list[int]:
    """Without "to my list", "please" and "thank you!" at the end."""
    for _ in range(_ENDINGS_AT_MOST):
        last = len(words)
        while last and tokens.word(words[last - 1]) in {".", "!", ","}:
            last -= 1
        spoken = [tokens.word(at) for at in words[max(0, last - _LONGEST_ENDING) : last]]
        ending = next(
            (end for end in ADD_ENDINGS if last > len(end) and spoken[len(spoken) - len(end) :] == list(end)), None
        )
        if ending is None:
            break
        words = words[: last - len(ending)]
    return words


def _without_empty_brackets(tokens: Tokens, words: list[int]) -> list[int]:
    """Brackets that nothing is left in go."""
    empty = {
        at
        for first, second in pairwise(words)
        if (tokens.word(first), tokens.word(second)) in {("(", ")"), ("[", "]")}
        for at in (first, second)
    }
    return [at for at in words if at not in empty]


def _without_doubled(tokens: Tokens, words: list[int]) -> list[int]:
    """Of the two commas that a time stood between, one stays."""
    return [
        at
        for before, at in zip([None, *words], words, strict=False)
        if before is None or at == before + 1 or (tokens.word(before), tokens.word(at)) not in _DOUBLED
    ]


def _strip(tokens: Tokens, words: list[int], leads: Collection[str], trails: Collection[str]) -> list[int]:
    first, last = 0, len(words)
    while first < last and tokens.word(words[first]) in leads:
        first += 1
    while first < last and tokens.word(words[last - 1]) in trails and not is_particle(tokens, words[last - 1]):
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
