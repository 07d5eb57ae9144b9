"""Which command a message is, by its words alone."""

from collections.abc import Iterable
from dataclasses import dataclass

from chat_api.understand.asking import LIST_HEADS, LIST_NOUNS, LIST_WORDS
from chat_api.understand.cues import (
    ADD,
    ADD_ENDINGS,
    ADD_WITH_TIME,
    DONE_ENDINGS,
    HEADS,
    MARKS,
    OFF_ENDINGS,
    POLITE,
    REMIND,
    REMIND_ANYWHERE,
    STATE_ENDINGS,
    UNDONE_ENDINGS,
)
from chat_api.understand.model import IntentName
from chat_api.understand.phrases import Phrases
from chat_api.understand.talk import (
    GREETING_STARTS,
    GREETINGS,
    HELP,
    HELP_NOUNS,
    HELP_STARTS,
    HELP_VERBS,
    THANKS,
    THANKS_REST,
)
from chat_api.understand.text import Kind, Tokens
from chat_api.understand.vocabulary import (
    APPOINTMENTS,
    ARTICLES,
    FINITE,
    NOUNS,
    QUESTIONS,
    STATEMENTS,
    VERBS,
    like_verb,
)

_LIST_ADDING = frozenset({"put", "stick", "pop", "throw", "place", "insert", "include", "append", "chuck"})
# "what do I need to buy from the shopping list?"
_GETTING = frozenset({"buy", "get", "pick", "bring", "take", "pack"})
_ARRANGED = APPOINTMENTS | {"meeting", "call", "appointment", "party", "session"}
_SHORT_TITLE = 8
_PLAIN_TITLE = 4
# Said of or to somebody: talk, not a thing to do.
_NO_TITLE = frozenset(
    {"me", "us", "you", "him", "them", "not", "no", "never", "yes", "good", "great", "nice", "very", "too", "really",
     "wow", "cool", "sorry", "thanks", "ok", "hello", "hi", "what", "why", "how", "who", "happened", "lol", "just",
     "am", "be", "been", "let", "tell", "u", "got", "went", "came", "said"}
)  # fmt: skip
_HELD_ON = frozenset({"list", "todos", "tasks", "calendar"})
# Behind these, "done" is not said of a task: "when it's done", "after i am done", "get it done".
_UNDONE_LEADS = frozenset({"i'm", "am", "i've", "when", "after", "once", "until", "be", "being", "get", "getting"})
_DROPPED_WORDS = 4
_WHERE = frozenset({"off", "at", "in", "into", "to", "by", "on", "with", "for", "from", "round", "over", "and", "out"})
_TIMER_WORDS = 7
_ASKING = (["tell", "me"], ["give", "me"], ["show", "me"], ["sing", "me"], ["see", "you"])
_BARE_LISTS = frozenset({"list", "show", "tasks", "todos", "agenda", "reminders", "overdue", "upcoming", "everything"})
_ASKED_ABOUT = frozenset({"i", "you", "we", "they", "it", "that", "not", "these", "those", "people", "u", "?"})
_LISTING = frozenset(
    {"what", "what's", "whats", "list", "show", "display", "view", "any", "anything", "do", "which", "is"}
)


@dataclass(frozen=True, slots=True)
class Head:
    """A command's opening: the tokens ``[start, body)`` said what to do; the rest says with what."""

    intent: IntentName
    start: int
    body: int
    stop: int


def skip_polite(tokens: Tokens) -> int:
    """Where the point begins, after "hey, could you please"."""
    place = 0
    while place < len(tokens):
        phrase = match(tokens, place, POLITE)
        if phrase:
            place += phrase
        elif place and tokens.word(place) in {",", "!", "."}:
            place += 1
        else:
            break
    return place if place < len(tokens) else 0


def match(tokens: Tokens, place: int, phrases: Phrases) -> int:
    """The length of the longest phrase that stands here, or 0."""
    word = tokens.word(place)
    return next((len(words) for words in phrases if words[0] == word and tokens.phrase(place, words)), 0)


def ends_with(tokens: Tokens, stop: int, phrases: Phrases) -> int:
    """The length of the longest phrase that ends at ``stop``, or 0."""
    return next((len(words) for words in phrases if stop >= len(words) and tokens.phrase(stop - len(words), words)), 0)


