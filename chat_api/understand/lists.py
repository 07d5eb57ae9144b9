"""Lists of tasks: "to the groceries list", "in list shopping", "list:work"; "what's on my work list", "show my lists".

Many lists in people's sentences are none of ours ("read the price list"), so that a name counts only where the message
puts something there, takes it from there, or asks for it. "My list" and "the to-do list" name none.
"""

from dataclasses import dataclass
from typing import Final

from chat_api.understand.asking import LIST_HEADS
from chat_api.understand.cues import ADD, POLITE
from chat_api.understand.facts import Context, Found, ListName
from chat_api.understand.intents import match, skip_polite
from chat_api.understand.phrases import phrases
from chat_api.understand.text import Kind, Tokens
from chat_api.understand.vocabulary import VERBS
from chat_api.understand.words import BOUNDARIES, MONTHS, NAMED_DAYS, TONIGHT, WEEKDAYS

_ADDING: Final = frozenset(
    {"add", "put", "stick", "pop", "throw", "jot", "place", "insert", "include", "append", "chuck"}
)
_ADDING_PHRASES: Final = frozenset({"create", "new", "write", "note", "make"})
MOVING: Final = frozenset({"move", "shift", "transfer", "change"})
_TAKING: Final = frozenset(
    {"delete", "remove", "take", "complete", "mark", "tick", "check", "done", "finish", "finished", "erase", "scrap",
     "cancel", "reopen", "uncheck", "untick", "drop", "clear", "cross", "skip", "rename"}
)  # fmt: skip
_TO: Final = frozenset({"to", "on", "onto", "in", "into", "under"})
_DESTINATIONS: Final = frozenset({"to", "onto", "into"})
_AT: Final = frozenset({"on", "in", "from", "of", "for", "off"})
_ARTICLES: Final = frozenset({"the", "my", "our", "a", "your", "this", "that"})
_OWN: Final = frozenset({"my", "our", "the"})
# Together they name no list: the list of everything.
_NAMELESS: Final = frozenset(
    {"todo", "to", "do", "-", "todos", "task", "tasks", "reminder", "reminders", "main", "general", "default", "dos"}
)
_NO_NAME: Final = frozenset(
    {"to", "on", "in", "of", "and", "or", "for", "with", "at", "by", "from", "list", "lists", "is", "it", "that",
     "this", "me", "you", "i", "into", "onto", "please", "next", "last", "first", "whole", "long", "entire", "full",
     "same", "other", "right", "top", "bottom", "end", "start", "beginning", "following", "every", "a", "an", "the",
     "my", "our", "your", "today's", "tomorrow's", "today", "tomorrow", "tonight", "all", "each", "under", "called",
     "named"}
)  # fmt: skip
# Lists that lie in a drawer or at a door, unless something is expressly added to them.
_REAL: Final = frozenset(
    {"waiting", "mailing", "guest", "email", "distribution", "price", "contact", "contacts", "invite", "wine", "black",
     "white", "short", "check", "play", "attendance", "subscriber", "member", "phone"}
)  # fmt: skip
_KNOWN: Final = frozenset(
    {"shopping", "grocery", "groceries", "work", "home", "house", "household", "personal", "private", "family",
     "errands", "errand", "chores", "packing", "office", "school", "garden", "travel", "holiday", "reading", "movie",
     "movies", "wish", "project", "projects", "study", "health", "finance", "inbox", "someday", "bucket"}
)  # fmt: skip
# "get everything on the shopping list" is a task.
_QUANTIFIERS: Final = frozenset(
    {"everything", "all", "things", "thing", "items", "item", "stuff", "rest", "what", "missing"}
)
_NO_NAME_AFTER: Final = frozenset(
    {
        "form",
        "format",
        "price",
        "prices",
        "view",
        "mode",
        "order",
        "of",
        "item",
        "items",
        "again",
        "now",
        "here",
        "sorted",
    }
)
_FOLLOWERS: Final = (
    BOUNDARIES | WEEKDAYS.keys() | MONTHS.keys() | NAMED_DAYS.keys() | TONIGHT
    | {"p1", "p2", "p3", "p4", "due", "asap", "urgent", "later", "called", "!!", "tomorrow's", "as", "please", "thanks"}
)  # fmt: skip
_SHOWING: Final = frozenset({"show", "view", "see", "display", "open", "list", "give", "let", "pull", "can", "what's",
                             "what", "tell", "which", "how"})  # fmt: skip
