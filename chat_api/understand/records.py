"""What is asked about the past ("what happened to the groceries?"), and the end of an account."""

from typing import Final

from chat_api.understand.intents import match
from chat_api.understand.model import IntentName, Understanding
from chat_api.understand.parts import spans_of
from chat_api.understand.phrases import phrases
from chat_api.understand.text import Kind, Tokens
from chat_api.understand.titles import target_of

_ABOUT: Final = phrases(
    "what happened to", "what happened with", "whatever happened to", "what has happened to", "what's happened to",
    "what became of", "what did i do with", "what have i done with", "show me what happened to", "history of",
    "the history of", "show the history of", "show me the history of", "show history of", "show me what happened with",
    "tell me what happened to", "activity of", "show the activity of", "show me the activity of", "activity for",
    "show activity for", "when did i complete", "when did i finish", "when did i delete", "when did i add",
    "when did i create", "when did i change", "when did i move", "when was", "tell me the history of",
    "did something happen to", "has anything happened to", "what was done to", "what was done with",
)  # fmt: skip
_ALL: Final = phrases(
    "what happened", "what has happened", "what's happened", "show my activity", "show activity", "my activity",
    "activity", "recent activity", "show recent activity", "show me my activity", "show me what happened",
    "show my history", "history", "my history", "show me my history", "what did i change", "what have i changed",
    "activity log", "show the activity log", "what happened lately", "what happened recently",
)  # fmt: skip
_WHEN_WAS: Final = frozenset({"completed", "deleted", "added", "created", "done", "finished", "changed", "moved"})
_CLOSING: Final = phrases(
    "delete my account", "close my account", "remove my account", "erase my account", "delete account",
    "close account", "i want to delete my account", "i want to close my account", "i'd like to delete my account",
    "i would like to delete my account", "how do i delete my account", "how can i delete my account",
    "delete my user account", "delete my account and all my data", "delete all my data", "erase all my data",
    "delete my data", "i'd like to close my account", "terminate my account", "how do i close my account",
)  # fmt: skip


def read_records(tokens: Tokens, start: int) -> Understanding | None:
    """What happened to a task, or lately; or that the account is to go."""
    closing = match(tokens, start, _CLOSING)
    if closing and _ends(tokens, start + closing):
        return Understanding(IntentName.CLOSE_ACCOUNT, spans=spans_of(tokens, (), (start, start + closing)))
    length = match(tokens, start, _ABOUT)
    if length:
        return _about(tokens, start, start + length)
    length = match(tokens, start, _ALL)
    if length and _ends(tokens, start + length):
        return Understanding(IntentName.HISTORY, spans=spans_of(tokens, (), (start, start + length)))
    return None


def _about(tokens: Tokens, start: int, body: int) -> Understanding | None:
    kept = [at for at in range(body, len(tokens)) if tokens.word(at) not in {"?", ".", "!"}]
    if tokens.phrase(start, ("when", "was")):
        # "when was milk completed?"; "when was" alone may ask for anything
        if not kept or tokens.word(kept[-1]) not in _WHEN_WAS:
            return None
        kept = kept[:-1]
    target = target_of(tokens, kept)
    if not target.named:
        return None
    found = Understanding(IntentName.HISTORY, spans=spans_of(tokens, (), (start, body)))
    return target.fill(found)


def _ends(tokens: Tokens, place: int) -> bool:
    return all(tokens[at].kind is Kind.SYMBOL or tokens.word(at) == "please" for at in range(place, len(tokens)))
