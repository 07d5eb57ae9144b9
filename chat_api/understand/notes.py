"""Notes: "buy milk, note: two litres" when adding, "add a note to milk: two litres" for a task that is there."""

from dataclasses import replace
from typing import Final

from chat_api.understand.intents import match
from chat_api.understand.model import IntentName, Need, Understanding
from chat_api.understand.parts import spans_of, targeted
from chat_api.understand.phrases import phrases
from chat_api.understand.text import Kind, Tokens
from chat_api.understand.titles import target_of
from chat_api.understand.vocabulary import VERBS

_HEADS: Final = phrases(
    "add a note to", "add note to", "add the note to", "add notes to", "attach a note to", "put a note on",
    "put a note to", "make a note on", "add a note on", "add a note for", "leave a note on", "add this note to",
    "add some notes to", "write a note on", "append a note to", "add a comment to", "put this note on",
)  # fmt: skip
_NAMED: Final = frozenset({"note", "notes"})
_SAYING: Final = (("that", "says"), ("which", "says"), ("saying",), ("that", "reads"), ("reading",))
_NO_TASK: Final = frozenset({"self", "myself", "me"})
# "write a note: thank you" is about a note.
_NO_NOTE_AFTER: Final = frozenset(
    {"a", "the", "this", "my", "write", "send", "leave", "short", "quick", "thank", "to", "sticky", "of", "an", "new",
     "love", "delivery", "credit", "in", "on", "for", "-", "and", "make", "take", "some", "please"}
)  # fmt: skip
ASK_NOTE: Final = "What should the note say?"
_CLOSING: Final = " \t\n)"
_QUOTES: Final = '"\u201c\u201d\u201e\u00ab\u00bb'


def take_note(tokens: Tokens, start: int) -> tuple[Tokens, str, tuple[int, int]] | None:
    """The message without its note, the note, and where that stood; None when it has none."""
    for at in range(start + 1, len(tokens) - 2):
        if tokens.word(at) not in _NAMED or tokens.word(at + 1) != ":":
            continue
        first = _lead(tokens, at)
        note = _cleaned(tokens, at + 2, len(tokens))
        if first is None or first <= start or not note:
            continue
        return tokens.without((first, len(tokens))), note, (first, len(tokens))
    return None


def _lead(tokens: Tokens, at: int) -> int | None:
    """Where "with a note:" or ", note:" begins; None when what stands before makes it part of a title."""
    first = at
    while tokens.word(first - 1) in {"a", "the", "my"} and tokens.word(first - 2) == "with":
        first -= 1
    if tokens.word(first - 1) == "with":
        return first - 1
    if first != at or tokens.word(at - 1) in _NO_NOTE_AFTER - {"-"}:
        return None
    while tokens.word(first - 1) in {",", "(", "-", ".", ";", "\u2013", "\u2014", "["}:
        first -= 1
    return first


def read_note(tokens: Tokens, start: int) -> Understanding | None:
    """A note for a task that is there already."""
    length = match(tokens, start, _HEADS)
    if not length:
        return None
    body = start + length
    colon = next((at for at in range(body, len(tokens)) if tokens.word(at) == ":" and not _in_clock(tokens, at)), None)
    stop, first = (colon, colon + 1) if colon is not None else _said(tokens, body)
    target = target_of(tokens, range(body, stop))
    if not target.named or tokens.word(body) in _NO_TASK or (first is None and tokens.word(body) in VERBS):
        return None
    spans = spans_of(tokens, (), (start, body))
    base = targeted(target.fill(Understanding(IntentName.CHANGE, spans=spans)))
    note = _cleaned(tokens, first, len(tokens)) if first is not None else ""
    if note:
        return replace(base, notes=note)
    return replace(base, needs=Need.NOTE, question=ASK_NOTE) if base.needs is None else base


def _said(tokens: Tokens, body: int) -> tuple[int, int | None]:
    """Where the task's words end and the note's begin, without a colon."""
    for at in range(body + 1, len(tokens)):
        if tokens[at].kind is Kind.OPAQUE and at + 1 == len(tokens):
            return at, at
        saying = next((words for words in _SAYING if tokens.phrase(at, words)), None)
        if saying is not None and at + len(saying) < len(tokens):
            return at, at + len(saying)
    return len(tokens), None


def _in_clock(tokens: Tokens, at: int) -> bool:
    return tokens.number(at - 1) is not None and tokens.number(at + 1) is not None and tokens.glued(at)


def answered(question: Understanding, tokens: Tokens) -> Understanding | None:
    """The text of a note that was asked for."""
    note = _cleaned(tokens, 0, len(tokens))
    return replace(question, notes=note, needs=None, question=None, choices=()) if note else None


def _cleaned(tokens: Tokens, start: int, end: int) -> str:
    """The text as it was written, without brackets or quotation marks around it."""
    text = tokens.written(start, end).strip()
    if text.count(")") > text.count("("):
        text = text.rstrip(_CLOSING)
    return text.strip(_QUOTES).strip() if text[:1] in _QUOTES else text
