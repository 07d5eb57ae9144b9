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

from chat_api.understand.almanac import MONTHS_IN_YEAR, WEEK
from chat_api.understand.clocks import read_clock
from chat_api.understand.cues import VERBS
from chat_api.understand.dates import read_day
from chat_api.understand.facts import (
    Context,
    Day,
    Evidence,
    Fact,
    Found,
    Invalid,
    Rule,
    Unsupported,
)
from chat_api.understand.named_days import every_holiday
from chat_api.understand.quantities import duration, ordinal, whole_number
from chat_api.understand.repeated_days import (
    days_of_months,
    each_month_end,
    month_names,
    read_month_days,
    read_weekdays,
    several_weekdays,
    spaced_months,
    weekday_at,
    workday_end,
)
from chat_api.understand.text import Tokens
from chat_api.understand.trailers import after_done_end, read_trailers
from chat_api.understand.words import (
    BOUNDARIES,
    LAST,
    MONTH_NAMES,
    MONTHS,
    PART_PLURALS,
    PART_WORDS,
    WEEKDAY_CODES,
    WEEKDAY_PLURALS,
    WEEKDAYS,
    WEEKEND,
    WORKDAYS,
)

_LEAP: Final = 2028

# Nobody names more days than two weeks have; every place may start a list of them.
_MOST_DAYS: Final = 14

_LONGEST_MONTH: Final = 31

_MAX_INTERVAL: Final = 1000

_SECOND: Final = 2

_ROW: Final = 3

_SEVERAL: Final = "I can repeat at times you name, but not a number of times in a while."

_MOVING: Final = "That day is another one each year, and I can repeat only by the calendar."

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

_ARRANGING: Final = frozenset({"schedule", "set", "have", "create", "add", "arrange", "make", "need", "want", "give"})

_ARRANGED: Final = frozenset(
    {"meeting", "meetings", "call", "reminder", "alarm", "standup", "sync", "check", "appointment", "catchup",
     "session", "task", "todo", "event"}
)  # fmt: skip

_ONCE: Final = (("once", "a"), ("once", "per"), ("once", "every"), ("once", "each"))

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
        fact, end = read_trailers(tokens, fact, end, context)
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
        days_of_months(tokens, place)
        or several_weekdays(tokens, place)
        or _ordinal_body(tokens, place)
        or _month_body(tokens, place, context)
        or _holiday_body(tokens, place)
        or _number_body(tokens, place)
        or _length_body(tokens, place)
        or _unit_or_days(tokens, place)
        or _bare_days(tokens, place)
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
    freq = "MINUTELY" if minutes else "MONTHLY" if amount.months else "DAILY"
    if tokens.word(end - 1) in {"week", "weeks", "wk", "wks"}:
        number, freq = number // WEEK, "WEEKLY"
    elif tokens.word(end - 1) in {"year", "years", "yr", "yrs"}:
        number, freq = number // MONTHS_IN_YEAR, "YEARLY"
    if number >= _MAX_INTERVAL:
        return Unsupported(_TOO_RARE), end
    return Rule(freq, interval=number), end


def _holiday_body(tokens: Tokens, place: int) -> tuple[Fact, int] | None:
    """Every christmas, every thanksgiving; every easter is refused."""
    found = every_holiday(tokens, place)
    return None if found is None else (found[0] or Unsupported(_MOVING), found[1])


def _ordinal_body(tokens: Tokens, place: int) -> tuple[Fact, int] | None:
    """What "every 2nd", "every third", "every last" can go on with."""
    named = ordinal(tokens, place)
    if named is None or (
        named == (_SECOND, place + 1) and tokens.word(place) == "second" and not _unit_or_days(tokens, place + 1)
    ):
        return None
    value, end = named
    body = _ordinal_weekday(tokens, value, end) or _ordinal_unit(tokens, value, end)
    if body is None and value < 0 and tokens.word(end) in BOUNDARIES:
        # "every last", "every second to last"
        body = Rule("MONTHLY", month_days=(value,)), end
    if body is not None or value < 0:
        return body
    days, stop = read_month_days(tokens, place)
    return Rule("MONTHLY", month_days=days), each_month_end(tokens, stop) or stop


def _ordinal_weekday(tokens: Tokens, value: int, end: int) -> tuple[Rule, int] | None:
    """Every first monday, every second tuesday, every 15th workday."""
    if tokens.word(end) in WEEKDAYS:
        days, stop = read_weekdays(tokens, end)
        of_month = each_month_end(tokens, stop)
        named = MONTHS.get(tokens.word(stop + 1)) if tokens.word(stop) in {"of", "in"} else None
        if named is not None:
            return Rule("YEARLY", months=(named,), weekdays=tuple(f"{value}{day}" for day in days)), stop + 2
        if value == _SECOND and not of_month:
            return Rule("WEEKLY", interval=2, weekdays=days), stop
        return Rule("MONTHLY", weekdays=tuple(f"{value}{day}" for day in days)), of_month or stop
    stop = workday_end(tokens, end)
    if not stop:
        return None
    return Rule("MONTHLY", weekdays=WORKDAYS, positions=(value,)), each_month_end(tokens, stop) or stop


