"""What "every" and "each" lead to: units, weekdays, days of the month, dates, holidays."""

from dataclasses import replace
from typing import Final

from chat_api.understand.almanac import MONTHS_IN_YEAR, WEEK
from chat_api.understand.dates import read_day
from chat_api.understand.facts import (
    Clock,
    Context,
    Day,
    Evidence,
    Fact,
    Found,
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
    workday_end,
)
from chat_api.understand.text import Tokens
from chat_api.understand.words import (
    BOUNDARIES,
    LAST,
    MONTHS,
    PART_WORDS,
    WEEKDAY_CODES,
    WEEKDAY_PLURALS,
    WEEKDAYS,
    WEEKEND,
    WORKDAYS,
)
from chat_api.understand.years import SEASONS

# Nobody names more days than two weeks have; every place may start a list of them.
_MOST_DAYS: Final = 14
_LONGEST_MONTH: Final = 31
_MAX_INTERVAL: Final = 1000
_SECOND: Final = 2
_MOVING: Final = "That day is another one each year, and I can repeat only by the calendar."
_TOO_OFTEN: Final = "I cannot repeat more often than every minute."
_TOO_RARE: Final = "I cannot repeat that rarely."
UNIT_RULES: Final[dict[str, Rule]] = {
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
    **dict.fromkeys(("weeknight", "weeknights"), Rule("WEEKLY", weekdays=WORKDAYS, part="evening")),
    **{word: Rule("DAILY", part=part) for word, part in PART_WORDS.items()},
}
_MEALS: Final = {"breakfast": 8, "lunchtime": 12, "teatime": 17, "dinnertime": 19, "bedtime": 22}
_JOINS: Final = frozenset({",", "and", "&", "/", "or", "+"})


def read_every(tokens: Tokens, index: int, context: Context) -> Found | None:
    if tokens.word(index) == "alternate":
        unit = unit_or_days(tokens, index + 1)
        return None if unit is None else Found(index, unit[1], (apart(unit[0], _SECOND),), Evidence.NONE)
    if tokens.word(index) not in {"every", "each"}:
        return None
    place = index + 3 if tokens.phrase(index + 1, ("and", "every")) else index + 1
    from_completion = tokens.word(place) == "!" and tokens.glued(place)
    if from_completion:
        place += 1
    if tokens.word(place) == "single":
        place += 1
    if tokens.word(place) in _MEALS:
        # "every lunchtime"
        return Found(index, place + 1, (Rule("DAILY"), Clock(_MEALS[tokens.word(place)])))
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
        unit = unit_or_days(tokens, place + 1)
        return None if unit is None else (apart(unit[0], _SECOND), unit[1])
    return (
        days_of_months(tokens, place)
        or several_weekdays(tokens, place)
        or _ordinal_body(tokens, place)
        or _month_body(tokens, place, context)
        or _holiday_body(tokens, place, context)
        or _number_body(tokens, place)
        or _half_more(tokens, place)
        or length_body(tokens, place)
        or unit_or_days(tokens, place)
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
    unit = unit_or_days(tokens, end)
    if unit is None or number < 1:
        return None
    return (apart(unit[0], number) if number < _MAX_INTERVAL else Unsupported(_TOO_RARE)), unit[1]


def _half_more(tokens: Tokens, place: int) -> tuple[Rule, int] | None:
    """The "hour and a half" of "every hour and a half"; "every half year"."""
    if tokens.phrase(place, ("half", "year")):
        return Rule("MONTHLY", interval=6), place + 2
    if tokens.word(place) != "hour" or not tokens.phrase(place + 1, ("and", "a", "half")):
        return None
    return Rule("MINUTELY", interval=90), place + 4


def length_body(tokens: Tokens, place: int) -> tuple[Fact, int] | None:
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


def _holiday_body(tokens: Tokens, place: int, context: Context) -> tuple[Fact, int] | None:
    """Every christmas, every thanksgiving, every summer; every easter is refused."""
    begins = SEASONS.get(tokens.word(place))
    if begins is not None and tokens.word(place + 1) not in {"break", "term", "school", "camp"}:
        return Rule("YEARLY", months=(begins[0],), month_days=(begins[1],)), place + 1
    found = every_holiday(tokens, place, context)
    return None if found is None else (found[0] or Unsupported(_MOVING), found[1])


def _ordinal_body(tokens: Tokens, place: int) -> tuple[Fact, int] | None:
    """What "every 2nd", "every third", "every last" can go on with."""
    named = ordinal(tokens, place)
    if named is None or (
        named == (_SECOND, place + 1) and tokens.word(place) == "second" and not unit_or_days(tokens, place + 1)
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
    unit = UNIT_RULES.get(tokens.word(end))
    if unit is not None:
        return apart(unit, value), end + 1
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
    of_month = each_month_end(tokens, end)
    if not days or glued or not (of_month or tokens.word(end) in BOUNDARIES):
        return None
    return Rule("MONTHLY", month_days=tuple(sorted(set(days)))), of_month or end


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
    named = ordinal(tokens, on) if on else None
    if named is not None and tokens.word(named[1]) in WEEKDAYS:
        # "every may on the 2nd sunday"
        code = WEEKDAY_CODES[WEEKDAYS[tokens.word(named[1])]]
        return Rule("YEARLY", months=months, weekdays=(f"{named[0]}{code}",)), named[1] + 1
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


def unit_or_days(tokens: Tokens, place: int) -> tuple[Rule, int] | None:
    if tokens.phrase(place, ("m", "-", "f")) and tokens.glued(place + 2):
        return UNIT_RULES["weekday"], place + 3
    if tokens.phrase(place, ("school", "night")) or tokens.phrase(place, ("school", "nights")):
        return Rule("WEEKLY", weekdays=("SU", "MO", "TU", "WE", "TH"), part="night"), place + 2
    workday = workday_end(tokens, place)
    if workday:
        return UNIT_RULES["weekday"], workday
    unit = UNIT_RULES.get(tokens.word(place))
    if unit is not None:
        return unit, place + 1
    if tokens.word(place) in WEEKDAYS or tokens.word(place) in WEEKDAY_PLURALS:
        days, end = read_weekdays(tokens, place, apart=True)
        return Rule("WEEKLY", weekdays=days), end
    return None


def apart(rule: Rule, number: int) -> Rule:
    return replace(rule, interval=rule.interval * number)
