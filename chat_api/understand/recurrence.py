"""Repetition to RFC 5545 rules: "every other tuesday", "every 15th workday", "first monday of each month".

Rules that a person may want to know:
- "every second tuesday" is every other one; "every first", "third", "fourth" or "last friday" is a place in the month.
- "every 15th" is a day of the month. "quarterly" is every three months, "biweekly" every two weeks.
- "every!", "after I finish it" and "3 days after completion" count from the day it is done, not by the calendar.
- "3 times a week" is refused: a rule cannot say it. "twice a day at 9am and 9pm" can be said.
"""

import calendar
from dataclasses import replace
from typing import Final

from chat_api.understand.bounds import this_week_end
from chat_api.understand.clock_ranges import read_clock
from chat_api.understand.each_month import end_of_each, nth_of_each, nth_of_month_each_year
from chat_api.understand.every import read_every
from chat_api.understand.facts import (
    Clock,
    Context,
    Ends,
    Evidence,
    Fact,
    Found,
    Invalid,
    Rule,
    Unsupported,
)
from chat_api.understand.how_often import how_often
from chat_api.understand.quantities import duration
from chat_api.understand.repeated_days import (
    read_weekdays,
    weekday_at,
)
from chat_api.understand.text import Tokens
from chat_api.understand.trailers import after_done_end, read_trailers
from chat_api.understand.vocabulary import FINITE, VERBS
from chat_api.understand.words import (
    BOUNDARIES,
    CONNECTORS,
    MONTH_NAMES,
    PART_PLURALS,
    PART_WORDS,
    PARTS_OF_DAY,
    WEEKDAY_CODES,
    WEEKDAY_PLURALS,
    WEEKDAYS,
    WEEKEND,
    WORKDAYS,
)

_LEAP: Final = 2028
_MAX_INTERVAL: Final = 1000
_ROW: Final = 3
_NOON: Final = 12
_FAR: Final = 6
_TWO_TIMES: Final = "I can repeat on several days at one time, but not at another on each."
_ADVERBS: Final[dict[str, Rule]] = {
    "daily": Rule("DAILY"),
    "everyday": Rule("DAILY"),
    "nightly": Rule("DAILY", part="night"),
    "weekly": Rule("WEEKLY"),
    "biweekly": Rule("WEEKLY", interval=2),
    "fortnightly": Rule("WEEKLY", interval=2),
    "monthly": Rule("MONTHLY"),
    "quarterly": Rule("MONTHLY", interval=3),
    "yearly": Rule("YEARLY"),
    "annually": Rule("YEARLY"),
    "hourly": Rule("HOURLY"),
    "biennially": Rule("YEARLY", interval=2),
    "biennial": Rule("YEARLY", interval=2),
    "semiannually": Rule("MONTHLY", interval=6),
    "semiannual": Rule("MONTHLY", interval=6),
    "biannually": Rule("MONTHLY", interval=6),
    "bimonthly": Rule("MONTHLY", interval=2),
    "annual": Rule("YEARLY"),
    "weekdays": Rule("WEEKLY", weekdays=WORKDAYS),
    "weeknights": Rule("WEEKLY", weekdays=WORKDAYS, part="evening"),
    "mwf": Rule("WEEKLY", weekdays=("MO", "WE", "FR")),
    "tth": Rule("WEEKLY", weekdays=("TU", "TH")),
    "weekends": Rule("WEEKLY", weekdays=WEEKEND),
}
# These are seldom the first word of a thing's name: "nightly backup" repeats, "weekly report" may be its title.
_PLAIN_ADVERBS: Final = frozenset(
    {
        "hourly",
        "nightly",
        "fortnightly",
        "biweekly",
        "semiannually",
        "semiannual",
        "biannually",
        "annually",
        "everyday",
        "bimonthly",
    }
)
_INITIALS: Final = {
    "m": 0, "mo": 0, "t": 1, "tu": 1, "w": 2, "we": 2, "th": 3, "r": 3, "f": 4, "fr": 4, "sa": 5, "su": 6,
} | WEEKDAYS  # fmt: skip
_MOST_INITIALS: Final = 7
_ARRANGING: Final = frozenset({"schedule", "set", "have", "create", "add", "arrange", "make", "need", "want", "give"})
_ARRANGED: Final = frozenset(
    {"meeting", "meetings", "call", "reminder", "alarm", "standup", "sync", "check", "appointment", "catchup",
     "session", "task", "todo", "event"}
)  # fmt: skip
_REPEATS: Final = frozenset({"repeat", "repeating", "recurring", "repeats", "recur", "once"})


