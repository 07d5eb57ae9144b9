"""What is said to a reminder that has fired, and to what was just done: snooze, acknowledge, undo."""

from typing import Final

from chat_api.understand.facts import Clock, Context, Duration, Offset
from chat_api.understand.intents import match
from chat_api.understand.model import IntentName, Understanding
from chat_api.understand.parts import left_of, spans_of, with_timing
from chat_api.understand.phrases import Phrases
from chat_api.understand.quantities import duration, whole_number
from chat_api.understand.resolve import resolve
from chat_api.understand.scan import scan
from chat_api.understand.talk import ACKNOWLEDGEMENTS, AROUND, MORE_TIME, SNOOZE, SNOOZE_ALONE, UNDO
from chat_api.understand.text import Kind, Tokens
from chat_api.understand.timing import Wish
from chat_api.understand.titles import target_of

_FILLERS: Final = frozenset(
    {"for", "again", "later", "please", "until", "till", "me", "a", "bit", "more", "in", "thanks"}
)
_MAX_MINUTES: Final = 300


def read_fired(tokens: Tokens, start: int, context: Context) -> Understanding | None:
    """An undo, an acknowledgement or a snooze; None for anything else."""
    for intent, phrases in ((IntentName.UNDO, UNDO), (IntentName.ACKNOWLEDGE, ACKNOWLEDGEMENTS)):
        if _says_only(tokens, phrases):
            return Understanding(intent, spans=spans_of(tokens, (), (start, len(tokens))))
    return _snooze(tokens, start, context)


def _says_only(tokens: Tokens, phrases: Phrases) -> bool:
    """Whether the message is these phrases and what people say around them."""
    place, said = 0, False
    while place < len(tokens):
        length = match(tokens, place, phrases)
        said = said or length > 0
        if not length and not (tokens[place].kind is Kind.SYMBOL and tokens.word(place) not in {"?", "#"}):
            length = match(tokens, place, AROUND)
            if not length:
                return False
        place += length or 1
    return said


def _snooze(tokens: Tokens, start: int, context: Context) -> Understanding | None:
    length = match(tokens, start, SNOOZE)
    if length:
        return _snoozed(tokens, start, start + length, context)
    alone = match(tokens, start, SNOOZE_ALONE)
    if alone and _only_time(tokens, start + alone, context):
        return _snoozed(tokens, start, start + alone, context)
    return _more_time(tokens, start, context)


def _only_time(tokens: Tokens, first: int, context: Context) -> bool:
    """Whether nothing but a time follows."""
    scanned = scan(tokens, first, context, asked=True)
    left = left_of(tokens, first, scanned.found)
    return all(tokens[at].kind is Kind.SYMBOL or tokens.word(at) in _FILLERS for at in left)


def _more_time(tokens: Tokens, start: int, context: Context) -> Understanding | None:
    """ "10 more minutes", "give me 10 more minutes", "in 10 min again"."""
    first = start + match(tokens, start, MORE_TIME)
    counted = whole_number(tokens, first)
    if counted is not None and tokens.word(counted[1]) == "more":
        length = duration(tokens, counted[1] + 1, count=counted[0])
        if length is not None and _only_time(tokens, length[1], context):
            return _later(tokens, (start, len(tokens)), length[0], context)
    if tokens.word(start) == "another":
        length = duration(tokens, start + 1)
        if length is not None and _only_time(tokens, length[1], context):
            return _later(tokens, (start, len(tokens)), length[0], context)
    if tokens.word(len(tokens) - 1) == "again" and len(tokens) - start > 1 and _only_time(tokens, start, context):
        return _snoozed(tokens, start, start, context)
    return None


def _snoozed(tokens: Tokens, start: int, body: int, context: Context) -> Understanding:
    number = whole_number(tokens, body + 1 if tokens.word(body) in {"for", "in"} else body)
    if number is not None and number[1] >= _end(tokens) and 1 <= number[0] <= _MAX_MINUTES:
        return _later(tokens, (start, body), Duration(seconds=60 * number[0]), context)
    for place in range(body, len(tokens)):
        # "snooze dentist 2 hours": a bare length at the end
        length = duration(tokens, place)
        if length is not None and length[1] >= _end(tokens):
            last = place - 1 if place > body and tokens.word(place - 1) in {"for", "by", "another", "in"} else place
            found = _later(tokens, (start, body), length[0], context)
            return target_of(tokens, [at for at in range(body, last) if tokens.word(at) not in _FILLERS]).fill(found)
    scanned = scan(tokens, body, context, asked=True)
    left = [at for at in left_of(tokens, body, scanned.found) if tokens.word(at) not in _FILLERS]
    facts = scanned.facts
    if facts.rule or facts.unsupported or facts.befores:
        facts.rule = facts.unsupported = None
        facts.befores = []
    base = Understanding(IntentName.SNOOZE, spans=spans_of(tokens, scanned.found, (start, body)))
    return target_of(tokens, left).fill(with_timing(base, resolve(facts, context, Wish())))


def _later(tokens: Tokens, cue: tuple[int, int], length: Duration, context: Context) -> Understanding:
    base = Understanding(IntentName.SNOOZE, spans=spans_of(tokens, (), cue))
    scanned = scan(tokens, len(tokens), context)
    scanned.facts.offset = Offset(length)
    if length.months or length.days:
        # "snooze for a day" keeps the time of day
        now = context.now
        scanned.facts.clocks.append(Clock(now.hour, now.minute))
    return with_timing(base, resolve(scanned.facts, context, Wish()))


def _end(tokens: Tokens) -> int:
    end = len(tokens)
    while end and (
        tokens.word(end - 1) in {"please", "thanks", "again", "more"} or tokens[end - 1].kind is Kind.SYMBOL
    ):
        end -= 1
    return end
