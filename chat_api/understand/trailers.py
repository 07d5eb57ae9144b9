"""What follows the core of a recurrence: its days, a part of the day, exceptions, hours, "after I finish it"."""

from dataclasses import replace
from typing import Final

from chat_api.understand.clocks import single_clock
from chat_api.understand.dates import read_day
from chat_api.understand.facts import (
    Clock,
    Context,
    Day,
    Fact,
    Invalid,
    Rule,
)
from chat_api.understand.quantities import ordinal
from chat_api.understand.repeated_days import month_names, read_month_days, read_weekdays, weekday_at, workday_end
from chat_api.understand.text import Tokens
from chat_api.understand.words import (
    BOUNDARIES,
    LAST,
    MONTHS,
    PART_WORDS,
    WEEKDAY_CODES,
    WEEKDAYS,
    WEEKEND,
    WORKDAYS,
)

_LONGEST_MONTH: Final = 31

_NOON: Final = 12

_LONGEST_FILLING: Final = 5

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

_LEAVING_OUT: Final = (
    ("except",), ("but",), ("excluding",), ("excl",), ("apart", "from"), ("other", "than"), ("without",), ("minus",),
    ("aside", "from"), ("skipping",), ("besides",),
)  # fmt: skip

_AFTER_DONE: Final = (
    ("after", "the", "last", "one"), ("after", "the", "last", "time"), ("since", "the", "last", "time"),
    ("after", "each", "one"), ("after", "last", "time"), ("from", "the", "last", "time"),
    ("from", "the", "last", "one"),
)  # fmt: skip

_PAST_THE_HOUR: Final = (
    (("on", "the", "hour"), 0), (("at", "the", "top", "of", "the", "hour"), 0), (("on", "the", "half", "hour"), 30),
    (("at", "half", "past"), 30), (("at", "quarter", "past"), 15), (("at", "quarter", "to"), 45),
    (("at", ":", "30"), 30), (("at", ":", "15"), 15), (("at", ":", "45"), 45), (("at", ":", "00"), 0),
)  # fmt: skip