def read_recurrence(tokens: Tokens, index: int, context: Context) -> Found | None:
    """A recurrence with its days; times of day, start and end are read beside it."""
    core = (
        read_every(tokens, index, context)
        or how_often(tokens, index)
        or end_of_each(tokens, index)
        or nth_of_month_each_year(tokens, index)
        or nth_of_each(tokens, index)
        or _after_done_alone(tokens, index)
        or _adverb(tokens, index)
        or _initials(tokens, index, context)
        or _day_list(tokens, index, context)
        or _plural(tokens, index)
    )
    if core is None:
        return None
    start = core.start
    fact = core.facts[0]
    end = core.end
    evidence = core.evidence
    if isinstance(fact, Rule):
        fact, end = read_trailers(tokens, fact, end, context)
        if end > core.end:
            evidence = Evidence.NONE
    while tokens.word(start - 1) in _REPEATS:
        start -= 1
    if tokens.word(end) in {"repeat", "repeating"} or tokens.phrase(end, (",", "repeat")):
        end += 2 if tokens.word(end) == "," else 1
    if isinstance(fact, Rule):
        if _other_times(tokens, fact, end):
            return Found(start, end, (Unsupported(_TWO_TIMES),), evidence)
        second = _second_part(tokens, fact, end) or _at_both(tokens, fact, end)
        if second is not None:
            return Found(start, second[1], (replace(fact, part=None), *second[0]), evidence)
        bounded = this_week_end(tokens, end, context)
        if bounded is not None:
            return Found(start, bounded[1], (_checked(fact), Ends(until=bounded[0])), evidence)
    return Found(start, end, (_checked(fact), *core.facts[1:]), evidence)


def _second_part(tokens: Tokens, rule: Rule, end: int) -> tuple[tuple[Clock, Clock], int] | None:
    """The hours of "every morning and evening"."""
    if rule.part is None or tokens.word(end) not in {"and", "&"}:
        return None
    place = end + 2 if tokens.word(end + 1) in {"every", "each"} else end + 1
    name = PART_WORDS.get(tokens.word(place))
    if name is None or name == rule.part or tokens.word(place + 1) in {"at", "@"}:
        return None
    hours = sorted((PARTS_OF_DAY[rule.part][0], PARTS_OF_DAY[name][0]))
    return (Clock(hours[0]), Clock(hours[1])), place + 1


def _at_both(tokens: Tokens, rule: Rule, end: int) -> tuple[tuple[Clock, Clock], int] | None:
    """The hours of "every morning and evening at 7": the one hour in both halves of the day."""
    place = end + 2 if tokens.word(end + 1) in {"every", "each"} else end + 1
    number = tokens.number(place + 2)
    halves = {rule.part, PART_WORDS.get(tokens.word(place))}
    if rule.part != "morning" or len(halves - {None}) <= 1 or tokens.word(place + 1) not in {"at", "@"}:
        return None
    if number is None or not 1 <= number <= _NOON or tokens.word(place + 3) not in BOUNDARIES - {":", "."}:
        return None
    return (Clock(number % _NOON), Clock(number % _NOON + _NOON)), place + 3