_BEFORE_SHOWN: Final = frozenset({"show", "view", "see", "display", "open", "me", "up", "list", "what's", "is", "all"})
_LISTS_HEADS: Final = frozenset(
    {"show", "lists", "what", "which", "list", "my", "all", "view", "see", "display", "give", "how", "do", "tell"}
)
_LISTS_WORDS: Final = frozenset(
    {"lists", "show", "me", "my", "all", "the", "list", "what", "which", "are", "there", "do", "i", "have", "see",
     "view", "give", "display", "of", "how", "many", "our", "existing", "todo", "task", "names", "exist", "got", "we",
     "tell", "you", "and", "to", "-", "exactly", "currently", "now", "various", "different", "any", "please"}
)  # fmt: skip
# "read the articles on my reading list"
_USING: Final = frozenset(
    {"read", "check", "review", "watch", "finish", "update", "see", "go", "work", "do", "send", "print", "start"}
)
_SEARCHING: Final = frozenset({"find", "search", "look"})
_NAMELESS_LISTS: Final = phrases(
    *(
        f"{own}{name}list"
        for own in ("", "my ", "the ")
        for name in ("", "todo ", "to do ", "to - do ", "task ")
        if own or name
    )
)
_MOST_WORDS: Final = 4
_LONGEST: Final = 60


def read_list_name(tokens: Tokens, index: int, context: Context) -> Found | None:
    """A list that the message puts something on, takes it from, or asks for, with the "to the" before it."""
    del context
    if not tokens.remembered(_mentions_list, 0):
        return None
    tagged = _tagged(tokens, index)
    if tagged is not None:
        return tagged
    start, verb = tokens.remembered(_opening, 0)
    named = _named(tokens, index) if index >= start else None
    if named is None:
        return None
    _, name, end = named
    led = tokens.word(index) if tokens.word(index) in _TO | _AT else tokens.word(index - 1)
    mention = _Mention(index, end, name, led)
    origin = verb in MOVING and led not in _DESTINATIONS
    return Found(index, end, (ListName(name, origin=origin),)) if _counts(tokens, mention, start, verb) else None


@dataclass(frozen=True, slots=True)
class _Mention:
    """A list named in the tokens ``[start, end)``; ``led`` is the word that leads to it ("on", "from")."""

    start: int
    end: int
    name: str
    led: str

    @property
    def real(self) -> bool:
        """Whether it sounds like a list of paper."""
        return self.name.lower() in _REAL


def _counts(tokens: Tokens, mention: _Mention, start: int, verb: str) -> bool:
    """Whether it is a list of ours, by what the message does."""
    goes_on = tokens.word(mention.end) not in _FOLLOWERS
    if _adds(tokens, start, verb):
        opens = mention.start == start + 1
        return mention.led in _TO and (opens or not goes_on) and not (mention.real and verb != "add")
    if goes_on or verb in MOVING:
        led = mention.led == "to" or (verb != "change" and mention.led in _DESTINATIONS | _AT)
        return led and not goes_on
    if verb in _TAKING:
        return mention.led in _AT and not mention.real
    if verb in _SEARCHING:
        return (mention.led in {"in", "on"} or mention.start == start + 1) and not mention.real
    asks = bool(match(tokens, start, LIST_HEADS)) and verb != "read"
    return _is_asked_for(tokens, mention, start, verb) if asks else _set_apart(tokens, mention, start)


def _is_asked_for(tokens: Tokens, mention: _Mention, start: int, verb: str) -> bool:
    """ "what's on my work list", "show the work list"."""
    if mention.led in _AT and mention.start > start:
        return True
    near = tokens.word(mention.start - 1) in _BEFORE_SHOWN and mention.start - start <= _MOST_WORDS
    return near and verb in _SHOWING and not (mention.real and verb == "open")


def _mentions_list(tokens: Tokens, index: int) -> bool:
    """Whether there is anything to look for: most messages name no list."""
    return any(tokens.word(at) == "list" for at in range(index, len(tokens)))


def _opening(tokens: Tokens, index: int) -> tuple[int, str]:
    """Where the message's point begins, and its first word."""
    del index
    start = skip_polite(tokens)
    return start, tokens.word(start)


def _adds(tokens: Tokens, start: int, verb: str) -> bool:
    return verb in _ADDING or (verb in _ADDING_PHRASES and match(tokens, start, ADD) > 1)


def _set_apart(tokens: Tokens, mention: _Mention, start: int) -> bool:
    """Whether a list named in passing is where the task belongs: "milk in my groceries list", "milk (work list)"."""
    first = mention.start
    if mention.real or first == start:
        return False
    if tokens.word(first - 1) in {",", "(", "-", "\u2013"} and tokens.word(mention.end) in {"", ")", ".", ","}:
        return True
    led = mention.led
    if led not in _TO or led != tokens.word(first):
        return False
    if any(tokens.word(at) in _QUANTIFIERS for at in range(max(start, first - 3), first)):
        return False
    explicit = tokens.word(mention.end - 1) != "list"
    known = mention.name.lower() in _KNOWN and tokens.word(start) not in _USING
    return explicit or led in {"in", "into"} or (led == "on" and known)


