"""A message in, its meaning out: the order in which the parts of this package are asked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from chat_api.understand.changes import read_call_it, read_change, read_instead, read_label, read_moved_to_list
from chat_api.understand.cues import ADD_FIRST, ALARM_WORDS, DELETE_FIRST, VERBS, WAKE_WORDS
from chat_api.understand.done import read_done
from chat_api.understand.facts import Context, Facts, ListName
from chat_api.understand.fired import read_fired
from chat_api.understand.intents import (
    Head,
    add_cue,
    head_of,
    is_greeting,
    is_help,
    is_list,
    is_listed,
    is_plain_drop,
    is_question_or_statement,
    is_quick_add,
    is_thanks,
    match,
    reminder_cue,
    skip_polite,
)
from chat_api.understand.list_commands import read_list_command
from chat_api.understand.lists import is_lists, list_alone, list_before_colon, without_lists
from chat_api.understand.model import IntentName, Need, Scope, Span, Understanding
from chat_api.understand.notes import read_note, take_note
from chat_api.understand.parts import left_of, spans_of, targeted, with_timing
from chat_api.understand.preferences import read_preference
from chat_api.understand.ranges import may_list, narrow
from chat_api.understand.resolve import Timing, Wish, resolve
from chat_api.understand.scan import Scan, scan
from chat_api.understand.scopes import read_skip, scoped, take_scope, with_occurrence
from chat_api.understand.search import read_search
from chat_api.understand.subtasks import read_part
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
# "trash night every thursday" deletes nothing.
_NOUNS_TOO: Final = frozenset({"trash", "bin", "bins"})
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
    framed = _framed(tokens, start, context)
    if framed is not None:
        return Reading(framed, explicit=True)
    noted = take_note(tokens, start)
    if noted is not None:
        return _with_note(read_tokens(noted[0], skip_polite(noted[0]), context), tokens, noted[1], noted[2])
    return read_tokens(tokens, start, context)


def _framed(tokens: Tokens, start: int, context: Context) -> Understanding | None:
    """What is read as a whole: preferences, lists, notes and parts of tasks, single occurrences."""
    if is_lists(tokens, start):
        return Understanding(IntentName.LISTS, spans=spans_of(tokens, (), (start, len(tokens))))
    return (
        read_preference(tokens, start, context)
        or read_list_command(tokens, start)
        or read_note(tokens, start)
        or _part(tokens, start, context)
        or _on_list(tokens, start, context)
        or read_skip(tokens, start, context)
        or _scoped(tokens, start, context)
    )


def _with_note(reading: Reading, tokens: Tokens, note: str, place: tuple[int, int]) -> Reading:
    """The same task with its note; what is no task keeps nothing."""
    found = reading.understanding
    spans = tuple(sorted((*found.spans, Span(tokens[place[0]].start, tokens[place[1] - 1].end, "note")), key=_where))
    if found.intent in {IntentName.ADD, IntentName.CHANGE}:
        return Reading(replace(found, notes=note, spans=spans), reading.explicit)
    return reading


def _where(span: Span) -> int:
    return span.start


def _part(tokens: Tokens, start: int, context: Context) -> Understanding | None:
    """A new part of a task."""
    part = read_part(tokens, start)
    if part is None:
        return None
    noted = take_note(part.rest, 0)
    rest = noted[0] if noted is not None else part.rest
    added = _adding(rest, None, 0, context, Wish()) if len(rest) else Understanding(IntentName.ADD)
    spans = [Span(tokens[first].start, tokens[end - 1].end, "parent") for first, end in part.taken if end > first]
    added = replace(
        added,
        parent=part.words or None,
        target_index=part.whole.position,
        refers_back=part.whole.refers_back,
        notes=noted[1] if noted is not None else None,
        spans=tuple(sorted((*added.spans, *spans), key=_where)),
    )
    if added.needs in _FIRM:
        return added
    if not part.words:
        return replace(added, needs=Need.TARGET, question="Which task does it belong to?", choices=())
    return replace(added, needs=Need.TITLE, question=_WHAT, choices=()) if added.title is None else added


def _on_list(tokens: Tokens, start: int, context: Context) -> Understanding | None:
    """ "groceries list: milk", and a list asked for by its name alone."""
    alone = list_alone(tokens, start)
    if alone is not None and isinstance(alone.facts[0], ListName):
        return Understanding(IntentName.LIST, list_name=alone.facts[0].name, spans=spans_of(tokens, (alone,), None))
    headed = list_before_colon(tokens, start)
    if headed is None:
        return None
    name, body = headed
    added = _adding(tokens.without((0, body)), None, 0, context, Wish())
    spans = (Span(tokens[start].start, tokens[body - 1].end, "list"), *added.spans)
    if name is None:
        return replace(added, spans=spans)
    return replace(added, list_name=name, spans=spans)


def _scoped(tokens: Tokens, start: int, context: Context) -> Understanding | None:
    """A change of one occurrence or of the series; leaving out one occurrence."""
    taken = take_scope(tokens, start)
    if taken is None:
        return None
    rest, scope, place = taken
    if not len(rest):
        return None
    begin = skip_polite(rest)
    scanned = scan(rest, begin, context)
    command = _command_of(rest, begin, context, scanned) or read_instead(rest, begin, scanned, context, told=True)
    if command is None or command.intent not in {IntentName.CHANGE, IntentName.DELETE}:
        return None
    spans = tuple(sorted((*command.spans, Span(tokens[place[0]].start, tokens[place[1] - 1].end, "scope")), key=_where))
    found = with_occurrence(scoped(replace(command, spans=spans), scope))
    if found.intent is IntentName.DELETE:
        return replace(found, intent=IntentName.SKIP, scope=None) if scope is Scope.THIS else None
    return found


def read_tokens(tokens: Tokens, start: int, context: Context) -> Reading:
    """The common commands, a task to add, or talk."""
    scanned = scan(tokens, start, context)
    left = left_of(tokens, start, scanned.found)
    has_time = scanned.facts.any_time
    command = _listed(tokens, start, context, scanned) or _command_of(tokens, start, context, scanned)
    if command is not None:
        return Reading(command, explicit=True)
    length = add_cue(tokens, start, has_time=has_time, has_list=scanned.facts.list_name is not None)
    if length:
        return Reading(_adding(tokens, (start, start + length), start + length, context, Wish()), explicit=True)
    return Reading(_without_cue(tokens, start, scanned, left, context), explicit=False)


def _listed(tokens: Tokens, start: int, context: Context, scanned: Scan) -> Understanding | None:
    """A list, or a search where only labels narrow it."""
    ranged = _ranged(tokens, start, context)
    if ranged is not None:
        return ranged
    facts = scanned.facts
    narrowed = bool(facts.tags) or facts.priority is not None or facts.list_name is not None
    searched = read_search(tokens, start, scanned) if narrowed else None
    if searched is not None:
        return searched
    left = left_of(tokens, start, scanned.found)
    has_list = facts.list_name is not None
    listing = is_list(tokens, start, left, has_time=facts.any_time or narrowed, has_list=has_list)
    return _listing(scanned, context, tokens) if listing else None


def _ranged(tokens: Tokens, start: int, context: Context) -> Understanding | None:
    """A list of a range of days, of what is overdue, or in an order."""
    if not may_list(tokens, start):
        return None
    narrowed = narrow(tokens, start, context)
    if not narrowed.any:
        return None
    rest = narrowed.rest
    scanned = scan(rest, start, context)
    facts = scanned.facts
    left = [at for at in left_of(rest, start, scanned.found) if rest[at].kind is not Kind.SYMBOL]
    if facts.clocks or facts.rule or facts.befores or facts.offset or (facts.day is not None and narrowed.taken[:1]):
        return None
    if not is_list(rest, start, left, has_time=True) and not is_listed(rest, left, told=narrowed.sorting):
        return None
    listed = _listing(scanned, context, rest)
    spans = [Span(tokens[first].start, tokens[end - 1].end, kind) for first, end, kind in narrowed.taken]
    return replace(
        listed,
        due_from=narrowed.due_from,
        due_until=narrowed.due_until,
        overdue=narrowed.overdue,
        order=narrowed.order,
        spans=tuple(sorted((*listed.spans, *spans), key=_where)),
    )


def _command_of(tokens: Tokens, start: int, context: Context, scanned: Scan) -> Understanding | None:
    """What the message commands by its words; None when it adds without saying so."""
    early = (
        read_search(tokens, start, scanned)
        or read_done(tokens, start, scanned)
        or read_label(tokens, start, scanned)
        or read_call_it(tokens, start)
        or read_moved_to_list(tokens, start, scanned, context)
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
        list_name=facts.list_name,
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
    if timed.title is None and timing.needs not in _FIRM:
        return replace(timed, needs=Need.TITLE, question=_WHAT, choices=())
    return timed


def _without_cue(tokens: Tokens, start: int, scanned: Scan, left: Sequence[int], context: Context) -> Understanding:
    """No word says what to do: a quick-add, a day to look at, or something to ask about."""
    if _only_a_day(scanned.facts) and all(tokens[at].kind is Kind.SYMBOL for at in left):
        return _listing(scanned, context, tokens)
    # "this morning at 9: call" begins with a time, not with "this"
    talk = bool(left) and left[0] == start and is_question_or_statement(tokens, start)
    if (scanned.found and not talk) or is_quick_add(tokens, start):
        return _adding(tokens, None, start, context, Wish())
    title = title_of(tokens, left, after_cue=False)
    if title is None or not any(c.isalpha() for c in title) or (talk and not scanned.facts.any_time):
        return Understanding(IntentName.UNKNOWN, question=_UNCLEAR)
    # Somebody who says when may well want to be reminded of it.
    timed = with_timing(Understanding(IntentName.UNKNOWN), resolve(scanned.facts, context, Wish()))
    return replace(
        timed,
        title=title,
        needs=Need.TITLE,
        question=f"I am not sure what to do with that. Should I add “{title}” to your list?",
        choices=("yes", "no"),
        spans=spans_of(tokens, scanned.found, None) if talk else (),
    )


def _only_a_day(facts: Facts) -> bool:
    timed = facts.clocks or facts.part or facts.rule or facts.befores
    return facts.day is not None and not timed and facts.invalid is None


def _command(tokens: Tokens, head: Head, context: Context, scanned: Scan) -> Understanding | None:
    """Complete, reopen, delete or change; None when the words turn out to be a task of their own."""
    verb = tokens.word(head.start)
    if head.intent is IntentName.CHANGE:
        changed = read_change(tokens, head, context)
        return None if changed is None else with_occurrence(changed)
    body: Sequence[int] = range(head.body, head.stop)
    if scanned.facts.list_name is not None:
        body = without_lists(tokens, list(body), context)
    target = target_of(tokens, body)
    task_named = any(tokens.word(at) in {"task", "reminder", "todo"} for at in body)
    pointed = target.position is not None or (target.refers_back and target.words is None) or task_named
    plain = verb == "drop" and not scanned.facts.any_time and is_plain_drop(tokens, head)
    if verb in _NEED_POINTER and not pointed and not plain and not tokens.phrase(head.start, ("check", "off")):
        return None
    if verb in _ADD_WITH_TIME and scanned.facts.any_time and not pointed and head.body > head.start:
        return None
    if head.intent is IntentName.DELETE and target.position is None:
        without_times = target_of(tokens, [at for at in left_of(tokens, 0, scanned.found) if at in body])
        target = without_times if without_times.named else target
    spans = spans_of(tokens, (), (head.start, head.body) if head.body > head.start else None)
    if head.intent is IntentName.DELETE and not pointed and _is_to_do(tokens, head, scanned):
        return None
    several = target.position is None and is_several(tokens, body)
    base = Understanding(head.intent, list_name=scanned.facts.list_name, spans=spans)
    return with_occurrence(targeted(target.fill(base), several=several))


def _is_to_do(tokens: Tokens, head: Head, scanned: Scan) -> bool:
    """Whether a deletion is rather a thing to do: "trash night every thursday"."""
    return scanned.facts.rule is not None and head.body - head.start == 1 and tokens.word(head.start) in _NOUNS_TOO


def starts_with_verb(tokens: Tokens) -> bool:
    """Whether the first word is a verb that starts tasks."""
    return tokens.word(skip_polite(tokens)) in VERBS
