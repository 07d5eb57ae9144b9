"""The answer to a question, put together with what was asked about."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from chat_api.understand import notes, preferences
from chat_api.understand.facts import Before, Context, Day, Duration, Ends, Facts, Rule, Starts
from chat_api.understand.intents import match
from chat_api.understand.local import to_instant
from chat_api.understand.model import IntentName, Need, Understanding
from chat_api.understand.parts import left_of, with_timing
from chat_api.understand.phrases import Phrases
from chat_api.understand.reading import context_of, read, starts_with_verb
from chat_api.understand.resolve import resolve
from chat_api.understand.scan import scan
from chat_api.understand.sorting import only_clock
from chat_api.understand.talk import STOP_ANSWERS, YES_ANSWERS
from chat_api.understand.text import Kind, Tokens, tokenize
from chat_api.understand.timing import Wish
from chat_api.understand.titles import target_of, title_of

_NOON: Final = 12
_LEFT_ALONE: Final = "All right, I left it. What else can I do?"
_DATE_UNTIL: Final = 8
_MORNING: Final = frozenset({"am", "a.m", "morning", "a"})
_EVENING: Final = frozenset({"pm", "p.m", "evening", "afternoon", "night", "tonight", "p"})
_COMMANDS: Final = frozenset(
    {
        IntentName.LIST,
        IntentName.HELP,
        IntentName.COMPLETE,
        IntentName.REOPEN,
        IntentName.DELETE,
        IntentName.CHANGE,
        IntentName.SEARCH,
        IntentName.SNOOZE,
        IntentName.ACKNOWLEDGE,
        IntentName.UNDO,
        IntentName.SKIP,
        IntentName.DIGEST,
        IntentName.QUIET,
        IntentName.EMAIL,
        IntentName.LISTS,
        IntentName.ADD_LIST,
        IntentName.RENAME_LIST,
        IntentName.DELETE_LIST,
    }
)


def continue_with(question: Understanding, answer: str, *, now: datetime, zone: ZoneInfo) -> Understanding:
    """The understanding of a question together with its answer; of the answer alone when that is a new command.

    An answer that does not help is asked again; "never mind" ends it (UNKNOWN, without needs).

    Args:
        question: what `understand` returned with a ``question``.
        now: aware; the moment of the answer.

    Raises:
        ValueError: ``now`` is naive. No text raises.
    """
    context = context_of(now, zone)
    tokens = tokenize(answer)
    if _is(tokens, STOP_ANSWERS):
        return Understanding(IntentName.UNKNOWN, question=_LEFT_ALONE)
    fresh = read(answer, context)
    if question.needs is None or question.intent is IntentName.UNKNOWN:
        accepted = question.title is not None and _is(tokens, YES_ANSWERS)
        return _accepted(question) if accepted else fresh.understanding
    if fresh.explicit and _is_new(fresh.understanding, question.needs):
        return fresh.understanding
    continued = _CONTINUATIONS[question.needs](question, tokens, context)
    if continued is not None:
        return continued
    is_new_task = fresh.understanding.intent is IntentName.ADD and starts_with_verb(tokens)
    return fresh.understanding if is_new_task else question


def _accepted(question: Understanding) -> Understanding:
    """The task that was offered, with the time that was said along with it."""
    return replace(question, intent=IntentName.ADD, needs=None, question=None, choices=())


def _is(tokens: Tokens, phrases: Phrases) -> bool:
    length = match(tokens, 0, phrases)
    return bool(length) and all(tokens[at].kind is Kind.SYMBOL for at in range(length, len(tokens)))


def _is_new(understanding: Understanding, need: Need) -> bool:
    """A title may begin with a command's verb ("cancel Netflix"), so that only the clear ones count there."""
    if need is Need.TITLE:
        listing = understanding.intent in {IntentName.LIST, IntentName.HELP}
        return listing or (understanding.intent is IntentName.ADD and understanding.title is not None)
    return understanding.intent in _COMMANDS or understanding.title is not None


def _title(question: Understanding, tokens: Tokens, context: Context) -> Understanding | None:
    if question.intent in {IntentName.CHANGE, IntentName.RENAME_LIST}:
        title = title_of(tokens, range(len(tokens)), after_cue=True)
        named = replace(question, title=title, new_title=title)
        return None if title is None else _again(named, Facts(), context)
    if question.due is not None:
        title = title_of(tokens, range(len(tokens)), after_cue=True)
        return None if title is None else _again(replace(question, title=title), Facts(), context)
    scanned = scan(tokens, 0, context)
    title = title_of(tokens, left_of(tokens, 0, scanned.found), after_cue=True)
    if title is None:
        return None
    facts = scanned.facts
    tags = tuple(dict.fromkeys((*question.tags, *facts.tags)))
    named = replace(
        question,
        title=title,
        tags=tags,
        priority=question.priority or facts.priority,
        list_name=question.list_name or facts.list_name,
    )
    return _again(named, facts, context)