def _ordinal_unit(tokens: Tokens, value: int, end: int) -> tuple[Rule, int] | None:
    """Every last day of the month, every 3rd week, every 3rd of march."""
    of_month = each_month_end(tokens, end + 1)
    if tokens.word(end) == "day" and (value < 0 or of_month):
        return Rule("MONTHLY", month_days=(value,)), of_month or end + 1
    if value < 0:
        return None
    unit = _UNITS.get(tokens.word(end))
    if unit is not None:
        return _apart(unit, value), end + 1
    stop = end + 1 if tokens.word(end) == "of" else end
    month = MONTHS.get(tokens.word(stop))
    return (Rule("YEARLY", months=(month,), month_days=(value,)), stop + 1) if month is not None else None


def _bare_days(tokens: Tokens, place: int) -> tuple[Rule, int] | None:
    """Every 27, every 2, 15 and 27: days of the month, where nothing can be counted by them."""
    days: list[int] = []
    end = place
    number = tokens.number(place)
    while number is not None and 1 <= number <= _LONGEST_MONTH and tokens.digits(end) <= _SECOND:
        days.append(number)
        following = end + 1
        while tokens.word(following) in {",", "and", "&"}:
            following += 1
        number = tokens.number(following) if following > end + 1 else None
        end = following if number is not None and 1 <= number <= _LONGEST_MONTH else end + 1
        if end != following:
            break
    glued = tokens.glued(end) and tokens.word(end) not in {",", ".", "!", "?", ")"}
    if not days or glued or tokens.word(end) not in BOUNDARIES:
        return None
    return Rule("MONTHLY", month_days=tuple(sorted(set(days)))), end


def _month_body(tokens: Tokens, place: int, context: Context) -> tuple[Fact, int] | None:
    """Every march 3rd, every 3 march, every january, every 20th and 30th of august, every 1 jan, 1 apr and 1 jul."""
    days_then_month = days_of_months(tokens, place)
    if days_then_month is not None:
        return days_then_month
    dated = read_day(tokens, place, context)
    if dated is not None and any(tokens.word(at) in MONTHS for at in range(place, dated.end)):
        day = dated.facts[0]
        if isinstance(day, Day):
            return _more_dates(tokens, (day.date.month, day.date.day), dated.end, context)
        return day, dated.end
    months, end = month_names(tokens, place)
    if not months:
        return None
    on = end + 2 if tokens.phrase(end, ("on", "the")) else end + 1 if tokens.word(end) == "the" else 0
    days, stop = read_month_days(tokens, on) if on else ((), end)
    return Rule("YEARLY", months=months, month_days=days or (1,)), stop if days else end


def _more_dates(tokens: Tokens, first: tuple[int, int], end: int, context: Context) -> tuple[Fact, int]:
    """What follows "every aug 20" or "every 14 jan": more days of this month, or this day of more months."""
    months, days = {first[0]}, {first[1]}
    for _ in range(_MOST_DAYS):
        following = end
        while tokens.word(following) in _JOINS:
            following += 1
        if following == end:
            break
        number = tokens.number(following)
        dated = read_day(tokens, following, context)
        if dated is not None and any(tokens.word(at) in MONTHS for at in range(following, dated.end)):
            day = dated.facts[0]
            if not isinstance(day, Day) or {day.date.day} != days:
                break
            months.add(day.date.month)
            end = dated.end
        elif len(months) == 1 and number is not None and number <= _LONGEST_MONTH:
            named = ordinal(tokens, following)
            stop = named[1] if named is not None else following + 1
            if tokens.word(stop) not in BOUNDARIES or (tokens.glued(stop) and tokens.word(stop) in {":", "-"}):
                break
            days.add(number)
            end = stop
        else:
            break
    return Rule("YEARLY", months=tuple(sorted(months)), month_days=tuple(sorted(days))), end