def _tagged(tokens: Tokens, index: int) -> Found | None:
    """ "list:work"."""
    if tokens.word(index) != "list" or tokens.word(index + 1) != ":" or not tokens.glued(index + 1):
        return None
    if not tokens.glued(index + 2) or tokens[index + 2].kind not in {Kind.WORD, Kind.OPAQUE}:
        return None
    end = index + 3
    while tokens.word(end) == "-" and tokens.glued(end) and tokens.glued(end + 1):
        end += 2
    name = _cleaned(tokens, index + 2, end)
    return Found(index, end, (ListName(name),)) if name else None


def _named(tokens: Tokens, index: int) -> tuple[int, str, int] | None:
    """Where a list's own words begin, its name, and where its mention ends; looked for from a "to" or "the" on."""
    place = index
    if tokens.word(place) in _TO | _AT:
        place += 1
    if tokens.word(place) in _ARTICLES:
        place += 1
    if tokens.word(place) == "list":
        return _called(tokens, place)
    end = place
    while tokens.word(end) != "list":
        piece = tokens[end] if end < len(tokens) else None
        if piece is None or end - place >= _MOST_WORDS or tokens.word(end) in _NO_NAME - {"to"}:
            return None
        if piece.kind is Kind.SYMBOL and tokens.word(end) not in {"-", "&"}:
            return None
        end += 1
    words = {tokens.word(at) for at in range(place, end)}
    if not words or words <= _NAMELESS or "to" in words:
        return None
    name = _cleaned(tokens, place, end)
    return (place, name, end + 1) if name else None


def _called(tokens: Tokens, place: int) -> tuple[int, str, int] | None:
    """ "list shopping", "list called holiday shopping"."""
    first = place + 1
    called = tokens.word(first) in {"called", "named"}
    first += 1 if called else 0
    if first >= len(tokens) or tokens[first].kind not in {Kind.WORD, Kind.OPAQUE}:
        return None
    if tokens.word(first) in _NO_NAME | _NO_NAME_AFTER | _FOLLOWERS | _NAMELESS and tokens[first].kind is Kind.WORD:
        return None
    end = first + 1
    while called and end - first < _MOST_WORDS and end < len(tokens) and tokens[end].kind is Kind.WORD:
        if tokens.word(end) in _FOLLOWERS:
            break
        end += 1
    name = _cleaned(tokens, first, end)
    return (place, name, end) if name else None


def _cleaned(tokens: Tokens, start: int, end: int) -> str:
    """The name as it was written, without quotation marks; empty when it is none."""
    name = tokens.written(start, end).strip("\"'`\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb ")
    return name if len(name) <= _LONGEST else ""


def named_list(tokens: Tokens, index: int) -> tuple[str, int] | None:
    """The list that is named at this place, and where its name ends."""
    place = index + 1 if tokens.word(index) in _ARTICLES else index
    found = _named(tokens, place)
    return None if found is None or found[0] != place else (found[1], found[2])


def is_lists(tokens: Tokens, start: int) -> bool:
    """Whether the lists themselves are asked for: "show my lists", "which lists are there?"."""
    words = [token.lower for token in list(tokens)[start:] if token.kind is not Kind.SYMBOL]
    asked = "lists" in words and words[0] in _LISTS_HEADS and all(word in _LISTS_WORDS for word in words)
    return asked and not (words[0] == "do" and "have" not in words)


def list_alone(tokens: Tokens, start: int) -> Found | None:
    """A message that is nothing but a list: "my work list", "shopping list?", "list:work"."""
    found = _tagged(tokens, start)
    if found is None:
        named = _named(tokens, start)
        if named is None or tokens.word(start) in (_TO | _AT):
            return None
        known = named[1].lower() in _KNOWN
        owned = tokens.word(start) in _OWN and named[1].lower() not in _REAL
        if not (known or owned):
            return None
        found = Found(start, named[2], (ListName(named[1]),))
    rest = range(found.end, len(tokens))
    return found if all(tokens[at].kind is Kind.SYMBOL or match(tokens, at, POLITE) for at in rest) else None


def list_before_colon(tokens: Tokens, start: int) -> tuple[str | None, int] | None:
    """The list of "groceries list: milk" and where the task begins; "to-do list: milk" names none."""
    place = start + 1 if tokens.word(start) in {"on", "to", "for", "in"} and tokens.word(start + 1) != "do" else start
    nameless = match(tokens, place, _NAMELESS_LISTS)
    if nameless and tokens.word(place + nameless) == ":" and place + nameless + 1 < len(tokens):
        return None, place + nameless + 1
    named = _named(tokens, place)
    if named is None or tokens.word(named[2]) != ":" or named[2] + 1 >= len(tokens):
        return None
    own = tokens.word(named[0]) not in VERBS and named[1].lower() not in _REAL
    return (named[1], named[2] + 1) if own or named[1].lower() in _KNOWN else None


def without_lists(tokens: Tokens, kept: list[int], context: Context) -> list[int]:
    """The places without those that say which list something is on now."""
    out: set[int] = set()
    for at in kept:
        found = read_list_name(tokens, at, context) if at not in out else None
        out |= set(range(at, found.end)) if found is not None else set()
    return [at for at in kept if at not in out]
