"""Days and stretches of time from now: "tomorrow", "next fri", "3 March 2027", "in 20 seconds".

Rules that a person may want to know:
- A weekday is the next one to come; named on that same day it is a week later, unless it was "this friday".
- "next friday" is the Friday of the next week, weeks starting on Monday.
- A day without a year is the next one to come.
- 3/4/2027 has the day first, except where the user's zone is one of the United States (month first).
- "next week" is its Monday, "next month" its first day, "this weekend" Saturday.
"""

import calendar
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Final

from dateutil.relativedelta import relativedelta

from chat_api.understand.facts import Before, Clock, Context, Day, Duration, Evidence, Found, Invalid, Moment, Offset
from chat_api.understand.quantities import duration, ordinal
from chat_api.understand.text import Tokens
from chat_api.understand.words import (
    BOUNDARIES,
    HOLIDAYS,
    LAST,
    MONTH_FIRST_PREFIXES,
    MONTH_FIRST_ZONES,
    MONTH_NAMES,
    MONTHS,
    NAMED_DAYS,
    TONIGHT,
    WEEKDAY_NAMES,
    WEEKDAYS,
)

_WEEK: Final = 7
_SATURDAY: Final = 5
_FRIDAY: Final = 4
_MONTHS_IN_YEAR: Final = 12
_YEAR_DIGITS: Final = 4
_TWO_DIGITS: Final = 2
_CENTURY: Final = 2000
_LEAP: Final = 2028
_LAST_HOUR: Final = 23
_LAST_MINUTE: Final = 59
# "may", "sun"… are more often words than dates.
_AMBIGUOUS_MONTHS: Final = frozenset({"may", "march", "mar"})
_AMBIGUOUS_WEEKDAYS: Final = frozenset({"sun", "sat", "wed", "mon"})
_BEFORE_NUMERIC: Final = frozenset({"on", "by", "due", "until", "till", "before", "for", "from", "starting", "@", "to"})


def read_day(tokens: Tokens, index: int, context: Context) -> Found | None:
    """A day at this place, in the first of the spellings below that fits."""
    for reader in _DAY_READERS:
        found = reader(tokens, index, context)
        if found is not None:
            return found
    return None


def read_offset(tokens: Tokens, index: int, context: Context) -> Found | None:
    """A stretch from now: "in 20 seconds", "2 hours from now", "a week from friday"."""
    start = index
    leads = tokens.word(index) in {"in", "within", "after"}
    if leads:
        start += 1
        start += 1 if tokens.word(start) in {"about", "around", "exactly", "another", "roughly", "just"} else 0
        if tokens.phrase(start, ("the", "next")):
            start += 2
    length = duration(tokens, start)
    if length is None:
        return None
    amount, end = length
    if leads:
        if tokens.word(end) in {"time", "times"} or tokens.phrase(end, ("from", "now")):
            end += 1 if tokens.word(end) in {"time", "times"} else 2
        evidence = Evidence.PLACE if tokens.word(index) == "after" else Evidence.NONE
        return Found(index, end, (Offset(amount),), evidence)
    if tokens.phrase(end, ("from", "now")):
        return Found(index, end + 2, (Offset(amount),))
    if tokens.word(end) in {"hence", "later"}:
        return Found(index, end + 1, (Offset(amount),), Evidence.PLACE)
    return _from_day(tokens, index, end, amount, context) or _after_timer(tokens, index, end, amount)


def _from_day(tokens: Tokens, index: int, end: int, amount: Duration, context: Context) -> Found | None:
    """ "a week from friday", "two days after tomorrow"."""
    if tokens.word(end) not in {"from", "after"} or amount.seconds:
        return None
    base = read_day(tokens, end + 1, context)
    if base is None or not isinstance(base.facts[0], Day):
        return None
    return _guarded(index, base.end, lambda: Day(amount.after(_day(base))))


def _day(found: Found) -> date:
    fact = found.facts[0]
    return fact.date if isinstance(fact, Day) else date.max


