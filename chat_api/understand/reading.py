"""A message in, its meaning out: the order in which the parts of this package are asked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from chat_api.understand.added import FIRM, WHAT, adding, read_arranged, read_reminder
from chat_api.understand.changes import read_call_it, read_change, read_instead, read_label, read_moved_to_list
from chat_api.understand.channels import read_channel
from chat_api.understand.cues import ADD_FIRST, DELETE_FIRST, REFERENCES
from chat_api.understand.deletions import is_to_do
from chat_api.understand.done import read_done
from chat_api.understand.facts import Context, Facts, ListName
from chat_api.understand.fired import read_fired
from chat_api.understand.intents import (
    Head,
    add_cue,
    head_of,
    is_greeting,
    is_help,
    is_plain_drop,
    is_question_or_statement,
    is_quick_add,
    is_thanks,
    match,
    reminder_cue,
    skip_polite,
)
from chat_api.understand.list_commands import read_list_command
from chat_api.understand.listed import listing, place_of, read_listed
from chat_api.understand.lists import is_lists, list_alone, list_before_colon, without_lists
from chat_api.understand.model import IntentName, Need, Scope, Span, Understanding
from chat_api.understand.notes import read_note, take_note
from chat_api.understand.parts import left_of, spans_of, targeted, with_timing
from chat_api.understand.preferences import read_preference
from chat_api.understand.records import read_records
from chat_api.understand.resolve import resolve
from chat_api.understand.scan import Scan, scan
from chat_api.understand.scopes import read_skip, scoped, take_scope, with_occurrence
from chat_api.understand.search import read_search
from chat_api.understand.subtasks import read_part
from chat_api.understand.text import MAX_CHARACTERS, Kind, Tokens, tokenize
from chat_api.understand.timing import Wish
from chat_api.understand.titles import is_several, target_of, title_of
from chat_api.understand.vocabulary import VERBS

HELP_TEXT: Final = (
    "Tell me what to do and when, such as “remind me to call mum tomorrow at 5pm” or “every other tuesday at 9: bins”. "
    "You can also write “what do I have today”, “done with milk” or “move dentist to friday 3pm”."
)
_UNCLEAR: Final = "I did not catch that. What should I add or do? For example: “remind me to call mum tomorrow at 5pm”."
_WELCOME: Final = "You're welcome. What should I remember next?"
_HELLO: Final = f"Hello! {HELP_TEXT}"
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 9800
# Verbs that name a command only together with a position or the word "task": "close 2", but "close the window".
_NEED_POINTER: Final = frozenset(
    {"close", "restore", "drop", "clear", "kill", "bin", "strike", "check", "bring", "put"}
)
# Verbs that add a task when a time was said: "complete the report by friday".
_ADD_WITH_TIME: Final = frozenset({"complete", "close", "restore"})


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
        read_records(tokens, start)
        or read_channel(tokens, start)
        or read_arranged(tokens, start, context)
        or read_preference(tokens, start, context)
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
    spans = tuple(sorted((*found.spans, Span(tokens[place[0]].start, tokens[place[1] - 1].end, "note")), key=place_of))
    if found.intent in {IntentName.ADD, IntentName.CHANGE}:
        return Reading(replace(found, notes=note, spans=spans), reading.explicit)
    return reading


def _part(tokens: Tokens, start: int, context: Context) -> Understanding | None:
    """A new part of a task."""
    part = read_part(tokens, start)
    if part is None:
        return None
    if len(part.rest) == 1 and (part.rest.number(0) is not None or part.rest.word(0) in REFERENCES):
        # "make it a subtask of birthday"
        whole = Understanding(IntentName.ADD, parent=part.words or None, target_index=part.whole.position)
        return replace(whole, needs=Need.TITLE, question="Which task do you mean? Please name it.")
    noted = take_note(part.rest, 0)
    rest = noted[0] if noted is not None else part.rest
    added = adding(rest, None, 0, context, Wish()) if len(rest) else Understanding(IntentName.ADD)
    spans = [Span(tokens[first].start, tokens[end - 1].end, "parent") for first, end in part.taken if end > first]
    added = replace(
        added,
        parent=part.words or None,
        target_index=part.whole.position,
        refers_back=part.whole.refers_back,
        notes=noted[1] if noted is not None else None,
        spans=tuple(sorted((*added.spans, *spans), key=place_of)),
    )
    if added.needs in FIRM:
        return added
    if not part.words:
        return replace(added, needs=Need.TARGET, question="Which task does it belong to?", choices=())
    return replace(added, needs=Need.TITLE, question=WHAT, choices=()) if added.title is None else added


def _on_list(tokens: Tokens, start: int, context: Context) -> Understanding | None:
    """ "groceries list: milk", and a list asked for by its name alone."""
    alone = list_alone(tokens, start)
    if alone is not None and isinstance(alone.facts[0], ListName):
        return Understanding(IntentName.LIST, list_name=alone.facts[0].name, spans=spans_of(tokens, (alone,), None))
    headed = list_before_colon(tokens, start)
    if headed is None:
        return None
    name, body = headed
    added = adding(tokens.without((0, body)), None, 0, context, Wish())
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
    spans = tuple(
        sorted((*command.spans, Span(tokens[place[0]].start, tokens[place[1] - 1].end, "scope")), key=place_of)
    )
    found = with_occurrence(scoped(replace(command, spans=spans), scope))
    if found.intent is IntentName.DELETE:
        return replace(found, intent=IntentName.SKIP, scope=None) if scope is Scope.THIS else None
    return found


def read_tokens(tokens: Tokens, start: int, context: Context) -> Reading:
    """The common commands, a task to add, or talk."""
    scanned = scan(tokens, start, context)
    left = left_of(tokens, start, scanned.found)
    has_time = scanned.facts.any_time
    command = read_listed(tokens, start, context, scanned) or _command_of(tokens, start, context, scanned)
    if command is not None:
        return Reading(command, explicit=True)
    length = add_cue(tokens, start, has_time=has_time, has_list=scanned.facts.list_name is not None)
    if length:
        return Reading(adding(tokens, (start, start + length), start + length, context, Wish()), explicit=True)
    return Reading(_without_cue(tokens, start, scanned, left, context), explicit=False)


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
        return adding(tokens, (start, start + sure), start + sure, context, Wish())
    if cue is not None and not match(tokens, start, DELETE_FIRST):
        return read_reminder(tokens, start, cue, context)
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


def _without_cue(tokens: Tokens, start: int, scanned: Scan, left: Sequence[int], context: Context) -> Understanding:
    """No word says what to do: a quick-add, a day to look at, or something to ask about."""
    if _only_a_day(scanned.facts) and all(tokens[at].kind is Kind.SYMBOL for at in left):
        return listing(scanned, context, tokens)
    # "this morning at 9: call" begins with a time, not with "this"
    talk = bool(left) and left[0] == start and is_question_or_statement(tokens, start)
    if (scanned.found and not talk) or is_quick_add(tokens, start):
        return adding(tokens, None, start, context, Wish())
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
    if head.intent is IntentName.DELETE and not pointed and is_to_do(tokens, head, scanned):
        return None
    several = target.position is None and is_several(tokens, body)
    base = Understanding(head.intent, list_name=scanned.facts.list_name, spans=spans)
    return with_occurrence(targeted(target.fill(base), several=several))


def starts_with_verb(tokens: Tokens) -> bool:
    """Whether the first word is a verb that starts tasks."""
    return tokens.word(skip_polite(tokens)) in VERBS