def _other_times(tokens: Tokens, rule: Rule, end: int) -> bool:
    """Whether other days have another time: "every tuesday at noon and friday at 3pm"."""
    if tokens.word(end) not in {"at", "@"}:
        return False
    if rule.part is not None:
        # "every morning at 7 and every evening at 9"
        return any(
            tokens.word(at) in {"and", "&"}
            and any(tokens.word(place) in PART_WORDS for place in range(at + 1, at + 4))
            and tokens.word(at + 1) in {"every", "each", "in", "at"} | PART_WORDS.keys()
            for at in range(end + 1, end + _FAR)
        )
    return bool(rule.weekdays) and any(
        tokens.word(at) in {"and", ",", "&", "every", "each", "on"}
        and weekday_at(tokens, at + 1) is not None
        and tokens.word(at + 2) in {"at", "@"}
        for at in range(end + 1, end + _FAR)
    )


def _after_done_alone(tokens: Tokens, index: int) -> Found | None:
    """ "3 months after completion", "4 days after it's done": repeats without an "every"."""
    length = duration(tokens, index)
    if length is None or length[0].seconds:
        return None
    amount, end = length
    stop = after_done_end(tokens, end)
    if not stop or (amount.months and amount.days):
        return None
    rule = Rule("MONTHLY", interval=amount.months) if amount.months else Rule("DAILY", interval=amount.days)
    if rule.interval >= _MAX_INTERVAL or rule.interval < 1:
        return None
    return Found(index, stop, (replace(rule, from_completion=True),))


def _adverb(tokens: Tokens, index: int) -> Found | None:
    word, end = tokens.word(index), index + 1
    if word in {"bi", "semi", "half"} and tokens.word(end) == "-":
        word, end = word + tokens.word(end + 1), end + 2
        word = {"halfyearly": "semiannually"}.get(word, word)
    rule = _ADVERBS.get(word)
    if rule is None or tokens.word(end) in {"rate", "rates", "wage", "wages", "pay", "fee", "fees"}:
        return None
    if tokens.word(index - 1) in CONNECTORS and tokens.word(end) not in BOUNDARIES:
        # "hand in annual leave form", "pay for weekly magazine"
        return None
    plain = (word in _PLAIN_ADVERBS and not tokens.word(index - 1)) or _is_arranged(tokens, index, end)
    return Found(index, end, (rule,), Evidence.NONE if plain else Evidence.PLACE)


def _is_arranged(tokens: Tokens, index: int, end: int) -> bool:
    """ "schedule a weekly call": what is arranged repeats; a "weekly report" may be that report's name."""
    if tokens.word(index - 1) not in {"a", "an"} or tokens.word(end) not in _ARRANGED:
        return False
    return tokens.word(index - 2) in _ARRANGING or tokens.phrase(index - 3, ("set", "up"))


