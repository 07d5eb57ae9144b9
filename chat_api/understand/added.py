"""A task to add: its title, its time, and what is missing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from chat_api.understand.cues import ALARM_WORDS, WAKE_WORDS
from chat_api.understand.facts import Context
from chat_api.understand.intents import (
    add_cue,
    match,
)
from chat_api.understand.model import IntentName, Need, Understanding
from chat_api.understand.parts import left_of, spans_of, with_timing
from chat_api.understand.phrases import phrases
from chat_api.understand.resolve import resolve
from chat_api.understand.scan import scan
from chat_api.understand.text import Tokens
from chat_api.understand.timing import Timing, Wish
from chat_api.understand.titles import title_of
from chat_api.understand.words import BOUNDARIES, EVENING_THINGS, MORNING_THINGS

WHAT: Final = "What is it about?"
_ARRANGING: Final = phrases(
    "set a", "set up a", "set me a", "set me up a", "create a", "create me a", "add a", "make a", "make me a",
    "give me a", "i need a", "i want a", "schedule a", "set an", "set up an", "create an", "add an", "new",
)  # fmt: skip
_ARRANGED: Final = frozenset({"reminder", "alarm", "task", "todo"})
_REMINDING: Final = frozenset({"reminder", "alarm"})
# "a weekday alarm" rings on all of them.
_DAYS: Final = {"weekday": "weekdays", "weekend": "weekends", "weeknight": "weeknights"}
_OFTEN: Final = frozenset(
    {"daily", "weekly", "monthly", "yearly", "hourly", "annual", "biweekly", "fortnightly", "quarterly", "nightly",
     "everyday"}
) | _DAYS.keys()  # fmt: skip
# What may come before a wish to be reminded: "I have a meeting on friday, remind me an hour before".
_SAID_FIRST: Final = frozenset({"add", "schedule", "create", "i", "i've", "we", "we've"})
_REPEATING: Final = frozenset({"recurring", "repeating", "recurrent", "regular"})
FIRM: Final = frozenset({Need.DATE_VALID, Need.RECURRENCE_SUPPORTED})
_DEFAULT_TITLES: Final = (("wake", "Wake up"), ("alarm", "Alarm"), ("timer", "Timer"))


def read_reminder(tokens: Tokens, start: int, cue: tuple[int, int], context: Context) -> Understanding:
    words = {tokens.word(at) for at in range(*cue)}
    wish = Wish(reminder=True, alarm=bool(words & ALARM_WORDS), morning=bool(words & WAKE_WORDS))
    first = cue[1] if cue[0] == start else start
    return adding(tokens, cue, first, context, wish)


def read_arranged(tokens: Tokens, start: int, context: Context) -> Understanding | None:
    """ "set a weekly reminder to water the plants", "create a recurring task every monday: report"."""
    length = match(tokens, start, _ARRANGING)
    place = start + length
    often, noun = tokens.word(place), tokens.word(place + 1)
    if noun not in _ARRANGED or (often not in _OFTEN and often not in _REPEATING):
        return None
    if not length and (noun not in _REMINDING or tokens.word(place + 2) not in BOUNDARIES):
        # "daily reminder at 9", but not "daily task list"
        return None
    # How often it is to be is read with the rest; that it repeats is said by the rest.
    kept = place if often in _OFTEN else place + 1
    rest = tokens.without((0, kept), (place + 1, place + 2))
    if not len(rest):
        return None
    if often in _OFTEN:
        # "monthly pay rent" may be a thing's name, "pay rent monthly" is not.
        last = replace(rest[0], lower=_DAYS.get(often, often))
        rest = Tokens(tokens.source, [*list(rest)[1:], last])
    wish = Wish(reminder=noun in _REMINDING, alarm=noun == "alarm")
    added = adding(rest, None, 0, context, wish)
    if added.title is None and noun == "alarm" and added.needs is Need.TITLE:
        added = replace(added, title="Alarm", needs=None, question=None)
    spans = [*added.spans, *spans_of(tokens, (), (start, place))]
    return replace(added, spans=tuple(sorted(spans, key=lambda span: span.start)))


def adding(tokens: Tokens, cue: tuple[int, int] | None, first: int, context: Context, wish: Wish) -> Understanding:
    """An ADD whose words are the tokens from ``first`` on, without the cue and what was recognised."""
    scanned = scan(tokens, first, context)
    left = [at for at in left_of(tokens, first, scanned.found) if cue is None or not cue[0] <= at < cue[1]]
    if cue is None and left and left[0] != first:
        # "on sunday at ten I have to meet Ann"
        said = add_cue(tokens, left[0], has_time=True)
        left = [at for at in left if not left[0] <= at < left[0] + said]
    if cue is not None and left and left[0] == first < cue[0] and tokens.word(first) in _SAID_FIRST:
        # "add dentist friday at 10, remind me 30 minutes before"
        left = [at for at in left if at >= first + add_cue(tokens, first, has_time=True)]
    title = title_of(tokens, left, after_cue=cue is not None or (bool(left) and left[0] != first))
    if title is None and cue is not None:
        words = {tokens.word(at) for at in range(*cue)}
        title = next((name for word, name in _DEFAULT_TITLES if word in words), None)
    words = {tokens.word(at) for at in left}
    waking = bool(left) and tokens.word(left[0]) in WAKE_WORDS
    morning = wish.morning or waking or bool(words & MORNING_THINGS) or _say(tokens, left, ("get", "up"))
    evening = bool(words & EVENING_THINGS) or _say(tokens, left, ("table", "for"))
    wish = replace(wish, morning=morning, evening=not morning and evening)
    timing = resolve(scanned.facts, context, wish)
    timed = isinstance(timing.due, datetime) and timing.needs is None
    return _completed(
        Understanding(
            IntentName.ADD,
            title=title,
            priority=scanned.facts.priority,
            tags=tuple(scanned.facts.tags),
            list_name=scanned.facts.list_name,
            wants_reminder=wish.reminder or bool(scanned.facts.befores),
            remind_before=() if timed else tuple(before.duration.rough() for before in scanned.facts.befores),
            spans=spans_of(tokens, scanned.found, cue),
        ),
        timing,
    )


def _say(tokens: Tokens, places: Sequence[int], words: Sequence[str]) -> bool:
    """Whether these words stand together among the places."""
    return any(tokens.phrase(at, words) for at in places)


def _completed(base: Understanding, timing: Timing) -> Understanding:
    """Put the time in, and ask for what is missing: a time that cannot be comes before a missing title."""
    timed = with_timing(base, timing)
    if timed.title is None and timing.needs not in FIRM:
        return replace(timed, needs=Need.TITLE, question=WHAT, choices=())
    return timed
