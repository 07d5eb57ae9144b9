"""Questions for tasks by their words: "find milk", "search tasks about taxes", "when is the dentist"."""

from dataclasses import replace
from datetime import date
from typing import Final

from chat_api.understand.asking import SEARCH_ABOUT, SEARCH_HEADS, SEARCH_SOFT, SEARCH_WHEN
from chat_api.understand.facts import Facts
from chat_api.understand.intents import match
from chat_api.understand.model import IntentName, Understanding
from chat_api.understand.parts import left_of, spans_of, targeted
from chat_api.understand.scan import Scan
from chat_api.understand.text import Kind, Tokens
from chat_api.understand.titles import target_of

_TASKS: Final = frozenset({"task", "tasks", "todo", "todos", "reminder", "reminders", "everything", "anything", "all"})
_APPOINTMENTS: Final = frozenset({"appointment", "appointments", "meeting", "note", "notes"})
_ABOUT: Final = frozenset({"about", "for", "with", "containing", "regarding", "on", "called", "named", "to", "of"})
# "find a plumber", "find my keys" and "find out why" are things to do.
_TO_DO: Final = frozenset({
    "a", "an", "some", "out", "time", "new", "better", "good", "cheap", "someone", "somewhere", "something", "more",
    "where", "how", "who", "what", "why", "my", "our", "his", "her", "the", "another", "way", "ways",
})  # fmt: skip
_LEADS: Final = (
    _TASKS | _ABOUT | {"in", "my", "the", "me", "any", "a", "an", "that", "mention", "tagged", "due", "list"}
)
_LONGEST: Final = 5


def read_search(tokens: Tokens, start: int, scanned: Scan) -> Understanding | None:
    """The words to search for and what narrows them; None when nothing is searched."""
    head = _head(tokens, start, scanned)
    if head is None:
        return None
    facts = scanned.facts
    kept = [at for at in left_of(tokens, head, scanned.found) if tokens.word(at) not in {"?", "!", "."}]
    while kept and tokens.word(kept[0]) in _LEADS:
        kept = kept[1:]
    while kept and tokens.word(kept[-1]) in _TASKS | {"due", "please", "again", ","}:
        kept = kept[:-1]
    target = target_of(tokens, kept)
    words = target.words or (str(target.position) if target.position is not None else None)
    base = Understanding(
        IntentName.SEARCH,
        target=words,
        due=_day(facts),
        priority=facts.priority,
        tags=tuple(facts.tags),
        list_name=facts.list_name,
        spans=spans_of(tokens, scanned.found, (start, head)),
    )
    narrowed = base.due is not None or base.priority is not None or bool(base.tags) or base.list_name is not None
    if narrowed or words is not None:
        return base
    return replace(targeted(base), question="What should I look for?")


def _day(facts: Facts) -> date | None:
    return facts.day.date if facts.day is not None else None


def _head(tokens: Tokens, start: int, scanned: Scan) -> int | None:
    """Where the words to search for begin."""
    about = match(tokens, start, SEARCH_ABOUT)
    if about:
        return start + about
    when = match(tokens, start, SEARCH_WHEN)
    if when and not scanned.facts.any_time and _short(tokens, start + when):
        return start + when
    words = {token.lower for token in tokens}
    timed = scanned.facts.any_time and "due" not in words
    length = match(tokens, start, SEARCH_HEADS)
    if length:
        body = start + length
        return None if timed or tokens.word(body) in {"a", "an"} else body
    soft = match(tokens, start, SEARCH_SOFT)
    body = start + soft
    about_tasks = bool(words & _TASKS) or (tokens.word(body) in {"my", "the"} and bool(words & _APPOINTMENTS))
    given = any(tokens.word(at) in {"a", "an", "some", "for"} for at in range(body + 1, len(tokens)))
    if not soft or ((timed or given) and not about_tasks):
        # "find jane a desk", "find screws for the shelf"
        return None
    return body if about_tasks or tokens.word(body) not in _TO_DO else None


def _short(tokens: Tokens, first: int) -> bool:
    """Whether a name of a few words follows: "when is the dentist", not "when is it going to be summer"."""
    words = [at for at in range(first, len(tokens)) if tokens[at].kind is not Kind.SYMBOL]
    own = tokens.word(first) in {"my", "the", "our"}
    return own and 1 < len(words) <= _LONGEST and not {"is", "are", "it", "going"} & {tokens.word(at) for at in words}
