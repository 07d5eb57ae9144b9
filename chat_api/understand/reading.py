"""A message in, its meaning out: the order in which the parts of this package are asked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from chat_api.understand.cues import ALARM_WORDS, ALWAYS_CHANGE, CHANGE_JOINS, CHANGE_WITHOUT_TO, VERBS, WAKE_WORDS
from chat_api.understand.facts import Context, Facts, Found
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
    reminder_cue,
    skip_polite,
)
from chat_api.understand.model import IntentName, Need, Span, Understanding
from chat_api.understand.quantities import duration
from chat_api.understand.resolve import Timing, Wish, resolve
from chat_api.understand.scan import Scan, kind_of, scan
from chat_api.understand.text import MAX_CHARACTERS, Kind, Tokens, tokenize
from chat_api.understand.titles import is_several, target_of, title_of

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
_MAX_JOINS: Final = 4
_FIRM: Final = frozenset({Need.DATE_VALID, Need.RECURRENCE_SUPPORTED})
# Verbs that name a command only together with a position or the word "task": "close 2", but "close the window".
_NEED_POINTER: Final = frozenset({"close", "restore"})
# Verbs that add a task when a time was said: "complete the report by friday".
_ADD_WITH_TIME: Final = frozenset({"complete", "close", "restore"})
_RENAMES: Final = frozenset({"rename", "change"})
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
    talk = _talk(tokens)
    if talk is not None:
        return Reading(talk, explicit=talk.intent is IntentName.HELP)
    start = skip_polite(tokens)
    scanned = scan(tokens, start, context)
    left = _left(tokens, start, scanned.found)
    has_time = scanned.facts.any_time
    if is_list(tokens, start, left, has_time=has_time):
        return Reading(_listing(scanned, context, tokens), explicit=True)
    cue = reminder_cue(tokens, start)
    if cue is not None:
        return Reading(_reminder(tokens, start, cue, context), explicit=True)
    head = head_of(tokens, start)
    if head is not None:
        command = _command(tokens, head, context, scanned)
        if command is not None:
            return Reading(command, explicit=True)
    length = add_cue(tokens, start, has_time=has_time)
    if length:
        return Reading(_adding(tokens, (start, start + length), start + length, context, Wish()), explicit=True)
    return Reading(_without_cue(tokens, start, scanned, left, context), explicit=False)


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
        spans=_spans(tokens, scanned.found, None),
    )


def _reminder(tokens: Tokens, start: int, cue: tuple[int, int], context: Context) -> Understanding:
    words = {tokens.word(at) for at in range(*cue)}
    wish = Wish(reminder=True, alarm=bool(words & ALARM_WORDS), morning=bool(words & WAKE_WORDS))
    first = cue[1] if cue[0] == start else start
    return _adding(tokens, cue, first, context, wish)


def _adding(tokens: Tokens, cue: tuple[int, int] | None, first: int, context: Context, wish: Wish) -> Understanding:
    """An ADD whose words are the tokens from ``first`` on, without the cue and what was recognised."""
    scanned = scan(tokens, first, context)
    left = [at for at in _left(tokens, first, scanned.found) if cue is None or not cue[0] <= at < cue[1]]
    title = title_of(tokens, left, after_cue=cue is not None or (bool(left) and left[0] != first))
    if title is None and cue is not None:
        words = {tokens.word(at) for at in range(*cue)}
        title = next((name for word, name in _DEFAULT_TITLES if word in words), None)
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
            spans=_spans(tokens, scanned.found, cue),
        ),
        timing,
    )


def _completed(base: Understanding, timing: Timing) -> Understanding:
    """Put the time in, and ask for what is missing: a time that cannot be comes before a missing title."""
    timed = with_timing(base, timing)
    if timed.title is None and timing.needs not in _FIRM:
        return replace(timed, needs=Need.TITLE, question=_WHAT, choices=())
    return timed


def with_timing(base: Understanding, timing: Timing) -> Understanding:
    """The same task with another time."""
    return replace(
        base,
        due=timing.due,
        remind_at=timing.remind_at,
        rrule=timing.rrule,
        needs=timing.needs,
        question=timing.question,
        choices=timing.choices,
        remarks=timing.remarks,
    )


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
        return _change(tokens, head, context)
    body = range(head.body, head.stop)
    target, position = target_of(tokens, body)
    pointed = position is not None or any(tokens.word(at) in {"task", "reminder", "todo"} for at in body)
    if verb in _NEED_POINTER and not pointed:
        return None
    if verb in _ADD_WITH_TIME and scanned.facts.any_time and not pointed and head.body > head.start:
        return None
    if head.intent is IntentName.DELETE and position is None:
        without_times, _ = target_of(tokens, [at for at in _left(tokens, 0, scanned.found) if at in body])
        target = without_times or target
    return _targeted(
        Understanding(
            head.intent,
            target=target,
            target_index=position,
            spans=_spans(tokens, (), (head.start, head.body) if head.body > head.start else None),
        ),
        several=position is None and is_several(tokens, body),
    )


def _targeted(base: Understanding, *, several: bool = False) -> Understanding:
    if several:
        return replace(base, target=None, needs=Need.TARGET, question="One at a time, please. Which one first?")
    if base.target is None and base.target_index is None:
        return replace(base, needs=Need.TARGET, question="Which task do you mean?")
    return base


def _change(tokens: Tokens, head: Head, context: Context) -> Understanding | None:
    verb = tokens.word(head.start)
    for join in _joins(tokens, head):
        change = _changed_at(tokens, head, join, context)
        if change is not None:
            return change
    scanned = scan(tokens, head.body, context, last=head.stop)
    left = _left(tokens, head.body, scanned.found, head.stop)
    has_to = any(tokens.word(at) == "to" for at in left)
    if scanned.found and verb in CHANGE_WITHOUT_TO and (verb in ALWAYS_CHANGE or not has_to):
        return _change_to(tokens, head, left, scanned, context)
    new_name = _renamed(tokens, head) if verb in _RENAMES else None
    if new_name is not None or verb not in ALWAYS_CHANGE:
        return new_name
    target, position = target_of(tokens, [at for at in left if tokens.word(at) not in {"to"}])
    base = Understanding(IntentName.CHANGE, target=target, target_index=position, spans=_spans(tokens, (), _cue(head)))
    asked = _targeted(base)
    if asked.needs is not None:
        return asked
    if verb == "rename":
        return replace(base, needs=Need.TITLE, question="What should it be called?")
    return _ask_when(base)


def _ask_when(base: Understanding) -> Understanding:
    choices = ("in 1 hour", "this evening", "tomorrow at 9:00")
    return replace(base, needs=Need.TIME, question="When should it be instead?", choices=choices)


def _cue(head: Head) -> tuple[int, int]:
    return head.start, head.body


def _joins(tokens: Tokens, head: Head) -> list[int]:
    """The last places where "to friday" could begin, the last first."""
    places = [at for at in range(head.stop - 1, head.body - 1, -1) if tokens.word(at) in CHANGE_JOINS]
    return sorted(places[:_MAX_JOINS])


def _changed_at(tokens: Tokens, head: Head, join: int, context: Context) -> Understanding | None:
    """The change if everything after this join is a time or a label."""
    scanned = scan(tokens, join + 1, context, last=head.stop, asked=True)
    left = _left(tokens, join + 1, scanned.found, head.stop)
    if not scanned.found or any(tokens[at].kind is not Kind.SYMBOL and tokens.word(at) != "the" for at in left):
        return None
    before = [at for at in range(head.body, join) if tokens.word(at) not in {"back", "forward"} or at != join - 1]
    if tokens.word(head.start) == "change" and tokens.phrase(head.body, ("the", "time", "of")):
        before = before[3:]
    verb = tokens.word(head.start)
    if not before and verb not in CHANGE_WITHOUT_TO:
        return None
    shifts = duration(tokens, join + 1) is not None and tokens.word(join) in {"by", "for", "back"} and verb != "snooze"
    if shifts:
        target, position = target_of(tokens, before)
        base = Understanding(
            IntentName.CHANGE, target=target, target_index=position, spans=_spans(tokens, (), _cue(head))
        )
        asked = _targeted(base)
        return asked if asked.needs is not None else _ask_when(base)
    return _change_to(tokens, head, before, scanned, context)


def _change_to(tokens: Tokens, head: Head, kept: Iterable[int], scanned: Scan, context: Context) -> Understanding:
    target, position = target_of(tokens, list(kept))
    base = Understanding(
        IntentName.CHANGE,
        target=target,
        target_index=position,
        priority=scanned.facts.priority,
        tags=tuple(scanned.facts.tags),
        spans=_spans(tokens, scanned.found, _cue(head)),
    )
    timed = with_timing(base, resolve(scanned.facts, context, Wish()))
    return timed if timed.needs is not None else _targeted(timed)


def _renamed(tokens: Tokens, head: Head) -> Understanding | None:
    """ "rename milk to oat milk"."""
    join = next((at for at in range(head.body + 1, head.stop) if tokens.word(at) in {"to", "as", "into"}), None)
    if join is None or join + 1 >= head.stop:
        return None
    target, position = target_of(tokens, range(head.body, join))
    title = title_of(tokens, range(join + 1, head.stop), after_cue=False)
    if title is None:
        return None
    return _targeted(
        Understanding(
            IntentName.CHANGE,
            title=title,
            target=target,
            target_index=position,
            spans=_spans(tokens, (), _cue(head)),
        )
    )


def _left(tokens: Tokens, first: int, found: Sequence[Found], stop: int | None = None) -> list[int]:
    """The tokens that nothing recognised."""
    taken = {at for one in found for at in range(one.start, one.end)}
    return [at for at in range(first, len(tokens) if stop is None else stop) if at not in taken]


def _spans(tokens: Tokens, found: Sequence[Found], cue: tuple[int, int] | None) -> tuple[Span, ...]:
    spans = [Span(tokens[one.start].start, tokens[one.end - 1].end, kind_of(one)) for one in found]
    if cue is not None and cue[1] > cue[0]:
        spans.append(Span(tokens[cue[0]].start, tokens[cue[1] - 1].end, "cue"))
    return tuple(sorted(spans, key=lambda span: span.start))


def starts_with_verb(tokens: Tokens) -> bool:
    """Whether the first word is a verb that starts tasks."""
    return tokens.word(skip_polite(tokens)) in VERBS
