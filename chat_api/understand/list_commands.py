"""Lists made, renamed and deleted: "create a list called camping", "rename the camping list to glamping".

"Make a packing list" is a task: a list is made only where it is called something, or said to be new.
"""

from dataclasses import replace
from typing import Final

from chat_api.understand.lists import named_list
from chat_api.understand.model import IntentName, Need, Span, Understanding
from chat_api.understand.parts import spans_of
from chat_api.understand.text import Kind, Tokens

_MAKING: Final = frozenset({"create", "make", "add", "start", "new", "set"})
_DELETING: Final = frozenset({"delete", "remove", "erase"})
_ARTICLES: Final = frozenset({"a", "an", "the", "my", "our", "another"})
_CALLED: Final = frozenset({"called", "named", ":", "titled"})
_CREATING: Final = frozenset({"create", "new", "add", "start"})
_NO_NAME: Final = frozenset({"of", "for", "to", "with", "on", "in", "and", ""})
_LEADS_TO_NAME: Final = frozenset({"to", "as", "into"})
_QUOTES: Final = "\"'`\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb "
_LONGEST: Final = 60
_MOST_WORDS: Final = 5


def read_list_command(tokens: Tokens, start: int) -> Understanding | None:
    """A list to make, rename or delete; None when the message is about tasks."""
    verb = tokens.word(start)
    if verb in _MAKING:
        return _made(tokens, start)
    if verb == "rename":
        return _renamed(tokens, start)
    return _deleted(tokens, start) if verb in _DELETING else None


def _made(tokens: Tokens, start: int) -> Understanding | None:
    """ "create a list called camping", "new list: camping", "create a new camping list"."""
    place = start
    new = False
    while tokens.word(place) in _MAKING | _ARTICLES or (place > start and tokens.word(place) == "up"):
        new = new or (tokens.word(place) == "new")
        place += 1
    if tokens.word(place) == "list":
        body = place + 1
        called = tokens.word(body) in _CALLED
        # "create list errands", "a new list for camping", but "make list of things"
        plain = place == start + 1 and tokens.word(start) in _CREATING and tokens.word(body) not in _NO_NAME
        body += 1 if called or (new and tokens.word(body) == "for") else 0
        new = new and tokens.word(body) not in _NO_NAME
        name = _name(tokens, body, len(tokens)) if called or new or plain else ""
    else:
        stop = _end(tokens)
        closed = tokens.word(stop - 1) == "list" and new
        name = _name(tokens, place, stop - 1) if closed else ""
    return _about(IntentName.ADD_LIST, name, spans_of(tokens, (), (start, place))) if name else None


def _renamed(tokens: Tokens, start: int) -> Understanding | None:
    """ "rename the camping list to glamping", "rename list camping to glamping"."""
    join = next((at for at in range(start + 2, len(tokens)) if tokens.word(at) in _LEADS_TO_NAME), len(tokens))
    found = named_list(tokens, start + 1)
    if found is None or found[1] != join:
        return None
    new_name = _name(tokens, join + 1, len(tokens))
    renamed = _about(IntentName.RENAME_LIST, found[0], spans_of(tokens, (), (start, start + 1)), new_name or None)
    if new_name:
        return renamed
    return replace(renamed, needs=Need.TITLE, question="What should the list be called?")


def _deleted(tokens: Tokens, start: int) -> Understanding | None:
    """ "delete the camping list", "remove list camping"."""
    found = named_list(tokens, start + 1)
    if found is None or found[1] != _end(tokens):
        return None
    return _about(IntentName.DELETE_LIST, found[0], spans_of(tokens, (), (start, start + 1)))


def _about(intent: IntentName, name: str, spans: tuple[Span, ...], new_name: str | None = None) -> Understanding:
    return Understanding(intent, list_name=name, new_title=new_name, title=new_name, spans=spans)


def _name(tokens: Tokens, start: int, stop: int) -> str:
    """The name as it was written; empty when it is none."""
    stop = min(stop, _end(tokens))
    if not 0 < stop - start <= _MOST_WORDS or tokens[start].kind is Kind.SYMBOL:
        return ""
    name = tokens.written(start, stop).strip(_QUOTES)
    return name if len(name) <= _LONGEST else ""


def _end(tokens: Tokens) -> int:
    end = len(tokens)
    while end and tokens.word(end - 1) in {".", "!", "please", "thanks", ","}:
        end -= 1
    return end
