"""One occurrence or the whole series: "just this once", "from now on"; and "skip the next gym"."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from chat_api.understand.cues import REFERENCES
from chat_api.understand.facts import Context
from chat_api.understand.intents import match
from chat_api.understand.model import IntentName, Need, Scope, Understanding
from chat_api.understand.parts import left_of, spans_of, targeted
from chat_api.understand.phrases import phrases
from chat_api.understand.ranges import narrow
from chat_api.understand.scan import scan
from chat_api.understand.text import Kind, Tokens
from chat_api.understand.titles import target_of
from chat_api.understand.words import UNITS, WEEKDAYS

_THIS: Final = phrases(
    "just this once", "only this once", "this once", "just once", "only once", "only this time", "just this time",
    "this time only", "this one time", "this time", "this one only", "only this one", "just this one", "this one",
    "one time only", "for one time only", "only the next one", "just the next one", "only this occurrence",
    "just this occurrence", "this occurrence only", "this occurrence", "only for this week", "only this week",
    "just this week", "just for this week", "this week only", "for this time only", "for this one time only",
    "this one time only", "only today", "just for today", "one off", "as a one - off", "as an exception",
    "exceptionally", "once only", "only that one", "just that one", "only for this time", "only for once", "for once",
    "just the one time", "only the next occurrence", "just the next occurrence", "only next time", "just next time",
    "next time only", "the next one only", "this instance only", "only this instance", "not the others",
    "not the whole series", "not the series", "leave the rest", "leave the others",
)  # fmt: skip
_SERIES: Final = phrases(
    "from now on", "the whole series", "whole series", "entire series", "the entire series", "all of them", "for good",
    "permanently", "every time", "each time", "every week from now on", "every day from now on",
    "every month from now on", "every time from now on", "always from now on", "from here on", "from here on out",
    "going forward", "from now onwards", "all occurrences", "all future occurrences", "every occurrence",
    "all future ones", "all the future ones", "all the occurrences", "forever", "for ever", "the series",
    "in the whole series", "not just this one", "not only this one", "not just this once", "not just this time",
    "all of the occurrences", "every single time", "all the time", "each and every time", "each week from now on",
    "every one of them", "every future one", "for the future", "in future", "all the times", "the complete series",
    "every single one", "this and all future ones", "this and all following", "not just this week",
)  # fmt: skip
_LED_BY: Final = frozenset({",", "-", "(", "for", "but", "and", "\u2013", "\u2014", ":", ";"})
_CLOSED_BY: Final = frozenset({")", "please"})
# In front of the words for a task.
_NEXT: Final = phrases(
    "the next occurrence of", "next occurrence of", "the next instance of", "this occurrence of", "the next one of",
    "only the next", "just the next", "the next", "this week's", "next week's", "today's", "tomorrow's", "tonight's",
    "this morning's", "this evening's", "this afternoon's", "only this week's", "just this week's", "only today's",
    "just today's", "the upcoming", "the coming", "only tomorrow's", "just tomorrow's", "this month's",
    "the next session of", "my next", "our next", "only this", "just this", "only one occurrence of",
    "one occurrence of", "the following", "next", "upcoming", "coming",
    *(f"{lead}{day}'s" for day in WEEKDAYS for lead in ("", "this ", "next ")),
)  # fmt: skip
_OF_THIS: Final = tuple(f"{span}'s " for span in ("week", "month", "morning", "evening", "afternoon", "weekend"))
# These delete no more than one.
_ONE: Final = tuple(
    f"{lead}{one} of "
    for lead in ("next ", "this ", "only the next ", "just the next ", "only this ", "just this ", "only next ", "one ")
    for one in ("occurrence", "instance", "session")
)
_ALL: Final = phrases(
    "every occurrence of", "all occurrences of", "all future occurrences of", "the whole series of", "the series of",
    "the entire series of", "every instance of", "all instances of", "each occurrence of", "all sessions of",
    "all the occurrences of", "every single", "all future", "every future", "all upcoming", "every session of",
    "all my future", "all the future", "each and every",
)  # fmt: skip

_SKIP: Final = phrases(
    "skip", "skip over", "skipping", "leave out", "sit out", "give a miss to", "let's skip", "we skip", "i'll skip",
    "i will skip", "i want to skip", "i'm skipping", "let me skip", "i'd like to skip", "i need to skip",
    "i have to skip", "i must skip", "omit", "i can't make", "i can't do",
)  # fmt: skip
# After these only what clearly recurs is skipped.
_SOFT_SKIP: Final = frozenset({"leave", "sit", "omit", "give", "i"})
# "skip rope" is a thing to do.
_THINGS: Final = frozenset(
    {"rope", "ropes", "stones", "hire", "bin", "ad", "ads", "intro", "school", "to", "out", "through", "tracks", "town",
     "a", "an", "some", "bail", "past", "button", "links", "lunch", "breakfast", "dinner", "sugar", "meat"}
)  # fmt: skip
_SKIP_FILLERS: Final = frozenset(
    {"the", "my", "our", "next", "this", "coming", "upcoming", "occurrence", "instance", "session", "of", "in", "for",
     "one", "just", "only", "single", "today's", "tomorrow's", "tonight's", "week's", "month's", "following", "that"}
)  # fmt: skip
_SKIP_MARKS: Final = _SKIP_FILLERS - {"the", "my", "our", "in", "for", "of"}
_SKIP_TRAILS: Final = frozenset(
    {"once", "please", "only", "time", "this", "now", "thanks", "for", "just", "on", "session", "again", "occurrence",
     "the", "in", "one"}
)  # fmt: skip
# "skip the line at the museum"
_PLACES: Final = frozenset({"at", "in", "for", "to", "from", "because", "by", "into", "if", "when"})
_ENDS: Final = frozenset({",", ";", "because", "since", "(", "as", "\u2013", "\u2014"})
_SHORT: Final = 3


def take_scope(tokens: Tokens, start: int) -> tuple[Tokens, Scope, tuple[int, int]] | None:
    """The message without the words that say how much of a series it is about; None without such words."""
    for at in range(start, len(tokens)):
        for scope, table in ((Scope.SERIES, _SERIES), (Scope.THIS, _THIS)):
            length = match(tokens, at, table)
            if not length or (tokens.word(at) == "from" and tokens.word(at - 1) in UNITS):
                continue
            if tokens.phrase(at, ("this", "one")) and length == 2 and at <= start + 1:  # noqa: PLR2004
                # "move this one to friday": the task
                continue
            first, end = at, at + length
            while first > start and tokens.word(first - 1) in _LED_BY:
                first -= 1
            while tokens.word(end) in _CLOSED_BY or (first == start and tokens.word(end) in {",", ":", "-"}):
                end += 1
            return tokens.without((first, end)), scope, (first, end)
    return None


def scoped(change: Understanding, scope: Scope) -> Understanding:
    """The change, for this much of the series. Without another word for the task it is the one spoken of."""
    if change.needs is Need.TARGET and change.target is None:
        return replace(change, scope=scope, refers_back=True, needs=None, question=None, choices=())
    return replace(change, scope=scope)


def with_occurrence(change: Understanding) -> Understanding:
    """Take "the next" and "every occurrence of" from the words for the task."""
    if change.target is None:
        return change
    if change.refers_back and change.target.lower().startswith(_OF_THIS):
        # "this week's gym" speaks of no task before
        named = change.target.split(" ", 1)[1]
        change = replace(change, target=named, refers_back=False, scope=change.scope or Scope.THIS)
    if change.target is None:
        return change
    if change.intent is IntentName.DELETE:
        return _without_one(change, change.target)
    words = change.target.split()
    lower = [word.lower().replace("\u2019", "'") for word in words]
    for scope, table in ((Scope.SERIES, _ALL), (Scope.THIS, _NEXT)):
        for phrase in table:
            if len(words) > len(phrase) and lower[: len(phrase)] == list(phrase):
                named = " ".join(words[len(phrase) :])
                return replace(change, target=named, scope=change.scope or scope)
    if len(words) > 1 and lower[-1] == "series":
        return replace(change, target=" ".join(words[:-1]).removeprefix("whole "), scope=change.scope or Scope.SERIES)
    return change


def _weekday(tokens: Tokens, at: int) -> int | None:
    """The day of "friday's"."""
    word = tokens.word(at)
    return WEEKDAYS.get(word[:-2]) if word.endswith("'s") else None


def _coming(today: date, weekday: int) -> date:
    """That weekday's next date, today included."""
    return today + timedelta(days=(weekday - today.weekday()) % 7)


