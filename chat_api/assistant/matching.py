"""Which task the user means by some words. Pure."""

import re
from collections.abc import Sequence
from typing import Protocol, TypeVar

_WORD = re.compile(r"\w+")
_IGNORED = frozenset({"the", "a", "an", "my", "that", "this", "task", "reminder", "one", "thing", "to", "about", "for"})


class Titled(Protocol):
    """Whatever has a title."""

    @property
    def title(self) -> str:
        """What it is called."""


One = TypeVar("One", bound=Titled)


def matches(words: str, tasks: Sequence[One]) -> list[One]:
    """The tasks that fit best: same title, else title containing the words, else all words found, else most of them.

    More than one means that the user must be asked.
    """
    wanted = _normalise(words)
    if not wanted:
        return []
    for fits in (_same, _contains, _has_all_words):
        if found := [task for task in tasks if fits(wanted, _normalise(task.title))]:
            return found
    scored = [(_overlap(wanted, _normalise(task.title)), task) for task in tasks]
    best = max((score for score, _ in scored), default=0.0)
    return [task for score, task in scored if score == best] if best >= 0.5 else []  # noqa: PLR2004 - half the words


def _normalise(text: str) -> tuple[str, ...]:
    words = tuple(_WORD.findall(text.lower()))
    return tuple(word for word in words if word not in _IGNORED) or words


def _same(wanted: tuple[str, ...], title: tuple[str, ...]) -> bool:
    return wanted == title


def _contains(wanted: tuple[str, ...], title: tuple[str, ...]) -> bool:
    return f" {' '.join(wanted)} " in f" {' '.join(title)} "


def _has_all_words(wanted: tuple[str, ...], title: tuple[str, ...]) -> bool:
    return set(wanted) <= set(title)


def _overlap(wanted: tuple[str, ...], title: tuple[str, ...]) -> float:
    return len(set(wanted) & set(title)) / len(set(wanted))