def _time(question: Understanding, tokens: Tokens, context: Context) -> Understanding | None:
    if question.intent in {IntentName.DIGEST, IntentName.QUIET}:
        return preferences.answered(question, tokens, context)
    scanned = scan(tokens, 0, context, asked=True)
    words = [at for at in left_of(tokens, 0, scanned.found) if tokens[at].kind is not Kind.SYMBOL]
    if not scanned.facts.any_time or (words and starts_with_verb(tokens)):
        return None
    return _again(question, scanned.facts, context)


def _again(question: Understanding, facts: Facts, context: Context) -> Understanding:
    """Resolve again with what was known: the answer's facts first, the question's where it has none."""
    wish = Wish(reminder=question.wants_reminder)
    if isinstance(question.due, datetime) and not facts.any_time:
        return replace(question, needs=None, question=None, choices=())
    if not facts.befores:
        facts.befores = [
            Before(Duration(days=length.days, seconds=length.seconds)) for length in question.remind_before
        ]
    known_day = question.due.date() if isinstance(question.due, datetime) else question.due
    if question.rrule is not None and facts.rule is None:
        facts.rule = replace(Rule.from_text(question.rrule), from_completion=question.from_completion)
        _keep_bounds(facts, facts.rule, known_day, context)
    elif (
        known_day is not None and facts.day is None and facts.offset is None and facts.moment is None and not facts.rule
    ):
        facts.day = Day(known_day)
    only_time = question.intent is IntentName.CHANGE and only_clock(facts)
    timed = replace(with_timing(question, resolve(facts, context, wish)), time_only=only_time)
    if timed.needs is None:
        timed = replace(timed, remind_before=())
    if timed.needs is None and timed.intent is IntentName.ADD and timed.title is None:
        timed = replace(timed, needs=Need.TITLE, question="What is it about?")
    return timed


def _keep_bounds(facts: Facts, rule: Rule, known_day: date | None, context: Context) -> None:
    if known_day is not None and known_day > context.today and facts.day is None:
        facts.starts = Starts(known_day)
    if rule.until is not None and len(rule.until) == _DATE_UNTIL and facts.ends is None:
        day = date(int(rule.until[:4]), int(rule.until[4:6]), int(rule.until[6:]))
        facts.ends = Ends(until=day)


def _meridiem(question: Understanding, tokens: Tokens, context: Context) -> Understanding | None:
    if not isinstance(question.due, datetime):
        return _time(question, tokens, context)
    words = {token.lower for token in tokens}
    evening, morning = bool(words & _EVENING), bool(words & _MORNING)
    if evening == morning:
        return _time(question, tokens, context)
    wall = question.due.replace(tzinfo=None)
    hour = wall.hour % _NOON + (_NOON if evening else 0)
    due, _ = to_instant(wall.replace(hour=hour), context.zone)
    if evening and due - timedelta(days=1) > context.now and wall.date() == context.today + timedelta(days=1):
        # The morning had passed today, the evening has not.
        due, _ = to_instant(due.replace(tzinfo=None) - timedelta(days=1), context.zone)
    return replace(question, due=due, needs=None, question=None, choices=())


def _target(question: Understanding, tokens: Tokens, context: Context) -> Understanding | None:
    target = target_of(tokens, range(len(tokens)))
    if not target.named:
        return None
    if question.intent is IntentName.ADD:
        whole = replace(target.fill(question), target=None, parent=target.words or tokens.written(0, len(tokens)))
        return _again(replace(whole, needs=None, question=None, choices=()), Facts(), context)
    return replace(target.fill(question), needs=None, question=None, choices=())


def _note(question: Understanding, tokens: Tokens, context: Context) -> Understanding | None:
    del context
    return notes.answered(question, tokens)


_Continuation = Callable[[Understanding, Tokens, Context], Understanding | None]
_CONTINUATIONS: Final[dict[Need, _Continuation]] = {
    Need.TITLE: _title,
    Need.TIME: _time,
    Need.DATE_VALID: _time,
    Need.RECURRENCE_SUPPORTED: _time,
    Need.MERIDIEM: _meridiem,
    Need.TARGET: _target,
    Need.NOTE: _note,
}