def _without_one(deletion: Understanding, target: str) -> Understanding:
    """ "delete the next occurrence of gym" leaves the rest of the series."""
    lower = target.lower()
    for phrase in _ONE:
        if lower.startswith(phrase) and len(target) > len(phrase):
            return replace(deletion, intent=IntentName.SKIP, target=target[len(phrase) :])
    return deletion


def read_skip(tokens: Tokens, start: int, context: Context) -> Understanding | None:
    """ "skip gym this week": the next occurrence is left out. None when it reads like a task of its own."""
    length = match(tokens, start, _SKIP)
    if not length:
        return None
    body = start + length
    narrowed = narrow(tokens, body, context)
    rest = narrowed.rest
    scanned = scan(rest, body, context)
    facts = scanned.facts
    stop = next((at for at in range(body + 1, len(rest)) if rest.word(at) in _ENDS), len(rest))
    left = [at for at in left_of(rest, body, scanned.found, stop) if rest.word(at) not in {"!", ".", "?"}]
    leads = {rest.word(at) for at in left[:_SHORT]}
    while len(left) > 1 and rest.word(left[-1]) in _SKIP_TRAILS:
        leads.add("once")
        left = left[:-1]
    named = left
    day: date | None = facts.day.date if facts.day is not None else None
    while named and (rest.word(named[0]) in _SKIP_FILLERS or _weekday(rest, named[0]) is not None):
        weekday = _weekday(rest, named[0])
        day = _coming(context.today, weekday) if day is None and weekday is not None else day
        named = named[1:]
    marked = day is not None or narrowed.due_from is not None or bool(facts.part and facts.part.this)
    marked = marked or bool(leads & _SKIP_MARKS) or "once" in leads
    if facts.clocks or facts.rule or facts.befores or facts.offset or facts.invalid or facts.priority or facts.tags:
        return None
    if not marked and (tokens.word(start) in _SOFT_SKIP or len(named) > _SHORT):
        return None
    first = rest.word(named[0]) if named else ""
    if first in _THINGS or any(rest[at].kind is Kind.OPAQUE or rest.word(at) in _PLACES for at in named[1:]):
        return None
    target = target_of(rest, named or [at for at in left if rest.word(at) in REFERENCES | {"one"}])
    spans = spans_of(tokens, (), (start, body))
    base = Understanding(
        IntentName.SKIP, spans=spans, due=day, due_from=narrowed.due_from, due_until=narrowed.due_until
    )
    filled = target.fill(base)
    if not target.named and leads & {"one", "that", "it", "occurrence", "time", "this"}:
        filled = replace(filled, refers_back=True)
    asked = targeted(filled)
    return replace(asked, question="Which one should I skip?") if asked.needs is Need.TARGET else asked