_FILLERS: Final = frozenset(
    {
        "i",
        "i'm",
        "am",
        "we",
        "we're",
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


def after_done_end(tokens: Tokens, place: int) -> int:
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


def read_trailers(tokens: Tokens, rule: Rule, end: int, context: Context) -> tuple[Fact, int]:
    """What may follow the core, each once: its days, a part of the day, exceptions, hours of the day."""
    fact: Fact = rule
    # Twice: "every hour on weekdays from 9 to 5", "every hour from 9 to 5 on weekdays".
    for read in 2 * _TRAILERS:
        if isinstance(fact, Rule):
            more = read(tokens, fact, end, context)
            if more is not None:
                fact, end = more
    return fact, end


def _twice(tokens: Tokens, rule: Rule, end: int, context: Context) -> tuple[Fact, int] | None:
    """ "daily twice 9 am and 9 pm": the times say it."""
    del context
    return (rule, end + 1) if rule.freq == "DAILY" and tokens.word(end) in {"twice", "thrice"} else None


def _on_the_hour(tokens: Tokens, rule: Rule, end: int, context: Context) -> tuple[Fact, int] | None:
    """ "every hour on the hour", "hourly at half past"."""
    del context
    if rule.freq != "HOURLY" or rule.minutes:
        return None
    for words, minute in _PAST_THE_HOUR:
        if tokens.phrase(end, words):
            return replace(rule, minutes=(minute,)), end + len(words)
    return None


def _after_done(tokens: Tokens, rule: Rule, end: int, context: Context) -> tuple[Fact, int] | None:
    """ "every 3 days after I finish it"."""
    del context
    stop = after_done_end(tokens, end)
    return (replace(rule, from_completion=True), stop) if stop else None


def _on_days(tokens: Tokens, rule: Rule, end: int, context: Context) -> tuple[Fact, int] | None:
    """ "every month on the 15th", "every month 5th", "every 2 weeks on monday", "every year on 3 March"."""
    if rule.weekdays or rule.month_days:
        return None
    if rule.within_day:
        return _days_of_hours(tokens, rule, end)
    joined = tokens.word(end) in {"on", ","}
    place = end + 1 if joined else end
    place += 1 if joined and tokens.word(place) == "a" and weekday_at(tokens, place + 1) is not None else 0
    if rule.freq == "YEARLY":
        return _on_date(tokens, rule, place, context) if joined else None
    if tokens.word(place) == "the" and joined:
        place += 1
    if rule.freq == "MONTHLY":
        named = ordinal(tokens, place)
        counted = named is not None and (
            tokens.number(place) is not None or (joined and tokens.word(named[1]) in WEEKDAYS)
        )
        sure = tokens.word(end) == "on" or counted
        return _on_month_days(tokens, rule, place) if sure else None
    if weekday_at(tokens, place) is None or not (joined or rule.freq == "WEEKLY"):
        return None
    days, stop = read_weekdays(tokens, place)
    return replace(rule, freq="WEEKLY", weekdays=days), stop


def _in_months(tokens: Tokens, rule: Rule, end: int, context: Context) -> tuple[Fact, int] | None:
    """ "every monday in january", "every day in june and july"."""
    del context
    if rule.months or rule.freq not in {"DAILY", "WEEKLY"} or tokens.word(end) not in {"in", "during", "of"}:
        return None
    months, stop = month_names(tokens, end + 1)
    stop += 1 if months and tokens.word(stop) == "month" else 0
    followed = tokens.word(stop) not in BOUNDARIES | PART_WORDS.keys() or tokens.number(stop) is not None
    return None if not months or followed else (replace(rule, months=months), stop)


def _from_weekday(tokens: Tokens, rule: Rule, end: int, context: Context) -> tuple[Fact, int] | None:
    """ "every day from monday to friday"."""
    del context
    plain = rule.freq == "DAILY" and rule.interval == 1 and not rule.weekdays
    if not plain or tokens.word(end) != "from" or weekday_at(tokens, end + 1) is None:
        return None
    days, stop = read_weekdays(tokens, end + 1)
    return (replace(rule, freq="WEEKLY", weekdays=days), stop) if len(days) > 1 else None


def _days_of_hours(tokens: Tokens, rule: Rule, end: int) -> tuple[Rule, int] | None:
    """ "every 10 minutes monday through friday", "every hour on weekdays"."""
    place = end + 1 if tokens.word(end) in {"on", ","} else end
    workdays = workday_end(tokens, place)
    if workdays:
        return replace(rule, weekdays=WORKDAYS), workdays
    if tokens.word(place) in {"weekend", "weekends"}:
        return replace(rule, weekdays=WEEKEND), place + 1
    if weekday_at(tokens, place) is None:
        return None
    days, stop = read_weekdays(tokens, place)
    return replace(rule, weekdays=days), stop


def _at_edge(tokens: Tokens, rule: Rule, end: int, context: Context) -> tuple[Fact, int] | None:
    """ "every month at the beginning", "each year at the end"."""
    del context
    if rule.weekdays or rule.month_days or rule.within_day:
        return None
    if not tokens.phrase(end, ("at", "the")) or tokens.word(end + 2) not in {"beginning", "start", "end"}:
        return None
    last = tokens.word(end + 2) == "end"
    if rule.freq == "MONTHLY":
        return replace(rule, month_days=(LAST if last else 1,)), end + 3
    if rule.freq == "YEARLY":
        return replace(rule, months=(12 if last else 1,), month_days=(31 if last else 1,)), end + 3
    return (replace(rule, weekdays=("FR" if last else "MO",)), end + 3) if rule.freq == "WEEKLY" else None


def _on_date(tokens: Tokens, rule: Rule, place: int, context: Context) -> tuple[Fact, int] | None:
    named = ordinal(tokens, place + 1 if tokens.word(place) == "the" else place)
    if named is not None and tokens.word(named[1]) in WEEKDAYS and tokens.word(named[1] + 1) in {"of", "in"}:
        # "every year on the last friday of november"
        month, code = MONTHS.get(tokens.word(named[1] + 2)), WEEKDAY_CODES[WEEKDAYS[tokens.word(named[1])]]
        if month is not None:
            return replace(rule, months=(month,), weekdays=(f"{named[0]}{code}",)), named[1] + 3
    if named is not None and tokens.word(named[1]) in WEEKDAYS:
        code = WEEKDAY_CODES[WEEKDAYS[tokens.word(named[1])]]
        return replace(rule, weekdays=(f"{named[0]}{code}",)), named[1] + 1
    dated = read_day(tokens, place, context)
    if dated is None:
        return None
    day = dated.facts[0]
    if isinstance(day, Day):
        days, stop = _more_days(tokens, day.date.day, dated.end)
        return replace(rule, months=(day.date.month,), month_days=days), stop
    return (day, dated.end) if isinstance(day, Invalid) else None


def _more_days(tokens: Tokens, first: int, end: int) -> tuple[tuple[int, ...], int]:
    """The "and 31st" of "on december 21st and 31st"."""
    days = {first}
    while tokens.word(end) in {"and", ",", "&"} and tokens.number(end + 1) is not None:
        named = ordinal(tokens, end + 1)
        if named is None or tokens.word(named[1]) in MONTHS or tokens.word(named[1]) == "of":
            break
        days.add(named[0])
        end = named[1]
    return tuple(sorted(days)), end


def _on_month_days(tokens: Tokens, rule: Rule, place: int) -> tuple[Fact, int] | None:
    place += 1 if tokens.word(place) == "day" else 0
    named = ordinal(tokens, place)
    if named is None:
        number = tokens.number(place) or 0
        return (replace(rule, month_days=(number,)), place + 1) if 1 <= number <= _LONGEST_MONTH else None
    value, stop = named
    if tokens.word(stop) in WEEKDAYS:
        days, stop = read_weekdays(tokens, stop)
        return replace(rule, weekdays=tuple(f"{value}{day}" for day in days)), stop
    if tokens.word(stop) == "day":
        return replace(rule, month_days=(value,)), stop + 1
    days_of_month, stop = read_month_days(tokens, place)
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
    length = next((len(words) for words in _LEAVING_OUT if tokens.phrase(end, words)), 0)
    if not length:
        return None
    place = end + length
    while tokens.word(place) in {"on", "for", "not"}:
        place += 1
    if weekday_at(tokens, place) is not None:
        days, stop = read_weekdays(tokens, place)
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


_TRAILERS: Final = (
    _on_the_hour, _twice, _at_edge, _on_days, _in_months, _from_weekday, _part, _except, _between, _after_done,
)  # fmt: skip
