"""Whether the person's own message asks for what a language model wants done. Pure.

Text inside a task, or a model's mistake, must not act by itself: a command that the message does not plausibly ask for
is only carried out after a yes. It is a coarse check, made to be wrong on the side of asking.
"""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from chat_api.assistant.conversation import Command
from chat_api.understand import IntentName, Understanding

_WORD = re.compile(r"\w+")
_ALIKE = 0.75
_SHORT = 3


def _words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that nearly every message to the assistant may hold: sharing one says nothing.
_COMMON = _words_of(
    "a about add all an and any at be by can could day do due every everything for from get have i in is it list lists "
    "me my new next of on one or please put remind reminder reminders set show tell that the their them then there "
    "these this to today task tasks todo todos tomorrow was we week what when which will with would you your"
)
# Ways to speak of tasks without their words; they count together with a word for what is to be done.
_POINTING = _words_of("all both everything first it last one second that them these third this those")
_CUES: dict[IntentName, frozenset[str]] = {
    IntentName.DELETE: _words_of(
        "bin cancel cancelled clear delete deleted drop erase forget kill remove rid scrap scratch trash"
    ),
    IntentName.COMPLETE: _words_of(
        "ate bought check checked complete completed did done finish finished made paid sorted tick ticked went"
    ),
    IntentName.REOPEN: _words_of("again back open reopen restore undone uncomplete"),
    IntentName.SKIP: _words_of("leave miss omit pass skip"),
    IntentName.CHANGE: _words_of(
        "bring bump change delay earlier edit instead later make move postpone push rename reschedule shift"
    ),
    IntentName.ADD_LIST: _words_of("add create list make new start want need"),
    IntentName.RENAME_LIST: _words_of("call called change name rename"),
    IntentName.DELETE_LIST: _words_of("bin clear delete drop erase kill remove rid scrap trash"),
    IntentName.SNOOZE: _words_of("again delay later minutes min hour postpone remind snooze"),
    IntentName.ACKNOWLEDGE: _words_of("dismiss ok okay seen thanks got"),
    IntentName.UNDO: _words_of("back mistake oops restore revert undo wrong"),
    IntentName.DIGEST: _words_of("briefing daily digest morning overview summary"),
    IntentName.EMAIL: _words_of("email emailing emails mail mailing mails"),
    IntentName.QUIET: _words_of("bother disturb mute night quiet silence silent sleep"),
}
_HARMLESS = frozenset({IntentName.LIST, IntentName.SEARCH, IntentName.LISTS, IntentName.HISTORY, IntentName.HELP})
# The name of the list has to be in the message, and a word for what is to be done with it.
_OF_LISTS = frozenset({IntentName.ADD_LIST, IntentName.RENAME_LIST, IntentName.DELETE_LIST})
_BY_TITLE = frozenset({IntentName.COMPLETE, IntentName.REOPEN, IntentName.SKIP, IntentName.CHANGE})


def needs_a_yes(
    commands: Sequence[tuple[Command, Understanding]], *, said: Sequence[str], offline: Understanding
) -> bool:
    """Whether to ask before these commands are carried out.

    Args:
        said: the message and, for what it refers to, the ones before it; the newest first.
        offline: what the grammar makes of the message.
    """
    deletes = sum(meaning.intent is IntentName.DELETE for _, meaning in commands)
    return deletes > 1 or not all(_asked_for(command, meaning, said, offline) for command, meaning in commands)


def _asked_for(command: Command, meaning: Understanding, said: Sequence[str], offline: Understanding) -> bool:
    intent = meaning.intent
    if intent in _HARMLESS:
        return True
    if offline.intent in _HARMLESS and offline.needs is None:
        return False  # the message asks to see something
    if intent is IntentName.ADD:
        return _shares(meaning.title or "", said)
    words = _words(said[0]) if said else []
    if intent in _OF_LISTS:
        cued = offline.intent is intent or _has(words, _CUES[intent])
        return cued and _shares(meaning.list_name or "", said[:1])
    cued = offline.intent is intent or _has(words, _CUES[intent])
    if intent not in _BY_TITLE and intent is not IntentName.DELETE:
        return cued
    named = _shares(command.title or meaning.target or "", said[:1])
    pointed = bool(_POINTING & set(words)) or any(word.isdecimal() for word in words)
    return cued and (named or pointed) if intent is IntentName.DELETE else named or (cued and pointed)


def _shares(title: str, said: Sequence[str]) -> bool:
    """Whether the messages hold one of the title's own words, or one that is spelled much like it."""
    own = [word for word in _words(title) if word not in _COMMON] or _words(title)
    return any(_has(_words(text), own) for text in said)


def _has(words: Sequence[str], wanted: Sequence[str] | frozenset[str]) -> bool:
    return any(_alike(word, one) for word in words for one in wanted)


def _alike(word: str, other: str) -> bool:
    if word == other:
        return True
    if min(len(word), len(other)) < _SHORT or word in _COMMON:
        return False
    return word[0] == other[0] and SequenceMatcher(None, word, other).ratio() >= _ALIKE


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())[:100]
