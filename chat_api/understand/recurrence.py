"""Repetition to RFC 5545 rules: "every other tuesday", "every 15th workday", "first monday of each month".

Rules that a person may want to know:
- "every second tuesday" is every other one; "every first", "third", "fourth" or "last friday" is a place in the month.
- "every 15th" is a day of the month. "quarterly" is every three months, "biweekly" every two weeks.
- "every!", "after I finish it" and "3 days after completion" count from the day it is done, not by the calendar.
- "3 times a week" is refused: a rule cannot say it. "twice a day at 9am and 9pm" can be said.
"""

import calendar
from dataclasses import replace
from datetime import date
from typing import Final

from chat_api.understand.clocks import read_clock, single_clock
from chat_api.understand.cues import VERBS
from chat_api.understand.dates import read_day
from chat_api.understand.facts import (
    Clock,
    Context,
    Day,
    Ends,
    Evidence,
    Fact,
    Found,
    Invalid,
    Rule,
    Starts,
    Unsupported,
)
from chat_api.understand.quantities import duration, ordinal, whole_number
from chat_api.understand.text import Tokens
from chat_api.understand.words import (
    HOLIDAYS,
    LAST,
    MONTH_NAMES,
    MONTHS,
    NTH_HOLIDAYS,
    PART_WORDS,
    WEEKDAY_CODES,
    WEEKDAY_PLURALS,
    WEEKDAYS,
    WEEKEND,
    WORKDAYS,
)

_LEAP: Final = 2028
_LONGEST_MONTH: Final = 31
_MAX_INTERVAL: Final = 1000
_SECOND: Final = 2
_WEEK: Final = 7
_NOON: Final = 12
_ROW: Final = 3
_LONGEST_FILLING: Final = 5
# Sorts the last day behind all others.
_AFTER_ALL_DAYS: Final = 100
_SEVERAL: Final = "I can repeat at times you name, but not a number of times in a while."
_TOO_OFTEN: Final = "I cannot repeat more often than every minute."
_TOO_RARE: Final = "I cannot repeat that rarely."

_UNITS: Final[dict[str, Rule]] = {
    **dict.fromkeys(("day", "days"), Rule("DAILY")),
    **dict.fromkeys(("week", "weeks", "wk", "wks"), Rule("WEEKLY")),
    **dict.fromkeys(("month", "months"), Rule("MONTHLY")),
    **dict.fromkeys(("year", "years", "yr", "yrs"), Rule("YEARLY")),
    **dict.fromkeys(("hour", "hours", "hr", "hrs", "h"), Rule("HOURLY")),
    **dict.fromkeys(("minute", "minutes", "min", "mins"), Rule("MINUTELY")),
    **dict.fromkeys(("fortnight", "fortnights"), Rule("WEEKLY", interval=2)),
    **dict.fromkeys(("quarter", "quarters"), Rule("MONTHLY", interval=3)),
    **dict.fromkeys(("weekday", "weekdays", "workday", "workdays"), Rule("WEEKLY", weekdays=WORKDAYS)),
    **dict.fromkeys(("weekend", "weekends"), Rule("WEEKLY", weekdays=WEEKEND)),
    **{word: Rule("DAILY", part=part) for word, part in PART_WORDS.items()},
}
_WORKDAY_PHRASES: Final = (
    ("business", "day"),
    ("working", "day"),
    ("work", "day"),
    ("week", "day"),
    ("business", "days"),
)
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
    "semiannually": Rule("MONTHLY", interval=6),
    "semiannual": Rule("MONTHLY", interval=6),
    "biannually": Rule("MONTHLY", interval=6),
    "bimonthly": Rule("MONTHLY", interval=2),
    "annual": Rule("YEARLY"),
    "weekdays": Rule("WEEKLY", weekdays=WORKDAYS),
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
        "everyday",
        "bimonthly",
    }
)
_ONCE: Final = (("once", "a"), ("once", "per"), ("once", "every"), ("once", "each"))
_DONE_WORDS: Final = frozenset(
    {
        "finish",
        "finished",
        "finishing",
        "complete",
        "completed",
        "completing",
        "completion",
        "done",
        "do",
        "did",
        "doing",
    }
)
_AFTER_DONE: Final = (
    ("after", "the", "last", "one"), ("after", "the", "last", "time"), ("since", "the", "last", "time"),
    ("after", "each", "one"), ("after", "last", "time"), ("from", "the", "last", "time"),
    ("from", "the", "last", "one"),
)  # fmt: skip
_FILLERS: Final = frozenset(
    {
        "i",
        "it",
        "it's",
        "its",
        "is",
        "i've",
        "have",
        "been",
        "each",
        "every",
        "the",
        "last",
        "when",
        "my",
        "get",
    }
)
_REPEATS: Final = frozenset({"repeat", "repeating", "recurring", "repeats", "once"})
_JOINS: Final = frozenset({",", "and", "&", "/", "or", "+"})


