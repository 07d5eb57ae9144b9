"""What was recognised, sorted by kind: the first said has it, later ones stay words of the title."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from chat_api.understand.facts import (
    Before,
    Clock,
    Day,
    Elsewhere,
    Ends,
    Fact,
    Facts,
    Found,
    Holidays,
    Invalid,
    ListName,
    Moment,
    Offset,
    Part,
    Priority,
    Rule,
    Starts,
    Tag,
    Unsupported,
    Without,
)
from chat_api.understand.text import Tokens
from chat_api.understand.titles import is_particle
from chat_api.understand.words import CONNECTORS

_LABELS: Final = (Tag, Priority, ListName)
_LONG_LEADS: Final = (
    ("no", "later", "than"), ("not", "later", "than"), ("at", "the", "latest"), ("at", "the", "earliest"),
    ("by", "the", "end", "of"), ("by", "end", "of"), ("the", "end", "of"), ("end", "of"), ("not", "before"),
    ("no", "earlier", "than"), ("any", "time"), ("some", "time"), ("prior", "to"), ("as", "of"),
    ("when", "it's"), ("when", "it", "is"), ("once", "it's"), ("as", "soon", "as", "it's"), ("not", "later", "then"),
    ("no", "later", "then"), ("at", "or", "before"),
    ("just", "after"), ("straight", "after"), ("right", "after"), ("shortly", "after"), ("soon", "after"),
    ("just", "before"), ("right", "before"), ("shortly", "before"),
    ("on", "a"), ("at", "exactly"), ("exactly", "at"), ("precisely", "at"), ("at", "precisely"), ("at", "roughly"),
    ("at", "approximately"), ("at", "about"), ("at", "around"), ("at", "approx"),
    ("immediately", "after"), ("directly", "after"), ("at", "some", "point"), ("some", "point"), ("at", "some", "time"),
    ("one", "day"), ("some", "day"), ("and", "again"), ("and", "then", "again"), ("then", "again"),
)  # fmt: skip
# Go with "10 minutes before": "(reminder 5 min before)", "and warn me half an hour in advance".
_REMINDING: Final = frozenset(
    {
        "reminder",
        "reminders",
        "notify",
        "alert",
        "warn",
        "ping",
        "remind",
        "me",
        "with",
        "a",
        "and",
        "give",
        "set",
        "for",
    }
)
_WEEK: Final = 7
_NOON: Final = 12
_EARLY_NIGHT: Final = 5
_STRETCH_JOINS: Final = frozenset({"to", "until", "till", "til", "through", "-", "\u2013"})


def sort_facts(tokens: Tokens, counted: list[Found], first: int, today: date) -> tuple[Facts, tuple[Found, ...]]:
    """One fact of each kind, and the token ranges they came from, connectors included."""
    facts = Facts()
    used: list[Found] = []
    has_rule = any(isinstance(found.facts[0], Rule | Unsupported) for found in counted)
    closing = False
    for found in counted:
        if used and not has_rule and _closes_stretch(tokens, facts, used[-1], found, closing=closing):
            closing = True
            used[-1] = replace(used[-1], end=found.end)
            continue
        closing = False
        if used and not has_rule and isinstance(found.facts[0], Ends) and _follows(tokens, used[-1], found):
            # "holiday from 20 december until 3 january"
            used[-1] = replace(used[-1], end=found.end)
            continue
        better = _said_better(facts, found, today) if not has_rule else None
        if better is not None:
            facts.day, facts.offset = better, None
            used.append(replace(found, start=_with_leads(tokens, used, found, first)))
            continue
        # Without a recurrence, of "from dec 1 to dec 10" the first day counts.
        stretch = not has_rule and isinstance(found.facts[0], Starts)
        told = _own_part(found.facts) if has_rule and facts.clocks else found.facts
        taken = [_take(facts, fact, has_rule=has_rule) for fact in (told[:1] if stretch else told)]
        if stretch and tokens.word(found.start) in {"start", "starts", "ends"}:
            # "the plasterer starts on 19 april": a word of the title
            found = replace(found, start=found.start + 1)  # noqa: PLW2901
        if all(taken):
            used.append(replace(found, start=_with_leads(tokens, used, found, first)))
    return facts, tuple(used)


def _own_part(facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """A second hour in its own half of the day: the "9 at night" of "at 8 in the morning and 9 at night"."""
    if len(facts) != 2:  # noqa: PLR2004 - an hour and its part of the day
        return facts
    clock, part = facts
    if not isinstance(clock, Clock) or not isinstance(part, Part):
        return facts
    if not clock.ambiguous or (part.name == "night" and clock.hour % _NOON < _EARLY_NIGHT):
        return facts
    hour = clock.hour % _NOON + (0 if part.name == "morning" else _NOON)
    return (replace(clock, hour=hour, ambiguous=False, exact=True),)


def _closes_stretch(tokens: Tokens, facts: Facts, last: Found, found: Found, *, closing: bool) -> bool:
    """The "sunday noon" of "from friday night to sunday noon": the first day counts."""
    between = [tokens.word(at) for at in range(last.end, found.start)]
    if closing:
        return isinstance(found.facts[0], Clock | Part) and all(word in CONNECTORS for word in between)
    joined = bool(between) and between[0] in _STRETCH_JOINS and all(word in CONNECTORS for word in between[1:])
    first = found.facts[0]
    ends = isinstance(first, Ends) and first.until is not None and isinstance(last.facts[0], Clock | Part)
    if ends and all(word in CONNECTORS for word in between):
        # "from monday 8am until tuesday 8am"
        return facts.day is not None
    return joined and isinstance(first, Day) and facts.day is not None


def _said_better(facts: Facts, found: Found, today: date) -> Day | None:
    """The day that a second recognition makes of the first: "friday, 12/4", "monday two weeks from now"."""
    fact = found.facts[0]
    if isinstance(fact, Day) and facts.day is not None and len(found.facts) == 1:
        named = next((day for day in (facts.day, fact) if day.by_name and not day.today_named), None)
        week = next((day for day in (facts.day, fact) if day.of_week), None)
        if named is not None and week is not None:
            # "next week I travel on tuesday"
            return Day(week.date + timedelta(days=named.date.weekday()))
        same = facts.day.date.weekday() == fact.date.weekday()
        return fact if facts.day.by_name and same and not (fact.by_name or facts.day.today_named) else None
    if isinstance(fact, Offset) and facts.day is not None and facts.day.by_name and not facts.day.today_named:
        return _weekday_after(facts.day, fact, today)
    if isinstance(fact, Day) and fact.by_name and facts.offset is not None:
        return _weekday_after(fact, facts.offset, today)
    return None


def _weekday_after(day: Day, offset: Offset, today: date) -> Day | None:
    """That weekday in the week that lies so many weeks ahead; the first one after so many months."""
    length = offset.duration
    weeks = bool(length.days) and length.days % _WEEK == 0 and not length.months
    if length.seconds or not (weeks or (length.months and not length.days)):
        return None
    try:
        target = length.after(today)
        monday = target - timedelta(days=target.weekday()) if weeks else target
        return Day(monday + timedelta(days=(day.date.weekday() - monday.weekday()) % _WEEK))
    except (OverflowError, ValueError):
        return None


def _follows(tokens: Tokens, first: Found, second: Found) -> bool:
    """Whether a last day stands right behind a first one."""
    return isinstance(first.facts[0], Day | Starts) and all(
        tokens.word(at) in CONNECTORS for at in range(first.end, second.start)
    )


def _long_lead(tokens: Tokens, start: int, found: Found) -> int:
    """How many words of "no later than", "at the latest" stand before a time and go with it."""
    if isinstance(found.facts[0], _LABELS):
        return 0
    if tokens.digits(start) and tokens.phrase(start - 2, ("the", "day")):
        # "the day 15 january"
        return 2
    return next((len(words) for words in _LONG_LEADS if tokens.phrase(start - len(words), words)), 0)


def _with_leads(tokens: Tokens, used: list[Found], found: Found, first: int) -> int:
    """Where the words begin that lead to it and go with it."""
    start = found.start
    while start > first:
        length = _long_lead(tokens, start, found) or int(_goes_with(tokens, start - 1, found))
        if not length or start - length < first or _inside(used, start - length):
            break
        start -= length
    return start


def _goes_with(tokens: Tokens, place: int, found: Found) -> bool:
    word = tokens.word(place)
    if isinstance(found.facts[0], Priority):
        return word == "with"
    if isinstance(found.facts[0], Tag | ListName | Elsewhere):
        return False
    if isinstance(found.facts[0], Before) and word in _REMINDING:
        return True
    if is_particle(tokens, place):
        return False
    if word == "or" and tokens.word(place + 1) in CONNECTORS and tokens.word(place - 1) in CONNECTORS:
        # "on or before friday"
        return True
    return tokens.word(place) in CONNECTORS and not (
        tokens.word(place) == "#" or (tokens.glued(place + 1) and tokens.word(place).isalpha())
    )


def _inside(used: list[Found], place: int) -> bool:
    return bool(used) and used[-1].end > place


def _take(facts: Facts, fact: Fact, *, has_rule: bool) -> bool:
    """Keep a fact if its kind is still free."""
    if isinstance(fact, Tag | Before):
        return _take_listed(facts, fact)
    if isinstance(fact, Clock):
        if (facts.clocks and not has_rule) or facts.moment or (facts.offset and facts.offset.duration.seconds):
            return False
        facts.clocks.append(fact)
        return True
    if isinstance(fact, Rule) and facts.rule is not None:
        facts.rule, merged = _merged(facts.rule, fact)
        return merged
    if isinstance(fact, Starts | Ends) and not has_rule:
        return _take_bound_as_day(facts, fact)
    return _take_single(facts, fact, has_rule=has_rule)


def _take_listed(facts: Facts, fact: Tag | Before) -> bool:
    if isinstance(fact, Before):
        facts.befores.append(fact)
    elif fact.name not in facts.tags:
        facts.tags.append(fact.name)
    return True


def _merged(first: Rule, second: Rule) -> tuple[Rule, bool]:
    """ "fortnightly, on mondays": how often and on which days, said apart."""
    first_plain, second_plain = (not (rule.weekdays or rule.month_days or rule.months) for rule in (first, second))
    if first.freq != second.freq or first_plain == second_plain:
        return first, False
    days = second if first_plain else first
    return replace(days, interval=max(first.interval, second.interval), part=first.part or second.part), True


def _take_list(facts: Facts, fact: ListName) -> bool:
    free = facts.list_name is None
    facts.list_name = fact.name if free else facts.list_name
    return free


def _take_bound_as_day(facts: Facts, fact: Starts | Ends) -> bool:
    """Without a recurrence, "until friday" is a deadline and "for 3 weeks" is a part of the title."""
    day = fact.date if isinstance(fact, Starts) else fact.until
    return day is not None and _take_single(facts, Day(day), has_rule=False)


def _take_single(facts: Facts, fact: Fact, *, has_rule: bool) -> bool:
    in_a_while = isinstance(fact, Offset) and fact.duration.seconds and not (facts.offset or facts.moment)
    if in_a_while and facts.day is not None and facts.day.today_named:
        # "today in two hours"
        facts.day = None
    if isinstance(fact, Day | Offset | Moment) and (facts.day or facts.offset or facts.moment):
        return False
    if isinstance(fact, Priority):
        if facts.priority is None:
            facts.priority = fact.level
        return True
    alone = isinstance(fact, Holidays | Without) and not has_rule
    if alone or (isinstance(fact, Elsewhere) and not facts.clocks):
        return False
    if isinstance(fact, ListName):
        return fact.origin or _take_list(facts, fact)
    slots: tuple[tuple[type, str], ...] = (
        (Part, "part"),
        (Day, "day"),
        (Moment, "moment"),
        (Offset, "offset"),
        (Invalid, "invalid"),
        (Rule, "rule"),
        (Unsupported, "unsupported"),
        (Starts, "starts"),
        (Ends, "ends"),
        (Elsewhere, "elsewhere"),
        (Holidays, "holidays"),
        (Without, "without"),
    )
    name = next(name for kind, name in slots if isinstance(fact, kind))
    if getattr(facts, name) is not None:
        # "first thing monday morning" says the morning twice
        return isinstance(fact, Part) and facts.part is not None and facts.part.name == fact.name
    setattr(facts, name, fact)
    return True


def only_clock(facts: Facts) -> bool:
    """Whether a time of day was said and no day: a change keeps the day then."""
    this = facts.part is not None and facts.part.this
    days = facts.day or facts.offset or facts.moment or facts.rule or facts.starts or facts.ends or facts.unsupported
    return bool(facts.clocks or facts.part) and not days and not this
