"""A message in, its meaning out: the order in which the parts of this package are asked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from chat_api.understand.changes import read_call_it, read_change, read_instead, read_label
from chat_api.understand.cues import ADD_FIRST, ALARM_WORDS, DELETE_FIRST, VERBS, WAKE_WORDS
from chat_api.understand.done import read_done
from chat_api.understand.facts import Context, Facts
from chat_api.understand.fired import read_fired
from chat_api.understand.intents import (
    Head,
    add_cue,
    head_of,
    is_greeting,
    is_help,
    is_list,
    is_question_or_statement,
    is_quick_add,
    is_thanks,
    match,
    reminder_cue,
    skip_polite,
)
from chat_api.understand.model import IntentName, Need, Understanding
from chat_api.understand.parts import left_of, spans_of, targeted, with_timing
from chat_api.understand.resolve import Timing, Wish, resolve
from chat_api.understand.scan import Scan, scan
from chat_api.understand.search import read_search
from chat_api.understand.text import MAX_CHARACTERS, Kind, Tokens, tokenize
from chat_api.understand.titles import is_several, target_of, title_of
from chat_api.understand.words import EVENING_THINGS, MORNING_THINGS

HELP_TEXT: Final = (
    "Tell me what to do and when, such as “remind me to call mum tomorrow at 5pm” or “every other tuesday at 9: bins”. "
    "You can also write “what do I have today”, “done with milk” or “move dentist to friday 3pm”."
)
_UNCLEAR: Final = "I did not catch that. What should I add or do? For example: “remind me to call mum tomorrow at 5pm”."
_WELCOME: Final = "You're welcome. What should I remember next?"
_HELLO: Final = f"Hello! {HELP_TEXT}"
_WHAT: Final = "What is it about?"
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 9800
_FIRM: Final = frozenset({Need.DATE_VALID, Need.RECURRENCE_SUPPORTED})
# Verbs that name a command only together with a position or the word "task": "close 2", but "close the window".
_NEED_POINTER: Final = frozenset(
    {"close", "restore", "drop", "clear", "kill", "bin", "strike", "check", "bring", "put"}
)
# Verbs that add a task when a time was said: "complete the report by friday".
_ADD_WITH_TIME: Final = frozenset({"complete", "close", "restore"})
_DEFAULT_TITLES: Final = (("wake", "Wake up"), ("alarm", "Alarm"), ("timer", "Timer"))


@dataclass(frozen=True, slots=True)
class Reading:
    """An understanding, and whether a cue word said so (a new command) or only its looks (an answer can have them)."""

    understanding: Understanding
    explicit: bool


def context_of(now: datetime, zone: ZoneInfo) -> Context:
    """The local now, kept where there is room to calculate: no right clock is beyond.

    Raises:
        ValueError: ``now`` is naive.
    """
    if now.tzinfo is None or now.utcoffset() is None:
        raise ValueError("now must be an aware datetime")
    year = min(max(now.year, _FIRST_YEAR), _LAST_YEAR)
    kept = now if year == now.year else now.replace(year=year, day=1)
    return Context(kept.astimezone(zone), zone)


def understand(text: str, *, now: datetime, zone: ZoneInfo) -> Understanding:
    """What a message means.

    Args:
        text: anything; the first 500 characters are read.
        now: aware.
        zone: the person's; every datetime of the answer is in it.

    Raises:
        ValueError: ``now`` is naive. No text raises.
    """
    understanding = read(text, context_of(now, zone)).understanding
    if len(text) > MAX_CHARACTERS:
        remark = f"I read the first {MAX_CHARACTERS} characters."
        understanding = replace(understanding, remarks=(*understanding.remarks, remark))
    return understanding


def read(text: str, context: Context) -> Reading:
    """Like `understand`, and whether it was an explicit command."""
    tokens = tokenize(text)
    fired = read_fired(tokens, skip_polite(tokens), context)
    if fired is not None:
        return Reading(fired, explicit=True)
    talk = _talk(tokens)
    if talk is not None:
        return Reading(talk, explicit=talk.intent is IntentName.HELP)
    start = skip_polite(tokens)
    scanned = scan(tokens, start, context)
    left = left_of(tokens, start, scanned.found)
    has_time = scanned.facts.any_time
    command = _listed(tokens, start, context, scanned) or _command_of(tokens, start, context, scanned)
    if command is not None:
        return Reading(command, explicit=True)
    length = add_cue(tokens, start, has_time=has_time)
    if length:
        return Reading(_adding(tokens, (start, start + length), start + length, context, Wish()), explicit=True)
    return Reading(_without_cue(tokens, start, scanned, left, context), explicit=False)


def _listed(tokens: Tokens, start: int, context: Context, scanned: Scan) -> Understanding | None:
    """A list, or a search where only labels narrow it."""
    facts = scanned.facts
    narrowed = bool(facts.tags) or facts.priority is not None
    searched = read_search(tokens, start, scanned) if narrowed else None
    if searched is not None:
        return searched
    left = left_of(tokens, start, scanned.found)
    listing = is_list(tokens, start, left, has_time=facts.any_time or narrowed)
    return _listing(scanned, context, tokens) if listing else None


def _command_of(tokens: Tokens, start: int, context: Context, scanned: Scan) -> Understanding | None:
    """What the message commands by its words; None when it adds without saying so."""
    early = (
        read_search(tokens, start, scanned)
        or read_done(tokens, start, scanned)
        or read_label(tokens, start, scanned)
        or read_call_it(tokens, start)
    )
    if early is not None:
        return early
    cue = reminder_cue(tokens, start)
    sure = match(tokens, start, ADD_FIRST)
    if sure and cue is None:
        return _adding(tokens, (start, start + sure), start + sure, context, Wish())
    if cue is not None and not match(tokens, start, DELETE_FIRST):
        return _reminder(tokens, start, cue, context)
    head = head_of(tokens, start)
    command = _command(tokens, head, context, scanned) if head is not None else None
    return command or read_instead(tokens, start, scanned, context)


def _talk(tokens: Tokens) -> Understanding | None:
    """Help, greetings, thanks, and messages without a letter."""
    if is_help(tokens):
        return Understanding(IntentName.HELP, question=HELP_TEXT)
    if all(token.kind is Kind.SYMBOL for token in tokens):
        return Understanding(IntentName.UNKNOWN, question=_UNCLEAR)
    if is_greeting(tokens):
        return Understanding(IntentName.HELP, question=_HELLO)
    if is_thanks(tokens):
        return Understanding(IntentName.UNKNOWN, question=_WELCOME)
    return None


def _listing(scanned: Scan, context: Context, tokens: Tokens) -> Understanding:
    """The day asked about may lie in the past."""
    facts = scanned.facts
    day = facts.day.date if facts.day is not None else context.today if facts.part and facts.part.this else None
    return Understanding(
        IntentName.LIST,
        due=day,
        priority=facts.priority,
        tags=tuple(facts.tags),
        spans=spans_of(tokens, scanned.found, None),
    )


def _reminder(tokens: Tokens, start: int, cue: tuple[int, int], context: Context) -> Understanding:
    words = {tokens.word(at) for at in range(*cue)}
    wish = Wish(reminder=True, alarm=bool(words & ALARM_WORDS), morning=bool(words & WAKE_WORDS))
    first = cue[1] if cue[0] == start else start
    return _adding(tokens, cue, first, context, wish)


def _adding(tokens: Tokens, cue: tuple[int, int] | None, first: int, context: Context, wish: Wish) -> Understanding:
    """An ADD whose words are the tokens from ``first`` on, without the cue and what was recognised."""
    scanned = scan(tokens, first, context)
    left = [at for at in left_of(tokens, first, scanned.found) if cue is None or not cue[0] <= at < cue[1]]
    if cue is None and left and left[0] != first:
        # "on sunday at ten I have to meet Ann"
        said = add_cue(tokens, left[0], has_time=True)
        left = [at for at in left if not left[0] <= at < left[0] + said]
    title = title_of(tokens, left, after_cue=cue is not None or (bool(left) and left[0] != first))
    if title is None and cue is not None:
        words = {tokens.word(at) for at in range(*cue)}
        title = next((name for word, name in _DEFAULT_TITLES if word in words), None)
    words = {tokens.word(at) for at in left}
    morning = wish.morning or bool(words & MORNING_THINGS) or _say(tokens, left, ("get", "up"))
    wish = replace(wish, morning=morning, evening=not morning and bool(words & EVENING_THINGS))
    timing = resolve(scanned.facts, context, wish)
    timed = isinstance(timing.due, datetime) and timing.needs is None
    return _completed(
        Understanding(
            IntentName.ADD,
            title=title,
            priority=scanned.facts.priority,
            tags=tuple(scanned.facts.tags),
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
    if timed.title is None and timing.needs not in _FIRM:
        return replace(timed, needs=Need.TITLE, question=_WHAT, choices=())
    return timed


def _without_cue(tokens: Tokens, start: int, scanned: Scan, left: Sequence[int], context: Context) -> Understanding:
    """No word says what to do: a quick-add, a day to look at, or something to ask about."""
    if _only_a_day(scanned.facts) and all(tokens[at].kind is Kind.SYMBOL for at in left):
        return _listing(scanned, context, tokens)
    told = bool(scanned.found) and not is_question_or_statement(tokens, start)
    if told or is_quick_add(tokens, start):
        return _adding(tokens, None, start, context, Wish())
    title = title_of(tokens, left, after_cue=False)
    if title is None or is_question_or_statement(tokens, start) or not any(c.isalpha() for c in title):
        return Understanding(IntentName.UNKNOWN, question=_UNCLEAR)
    return Understanding(
        IntentName.UNKNOWN,
        title=title,
        needs=Need.TITLE,
        question=f"I am not sure what to do with that. Should I add “{title}” to your list?",
        choices=("yes", "no"),
    )


def _only_a_day(facts: Facts) -> bool:
    return facts.day is not None and not (facts.clocks or facts.part or facts.rule or facts.befores)


def _command(tokens: Tokens, head: Head, context: Context, scanned: Scan) -> Understanding | None:
    """Complete, reopen, delete or change; None when the words turn out to be a task of their own."""
    verb = tokens.word(head.start)
    if head.intent is IntentName.CHANGE:
        return read_change(tokens, head, context)
    body = range(head.body, head.stop)
    target = target_of(tokens, body)
    task_named = any(tokens.word(at) in {"task", "reminder", "todo"} for at in body)
    pointed = target.position is not None or (target.refers_back and target.words is None) or task_named
    if verb in _NEED_POINTER and not pointed:
        return None
    if verb in _ADD_WITH_TIME and scanned.facts.any_time and not pointed and head.body > head.start:
        return None
    if head.intent is IntentName.DELETE and target.position is None:
        without_times = target_of(tokens, [at for at in left_of(tokens, 0, scanned.found) if at in body])
        target = without_times if without_times.named else target
    spans = spans_of(tokens, (), (head.start, head.body) if head.body > head.start else None)
    several = target.position is None and is_several(tokens, body)
    return targeted(target.fill(Understanding(head.intent, spans=spans)), several=several)


def starts_with_verb(tokens: Tokens) -> bool:
    """Whether the first word is a verb that starts tasks."""
    return tokens.word(skip_polite(tokens)) in VERBS