def _after_timer(tokens: Tokens, index: int, end: int, amount: Duration) -> Found | None:
    """ "snooze 10 minutes", "set a timer for 5 min": only these words make a bare length an offset."""
    for back in range(1, 4):
        if tokens.word(index - back) in {"snooze", "timer"}:
            return Found(index, end, (Offset(amount),))
    return None


def read_before(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "an hour before", "10 minutes early", "the day before": how long before it is due to remind."""
    del context
    if tokens.phrase(index, ("the", "day", "before")):
        return Found(index, index + 3, (Before(Duration(days=1)),))
    length = duration(tokens, index)
    if length is None:
        return None
    amount, end = length
    if tokens.phrase(end, ("in", "advance")) or tokens.phrase(end, ("ahead", "of")):
        return Found(index, end + 2, (Before(amount),))
    if tokens.word(end) in {"before", "beforehand", "earlier", "early", "ahead", "prior"}:
        return Found(index, end + 1, (Before(amount),))
    return None


def _moment(tokens: Tokens, index: int, context: Context) -> Found | None:
    """2027-03-03T14:30:00Z or with +01:00; without an offset it is local."""
    day = _iso(tokens, index, context)
    if day is None or tokens.word(day.end) != "t" or not isinstance(day.facts[0], Day):
        return None
    place = day.end + 1
    numbers: list[int] = []
    while len(numbers) < 3 and tokens.digits(place) == _TWO_DIGITS:  # noqa: PLR2004 - hour, minute, second
        numbers.append(tokens.number(place) or 0)
        place += 2 if tokens.word(place + 1) == ":" and tokens.digits(place + 2) == _TWO_DIGITS else 1
    if len(numbers) < _TWO_DIGITS:
        return None
    hour, minute, second = [*numbers, 0][:3]
    if hour > _LAST_HOUR or max(minute, second) > _LAST_MINUTE:
        return Found(index, place, (Invalid(f"There is no {hour}:{minute:02d} on a clock."),))
    clock = Clock(hour, minute, second)
    zone = _utc_offset(tokens, place)
    if zone is None:
        return Found(index, place, (day.facts[0], clock))
    shift, end = zone
    naive = datetime.combine(_day(day), datetime.min.time()).replace(hour=hour, minute=minute, second=second)
    instant = naive.replace(tzinfo=UTC) - shift
    return Found(index, end, (Moment(instant.astimezone(context.zone)),))


def _utc_offset(tokens: Tokens, index: int) -> tuple[timedelta, int] | None:
    if tokens.word(index) == "z" and tokens.glued(index):
        return timedelta(), index + 1
    sign = {"+": 1, "-": -1}.get(tokens.word(index)) if tokens.glued(index) else None
    hours, minutes = tokens.number(index + 1), tokens.number(index + 3)
    if sign is None or hours is None or tokens.word(index + 2) != ":" or minutes is None or hours > _LAST_HOUR:
        return None
    return sign * timedelta(hours=hours, minutes=min(minutes, _LAST_MINUTE)), index + 4


def _iso(tokens: Tokens, index: int, context: Context) -> Found | None:
    """2027-03-03, 2027/03/03, 2027.03.03."""
    del context
    parts = _triple(tokens, index)
    if parts is None or tokens.digits(index) != _YEAR_DIGITS:
        return None
    (year, month, day), end = parts
    return _dated(index, end, year, month, day)


def _numeric(tokens: Tokens, index: int, context: Context) -> Found | None:
    """3/4/2027, 3.4.2027, 3-4-2027; 3/4 only after a word such as "on"."""
    parts = _triple(tokens, index)
    if parts is not None:
        (first, second, year), end = parts
        if tokens.digits(index + 4) not in {_TWO_DIGITS, _YEAR_DIGITS} or tokens.digits(index) > _TWO_DIGITS:
            return None
        if tokens.digits(index + 4) == _TWO_DIGITS:
            year += _CENTURY
        dotted = tokens.word(index + 1) == "."
        day, month, remark = _order(first, second, context, day_first=True if dotted else None)
        return _dated(index, end, year, month, day, remark=remark)
    pair = tokens.number(index), tokens.number(index + 2)
    if tokens.word(index + 1) != "/" or pair[0] is None or pair[1] is None or tokens.glued(index + 3):
        return None
    if not (tokens.glued(index + 1) and tokens.glued(index + 2)) or tokens.word(index - 1) not in _BEFORE_NUMERIC:
        return None
    day, month, remark = _order(pair[0], pair[1], context, day_first=None)
    return _yearless(index, index + 3, month, day, context, remark=remark)


def _triple(tokens: Tokens, index: int) -> tuple[tuple[int, int, int], int] | None:
    values = tokens.number(index), tokens.number(index + 2), tokens.number(index + 4)
    separator = tokens.word(index + 1)
    if separator not in {"-", "/", "."} or tokens.word(index + 3) != separator:
        return None
    if values[0] is None or values[1] is None or values[2] is None:
        return None
    if not all(tokens.glued(index + offset) for offset in range(1, 5)):
        return None
    if tokens.word(index + 5) in {"-", "/"} and tokens.glued(index + 5):
        return None
    return (values[0], values[1], values[2]), index + 5


def _order(first: int, second: int, context: Context, *, day_first: bool | None) -> tuple[int, int, str | None]:
    """Which is the day and which the month, with a sentence when the zone decided."""
    if day_first is None:
        if first > _MONTHS_IN_YEAR or second > _MONTHS_IN_YEAR or first == second:
            return (second, first, None) if second > _MONTHS_IN_YEAR >= first else (first, second, None)
        key = context.zone.key or ""
        day_first = not (key in MONTH_FIRST_ZONES or key.startswith(MONTH_FIRST_PREFIXES))
        day, month = (first, second) if day_first else (second, first)
        return day, month, f"I read {first}/{second} as {day} {MONTH_NAMES[month]}."
    return first, second, None


def _written(tokens: Tokens, index: int, context: Context) -> Found | None:
    """3 March, the 3rd of March 2027, March 3rd, Mar 3, 2027; a weekday may stand before it."""
    place = index
    weekday = WEEKDAYS.get(tokens.word(index))
    if weekday is not None:
        place += 1
        while tokens.word(place) in {",", ".", "the"}:
            place += 1
    elif tokens.word(index) == "the":
        place += 1
    found = _day_and_month(tokens, place)
    if found is None:
        return None
    day, month, end = found
    year, end = _year(tokens, end)
    dated = _dated(index, end, year, month, day) if year is not None else _yearless(index, end, month, day, context)
    if weekday is not None and isinstance(dated.facts[0], Day) and _day(dated).weekday() != weekday:
        true_name = WEEKDAY_NAMES[_day(dated).weekday()]
        reason = f"{day} {MONTH_NAMES[month]} {_day(dated).year} is a {true_name}, not a {WEEKDAY_NAMES[weekday]}."
        return Found(index, end, (Invalid(reason),))
    return dated


def _day_and_month(tokens: Tokens, index: int) -> tuple[int, int, int] | None:
    """The day, the month and where they end; the day may be impossible."""
    month = MONTHS.get(tokens.word(index))
    if month is not None:
        place = index + 1
        while tokens.word(place) in {".", "the"}:
            place += 1
        day = _day_number(tokens, place)
        # "March 5pm" and "May 3:00" are no days.
        if day is None or tokens.word(day[1]) in {"am", "pm", ":", "%"}:
            return None
        return day[0], month, day[1]
    day = _day_number(tokens, index)
    if day is None:
        return None
    value, end = day
    while tokens.word(end) in {"of", "-", "/"}:
        end += 1
    month = MONTHS.get(tokens.word(end))
    if month is None:
        return None
    return (
        value,
        month,
        end + 2 if tokens.word(end + 1) == "." and tokens.glued(end + 1) and _mid(tokens, end) else end + 1,
    )


def _mid(tokens: Tokens, index: int) -> bool:
    """Whether the full stop after this token abbreviates ("3 Mar. at 5") instead of ending a sentence."""
    return bool(tokens.word(index + 2))


def _day_number(tokens: Tokens, index: int) -> tuple[int, int] | None:
    number = tokens.number(index)
    if number is not None and tokens.digits(index) <= _TWO_DIGITS:
        suffixed = tokens.glued(index + 1) and tokens.word(index + 1) in {"st", "nd", "rd", "th"}
        if tokens.glued(index + 1) and not suffixed and tokens.word(index + 1) in {"pm", "am", "h", "m", ":"}:
            return None
        return number, index + 2 if suffixed else index + 1
    named = ordinal(tokens, index)
    return named if named is not None and named[0] != LAST else None


def _year(tokens: Tokens, index: int) -> tuple[int | None, int]:
    place = index
    while tokens.word(place) in {",", "of", "in", "-", "'"} and place < index + 2:
        place += 1
    value = tokens.number(place)
    # "3 March 1830" after a comma could be a clock; a year is 1900 to 2999 and nothing is glued to it.
    if value is None or tokens.digits(place) != _YEAR_DIGITS or not 1900 <= value < 3000:  # noqa: PLR2004
        return None, index
    if tokens.glued(place + 1) and tokens.word(place + 1) in {":", "-", "/"}:
        return None, index
    return value, place + 1


def _month(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "in March", "by June 2027", "next march": its first day."""
    lead = tokens.word(index)
    month = MONTHS.get(tokens.word(index + 1))
    if lead not in {"in", "by", "next", "until", "till", "from", "starting"} or month is None:
        return None
    year, end = _year(tokens, index + 2)
    if tokens.word(index + 1) in _AMBIGUOUS_MONTHS and tokens.word(end) not in BOUNDARIES:
        return None
    if year is not None:
        return _dated(index, end, year, month, 1)
    return _yearless(index, end, month, 1, context)


def _month_day(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "the 5th", "on the 31st", "the 5th of next month", "the last day of the month": the next such day."""
    place = index + 1 if tokens.word(index) == "the" else index
    named = ordinal(tokens, place)
    if named is None:
        return None
    value, end = named
    if value == LAST:
        return _last_of(tokens, index, end, context)
    first = _month_after_of(tokens, end, context)
    if first is not None:
        month_start, stop = first
        return _dated(index, stop, month_start.year, month_start.month, value)
    if tokens.word(index) != "the" or tokens.word(end) not in BOUNDARIES | TONIGHT or tokens.word(end) == "-":
        return None
    day = context.today.replace(day=1)
    while not (value <= _length(day) and day.replace(day=value) >= context.today):
        day = _plus(day, Duration(months=1))
    return Found(index, end, (Day(day.replace(day=value)),), Evidence.CONNECTOR)


def _last_of(tokens: Tokens, index: int, end: int, context: Context) -> Found | None:
    if tokens.word(end) != "day":
        return None
    first = _month_after_of(tokens, end + 1, context)
    if first is None:
        return None
    return Found(index, first[1], (Day(first[0].replace(day=_length(first[0]))),))


def _month_after_of(tokens: Tokens, index: int, context: Context) -> tuple[date, int] | None:
    """The first day of the month in "of the month", "of next month", "of March", and where it ends."""
    if tokens.word(index) not in {"of", "in"}:
        return None
    start = context.today.replace(day=1)
    for words, months in ((("the", "month"), 0), (("this", "month"), 0), (("next", "month"), 1)):
        if tokens.phrase(index + 1, words):
            return _plus(start, Duration(months=months)), index + 3
    month = MONTHS.get(tokens.word(index + 1))
    if month is None:
        return None
    year, end = _year(tokens, index + 2)
    if year is None:
        year = context.today.year + (1 if month < context.today.month else 0)
    return date(year, month, 1), end


def _nth_weekday(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "the first monday of next month", "the last friday of March"."""
    place = index + 1 if tokens.word(index) == "the" else index
    named = ordinal(tokens, place)
    if named is None or tokens.word(named[1]) not in WEEKDAYS:
        return None
    position, end = named
    weekday = WEEKDAYS[tokens.word(end)]
    first = _month_after_of(tokens, end + 1, context)
    if first is None:
        return None
    start, stop = first
    day = _nth(start, weekday, position)
    if day is not None and day < context.today and start.month == context.today.month:
        day = _nth(_plus(start, Duration(months=1)), weekday, position)
    if day is None:
        return Found(index, stop, (Invalid(f"{MONTH_NAMES[start.month]} has no such {WEEKDAY_NAMES[weekday]}."),))
    return Found(index, stop, (Day(day),))


def _nth(month_start: date, weekday: int, position: int) -> date | None:
    if position == LAST:
        last = month_start.replace(day=_length(month_start))
        return last - timedelta(days=(last.weekday() - weekday) % _WEEK)
    day = month_start + timedelta(days=(weekday - month_start.weekday()) % _WEEK + _WEEK * (position - 1))
    return day if day.month == month_start.month else None


def _named(tokens: Tokens, index: int, context: Context) -> Found | None:
    """Today, tomorrow, the day after tomorrow, yesterday, "later today"."""
    place = index
    extra = 0
    if tokens.word(place) == "the":
        place += 1
    if tokens.phrase(place, ("day", "after")):
        extra, place = 1, place + 2
    elif tokens.phrase(place, ("day", "before")) and tokens.word(place + 2) == "yesterday":
        extra, place = -1, place + 2
    elif place != index:
        return None
    elif tokens.word(place) == "later":
        place += 1
    word, end = tokens.word(place), place + 1
    if tokens.number(place) == 2 and tokens.glued(end) and "2" + tokens.word(end) in NAMED_DAYS:  # noqa: PLR2004
        word, end = "2" + tokens.word(end), end + 1
    days = NAMED_DAYS.get(word)
    if days is None:
        return None
    days += extra
    evidence = Evidence.PLACE if days < 0 else Evidence.NONE
    day = Day(_plus(context.today, Duration(days=days)), past_meant=days < 0, today_named=days == 0)
    return Found(index, end, (day,), evidence)


def _weekday(tokens: Tokens, index: int, context: Context) -> Found | None:
    """friday, this friday, next friday, friday next week, last friday."""
    lead, place = "", index
    if tokens.word(index) in {"next", "this", "coming", "last", "following"}:
        lead, place = tokens.word(index), index + 1
        if lead in {"this", "next"} and tokens.word(place) in {"coming", "up"}:
            lead, place = "coming", place + 1
    weekday = WEEKDAYS.get(tokens.word(place))
    if weekday is None:
        return None
    end = place + 1
    monday = context.today - timedelta(days=context.today.weekday())
    ahead = (weekday - context.today.weekday()) % _WEEK
    if tokens.phrase(end, ("next", "week")):
        lead, end = "next", end + 2
    elif tokens.phrase(end, ("this", "week")):
        lead, end = "this", end + 2
    remark = None
    if lead == "next":
        day = _plus(monday, Duration(days=_WEEK + weekday))
    elif lead == "last":
        day = context.today - timedelta(days=(context.today.weekday() - weekday) % _WEEK or _WEEK)
    elif lead == "this" or ahead:
        day = _plus(context.today, Duration(days=ahead))
    else:
        day = _plus(context.today, Duration(days=_WEEK))
        remark = f"Today is {WEEKDAY_NAMES[weekday]}, so I took the one in a week."
    evidence = Evidence.NONE
    if not lead or lead == "last":
        evidence = Evidence.CONNECTOR if tokens.word(place) in _AMBIGUOUS_WEEKDAYS else Evidence.PLACE
    return Found(index, end, (Day(day, past_meant=lead == "last", remark=remark),), evidence)


def _stretch(tokens: Tokens, index: int, context: Context) -> Found | None:
    """next week, next month, next year, this weekend, next weekend, the end of the month."""
    today = context.today
    monday = today - timedelta(days=today.weekday())
    month = today.replace(day=1)
    stretches: tuple[tuple[tuple[str, ...], Callable[[], date]], ...] = (
        (("next", "week"), lambda: _plus(monday, Duration(days=_WEEK))),
        (("next", "month"), lambda: _plus(month, Duration(months=1))),
        (("next", "year"), lambda: _plus(month.replace(month=1), Duration(months=_MONTHS_IN_YEAR))),
        (("this", "weekend"), lambda: _weekend(today)),
        (("the", "weekend"), lambda: _weekend(today)),
        (("next", "weekend"), lambda: _plus(monday, Duration(days=_WEEK + _SATURDAY))),
        (("the", "end", "of", "the", "month"), lambda: month.replace(day=_length(month))),
        (("end", "of", "the", "month"), lambda: month.replace(day=_length(month))),
        (("end", "of", "month"), lambda: month.replace(day=_length(month))),
        (("eom",), lambda: month.replace(day=_length(month))),
        (("the", "end", "of", "the", "week"), lambda: _plus(monday, Duration(days=_FRIDAY))),
        (("end", "of", "the", "week"), lambda: _plus(monday, Duration(days=_FRIDAY))),
        (("end", "of", "week"), lambda: _plus(monday, Duration(days=_FRIDAY))),
        (("the", "end", "of", "the", "year"), lambda: date(today.year, 12, 31)),
        (("end", "of", "the", "year"), lambda: date(today.year, 12, 31)),
    )
    on_day = ordinal(tokens, index + 4) if tokens.phrase(index, ("next", "month", "on", "the")) else None
    if on_day is not None:
        start = _plus(month, Duration(months=1))
        return _dated(index, on_day[1], start.year, start.month, on_day[0])
    for words, resolve in stretches:
        if tokens.phrase(index, words):
            evidence = Evidence.CONNECTOR if words[0] == "the" else Evidence.NONE
            day = resolve()
            if day < today:
                day = _plus(day, Duration(days=_WEEK))
            return Found(index, index + len(words), (Day(day),), evidence)
    return None


def _weekend(today: date) -> date:
    """Saturday, or today when it is the weekend already."""
    return today if today.weekday() >= _SATURDAY else today + timedelta(days=_SATURDAY - today.weekday())


def _holiday(tokens: Tokens, index: int, context: Context) -> Found | None:
    for words, month, day in HOLIDAYS:
        if tokens.phrase(index, words):
            found = _yearless(index, index + len(words), month, day, context)
            follows = tokens.word(index + len(words)) in BOUNDARIES
            return found.needing(Evidence.CONNECTOR) if follows else None
    return None


def _yearless(start: int, end: int, month: int, day: int, context: Context, *, remark: str | None = None) -> Found:
    """The next such day, today included; 29 February waits for a leap year."""
    if not 1 <= month <= _MONTHS_IN_YEAR or not 1 <= day <= calendar.monthrange(_LEAP, month)[1]:
        return Found(start, end, (Invalid(_impossible(month, day, None)),))
    year = context.today.year
    while (month, day) == (2, 29) and not calendar.isleap(year):
        year += 1
    value = date(year, month, day)
    if value < context.today:
        year += 1
        while (month, day) == (2, 29) and not calendar.isleap(year):
            year += 1
        value = date(year, month, day)
    return Found(start, end, (Day(value, remark=remark),))


def _dated(start: int, end: int, year: int, month: int, day: int, *, remark: str | None = None) -> Found:
    """This very day, or a refusal when the calendar does not have it."""
    if not 1 <= month <= _MONTHS_IN_YEAR or year == 0 or not 1 <= day <= calendar.monthrange(year, month)[1]:
        return Found(start, end, (Invalid(_impossible(month, day, year)),))
    return Found(start, end, (Day(date(year, month, day), past_meant=True, remark=remark),))


def _impossible(month: int, day: int, year: int | None) -> str:
    if not 1 <= month <= _MONTHS_IN_YEAR:
        return f"There is no month {month}."
    return f"There is no {day} {MONTH_NAMES[month]}{'' if year is None else f' {year}'}."


def _guarded(start: int, end: int, build: Callable[[], Day]) -> Found:
    try:
        return Found(start, end, (build(),))
    except (OverflowError, ValueError):
        return Found(start, end, (Invalid("That is too far away."),))


def _plus(day: date, amount: Duration) -> date:
    """Later by that much; the calendar's last day when there is none so late."""
    try:
        return day + relativedelta(months=amount.months) + timedelta(days=amount.days)
    except (OverflowError, ValueError):
        return date.max


def _length(month_start: date) -> int:
    return calendar.monthrange(month_start.year, month_start.month)[1]


_DAY_READERS = (
    _moment,
    _iso,
    _numeric,
    _written,
    _nth_weekday,
    _month_day,
    _named,
    _weekday,
    _stretch,
    _month,
    _holiday,
)
