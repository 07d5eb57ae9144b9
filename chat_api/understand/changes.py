"""Changes to an existing task: "move dentist to friday", "push it back an hour", "rename milk to oat milk"."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from chat_api.understand.cues import (
    ALWAYS_CHANGE,
    CHANGE_JOINS,
    CHANGE_WITHOUT_TO,
    EARLIER_WORDS,
    LATER_WORDS,
    REFERENCES,
    SHIFTING,
)
from chat_api.understand.facts import Context, Facts
from chat_api.understand.intents import Head
from chat_api.understand.lists import without_lists
from chat_api.understand.local import PASSED_TODAY
from chat_api.understand.model import IntentName, Need, Understanding
from chat_api.understand.parts import ask_when, left_of, spans_of, targeted, with_timing
from chat_api.understand.quantities import duration
from chat_api.understand.resolve import resolve
from chat_api.understand.scan import Scan, scan
from chat_api.understand.sorting import only_clock
from chat_api.understand.text import Kind, Tokens
from chat_api.understand.timing import Wish
from chat_api.understand.titles import target_of, title_of
from chat_api.understand.vocabulary import NOT_MADE

_MAX_JOINS: Final = 4
_MAX_WORDS_BEHIND: Final = 4
_MAX_SHIFT: Final = timedelta(days=3660)
# "bring 6 eggs" is a task of its own; "bring it to monday" is a change.
_NEED_POINTER: Final = frozenset({"bring", "pull"})
_SHORT_TARGET: Final = 4
# What is done at that time, unless it is something that is only held or kept.
_DOINGS: Final = frozenset({"make", "set", "update", "edit", "change", "move", "shift", "bring", "pull", "push", "put"})
_HELD: Final = frozenset({"meeting", "call", "appointment", "reminder", "task", "event", "deadline", "session", "due"})
_WEAK_JOINS: Final = frozenset({"by", "on", "at", "for", "from", "back"})
_RENAMES: Final = frozenset({"rename", "change"})
_ATTRIBUTES: Final = (
    ("the", "time", "of"), ("the", "date", "of"), ("the", "due", "date", "of"), ("the", "priority", "of"),
    ("time", "of"), ("priority", "of"), ("due", "date", "of"), ("the", "due", "date", "for"), ("the", "time", "for"),
    ("the", "name", "of"), ("the", "title", "of"), ("name", "of"), ("title", "of"),
)  # fmt: skip
_SHIFT_LINKS: Final = frozenset({"by", "back", "for", "forward", "up", "out", "later", "earlier", "another", "off"})
_TELLING: Final = frozenset({"is", "are", "should", "make"})
_INSTEAD_FILLERS: Final = frozenset(
    {"should", "be", "is", "are", "now", "do", "can", "we", "let's", "lets", "make", "have", "please", "actually", ","}
)


def read_change(tokens: Tokens, head: Head, context: Context) -> Understanding | None:
    """The change that a message with this head asks for; None when its words are a task of their own."""
    noun = tokens.word(head.body) in {"start", "starts", "begins", "ends", "work", "swap", "rota", "pattern"}
    if tokens.word(head.start) == "shift" and (noun or _time_at(tokens, head.body, context)):
        # "shift 7am to 7pm saturday" is one at work
        return None
    shifted = _shifted(tokens, head)
    if shifted is not None or (tokens.word(head.start) in _NEED_POINTER and not _pointed(tokens, head)):
        return shifted
    joined = (_changed_at(tokens, head, join, context) for join in _joins(tokens, head))
    return next((change for change in joined if change is not None), None) or _without_join(tokens, head, context)


def _time_at(tokens: Tokens, place: int, context: Context) -> bool:
    """Whether a time stands at this place."""
    found = scan(tokens, place, context).found
    return bool(found) and found[0].start == place


def _without_join(tokens: Tokens, head: Head, context: Context) -> Understanding | None:
    """ "reschedule dentist friday", "make it p1", "rename milk to oat milk", "postpone milk"."""
    verb = tokens.word(head.start)
    scanned = scan(tokens, head.body, context, last=head.stop)
    left = left_of(tokens, head.body, scanned.found, head.stop)
    has_to = any(tokens.word(at) == "to" for at in left)
    led = bool(scanned.found) and tokens.word(scanned.found[-1].start) in _WEAK_JOINS
    if led and _is_done_then(tokens, verb, left):
        return None
    if scanned.found and verb in CHANGE_WITHOUT_TO and (verb in ALWAYS_CHANGE or not has_to):
        return _change_to(tokens, head, left, scanned, context)
    if scanned.found and verb == "make" and _makes(tokens, left, scanned.facts):
        kept = [at for at in left if tokens.word(at) not in {"repeat", "recurring", "instead", "be"}]
        return _change_to(tokens, head, kept, scanned, context)
    new_name = _renamed(tokens, head) if verb in _RENAMES else None
    return new_name or (_asked(tokens, head, left) if verb in ALWAYS_CHANGE else None)


def _asked(tokens: Tokens, head: Head, left: Sequence[int]) -> Understanding:
    """The question for what is missing: which task, what name, what time."""
    target = target_of(tokens, [at for at in left if tokens.word(at) not in {"to"}])
    asked = targeted(target.fill(_base(tokens, head)))
    if asked.needs is not None:
        return asked
    if tokens.word(head.start) == "rename":
        return replace(asked, needs=Need.TITLE, question="What should it be called?")
    return ask_when(asked)


def read_instead(
    tokens: Tokens, start: int, scanned: Scan, context: Context, *, told: bool = False
) -> Understanding | None:
    """ "dentist should be at 4pm instead", "dentist is now at 4pm": a time for what exists already.

    ``told``: that it exists was said ("from now on"); then "gym is at 6pm" and "make gym 6pm" are enough.
    """
    left = left_of(tokens, start, scanned.found)
    words = [tokens.word(at) for at in left if tokens[at].kind is not Kind.SYMBOL]
    told = told and bool(_TELLING & set(words))
    told = told or (bool(words) and (words[-1] == "instead" or words[-2:] in (["is", "now"], ["should", "be"])))
    if not told or not scanned.facts.any_time:
        return None
    kept = [at for at in left if tokens.word(at) not in _INSTEAD_FILLERS | {"instead", "."}]
    base = Understanding(IntentName.CHANGE, spans=spans_of(tokens, scanned.found, None))
    return _timed(target_of(tokens, kept).fill(base), scanned.facts, context)


def read_moved_to_list(tokens: Tokens, start: int, scanned: Scan, context: Context) -> Understanding | None:
    """ "add it to the groceries list", "transfer milk to the groceries list"; "move" is one of the common changes."""
    verb = tokens.word(start)
    if scanned.facts.list_name is None or verb not in {"add", "put", "stick", "transfer", "pop"}:
        return None
    target = target_of(tokens, left_of(tokens, start + 1, scanned.found))
    if verb != "transfer" and not (target.refers_back and target.words is None):
        return None
    spans = spans_of(tokens, scanned.found, (start, start + 1))
    return _timed(target.fill(Understanding(IntentName.CHANGE, spans=spans)), scanned.facts, context)


def read_label(tokens: Tokens, start: int, scanned: Scan) -> Understanding | None:
    """ "tag milk with home", "label it #home", "add #urgent to the report"."""
    verb = tokens.word(start)
    tags = tuple(scanned.facts.tags)
    left = left_of(tokens, start + 1, scanned.found)
    if verb == "add":
        join = next((at for at in left if tokens.word(at) in {"to", "on"}), None)
        if not tags or join != left[0] or {"list", "todo", "tasks"} & {tokens.word(at) for at in left}:
            return None
        kept = left[1:]
    elif verb in {"tag", "label"}:
        join = next((at for at in left if tokens.word(at) in {"with", "as"}), None)
        kept = left if join is None else left[: left.index(join)]
        if join is not None and not tags:
            tags = tuple(tokens.word(at) for at in left[left.index(join) + 1 :] if tokens[at].kind is Kind.WORD)
    else:
        return None
    target = target_of(tokens, kept)
    if not tags or not target.named or scanned.facts.any_time:
        return None
    spans = spans_of(tokens, scanned.found, (start, start + 1))
    return target.fill(Understanding(IntentName.CHANGE, tags=tags, spans=spans))


def read_call_it(tokens: Tokens, start: int) -> Understanding | None:
    """ "call it food shopping": another name for the last task."""
    if tokens.word(start) != "call" or tokens.word(start + 1) not in REFERENCES or len(tokens) <= start + 2:
        return None
    stop = len(tokens) - (1 if tokens.word(len(tokens) - 1) == "instead" else 0)
    title = title_of(tokens, range(start + 2, stop), after_cue=False)
    if title is None or tokens.word(start + 2) in {"a", "off", "quits", "in"}:
        return None
    spans = spans_of(tokens, (), (start, start + 2))
    return Understanding(IntentName.CHANGE, title=title, new_title=title, refers_back=True, spans=spans)


def _pointed(tokens: Tokens, head: Head) -> bool:
    """Whether the words right after the verb point to a task."""
    first = tokens.word(head.body)
    return (
        first in REFERENCES | {"#", "task", "number", "forward"}
        or _is_forward(tokens, head)
        or head.body - head.start > 1
    )


def _is_forward(tokens: Tokens, head: Head) -> bool:
    """ "bring the dentist forward to 3", "bring the call to monday"; but "bring the casserole over to Ruth's"."""
    words = {tokens.word(at) for at in range(head.body, head.stop)}
    return bool(words & {"forward", "up"}) or (
        tokens.word(head.body) == "the" and bool(words & _HELD | words & NOT_MADE)
    )


def _base(tokens: Tokens, head: Head) -> Understanding:
    return Understanding(IntentName.CHANGE, spans=spans_of(tokens, (), (head.start, head.body)))


def _makes(tokens: Tokens, left: Sequence[int], facts: Facts) -> bool:
    """ "make it friday", "make milk p1", "make milk repeat every friday"; but "make dinner friday" is a task."""
    words = {tokens.word(at) for at in left}
    target = target_of(tokens, left)
    if target.refers_back or target.position is not None or "instead" in words:
        return True
    repeats = any(tokens.word(at) in {"repeat", "recur"} for at in range(len(tokens)))
    kept = [tokens.word(at) for at in left if tokens[at].kind is not Kind.SYMBOL]
    if _has_been_made(kept) and facts.any_time and not facts.rule:
        return True
    return (facts.priority is not None and not facts.any_time) or (facts.rule is not None and repeats)


def _has_been_made(words: Sequence[str]) -> bool:
    """ "make groceries friday", "make the dentist 4pm": nobody makes these, so they are moved."""
    if not words or len(words) > _SHORT_TARGET:
        return False
    return words[-1] in NOT_MADE or (words[0] == "the" and words[-1] in {"meeting", "call"})


def _shifted(tokens: Tokens, head: Head) -> Understanding | None:
    """ "postpone milk by an hour", "push it back 30 minutes", "move milk an hour earlier"."""
    verb = tokens.word(head.start)
    if verb not in SHIFTING:
        return None
    for place in range(head.body, head.stop):
        length = duration(tokens, place)
        if length is None:
            continue
        amount, end = length
        if head.stop - end > _MAX_WORDS_BEHIND:
            continue
        after = {tokens.word(at) for at in range(end, head.stop)}
        if after - EARLIER_WORDS - LATER_WORDS - {"."}:
            continue
        first = place
        while first > head.body and tokens.word(first - 1) in _SHIFT_LINKS:
            first -= 1
        between = {tokens.word(at) for at in range(first, place)}
        moving = verb in {"move", "shift", "bring", "pull", "make"}
        if moving and not (between | after) & (_SHIFT_LINKS - {"for"}):
            return None
        kept = range(head.body, first)
        words = {tokens.word(at) for at in range(head.start, head.body)} | between | after
        earlier = bool(words & EARLIER_WORDS) and not words & {"push", "back", "postpone", "delay"}
        length_of = amount.rough()
        if length_of > _MAX_SHIFT or not length_of:
            return None
        base = replace(_base(tokens, head), shift=-length_of if earlier else length_of)
        return targeted(target_of(tokens, list(kept)).fill(base))
    return None


def _joins(tokens: Tokens, head: Head) -> list[int]:
    """The last places where "to friday" could begin, the first of them first."""
    places = [at for at in range(head.stop - 1, head.body - 1, -1) if tokens.word(at) in CHANGE_JOINS]
    return sorted(places[:_MAX_JOINS])


def _changed_at(tokens: Tokens, head: Head, join: int, context: Context) -> Understanding | None:
    """The change if everything after this join is a time or a label."""
    verb = tokens.word(head.start)
    if _is_thing_to_do(tokens, head, join, verb):
        return None
    # "set the thermostat to 20": only here a number alone is no hour.
    scanned = scan(tokens, join + 1, context, last=head.stop, asked=verb != "set")
    left = left_of(tokens, join + 1, scanned.found, head.stop)
    fillers = {"the", "instead"}
    if not scanned.found or any(tokens[at].kind is not Kind.SYMBOL and tokens.word(at) not in fillers for at in left):
        return None
    before = [at for at in range(head.body, join) if tokens.word(at) not in {"back", "forward"} or at != join - 1]
    if verb in {"change", "set", "update", "edit"}:
        before = _without_attribute(tokens, before)
    if not before and verb not in CHANGE_WITHOUT_TO:
        return None
    if tokens.word(join) in _WEAK_JOINS and _is_done_then(tokens, verb, before):
        return None
    return _change_to(tokens, head, before, scanned, context)


def _is_done_then(tokens: Tokens, verb: str, words: list[int]) -> bool:
    """ "make dinner at 7", "update my cv by friday": to be done then; "make the meeting at 7" moves it."""
    if verb not in _DOINGS or not words:
        return False
    if verb in {"set", "make"} and tokens.word(words[0]) in {"a", "an"}:
        # "set a team event for friday": one that is not there yet
        return True
    target = target_of(tokens, words)
    kept = [tokens.word(at) for at in words if tokens[at].kind is not Kind.SYMBOL]
    return not (target.refers_back or target.position is not None or _has_been_made(kept) or kept[-1] in _HELD)


def _is_thing_to_do(tokens: Tokens, head: Head, join: int, verb: str) -> bool:
    """ "change the sheets every two weeks on saturday", "set the clocks back on sunday"."""
    repeated = verb == "change" and any(tokens.word(at) in {"every", "each"} for at in range(head.body, join))
    return (repeated and tokens.word(join) != "to") or (verb == "set" and tokens.word(join) == "back")


def _without_attribute(tokens: Tokens, words: list[int]) -> list[int]:
    """ "the time of milk" is about milk."""
    for phrase in _ATTRIBUTES:
        if len(words) > len(phrase) and tokens.phrase(words[0], phrase):
            return words[len(phrase) :]
    return words


def _change_to(tokens: Tokens, head: Head, kept: Iterable[int], scanned: Scan, context: Context) -> Understanding:
    spans = spans_of(tokens, scanned.found, (head.start, head.body))
    words = without_lists(tokens, list(kept), context)
    base = target_of(tokens, words).fill(Understanding(IntentName.CHANGE, spans=spans))
    return _timed(base, scanned.facts, context)


def _timed(base: Understanding, facts: Facts, context: Context) -> Understanding:
    labelled = replace(base, priority=facts.priority, tags=tuple(facts.tags), list_name=facts.list_name)
    timed = with_timing(labelled, resolve(facts, context, Wish()))
    if only_clock(facts):
        kept = tuple(remark for remark in timed.remarks if remark != PASSED_TODAY)
        timed = replace(timed, time_only=isinstance(timed.due, datetime), remarks=kept)
    return timed if timed.needs is not None else targeted(timed)


def _renamed(tokens: Tokens, head: Head) -> Understanding | None:
    """ "rename milk to oat milk"."""
    join = next((at for at in range(head.body + 1, head.stop) if tokens.word(at) in {"to", "as", "into"}), None)
    if join is None or join + 1 >= head.stop:
        return None
    title = title_of(tokens, range(join + 1, head.stop), after_cue=False)
    if title is None:
        return None
    target = target_of(tokens, _without_attribute(tokens, list(range(head.body, join))))
    return targeted(target.fill(replace(_base(tokens, head), title=title, new_title=title)))
