"""What the commands have in common: the tokens nothing recognised, the spans, the time put in, the task asked for."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from chat_api.understand.facts import Found
from chat_api.understand.model import Need, Span, Understanding
from chat_api.understand.scan import kind_of
from chat_api.understand.text import Tokens
from chat_api.understand.timing import Timing

_WHEN_CHOICES: Final = ("in 1 hour", "this evening", "tomorrow at 9:00")


def left_of(tokens: Tokens, first: int, found: Sequence[Found], stop: int | None = None) -> list[int]:
    """The tokens that nothing recognised."""
    taken = {at for one in found for at in range(one.start, one.end)}
    return [at for at in range(first, len(tokens) if stop is None else stop) if at not in taken]


def spans_of(tokens: Tokens, found: Sequence[Found], cue: tuple[int, int] | None) -> tuple[Span, ...]:
    """What was recognised, and the cue, where they stand in the text."""
    spans = [Span(tokens[one.start].start, tokens[one.end - 1].end, kind_of(one)) for one in found]
    if cue is not None and cue[1] > cue[0]:
        spans.append(Span(tokens[cue[0]].start, tokens[cue[1] - 1].end, "cue"))
    return tuple(sorted(spans, key=lambda span: span.start))


def with_timing(base: Understanding, timing: Timing) -> Understanding:
    """The same task with another time."""
    return replace(
        base,
        due=timing.due,
        remind_at=timing.remind_at,
        rrule=timing.rrule,
        from_completion=timing.from_completion,
        needs=timing.needs,
        question=timing.question,
        choices=timing.choices,
        remarks=timing.remarks,
    )


def targeted(base: Understanding, *, several: bool = False) -> Understanding:
    """The same, with a question if no task is named."""
    if several:
        return replace(base, target=None, needs=Need.TARGET, question="One at a time, please. Which one first?")
    if base.target is None and base.target_index is None and not base.refers_back:
        return replace(base, needs=Need.TARGET, question="Which task do you mean?")
    return base


def ask_when(base: Understanding) -> Understanding:
    """The same, with the question for a new time."""
    return replace(base, needs=Need.TIME, question="When should it be instead?", choices=_WHEN_CHOICES)