def is_help(tokens: Tokens) -> bool:
    """Whether nothing but help is asked for."""
    start = skip_polite(tokens)
    words = {token.lower for token in tokens}
    if match(tokens, start, HELP_STARTS) and words & HELP_VERBS and words & HELP_NOUNS:
        return True
    length = match(tokens, start, HELP)
    return bool(length) and all(tokens.word(at) in {"?", "!", "."} for at in range(start + length, len(tokens)))


def is_greeting(tokens: Tokens) -> bool:
    """Hi, good morning, how are you."""
    words = _words(tokens)
    return bool(words) and words[0] in GREETING_STARTS and all(word in GREETINGS for word in words)


def is_thanks(tokens: Tokens) -> bool:
    """Thanks, great, ok: an answer to nothing."""
    words = _words(tokens)
    return bool(words) and words[0] in THANKS and all(word in THANKS_REST for word in words)


def _words(tokens: Tokens) -> list[str]:
    return [token.lower for token in tokens if token.kind is not Kind.SYMBOL]


def is_list(tokens: Tokens, start: int, left: Iterable[int], *, has_time: bool, has_list: bool = False) -> bool:
    """Whether tasks are asked for. ``left`` are the tokens that are no times, labels or lists."""
    length = match(tokens, start, LIST_HEADS)
    words_of_lists = LIST_WORDS | _GETTING if has_list else LIST_WORDS
    if not length or any(tokens.word(at) not in words_of_lists for at in left if at >= start + length):
        return False
    first = tokens.word(start)
    words = {tokens.word(at) for at in range(start, len(tokens))}
    alone = first in _BARE_LISTS and all(tokens[at].kind is Kind.SYMBOL for at in range(start + 1, len(tokens)))
    return alone or bool(words & LIST_NOUNS) or (has_time and first in _LISTING)


def is_listed(tokens: Tokens, left: Iterable[int], *, told: bool) -> bool:
    """Whether nothing is left, or, where an order was ``told``, words for tasks alone: "sort (my tasks) by name"."""
    words = {tokens.word(at) for at in left} - {"please", "thanks"}
    return not words or (told and words <= LIST_WORDS and bool(words & LIST_NOUNS))


def reminder_cue(tokens: Tokens, start: int) -> tuple[int, int] | None:
    """Where a reminder is asked for: at the head or, for the clear phrases, anywhere."""
    length = match(tokens, start, REMIND)
    if length and (tokens.word(start) != "remind" or length > 1 or tokens.word(start + 1) == "to"):
        return start, start + length
    timer = next(
        (at for at in range(start, min(len(tokens), start + _TIMER_WORDS)) if tokens.word(at) == "timer"), None
    )
    if timer is not None and tokens.word(start) in {"set", "start", "a", "put", "run"}:
        return timer, timer + 1
    for place in range(start + 1, len(tokens)):
        if not tokens.glued(place):
            length = match(tokens, place, REMIND_ANYWHERE)
            if length:
                return place, place + length
    return None


def add_cue(tokens: Tokens, start: int, *, has_time: bool, has_list: bool = False) -> int:
    """The length of "add", "I need to", of "I have a" when a time was said, of "stick" when a list was."""
    if has_list and tokens.word(start) in _LIST_ADDING:
        return 1
    if tokens.word(start) == "put" and not (ends_with(tokens, len(tokens), ADD_ENDINGS) or _on_list(tokens, start)):
        return 0
    if has_time and tokens.word(start) == "will" and like_verb(tokens.word(start + 1)):
        # "will call the client tomorrow"
        return 1
    if has_time and tokens.word(start) == "set":
        # "set a meeting with ann at 5"
        thing = start + 2 if tokens.word(start + 1) in {"a", "an"} else start + 1
        if any(tokens.word(at) in _ARRANGED for at in (thing, thing + 1)):
            return thing - start
    return match(tokens, start, ADD) or (match(tokens, start, ADD_WITH_TIME) if has_time else 0)


