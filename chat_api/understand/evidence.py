"""Which recognitions count: what its place, its neighbours and the edges of the message say for each."""

from typing import Final

from chat_api.understand.facts import (
    Clock,
    Day,
    Ends,
    Evidence,
    Found,
    ListName,
    Part,
    Priority,
    Rule,
    Starts,
    Tag,
)
from chat_api.understand.month_days import NO_DAY_AFTER
from chat_api.understand.text import Tokens
from chat_api.understand.vocabulary import APPOINTMENTS, NOUNS, VERBS
from chat_api.understand.words import BOUNDARIES, CONNECTORS

_LABELS: Final = (Tag, Priority, ListName)
_TRAILING: Final = frozenset({".", "!", "?", ",", ";", ")", ":", "please", "pls", "thanks", "due"})
_BETWEEN: Final = CONNECTORS | {",", "|", "-", "\u2013", "(", ")", "and", "&", "of", "to"}
_ALONE: Final = _TRAILING | {"on", "at", "by", "in", "for", "due", "the", "-"}
_LEADS: Final = CONNECTORS - {"the", "about", "for", "this"}
# What sets a time at the beginning off from what is to be done then.
_SET_OFF: Final = frozenset({":", ",", "-", "\u2013", "to", "i", "at", "remind"})
_TOWARDS_CLOCK: Final = frozenset({"from", "between", "at", "around", "about", "@", "by", "~", ","})
_DAYLIKE: Final = (Day, Rule, Part, Starts, Ends)
_PASSES: Final = 3
_NO_DAY_AFTER: Final = NO_DAY_AFTER | {
    "my", "our", "your", "his", "her", "their", "this", "that", "every", "each", "black", "good", "cyber", "super",
}  # fmt: skip


def with_evidence(tokens: Tokens, candidates: list[Found], first: int, stop: int) -> list[Found]:
    """Drop what lacks its evidence. A few passes, so that a weak one can lean on those behind it."""
    alone = _nothing_else(tokens, candidates, first, stop)
    sure = [
        found.evidence is Evidence.NONE
        or _well_placed(tokens, found, first, stop)
        or (alone and not (found.evidence is Evidence.NEIGHBOUR and isinstance(found.facts[0], Clock)))
        for found in candidates
    ]
    for _ in range(_PASSES):
        for place, found in enumerate(candidates):
            before = place > 0 and _beside(tokens, candidates[place - 1], found, sure[place - 1])
            after = place + 1 < len(candidates) and _leans_on(tokens, found, candidates[place + 1], sure[place + 1])
            sure[place] = sure[place] or before or after
    _day_of_clock(tokens, candidates, sure, first)
    return [found for found, counts in zip(candidates, sure, strict=True) if counts]


def _day_of_clock(tokens: Tokens, candidates: list[Found], sure: list[bool], first: int) -> None:
    """The weekday of "saturday football 3pm", "dog show sunday gates open 10 sharp": with a time it is that time's."""
    timed = any(counts and isinstance(found.facts[0], Clock) for found, counts in zip(candidates, sure, strict=True))
    days = any(counts and isinstance(found.facts[0], _DAYLIKE) for found, counts in zip(candidates, sure, strict=True))
    if not timed or days:
        return
    for at, found in enumerate(candidates):
        # Behind the first word it is what that verb is about: "watch friday night lights at 8".
        stands = found.start == first or (found.start > first + 1 and tokens.word(found.start - 1) not in _NO_DAY_AFTER)
        if isinstance(found.facts[0], Day) and found.evidence is Evidence.PLACE and stands:
            sure[at] = True
            return


def _nothing_else(tokens: Tokens, candidates: list[Found], first: int, stop: int) -> bool:
    """Whether times are all that is said: "easter", "friday evening"."""
    taken = {at for found in candidates for at in range(found.start, found.end)}
    rest = (tokens.word(at) for at in range(first, stop) if at not in taken)
    timed = any(not isinstance(found.facts[0], _LABELS) for found in candidates)
    return timed and all(word in _ALONE for word in rest)


def _well_placed(tokens: Tokens, found: Found, first: int, stop: int) -> bool:
    """Whether its place alone is evidence: behind a connector, or at an edge of the message."""
    if found.evidence is Evidence.NEIGHBOUR:
        return False
    lead = tokens.word(found.start - 1) if found.start > first else ""
    if lead in _LEADS or (lead == "for" and _closes(tokens, found.end, stop)):
        return True
    return found.evidence is Evidence.PLACE and (_closes(tokens, found.end, stop) or _opens(tokens, found, first, stop))


def _beside(tokens: Tokens, left: Found, right: Found, left_is_sure: bool) -> bool:
    return _leans_on(tokens, left, right, left_is_sure) or _pair(tokens, left, right)


def _leans_on(tokens: Tokens, left: Found, right: Found, other_is_sure: bool) -> bool:
    if isinstance(left.facts[0], _LABELS) or isinstance(right.facts[0], _LABELS):
        return False
    return other_is_sure and all(tokens.word(at) in _BETWEEN for at in range(left.end, right.start))


def _pair(tokens: Tokens, left: Found, right: Found) -> bool:
    """ "friday evening", "saturday noon": weak alone, clear together."""
    if isinstance(left.facts[0], Rule) and isinstance(right.facts[0], Ends):
        # "run fridays twice"
        return left.end == right.start and tokens.word(right.end) in BOUNDARIES
    if isinstance(left.facts[0], Part) and isinstance(right.facts[0], Day):
        # "the morning of the 3rd"
        return left.end + 1 == right.start and tokens.word(left.end) == "of"
    if isinstance(left.facts[0], Rule) and isinstance(right.facts[0], Clock):
        # "standup daily 9.15"
        return left.end == right.start and _closes(tokens, right.end, len(tokens))
    if not isinstance(left.facts[0], Day) or not isinstance(right.facts[0], Part | Clock):
        return False
    if any(tokens.word(at) not in _TOWARDS_CLOCK for at in range(left.end, right.start)):
        return False
    numbered = isinstance(right.facts[0], Part) and tokens.digits(right.end) > 0
    return numbered or tokens.word(right.end) in BOUNDARIES or left.start == 0


def _closes(tokens: Tokens, place: int, stop: int) -> bool:
    while place < stop and (tokens.word(place) in _TRAILING or tokens.word(place) in {"#", "@"}):
        place += 2 if tokens.word(place) in {"#", "@"} else 1
    return place >= stop or tokens.word(place) in {"remind", "p1", "p2", "p3", "p4"}


def _opens(tokens: Tokens, found: Found, first: int, stop: int) -> bool:
    """At the start, where a comma, a colon, "to" or a verb sets it off from what follows."""
    start = found.start
    while start > first and tokens.word(start - 1) in CONNECTORS:
        start -= 1
    return start == first and found.end < stop and (tokens.word(found.end) in _SET_OFF or _does(tokens, found))


def _does(tokens: Tokens, found: Found) -> bool:
    """Whether a verb follows a time: "next week call Ann", but not "weekly review", "friday report"."""
    follows = tokens.word(found.end)
    thing = follows in NOUNS and tokens.word(found.end + 1) in BOUNDARIES
    if isinstance(found.facts[0], Day) and follows in APPOINTMENTS and tokens.word(found.end + 1) in BOUNDARIES:
        # "friday lunch with jo", "thursday gym"; not "sunday roast", "friday report"
        return True
    return not isinstance(found.facts[0], Rule) and follows in VERBS and not thing