def _initials(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "m-f 8am", "tu/th at 8", "m/w/f": days by their letters, where a time follows or it closes the message."""
    days: list[int] = []
    end = index
    day = _INITIALS.get(tokens.word(index))
    while day is not None and len(days) < _MOST_INITIALS:
        days.append(day)
        end += 1
        joined = tokens.word(end) in {"/", "-"} and tokens.glued(end) and tokens.glued(end + 1)
        day = _INITIALS.get(tokens.word(end + 1)) if joined else None
        end += 1 if day is not None else 0
    if len(days) <= 1 or tokens.glued(end) or sorted(set(days)) != days:
        return None
    if tokens.word(index + 1) == "-" and len(days) == 2:  # noqa: PLR2004 - from the first to the second
        days = list(range(days[0], days[1] + 1))
    place = end + 1 if tokens.word(end) in {"at", "@", ","} else end
    timed = read_clock(tokens, place, context) is not None or tokens.word(end) in {"at", "@"}
    if not timed and tokens.word(end):
        return None
    return Found(index, end, (Rule("WEEKLY", weekdays=tuple(WEEKDAY_CODES[day] for day in days)),))


def _day_list(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "mon wed fri 7am", "monday to friday 7am": days in a row with a time repeat, even without an "every"."""
    first = index
    if tokens.word(index) == "from" and tokens.word(index + 2) in {"to", "through", "thru", "-", "till", "until"}:
        # "from monday to friday at 7:30"
        index += 1
    if weekday_at(tokens, index) is None or tokens.word(index - 1) == "between":
        return None
    if weekday_at(tokens, index - 1) is not None or weekday_at(tokens, index - 2) is not None:
        # in the middle of a list that was none
        return None
    days, end = read_weekdays(tokens, index, apart=True)
    place = end
    slashed = sum(tokens.word(at) in {"/", "&", "+"} for at in range(index, end))
    closes = tokens.word(end) in {"", ".", "!"} and first == index and bool(tokens.word(index - 1))
    if len(days) >= _ROW and (slashed >= len(days) - 1 or closes):
        # "tue/thu/sat", "gym mon wed fri"
        evidence = Evidence.PLACE if closes else Evidence.NONE
        return Found(first, end, (Rule("WEEKLY", weekdays=days),), evidence)
    while tokens.word(place) in {"at", "@", ","}:
        place += 1
    joined = any(tokens.word(at) in {"&", "+", "/"} for at in range(index, end))
    if len(days) < (_ROW - 1 if joined else _ROW) or read_clock(tokens, place, context) is None:
        return None
    return Found(first, end, (Rule("WEEKLY", weekdays=days),))


def _plural(tokens: Tokens, index: int) -> Found | None:
    """Mondays, tuesdays and thursdays."""
    owned = WEEKDAYS.get(tokens.word(index).removesuffix("'s")) if tokens.word(index).endswith("'s") else None
    if owned is not None and tokens.word(index + 1) in {"at", "@"}:
        # "band practice monday's at 5"
        return Found(index, index + 1, (Rule("WEEKLY", weekdays=(WEEKDAY_CODES[owned],)),))
    if tokens.word(index) not in WEEKDAY_PLURALS:
        return _part_plural(tokens, index)
    days, end = read_weekdays(tokens, index)
    lead = index - 2 if tokens.word(index - 1) == "the" else index - 1
    if tokens.word(lead) == "all":
        return Found(lead, end, (Rule("WEEKLY", weekdays=days),), Evidence.PLACE)
    several = len(days) > 1 and tokens.word(end) not in FINITE
    opens = not tokens.word(index - 1) and (several or tokens.word(end) in VERBS)
    return Found(index, end, (Rule("WEEKLY", weekdays=days),), Evidence.NONE if opens else Evidence.PLACE)


def _part_plural(tokens: Tokens, index: int) -> Found | None:
    """ "in the mornings", "evenings at 8", "monday mornings"."""
    weekday = WEEKDAYS.get(tokens.word(index))
    place = index + 1 if weekday is not None else index
    if tokens.word(place) not in PART_PLURALS:
        return None
    part = PART_WORDS[tokens.word(place)]
    if tokens.word(index - 1) in {"weekday", "weekend", "school"}:
        # "on weekday mornings"
        days = WEEKEND if tokens.word(index - 1) == "weekend" else WORKDAYS
        return Found(index - 1, place + 1, (Rule("WEEKLY", weekdays=days, part=part),), Evidence.PLACE)
    talks = tokens.word(place + 1) in FINITE
    opens = not tokens.word(index - 1) and not talks
    if weekday is not None:
        rule = Rule("WEEKLY", weekdays=(WEEKDAY_CODES[weekday],), part=part)
        return Found(index, place + 1, (rule,), Evidence.NONE if opens else Evidence.PLACE)
    led = tokens.word(index - 1) == "the" and tokens.word(index - 2) in {"in", "during"}
    return Found(index, place + 1, (Rule("DAILY", part=part),), Evidence.NONE if led else Evidence.NEIGHBOUR)


def _checked(fact: Fact) -> Fact:
    """Refuse a yearly day that no year has, before anything searches for it."""
    if not isinstance(fact, Rule) or not fact.months or not fact.month_days:
        return fact
    for month in fact.months:
        for day in fact.month_days:
            if day > calendar.monthrange(_LEAP, month)[1]:
                return Invalid(f"There is no {day} {MONTH_NAMES[month]}.")
    return fact