def _on_list(tokens: Tokens, start: int) -> bool:
    """The "on my todo list" of "put milk on my todo list for friday"."""
    return any(
        tokens.word(at) in {"on", "to", "in"} and tokens.word(at + match(tokens, at, ADD_ENDINGS) - 1) in _HELD_ON
        for at in range(start + 1, len(tokens))
    )


def head_of(tokens: Tokens, start: int) -> Head | None:
    """Complete, reopen, delete or change, by its first words or by its last."""
    stop = len(tokens)
    while stop > start and tokens.word(stop - 1) in {".", "!", "please", "thanks", ","}:
        stop -= 1
    return _marked(tokens, start, stop) or _by_first_words(tokens, start, stop) or _by_state(tokens, start, stop)


def _marked(tokens: Tokens, start: int, stop: int) -> Head | None:
    """ "mark milk as done", "set milk to done", "take milk off my list"."""
    framed = (
        (MARKS, UNDONE_ENDINGS, IntentName.REOPEN),
        (MARKS, DONE_ENDINGS, IntentName.COMPLETE),
        (frozenset({"take"}), OFF_ENDINGS, IntentName.DELETE),
    )
    for verbs, endings, intent in framed:
        length = ends_with(tokens, stop, endings) if tokens.word(start) in verbs else 0
        if length and stop - length > start:
            return Head(intent, start, start + 1, stop - length)
    return None


def _by_first_words(tokens: Tokens, start: int, stop: int) -> Head | None:
    asks = tokens.word(start) == "did" and tokens.word(start + 1) in _ASKED_ABOUT | {"he", "she", "anyone", "someone"}
    for intent, phrases in HEADS:
        length = match(tokens, start, phrases)
        if length and not asks:
            return Head(intent, start, start + length, stop)
    return None


def _by_state(tokens: Tokens, start: int, stop: int) -> Head | None:
    """ "milk is done", "milk isn't done"."""
    if tokens.word(start) in QUESTIONS | VERBS | STATEMENTS:
        return None
    for endings, intent in ((UNDONE_ENDINGS, IntentName.REOPEN), (STATE_ENDINGS, IntentName.COMPLETE)):
        length = ends_with(tokens, stop, endings)
        # "every 3 days after i'm done"
        if length and stop - length > start and tokens.word(stop - length - 1) not in _UNDONE_LEADS:
            return Head(intent, start, start, stop - length)
    return None


def is_plain_drop(tokens: Tokens, head: Head) -> bool:
    """ "drop groceries" takes them off; "drop the kids at school", "drop off a letter", "drop 5 kilos" do not."""
    words = [tokens.word(at) for at in range(head.body, head.stop)]
    numbered = any(tokens.number(at) is not None for at in range(head.body, head.stop))
    return 0 < len(words) <= _DROPPED_WORDS and not numbered and not _WHERE & set(words)


def is_quick_add(tokens: Tokens, start: int) -> bool:
    """Whether a message without a cue reads like a task: a verb first, or a short plain thing."""
    words = [token.lower for token in list(tokens)[start:] if token.kind is not Kind.SYMBOL]
    if not words or (words[0] in QUESTIONS | STATEMENTS and not _is_doing(tokens, start)):
        return False
    if words[:2] in _ASKING:
        return False
    if like_verb(words[0]):
        return len(words) > 1 or words[0] in NOUNS
    if len(words) > _SHORT_TITLE or any(word in FINITE for word in words) or tokens.word(len(tokens) - 1) == "?":
        return False
    if len(words) >= _PLAIN_TITLE and not set(words) & (STATEMENTS | _NO_TITLE):
        # "second hand bike for jake"
        return True
    counted = words[0] in ARTICLES or tokens.number(start) is not None
    return (counted and len(words) > 1 and words[1].isalpha()) or words[0] in NOUNS or words[-1] in NOUNS


def is_question_or_statement(tokens: Tokens, start: int) -> bool:
    """Whether it is talk: a question, or a sentence about somebody."""
    return tokens.word(start) in QUESTIONS | STATEMENTS and not _is_doing(tokens, start)


def _is_doing(tokens: Tokens, start: int) -> bool:
    """ "do 20 push ups", "do the dishes": no question."""
    following = tokens.word(start + 1)
    return tokens.word(start) == "do" and bool(following) and following not in _ASKED_ABOUT