def read_recurrence(tokens: Tokens, index: int, context: Context) -> Found | None:
    """A recurrence with its days; times of day, start and end are read beside it."""
    core = (
        _every(tokens, index, context)
        or _once(tokens, index)
        or _end_of_each(tokens, index)
        or _nth_of_month_each_year(tokens, index)
        or _nth_of_each(tokens, index)
        or _after_done_alone(tokens, index)
        or _adverb(tokens, index)
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
        fact, end = _trailers(tokens, fact, end, context)
        if end > core.end:
            evidence = Evidence.NONE
    while tokens.word(start - 1) in _REPEATS:
        start -= 1
    if tokens.word(end) in {"repeat", "repeating"} or tokens.phrase(end, (",", "repeat")):
        end += 2 if tokens.word(end) == "," else 1
    return Found(start, end, (_checked(fact),), evidence)


def _every(tokens: Tokens, index: int, context: Context) -> Found | None:
    if tokens.word(index) == "alternate":
        unit = _unit_or_days(tokens, index + 1)
        return None if unit is None else Found(index, unit[1], (_apart(unit[0], _SECOND),), Evidence.NONE)
    if tokens.word(index) not in {"every", "each"}:
        return None
    place = index + 3 if tokens.phrase(index + 1, ("and", "every")) else index + 1
    from_completion = tokens.word(place) == "!" and tokens.glued(place)
    if from_completion:
        place += 1
    if tokens.word(place) == "single":
        place += 1
    body = _every_body(tokens, place, context)
    if body is None:
        return None
    fact, end = body
    if from_completion and isinstance(fact, Rule):
        fact = replace(fact, from_completion=True)
    return Found(index, end, (fact,))


def _every_body(tokens: Tokens, place: int, context: Context) -> tuple[Fact, int] | None:
    if tokens.phrase(place, ("month", "end")):
        return Rule("MONTHLY", month_days=(LAST,)), place + 2
    if tokens.word(place) in {"other", "alternate"}:
        unit = _unit_or_days(tokens, place + 1)
        return None if unit is None else (_apart(unit[0], _SECOND), unit[1])
    return (
        _ordinal_body(tokens, place)
        or _month_body(tokens, place, context)
        or _holiday_body(tokens, place)
        or _number_body(tokens, place)
        or _length_body(tokens, place)
        or _unit_or_days(tokens, place)
    )


def _number_body(tokens: Tokens, place: int) -> tuple[Fact, int] | None:
    counted = whole_number(tokens, place)
    if counted is None:
        return None
    number, end = counted
    if tokens.word(end) == "-":
        end += 1
    if tokens.word(end) in {"second", "seconds", "sec", "secs"}:
        return Unsupported(_TOO_OFTEN), end + 1
    unit = _unit_or_days(tokens, end)
    if unit is None or number < 1:
        return None
    return (_apart(unit[0], number) if number < _MAX_INTERVAL else Unsupported(_TOO_RARE)), unit[1]


def _length_body(tokens: Tokens, place: int) -> tuple[Fact, int] | None:
    """Every half hour, every couple of days, every hour and a half, every few weeks."""
    length = duration(tokens, place)
    if length is None:
        return None
    amount, end = length
    minutes, seconds = divmod(amount.seconds, 60)
    if seconds or (minutes and (amount.months or amount.days)) or (amount.months and amount.days):
        return None
    number = minutes or amount.months or amount.days
    if number >= _MAX_INTERVAL:
        return Unsupported(_TOO_RARE), end
    freq = "MINUTELY" if minutes else "MONTHLY" if amount.months else "DAILY"
    return Rule(freq, interval=number), end


def _holiday_body(tokens: Tokens, place: int) -> tuple[Rule, int] | None:
    """Every christmas, every thanksgiving."""
    for words, month, day in HOLIDAYS:
        if tokens.phrase(place, words):
            return Rule("YEARLY", months=(month,), month_days=(day,)), place + len(words)
    for words, month, code in NTH_HOLIDAYS:
        if tokens.phrase(place, words):
            return Rule("YEARLY", months=(month,), weekdays=(code,)), place + len(words)
    return None


def _ordinal_body(tokens: Tokens, place: int) -> tuple[Fact, int] | None:
    """What "every 2nd", "every third", "every last" can go on with."""
    named = ordinal(tokens, place)
    if named is None or (tokens.word(place) == "second" and not _unit_or_days(tokens, place + 1)):
        return None
    value, end = named
    body = _ordinal_weekday(tokens, value, end) or _ordinal_unit(tokens, value, end)
    if body is not None or value == LAST:
        return body
    days, stop = _month_days(tokens, place)
    if tokens.word(stop) in WEEKDAYS:
        # "every 2nd and 4th tuesday of the month"
        code = WEEKDAY_CODES[WEEKDAYS[tokens.word(stop)]]
        rule = Rule("MONTHLY", weekdays=tuple(f"{day}{code}" for day in days))
        return rule, _of_each_month(tokens, stop + 1) or stop + 1
    return Rule("MONTHLY", month_days=days), _of_each_month(tokens, stop) or stop


def _ordinal_weekday(tokens: Tokens, value: int, end: int) -> tuple[Rule, int] | None:
    """Every first monday, every second tuesday, every 15th workday."""
    if tokens.word(end) in WEEKDAYS:
        days, stop = _weekdays(tokens, end)
        of_month = _of_each_month(tokens, stop)
        named = MONTHS.get(tokens.word(stop + 1)) if tokens.word(stop) in {"of", "in"} else None
        if named is not None:
            return Rule("YEARLY", months=(named,), weekdays=tuple(f"{value}{day}" for day in days)), stop + 2
        if value == _SECOND and not of_month:
            return Rule("WEEKLY", interval=2, weekdays=days), stop
        return Rule("MONTHLY", weekdays=tuple(f"{value}{day}" for day in days)), of_month or stop
    stop = _is_workday(tokens, end)
    if not stop:
        return None
    return Rule("MONTHLY", weekdays=WORKDAYS, positions=(value,)), _of_each_month(tokens, stop) or stop


def _ordinal_unit(tokens: Tokens, value: int, end: int) -> tuple[Rule, int] | None:
    """Every last day of the month, every 3rd week, every 3rd of march."""
    of_month = _of_each_month(tokens, end + 1)
    if tokens.word(end) == "day" and (value == LAST or of_month):
        return Rule("MONTHLY", month_days=(value,)), of_month or end + 1
    if value == LAST:
        return None
    unit = _UNITS.get(tokens.word(end))
    if unit is not None:
        return _apart(unit, value), end + 1
    stop = end + 1 if tokens.word(end) == "of" else end
    month = MONTHS.get(tokens.word(stop))
    return (Rule("YEARLY", months=(month,), month_days=(value,)), stop + 1) if month is not None else None


def _month_body(tokens: Tokens, place: int, context: Context) -> tuple[Fact, int] | None:
    """Every march 3rd, every 3 march, every january."""
    dated = read_day(tokens, place, context)
    if dated is not None and any(tokens.word(at) in MONTHS for at in range(place, dated.end)):
        day = dated.facts[0]
        if isinstance(day, Day):
            return Rule("YEARLY", months=(day.date.month,), month_days=(day.date.day,)), dated.end
        return day, dated.end
    month = MONTHS.get(tokens.word(place))
    return (Rule("YEARLY", months=(month,), month_days=(1,)), place + 1) if month is not None else None


def _unit_or_days(tokens: Tokens, place: int) -> tuple[Rule, int] | None:
    workday = _is_workday(tokens, place)
    if workday:
        return _UNITS["weekday"], workday
    unit = _UNITS.get(tokens.word(place))
    if unit is not None:
        return unit, place + 1
    if tokens.word(place) in WEEKDAYS or tokens.word(place) in WEEKDAY_PLURALS:
        days, end = _weekdays(tokens, place, apart=True)
        return Rule("WEEKLY", weekdays=days), end
    return None


def _is_workday(tokens: Tokens, place: int) -> int:
    """Where "workday", "business day"… ends, or 0."""
    if tokens.word(place) in {"weekday", "weekdays", "workday", "workdays"}:
        return place + 1
    for words in _WORKDAY_PHRASES:
        if tokens.phrase(place, words):
            return place + len(words)
    return 0


def _apart(rule: Rule, number: int) -> Rule:
    return replace(rule, interval=rule.interval * number)


def _once(tokens: Tokens, index: int) -> Found | None:
    for words in _ONCE:
        unit = _UNITS.get(tokens.word(index + 2)) if tokens.phrase(index, words) else None
        if unit is not None:
            return Found(index, index + 3, (unit,))
    counted = whole_number(tokens, index)
    place = index + 1 if tokens.word(index) in {"twice", "thrice"} else None
    if counted is not None and tokens.word(counted[1]) in {"times", "x"}:
        place = counted[1] + 1
    if place is not None and tokens.word(place) == "daily":
        return Found(index, place + 1, (Unsupported(_SEVERAL, Rule("DAILY")),))
    if place is not None and tokens.word(place) in {"a", "per", "every", "each"} and tokens.word(place + 1) in _UNITS:
        days_at = place + 3 if tokens.word(place + 2) in {"on", ":", ","} else place + 2
        if tokens.word(place + 1) == "week" and _weekday_at(tokens, days_at) is not None:
            # "twice a week on monday and thursday"
            days, end = _weekdays(tokens, days_at)
            return Found(index, end, (Rule("WEEKLY", weekdays=days),))
        daily = Rule("DAILY") if tokens.word(place + 1) == "day" else None
        return Found(index, place + 2, (Unsupported(_SEVERAL, daily),))
    return None


def _end_of_each(tokens: Tokens, index: int) -> Found | None:
    """ "at the end of every month", "the beginning of each week"."""
    place = index
    while tokens.word(place) in {"at", "the", "on", "by"} and place < index + 2:
        place += 1
    last = tokens.word(place) == "end"
    if not last and tokens.word(place) not in {"start", "beginning"}:
        return None
    if tokens.word(place + 1) not in {"of", "in"} or tokens.word(place + 2) not in {"every", "each"}:
        return None
    rules = {
        "month": Rule("MONTHLY", month_days=(LAST if last else 1,)),
        "week": Rule("WEEKLY", weekdays=("FR" if last else "MO",)),
        "year": Rule("YEARLY", months=(12 if last else 1,), month_days=(31 if last else 1,)),
    }
    rule = rules.get(tokens.word(place + 3))
    return Found(index, place + 4, (rule,)) if rule is not None else None


def _nth_of_month_each_year(tokens: Tokens, index: int) -> Found | None:
    """ "the second sunday of may every year"."""
    named = ordinal(tokens, index + 1 if tokens.word(index) == "the" else index)
    if named is None or tokens.word(named[1]) not in WEEKDAYS or tokens.word(named[1] + 1) not in {"of", "in"}:
        return None
    value, place = named
    month = MONTHS.get(tokens.word(place + 2))
    end = place + 3
    yearly = tokens.word(end) in {"yearly", "annually"}
    if month is None or not (yearly or (tokens.word(end) in {"every", "each"} and tokens.word(end + 1) == "year")):
        return None
    code = f"{value}{WEEKDAY_CODES[WEEKDAYS[tokens.word(place)]]}"
    return Found(index, end + (1 if yearly else 2), (Rule("YEARLY", months=(month,), weekdays=(code,)),))


def _after_done_alone(tokens: Tokens, index: int) -> Found | None:
    """ "3 months after completion", "4 days after it's done": repeats without an "every"."""
    length = duration(tokens, index)
    if length is None or length[0].seconds:
        return None
    amount, end = length
    stop = _after_done_end(tokens, end)
    if not stop or (amount.months and amount.days):
        return None
    rule = Rule("MONTHLY", interval=amount.months) if amount.months else Rule("DAILY", interval=amount.days)
    if rule.interval >= _MAX_INTERVAL or rule.interval < 1:
        return None
    return Found(index, stop, (replace(rule, from_completion=True),))


def _after_done_end(tokens: Tokens, place: int) -> int:
    """Where "after completion", "after I finish it", "from when it's done" ends, or 0."""
    for words in _AFTER_DONE:
        if tokens.phrase(place, words):
            return place + len(words)
    if tokens.word(place) not in {"after", "from", "since", "once", "following"}:
        return 0
    end = place + 1
    while tokens.word(end) in _FILLERS and end < place + _LONGEST_FILLING:
        end += 1
    if tokens.word(end) not in _DONE_WORDS:
        return 0
    return end + 2 if tokens.word(end + 1) in {"it", "that", "this", "them"} else end + 1


def _nth_of_each(tokens: Tokens, index: int) -> Found | None:
    """The first monday of each month, the 1st and 15th of every month, the last day of each month."""
    place = index + 1 if tokens.word(index) == "the" else index
    named = ordinal(tokens, place)
    if named is None:
        return None
    value, end = named
    rule: Rule
    if tokens.word(end) in WEEKDAYS:
        days, end = _weekdays(tokens, end)
        rule = Rule("MONTHLY", weekdays=tuple(f"{value}{day}" for day in days))
    elif _is_workday(tokens, end):
        rule, end = Rule("MONTHLY", weekdays=WORKDAYS, positions=(value,)), _is_workday(tokens, end)
    elif tokens.word(end) == "day":
        rule, end = Rule("MONTHLY", month_days=(value,)), end + 1
    elif value != LAST:
        days_of_month, end = _month_days(tokens, place)
        rule = Rule("MONTHLY", month_days=days_of_month)
        if tokens.word(end) in WEEKDAYS:
            code = WEEKDAY_CODES[WEEKDAYS[tokens.word(end)]]
            rule, end = Rule("MONTHLY", weekdays=tuple(f"{day}{code}" for day in days_of_month)), end + 1
    else:
        return None
    several = (
        max(len(rule.month_days), len(rule.weekdays)) > 1
        and not rule.positions
        and tokens.phrase(end, ("of", "the", "month"))
    )
    each = tokens.word(end) in {"of", "in"} and tokens.word(end + 1) in {"each", "every", "a"}
    if (
        not several
        and not each
        and not tokens.phrase(end, ("each", "month"))
        and not tokens.phrase(end, ("every", "month"))
    ):
        return None
    stop = _of_each_month(tokens, end)
    if stop:
        return Found(index, stop, (rule,))
    month = MONTHS.get(tokens.word(end + 2))
    return Found(index, end + 3, (replace(rule, freq="YEARLY", months=(month,)),)) if month is not None else None


def _of_each_month(tokens: Tokens, place: int) -> int:
    """Where "of the month", "of each month", "each month" ends, or 0."""
    start = place + 1 if tokens.word(place) in {"of", "in"} else place
    if tokens.word(start) in {"each", "every", "a"} and tokens.word(start + 1) == "month":
        return start + 2
    return start + 2 if start != place and tokens.phrase(start, ("the", "month")) else 0


def _adverb(tokens: Tokens, index: int) -> Found | None:
    word, end = tokens.word(index), index + 1
    if word in {"bi", "semi", "half"} and tokens.word(end) == "-":
        word, end = word + tokens.word(end + 1), end + 2
        word = {"halfyearly": "semiannually"}.get(word, word)
    rule = _ADVERBS.get(word)
    if rule is None:
        return None
    plain = word in _PLAIN_ADVERBS and not tokens.word(index - 1)
    return Found(index, end, (rule,), Evidence.NONE if plain else Evidence.PLACE)


def _day_list(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "mon wed fri 7am", "monday to friday 7am": days in a row with a time repeat, even without an "every"."""
    if _weekday_at(tokens, index) is None or tokens.word(index - 1) in {"from", "between"}:
        return None
    days, end = _weekdays(tokens, index, apart=True)
    place = end
    while tokens.word(place) in {"at", "@", ","}:
        place += 1
    joined = any(tokens.word(at) in {"&", "+", "/"} for at in range(index, end))
    if len(days) < (_ROW - 1 if joined else _ROW) or read_clock(tokens, place, context) is None:
        return None
    return Found(index, end, (Rule("WEEKLY", weekdays=days),))


def _plural(tokens: Tokens, index: int) -> Found | None:
    """Mondays, tuesdays and thursdays."""
    if tokens.word(index) not in WEEKDAY_PLURALS:
        return None
    days, end = _weekdays(tokens, index)
    opens = not tokens.word(index - 1) and tokens.word(end) in VERBS
    return Found(index, end, (Rule("WEEKLY", weekdays=days),), Evidence.NONE if opens else Evidence.PLACE)


def _weekday_at(tokens: Tokens, place: int) -> int | None:
    word = tokens.word(place)
    return WEEKDAYS.get(word, WEEKDAY_PLURALS.get(word))


def _weekdays(tokens: Tokens, place: int, *, apart: bool = False) -> tuple[tuple[str, ...], int]:
    """A list or range of weekdays that starts here: "mon, wed and fri", "monday to friday".

    ``apart``: nothing needs to stand between them ("mon wed fri").
    """
    days: list[int] = []
    end = place
    day = _weekday_at(tokens, place)
    while day is not None:
        end += 1
        last = _weekday_at(tokens, end + 1) if tokens.word(end) in {"-", "\u2013", "to", "through", "thru"} else None
        if last is not None:
            days += [(day + step) % _WEEK for step in range((last - day) % _WEEK + 1)]
            end += 2
        else:
            days.append(day)
        following = end
        while tokens.word(following) in _JOINS:
            following += 1
        day = _weekday_at(tokens, following)
        if day is not None and (following != end or apart):
            end = following
        else:
            day = None
    return tuple(WEEKDAY_CODES[day] for day in sorted(set(days))), end


def _month_days(tokens: Tokens, place: int) -> tuple[tuple[int, ...], int]:
    """A list of ordinals: "1st and 15th"."""
    days: list[int] = []
    end = place
    named = ordinal(tokens, place)
    while named is not None:
        days.append(named[0])
        end = named[1]
        if named[0] == LAST:
            if tokens.word(end) != "day":
                days.pop()
                break
            end += 1
        following = end
        while tokens.word(following) in _JOINS | {"the"}:
            following += 1
        named = ordinal(tokens, following) if following != end else None
    return tuple(sorted(set(days), key=lambda day: day % _AFTER_ALL_DAYS)), end


def _trailers(tokens: Tokens, rule: Rule, end: int, context: Context) -> tuple[Fact, int]:
    """What may follow the core, each once: its days, a part of the day, exceptions, hours of the day."""
    fact: Fact = rule
    for read in (_twice, _on_days, _part, _except, _between, _after_done):
        if isinstance(fact, Rule):
            more = read(tokens, fact, end, context)
            if more is not None:
                fact, end = more
    return fact, end


def _twice(tokens: Tokens, rule: Rule, end: int, context: Context) -> tuple[Fact, int] | None:
    """ "daily twice 9 am and 9 pm": the times say it."""
    del context
    return (rule, end + 1) if rule.freq == "DAILY" and tokens.word(end) in {"twice", "thrice"} else None


def _after_done(tokens: Tokens, rule: Rule, end: int, context: Context) -> tuple[Fact, int] | None:
    """ "every 3 days after I finish it"."""
    del context
    stop = _after_done_end(tokens, end)
    return (replace(rule, from_completion=True), stop) if stop else None


def _on_days(tokens: Tokens, rule: Rule, end: int, context: Context) -> tuple[Fact, int] | None:
    """ "every month on the 15th", "every month 5th", "every 2 weeks on monday", "every year on 3 March"."""
    if rule.weekdays or rule.month_days or rule.within_day:
        return None
    joined = tokens.word(end) in {"on", ","}
    place = end + 1 if joined else end
    if rule.freq == "YEARLY":
        return _on_date(tokens, rule, place, context) if joined else None
    if tokens.word(place) == "the" and joined:
        place += 1
    if rule.freq == "MONTHLY":
        sure = tokens.word(end) == "on" or (tokens.number(place) is not None and ordinal(tokens, place) is not None)
        return _on_month_days(tokens, rule, place) if sure else None
    if not joined:
        return None
    if _weekday_at(tokens, place) is None:
        return None
    days, stop = _weekdays(tokens, place)
    return replace(rule, freq="WEEKLY", weekdays=days), stop


def _on_date(tokens: Tokens, rule: Rule, place: int, context: Context) -> tuple[Fact, int] | None:
    named = ordinal(tokens, place + 1 if tokens.word(place) == "the" else place)
    if named is not None and tokens.word(named[1]) in WEEKDAYS and tokens.word(named[1] + 1) in {"of", "in"}:
        # "every year on the last friday of november"
        month, code = MONTHS.get(tokens.word(named[1] + 2)), WEEKDAY_CODES[WEEKDAYS[tokens.word(named[1])]]
        if month is not None:
            return replace(rule, months=(month,), weekdays=(f"{named[0]}{code}",)), named[1] + 3
    dated = read_day(tokens, place, context)
    if dated is None:
        return None
    day = dated.facts[0]
    if isinstance(day, Day):
        return replace(rule, months=(day.date.month,), month_days=(day.date.day,)), dated.end
    return (day, dated.end) if isinstance(day, Invalid) else None


def _on_month_days(tokens: Tokens, rule: Rule, place: int) -> tuple[Fact, int] | None:
    named = ordinal(tokens, place)
    if named is None:
        number = tokens.number(place) or 0
        return (replace(rule, month_days=(number,)), place + 1) if 1 <= number <= _LONGEST_MONTH else None
    value, stop = named
    if tokens.word(stop) in WEEKDAYS:
        days, stop = _weekdays(tokens, stop)
        return replace(rule, weekdays=tuple(f"{value}{day}" for day in days)), stop
    if tokens.word(stop) == "day":
        return replace(rule, month_days=(value,)), stop + 1
    days_of_month, stop = _month_days(tokens, place)
    return replace(rule, month_days=days_of_month), stop


def _part(tokens: Tokens, rule: Rule, end: int, context: Context) -> tuple[Fact, int] | None:
    """ "every monday morning", "every day in the evening"."""
    del context
    place = end
    if tokens.phrase(end, ("in", "the")) or (tokens.word(end) == "at" and tokens.word(end + 1) == "night"):
        place = end + (1 if tokens.word(end) == "at" else 2)
    part = PART_WORDS.get(tokens.word(place))
    return (replace(rule, part=part), place + 1) if part is not None and rule.part is None else None


def _except(tokens: Tokens, rule: Rule, end: int, context: Context) -> tuple[Fact, int] | None:
    """ "every day except sunday"."""
    del context
    if tokens.word(end) not in {"except", "but"}:
        return None
    place = end + 1
    while tokens.word(place) in {"on", "for", "not"}:
        place += 1
    if _weekday_at(tokens, place) is not None:
        days, stop = _weekdays(tokens, place)
    elif tokens.word(place) in {"weekends", "weekend"}:
        days, stop = WEEKEND, place + 1
    else:
        return None
    if rule.freq not in {"DAILY", "WEEKLY"} or rule.interval != 1:
        return None
    left = tuple(day for day in rule.weekdays or WEEKDAY_CODES if day not in days)
    return replace(rule, freq="WEEKLY", weekdays=left), stop


def _between(tokens: Tokens, rule: Rule, end: int, context: Context) -> tuple[Fact, int] | None:
    """ "every 2 hours between 9 and 17", "every hour from 9am to 5pm"."""
    if not rule.within_day or tokens.word(end) not in {"between", "from"}:
        return None
    first = _hour(tokens, end + 1, context)
    if first is None or tokens.word(first[1]) not in {"and", "to", "-", "until", "till"}:
        return None
    last = _hour(tokens, first[1] + 1, context)
    if last is None:
        return None
    # "from 9 to 5" ends in the afternoon
    until = last[0] + _NOON if last[0] < first[0] <= _NOON else last[0]
    if until < first[0]:
        return None
    step = rule.interval if rule.freq == "HOURLY" else 1
    return replace(rule, hours=tuple(range(first[0], until + 1, step))), last[1]


def _hour(tokens: Tokens, place: int, context: Context) -> tuple[int, int] | None:
    del context
    found = single_clock(tokens, place)
    if found is not None and isinstance(found.facts[0], Clock):
        return found.facts[0].hour, found.end
    number = tokens.number(place)
    return (number, place + 1) if number is not None and number <= 23 else None  # noqa: PLR2004


def _checked(fact: Fact) -> Fact:
    """Refuse a yearly day that no year has, before anything searches for it."""
    if not isinstance(fact, Rule) or not fact.months or not fact.month_days:
        return fact
    for month in fact.months:
        for day in fact.month_days:
            if day > calendar.monthrange(_LEAP, month)[1]:
                return Invalid(f"There is no {day} {MONTH_NAMES[month]}.")
    return fact


def read_bound(tokens: Tokens, index: int, context: Context) -> Found | None:
    """The start or end of a recurrence: "starting monday", "until 1 June", "for 3 weeks", "10 times"."""
    word = tokens.word(index)
    if word in {"starting", "beginning", "from", "start", "starts"}:
        day = _bounding_day(tokens, index + 1, context)
        return None if day is None else Found(index, day[1], (Starts(day[0]),))
    if word in {"until", "till", "til", "ending", "ends", "through"}:
        day = _bounding_day(tokens, index + 1, context)
        return None if day is None else Found(index, day[1], (Ends(until=day[0]),))
    place = index + 1 if word == "for" else index
    counted = whole_number(tokens, place)
    if counted is not None and tokens.word(counted[1]) in {"times", "occurrences"} and counted[0] > 0:
        return Found(index, counted[1] + 1, (Ends(count=counted[0]),))
    if word == "for" and (tokens.phrase(place, ("the", "next")) or tokens.word(place) == "next"):
        place += 2 if tokens.word(place) == "the" else 1
    length = duration(tokens, place) if word == "for" else None
    if length is not None and not length[0].seconds:
        return Found(index, length[1], (Ends(lasting=length[0]),))
    return None


def _bounding_day(tokens: Tokens, index: int, context: Context) -> tuple[date, int] | None:
    place = index + 1 if tokens.word(index) in {"on", "from", "the"} and tokens.word(index + 1) else index
    for start in (index, place):
        found = read_day(tokens, start, context)
        if found is not None and isinstance(found.facts[0], Day):
            return found.facts[0].date, found.end
    return None
