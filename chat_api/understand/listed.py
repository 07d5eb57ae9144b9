"""Tasks that are asked for: a day, a range, a list, an order."""

from dataclasses import replace

from chat_api.understand.facts import Context
from chat_api.understand.intents import (
    is_list,
    is_listed,
)
from chat_api.understand.model import IntentName, Span, Understanding
from chat_api.understand.parts import left_of, spans_of
from chat_api.understand.ranges import may_list, narrow
from chat_api.understand.scan import Scan, scan
from chat_api.understand.search import read_search
from chat_api.understand.text import Kind, Tokens


def place_of(span: Span) -> int:
    return span.start


def read_listed(tokens: Tokens, start: int, context: Context, scanned: Scan) -> Understanding | None:
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
    asked = is_list(tokens, start, left, has_time=facts.any_time or narrowed, has_list=has_list)
    return listing(scanned, context, tokens) if asked else None


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
    listed = listing(scanned, context, rest)
    spans = [Span(tokens[first].start, tokens[end - 1].end, kind) for first, end, kind in narrowed.taken]
    return replace(
        listed,
        due_from=narrowed.due_from,
        due_until=narrowed.due_until,
        overdue=narrowed.overdue,
        order=narrowed.order,
        spans=tuple(sorted((*listed.spans, *spans), key=place_of)),
    )


def listing(scanned: Scan, context: Context, tokens: Tokens) -> Understanding:
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
