"""Places in each month or year: "the first monday of each month", "at the end of every month"."""

from dataclasses import replace
from typing import Final

from chat_api.understand.facts import (
    Found,
    Rule,
)
from chat_api.understand.quantities import ordinal
from chat_api.understand.repeated_days import (
    each_month_end,
    month_names,
    read_month_days,
    read_weekdays,
    several_weekdays,
    spaced_months,
    workday_end,
)
from chat_api.understand.text import Tokens
from chat_api.understand.words import (
    LAST,
    MONTHS,
    WEEKDAY_CODES,
    WEEKDAYS,
    WORKDAYS,
)

# The months in which a quarter begins and ends.
_FIRST_MONTHS: Final = (1, 4, 7, 10)
_LAST_MONTHS: Final = (3, 6, 9, 12)
_REPEATING: Final = frozenset({"repeat", "repeats", "repeating", "recur", "recurs", "recurring"})
_MONTHLY: Final = (("every", "month"), ("each", "month"), ("monthly",))


def end_of_each(tokens: Tokens, index: int) -> Found | None:
    """ "at the end of every month", "the beginning of each week"."""
    place = index
    while tokens.word(place) in {"at", "the", "on", "by"} and place < index + 2:
        place += 1
    last = tokens.word(place) == "end"
    middle = tokens.phrase(place, ("middle", "of")) and tokens.word(place + 3) == "month"
    if not last and not middle and tokens.word(place) not in {"start", "beginning", "begin"}:
        return None
    if tokens.word(place + 1) not in {"of", "in"} or tokens.word(place + 2) not in {"every", "each"}:
        return None
    rules = {
        "month": Rule("MONTHLY", month_days=(LAST if last else 15 if middle else 1,)),
        "week": Rule("WEEKLY", weekdays=("FR" if last else "MO",)),
        "year": Rule("YEARLY", months=(12 if last else 1,), month_days=(31 if last else 1,)),
        "quarter": Rule("MONTHLY", months=_LAST_MONTHS if last else _FIRST_MONTHS, month_days=(LAST if last else 1,)),
    }
    rule = rules.get(tokens.word(place + 3))
    return Found(index, place + 4, (rule,)) if rule is not None else None


def nth_of_month_each_year(tokens: Tokens, index: int) -> Found | None:
    """ "the second sunday of may every year"."""
    named = ordinal(tokens, index + 1 if tokens.word(index) == "the" else index)
    if named is None or tokens.word(named[1]) not in WEEKDAYS or tokens.word(named[1] + 1) not in {"of", "in"}:
        return None
    value, place = named
    code = f"{value}{WEEKDAY_CODES[WEEKDAYS[tokens.word(place)]]}"
    months, stop = month_names(tokens, place + 2)
    if len(months) > 1:
        # "the first monday of jan, apr, jul and oct" is no single day
        return Found(index, stop, (Rule("YEARLY", months=months, weekdays=(code,)),))
    month = MONTHS.get(tokens.word(place + 2))
    end = place + 3
    yearly = tokens.word(end) in {"yearly", "annually"}
    if month is None or not (yearly or (tokens.word(end) in {"every", "each"} and tokens.word(end + 1) == "year")):
        return None
    return Found(index, end + (1 if yearly else 2), (Rule("YEARLY", months=(month,), weekdays=(code,)),))


def nth_of_each(tokens: Tokens, index: int) -> Found | None:
    """The first monday of each month, the 1st and 15th of every month, the last day of each month."""
    place = index + 1 if tokens.word(index) == "the" else index
    named = ordinal(tokens, place)
    if named is None:
        return None
    listed = several_weekdays(tokens, place)
    if listed is not None:
        return Found(index, listed[1], (listed[0],))
    core = _nth_core(tokens, place, named)
    if core is None:
        return None
    rule, end = core
    spaced = spaced_months(tokens, end)
    if spaced is not None:
        return Found(index, spaced[1], (replace(rule, interval=spaced[0]),))
    return _in_each_month(tokens, index, rule, end)


def _nth_core(tokens: Tokens, place: int, named: tuple[int, int]) -> tuple[Rule, int] | None:
    """What the ordinal counts: a weekday, a workday, a day of the month."""
    value, end = named
    if tokens.word(end) in WEEKDAYS:
        days, end = read_weekdays(tokens, end)
        return Rule("MONTHLY", weekdays=tuple(f"{value}{day}" for day in days)), end
    if tokens.word(end) == "weekend":
        return Rule("MONTHLY", weekdays=(f"{value}SA",)), end + 1
    if workday_end(tokens, end):
        return Rule("MONTHLY", weekdays=WORKDAYS, positions=(value,)), workday_end(tokens, end)
    if tokens.word(end) == "day":
        return Rule("MONTHLY", month_days=(value,)), end + 1
    if value > 0 or tokens.word(end) in {"of", "in"}:
        days_of_month, end = read_month_days(tokens, place)
        return Rule("MONTHLY", month_days=days_of_month), end
    return None


def _each_quarter(tokens: Tokens, index: int, rule: Rule, end: int) -> Found | None:
    """ "the last business day of every quarter", "the first day of each quarter"."""
    if tokens.word(end) not in {"of", "in"} or tokens.word(end + 1) not in {"each", "every"}:
        return None
    if tokens.word(end + 2) not in {"quarter", "qtr"}:
        return None
    counted = (*rule.month_days, *rule.positions, *(int(day[:-2]) for day in rule.weekdays if day[:-2]))
    months = _LAST_MONTHS if counted and max(counted) < 0 else _FIRST_MONTHS
    return Found(index, end + 3, (replace(rule, months=months),))


def _in_each_month(tokens: Tokens, index: int, rule: Rule, end: int) -> Found | None:
    """The same, where "of each month", "every month" or "of every march" follows."""
    listed = max(len(rule.month_days), len(rule.weekdays)) > 1 and not rule.positions
    # "first sunday of the month at 5pm, every month"
    repeated = any(tokens.phrase(at, words) for at in range(end + 2, len(tokens)) for words in _MONTHLY)
    # "recur on the first monday of the month"
    repeated = repeated or any(tokens.word(at) in _REPEATING for at in range(index - 3, index))
    several = (listed or repeated) and tokens.phrase(end, ("of", "the", "month"))
    quarterly = _each_quarter(tokens, index, rule, end)
    if quarterly is not None:
        return quarterly
    each = tokens.word(end) in {"of", "in"} and tokens.word(end + 1) in {"each", "every", "a"}
    if not (several or each or any(tokens.phrase(end, words) for words in _MONTHLY)):
        return None
    stop = each_month_end(tokens, end)
    if stop:
        return Found(index, stop, (rule,))
    month = MONTHS.get(tokens.word(end + 2))
    return Found(index, end + 3, (replace(rule, freq="YEARLY", months=(month,)),)) if month is not None else None