def _unit_or_days(tokens: Tokens, place: int) -> tuple[Rule, int] | None:
    workday = workday_end(tokens, place)
    if workday:
        return _UNITS["weekday"], workday
    unit = _UNITS.get(tokens.word(place))
    if unit is not None:
        return unit, place + 1
    if tokens.word(place) in WEEKDAYS or tokens.word(place) in WEEKDAY_PLURALS:
        days, end = read_weekdays(tokens, place, apart=True)
        return Rule("WEEKLY", weekdays=days), end
    return None


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
        if tokens.word(place + 1) == "week" and weekday_at(tokens, days_at) is not None:
            # "twice a week on monday and thursday"
            days, end = read_weekdays(tokens, days_at)
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
    middle = tokens.phrase(place, ("middle", "of")) and tokens.word(place + 3) == "month"
    if not last and not middle and tokens.word(place) not in {"start", "beginning"}:
        return None
    if tokens.word(place + 1) not in {"of", "in"} or tokens.word(place + 2) not in {"every", "each"}:
        return None
    rules = {
        "month": Rule("MONTHLY", month_days=(LAST if last else 15 if middle else 1,)),
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
    stop = after_done_end(tokens, end)
    if not stop or (amount.months and amount.days):
        return None
    rule = Rule("MONTHLY", interval=amount.months) if amount.months else Rule("DAILY", interval=amount.days)
    if rule.interval >= _MAX_INTERVAL or rule.interval < 1:
        return None
    return Found(index, stop, (replace(rule, from_completion=True),))


def _nth_of_each(tokens: Tokens, index: int) -> Found | None:
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
    if workday_end(tokens, end):
        return Rule("MONTHLY", weekdays=WORKDAYS, positions=(value,)), workday_end(tokens, end)
    if tokens.word(end) == "day":
        return Rule("MONTHLY", month_days=(value,)), end + 1
    if value > 0 or tokens.word(end) in {"of", "in"}:
        days_of_month, end = read_month_days(tokens, place)
        return Rule("MONTHLY", month_days=days_of_month), end
    return None


def _in_each_month(tokens: Tokens, index: int, rule: Rule, end: int) -> Found | None:
    """The same, where "of each month", "every month" or "of every march" follows."""
    listed = max(len(rule.month_days), len(rule.weekdays)) > 1 and not rule.positions
    several = listed and tokens.phrase(end, ("of", "the", "month"))
    each = tokens.word(end) in {"of", "in"} and tokens.word(end + 1) in {"each", "every", "a"}
    if not (several or each or tokens.phrase(end, ("each", "month")) or tokens.phrase(end, ("every", "month"))):
        return None
    stop = each_month_end(tokens, end)
    if stop:
        return Found(index, stop, (rule,))
    month = MONTHS.get(tokens.word(end + 2))
    return Found(index, end + 3, (replace(rule, freq="YEARLY", months=(month,)),)) if month is not None else None


def _adverb(tokens: Tokens, index: int) -> Found | None:
    word, end = tokens.word(index), index + 1
    if word in {"bi", "semi", "half"} and tokens.word(end) == "-":
        word, end = word + tokens.word(end + 1), end + 2
        word = {"halfyearly": "semiannually"}.get(word, word)
    rule = _ADVERBS.get(word)
    if rule is None:
        return None
    plain = (word in _PLAIN_ADVERBS and not tokens.word(index - 1)) or _is_arranged(tokens, index, end)
    return Found(index, end, (rule,), Evidence.NONE if plain else Evidence.PLACE)


def _is_arranged(tokens: Tokens, index: int, end: int) -> bool:
    """ "schedule a weekly call": what is arranged repeats; a "weekly report" may be that report's name."""
    if tokens.word(index - 1) not in {"a", "an"} or tokens.word(end) not in _ARRANGED:
        return False
    return tokens.word(index - 2) in _ARRANGING or tokens.phrase(index - 3, ("set", "up"))


def _day_list(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "mon wed fri 7am", "monday to friday 7am": days in a row with a time repeat, even without an "every"."""
    if weekday_at(tokens, index) is None or tokens.word(index - 1) in {"from", "between"}:
        return None
    days, end = read_weekdays(tokens, index, apart=True)
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
        return _part_plural(tokens, index)
    days, end = read_weekdays(tokens, index)
    opens = not tokens.word(index - 1) and tokens.word(end) in VERBS
    return Found(index, end, (Rule("WEEKLY", weekdays=days),), Evidence.NONE if opens else Evidence.PLACE)


def _part_plural(tokens: Tokens, index: int) -> Found | None:
    """ "in the mornings", "evenings at 8", "monday mornings"."""
    weekday = WEEKDAYS.get(tokens.word(index))
    place = index + 1 if weekday is not None else index
    if tokens.word(place) not in PART_PLURALS:
        return None
    part = PART_WORDS[tokens.word(place)]
    if weekday is not None:
        rule = Rule("WEEKLY", weekdays=(WEEKDAY_CODES[weekday],), part=part)
        return Found(index, place + 1, (rule,), Evidence.PLACE)
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
