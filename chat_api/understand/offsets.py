"""Stretches of time: from now ("in 20 seconds"), from a day ("a week from friday") and before ("an hour before")."""

from dataclasses import replace
from typing import Final

from chat_api.understand.almanac import WEEK, day_of, guarded, plus
from chat_api.understand.clocks import single_clock
from chat_api.understand.cues import VERBS
from chat_api.understand.dates import read_day
from chat_api.understand.facts import Before, Clock, Context, Day, Duration, Evidence, Found, Offset, Part
from chat_api.understand.named_days import holiday_at
from chat_api.understand.quantities import duration, ordinal, separate_lengths, whole_number
from chat_api.understand.text import Tokens
from chat_api.understand.words import BOUNDARIES, LAST, NAMED_DAYS, PART_WORDS, UNITS, WEEKDAY_PLURALS, WEEKDAYS

_MINUTE: Final = 60
_PARTICLE_VERBS: Final = frozenset(
    {"sign", "come", "log", "check", "fit", "put", "bring", "turn", "hand", "squeeze", "clock", "tuck", "plug", "let",
     "dial", "fill", "type", "trade", "weigh"}
)  # fmt: skip
_HOUR: Final = 60
_MAX_MINUTES: Final = 180
# "sign in 2" is no time; "in 5" may be.
_FEW_MINUTES: Final = 5
_DAY_MINUTES: Final = 24 * 60
_NOON: Final = 12
_MAX_COUNT: Final = 500
_SATURDAY: Final = 5
_WORK_WEEK: Final = 5
_FROM_NOW: Final = (
    ("from", "now"), ("from", "right", "now"), ("from", "this", "moment"), ("from", "this", "second"),
    ("from", "today"),
)  # fmt: skip
_ABOUT: Final = frozenset({"about", "around", "exactly", "another", "roughly", "just", "approximately", "like"})
_AHEAD: Final = (("the", "next"), ("the", "upcoming"), ("the", "coming"), ("less", "than"))
_LATER: Final = frozenset({"hence", "later"})
_ONE_UNIT: Final = {"day": Duration(days=1), "week": Duration(days=WEEK), "month": Duration(months=1),
                    "year": Duration(months=12)}  # fmt: skip
_NEXT_UNITS: Final = frozenset(
    {"minute", "minutes", "min", "mins", "hour", "hours", "hr", "hrs", "second", "seconds", "sec", "secs"}
)


def read_offset(tokens: Tokens, index: int, context: Context) -> Found | None:
    """A stretch from now: "in 20 seconds", "2 hours from now", "a week from friday", "two sundays from now"."""
    for reader in (_part_around, _after_unit, _next_unit, _weekdays_on, _weekday_around, _time_next_week):
        found = reader(tokens, index, context)
        if found is not None:
            return found
    signed = tokens.word(index) == "+" and tokens.glued(index + 1) and not tokens.glued(index)
    if signed or tokens.word(index) in {"in", "within", "after"} or _over_next(tokens, index):
        return _led_offset(tokens, index, context)
    if tokens.word(index) in {"upcoming", "coming", "next"}:
        ahead = duration(tokens, index + 1)
        hours = ahead is not None and ahead[0].seconds and tokens.number(index + 1) is not None
        return Found(index, ahead[1], (Offset(ahead[0]),), Evidence.PLACE) if ahead is not None and hours else None
    length = duration(tokens, index)
    return None if length is None else _trailed_offset(tokens, index, length, context)


def _over_next(tokens: Tokens, index: int) -> bool:
    """The "over" of "over the next two weeks": its end is what is meant."""
    return tokens.word(index) in {"over", "during"} and any(tokens.phrase(index + 1, words) for words in _AHEAD[:3])


def _led_offset(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "in 20 seconds", "within the next 2 hours", "within the hour", "after a week", "+5m"."""
    if tokens.phrase(index, ("within", "the")) and tokens.word(index + 2) in {"hour", "day", "week", "month"}:
        return Found(index, index + 3, (Offset(Duration(*UNITS[tokens.word(index + 2)])),))
    start = index + 1
    start += 1 if tokens.word(start) in _ABOUT else 0
    start += 2 if any(tokens.phrase(start, words) for words in _AHEAD) else 0
    length = duration(tokens, start)
    if length is not None and tokens.word(length[1]) == "before" and tokens.word(index) == "in":
        # "check in 24 hours before the flight"
        return None
    if length is None:
        return _bare_minutes(tokens, index, start) or _business_days(tokens, index, start, context)
    amount, end = length
    if tokens.word(end) == "from" and tokens.word(end + 1) not in {"now", "today"}:
        counted = _from_day(tokens, index, end, amount, context)
        if counted is not None:
            return counted
    end += 1 if tokens.word(end) in {"time", "times", "timer", "countdown"} else 0
    end = _past_from_now(tokens, end) or end
    end += 2 if tokens.phrase(end, ("or", "so")) else 0
    return Found(index, end, (Offset(amount),), Evidence.PLACE if tokens.word(index) == "after" else Evidence.NONE)


def _trailed_offset(tokens: Tokens, index: int, length: tuple[Duration, int], context: Context) -> Found | None:
    """ "2 hours from now", "a week from friday", "5 minute timer"."""
    amount, end = length
    if tokens.word(end) in {"timer", "countdown"}:
        return Found(index, end + 1, (Offset(amount),))
    stop = _past_from_now(tokens, end)
    if stop and not (amount.seconds and tokens.word(stop - 1) == "today"):
        return Found(index, stop, (Offset(amount),))
    if tokens.word(end) in _LATER or tokens.word(end) == "out":
        return Found(index, end + 1, (Offset(amount),), Evidence.PLACE)
    return (
        _from_day(tokens, index, end, amount, context)
        or _after_clock(tokens, index, end, amount)
        or _after_timer(tokens, index, end, amount)
        or _all_that_is_said(tokens, index, end, amount)
    )


def _past_from_now(tokens: Tokens, end: int) -> int:
    """Where "from now" ends, or 0."""
    for words in _FROM_NOW:
        if tokens.phrase(end, words):
            return end + len(words)
    return 0


def _all_that_is_said(tokens: Tokens, index: int, end: int, amount: Duration) -> Found | None:
    """ "2 hours", "5 days": a length and nothing else is one from now."""
    alone = not tokens.word(index - 1) and all(tokens.word(at) in {"", ".", "!"} for at in (end, end + 1))
    counted = whole_number(tokens, index)
    spelled = tokens.word(end - 1) in UNITS or tokens.word(end - 1) in {"m", "h"}
    return Found(index, end, (Offset(amount),)) if alone and counted is not None and spelled else None


def _after_unit(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "the day after christmas", "the week after next", "the month after march"."""
    place = index + 1 if tokens.word(index) == "the" else index
    amount = _ONE_UNIT.get(tokens.word(place))
    if tokens.phrase(place, ("weekend", "after", "next")) and tokens.word(place + 3) in BOUNDARIES:
        monday = plus(context.today, Duration(days=2 * WEEK - context.today.weekday()))
        return Found(index, place + 3, (Day(plus(monday, Duration(days=_SATURDAY))),))
    if amount is None or tokens.word(place + 1) not in {"after", "following", "before"}:
        return None
    if tokens.word(place + 2) == "next" and tokens.word(place + 3) in BOUNDARIES | WEEKDAYS.keys():
        return _after_next(tokens, index, place, context)
    return _from_day(tokens, index, place + 1, amount, context)


def _part_around(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "the night before thursday", "the morning after the party on friday" not; "the evening before christmas"."""
    place = index + 1 if tokens.word(index) == "the" else index
    name = PART_WORDS.get(tokens.word(place))
    direction = tokens.word(place + 1)
    if name is None or direction not in {"before", "after"}:
        return None
    base = _base_day(tokens, place + 2, context)
    if base is None or not isinstance(base.facts[0], Day) or len(base.facts) > 1:
        return None
    away = Duration(days=-1 if direction == "before" else 1)
    found = guarded(index, base.end, lambda: Day(away.after(day_of(base))))
    return replace(found, facts=(*found.facts, Part(name))) if isinstance(found.facts[0], Day) else found


def _after_next(tokens: Tokens, index: int, place: int, context: Context) -> Found:
    today = context.today
    starts = {
        "day": plus(today, Duration(days=2)),
        "week": plus(today, Duration(days=2 * WEEK - today.weekday())),
        "month": plus(today.replace(day=1), Duration(months=2)),
        "year": plus(today.replace(month=1, day=1), Duration(months=24)),
    }
    end = place + 3
    on = end + 1 if tokens.word(end) in {"on", ","} else end
    weekday = WEEKDAYS.get(tokens.word(on)) if tokens.word(place) == "week" else None
    if weekday is not None:
        # "the week after next on tuesday"
        return Found(index, on + 1, (Day(plus(starts["week"], Duration(days=weekday))),))
    return Found(index, end, (Day(starts[tokens.word(place)]),))


def _next_unit(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "next hour", "the next minute": one from now; only at an edge of the message."""
    del context
    place = index + 1 if tokens.word(index) == "the" else index
    if tokens.word(place) != "next" or tokens.word(place + 1) not in _NEXT_UNITS:
        return None
    return Found(index, place + 2, (Offset(Duration(*UNITS[tokens.word(place + 1)])),), Evidence.PLACE)


def _weekday_around(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "the friday before christmas", "the weekend after next sunday", "monday after easter"."""
    place = index + 1 if tokens.word(index) == "the" else index
    nearest = tokens.word(place) in {"closest", "nearest"}
    counted = None if nearest else ordinal(tokens, place) or whole_number(tokens, place)
    number, place = (counted[0], counted[1]) if counted is not None else (1, place + 1 if nearest else place)
    weekend = tokens.word(place) == "weekend"
    word = tokens.word(place)
    weekday = _SATURDAY if weekend else WEEKDAYS.get(word, WEEKDAY_PLURALS.get(word))
    direction = tokens.word(place + 1)
    if weekday is not None and nearest and direction == "to":
        return _nearest(tokens, index, place + 2, weekday, context)
    number = 1 if number == LAST else number
    if not 1 <= number <= _MAX_COUNT:
        return None
    if weekday is None or direction not in {"before", "after"} or tokens.word(place + 2) in {"next", "that"}:
        return None
    base = _base_day(tokens, place + 2, context)
    if base is None or not isinstance(base.facts[0], Day):
        return None
    away = (weekday - day_of(base).weekday()) % WEEK
    away = away - WEEK * number if direction == "before" else (away or WEEK) + WEEK * (number - 1)
    return guarded(index, base.end, lambda: Day(Duration(days=away).after(day_of(base))))


def _nearest(tokens: Tokens, index: int, place: int, weekday: int, context: Context) -> Found | None:
    """ "the closest monday to oct 5th"."""
    base = _base_day(tokens, place, context)
    if base is None or not isinstance(base.facts[0], Day):
        return None
    away = (weekday - day_of(base).weekday()) % WEEK
    return guarded(
        index, base.end, lambda: Day(Duration(days=away - WEEK if away > WEEK // 2 else away).after(day_of(base)))
    )


def _time_next_week(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "this time next week", "same time next month"."""
    if tokens.word(index) not in {"this", "same"} or not tokens.phrase(index + 1, ("time", "next")):
        return None
    amount = _ONE_UNIT.get(tokens.word(index + 3))
    if amount is None:
        return None
    clock = Clock(context.now.hour, context.now.minute)
    return Found(index, index + 4, (Day(plus(context.today, amount)), clock))


def _weekdays_on(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "two sundays from now", "3 fridays later": the second and third such day to come."""
    counted = whole_number(tokens, index)
    if counted is None or not 1 <= counted[0] <= _MAX_COUNT:
        return None
    number, place = counted
    word = tokens.word(place)
    weekday = WEEKDAYS.get(word, WEEKDAY_PLURALS.get(word))
    if weekday is None:
        return None
    later = tokens.word(place + 1) in _LATER
    end = place + 2 if later else _past_from_now(tokens, place + 1)
    if not end:
        return None
    ahead = (weekday - context.today.weekday()) % WEEK or WEEK
    return guarded(index, end, lambda: Day(Duration(days=ahead + WEEK * (number - 1)).after(context.today)))


def _business_days(tokens: Tokens, index: int, place: int, context: Context) -> Found | None:
    """ "in four business days", "within 2 working days"; the number stands at ``place``."""
    counted = whole_number(tokens, place)
    if counted is None or not 1 <= counted[0] <= _MAX_COUNT:
        return None
    number, place = counted
    if tokens.word(place) in {"business", "working", "work", "week"} and tokens.word(place + 1) in {"day", "days"}:
        end = place + 2
    elif tokens.word(place) in {"weekday", "weekdays", "workday", "workdays"}:
        end = place + 1
    else:
        return None
    # From a weekend on, counting starts on Monday.
    weekday = context.today.weekday()
    start = min(weekday, _WORK_WEEK - 1)
    weeks, rest = divmod(start + number, _WORK_WEEK)
    return guarded(index, end, lambda: Day(Duration(days=weeks * WEEK + rest - weekday).after(context.today)))


def _bare_minutes(tokens: Tokens, index: int, start: int) -> Found | None:
    """ "poke me in 15 to stretch": minutes, where a person is to be told; "pick up the kids in 15" at the end."""
    counted = whole_number(tokens, start)
    if tokens.word(index) != "in" or counted is None:
        return None
    number, end = counted
    if tokens.word(index - 1) in _PARTICLE_VERBS:
        # "sign in 5"
        return None
    told = tokens.word(index - 1) in {"me", "us", "again"}
    few = _FEW_MINUTES <= number < _HOUR
    last = all(tokens.word(at) in {"", ".", "!"} for at in (end, end + 1))
    ends = few and last and (index > 0 or len(tokens) == end)
    opens = few and not tokens.word(index - 1) and tokens.word(end) in VERBS | {",", ":"}
    if opens:
        return Found(index, end, (Offset(Duration(seconds=number * _MINUTE)),))
    if not (told or ends) or not 1 <= number <= _MAX_MINUTES or tokens.word(end) not in BOUNDARIES:
        return None
    if tokens.glued(end) and tokens.word(end) not in {",", ".", "!", "?", ":"}:
        return None
    return Found(index, end, (Offset(Duration(seconds=number * _MINUTE)),))


def _from_day(tokens: Tokens, index: int, end: int, amount: Duration, context: Context) -> Found | None:
    """ "a week from friday", "two days after tomorrow", "two days before christmas", "a week today"."""
    if amount.seconds:
        return None
    weeks = amount.days % WEEK == 0 and not amount.months
    joined = tokens.word(end) in {"from", "after", "before", "following"} or (weeks and tokens.word(end) == "on")
    named = weeks and (tokens.word(end) in NAMED_DAYS or tokens.word(end) in WEEKDAYS)
    if not joined and not named:
        return None
    base = _base_day(tokens, end + 1 if joined else end, context)
    if base is None or not isinstance(base.facts[0], Day):
        return None
    sign = -1 if tokens.word(end) == "before" else 1
    away = Duration(sign * amount.months, sign * amount.days)
    evidence = Evidence.NONE if joined else Evidence.PLACE
    return guarded(index, base.end, lambda: Day(away.after(day_of(base)))).needing(evidence)


def _after_clock(tokens: Tokens, index: int, end: int, amount: Duration) -> Found | None:
    """ "30 minutes from 5pm", "an hour after noon", "two hours before 5": a time of day that much later or earlier."""
    direction = tokens.word(end)
    if not amount.seconds or amount.months or amount.days or direction not in {"from", "after", "past", "before"}:
        return None
    base = single_clock(tokens, end + 1)
    if base is None or len(base.facts) > 1 or not isinstance(base.facts[0], Clock):
        return None
    if direction == "before" and tokens.word(base.end) not in BOUNDARIES:
        # "an hour before 5pm mass"
        return None
    clock = base.facts[0]
    away = -amount.seconds if direction == "before" else amount.seconds
    minutes = (clock.hour * _HOUR + clock.minute + away // _MINUTE) % _DAY_MINUTES
    hour, minute = divmod(minutes, _HOUR)
    moved = replace(clock, hour=hour, minute=minute, ambiguous=clock.ambiguous and 1 <= hour <= _NOON)
    return Found(index, base.end, (moved,), base.evidence)


def _base_day(tokens: Tokens, index: int, context: Context) -> Found | None:
    """A day to count from; a holiday needs nothing behind it."""
    return read_day(tokens, index, context) or holiday_at(tokens, index, context)


def _after_timer(tokens: Tokens, index: int, end: int, amount: Duration) -> Found | None:
    """ "snooze 10 minutes", "set a timer for 5 min": only these words make a bare length an offset."""
    for back in range(1, 4):
        if tokens.word(index - back) in {"snooze", "timer"}:
            return Found(index, end, (Offset(amount),))
    return None


def _names_thing(tokens: Tokens, place: int) -> bool:
    """Whether what it is before follows: "the offsite", "ann's birthday"."""
    return tokens.word(place) in {"the", "my", "our", "his", "her", "their"} or tokens.word(place).endswith("'s")


def read_before(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "an hour before", "10 minutes early", "the day before": how long before it is due to remind."""
    if tokens.phrase(index, ("the", "day", "before")):
        day = Duration(days=1)
        before = Before(day, of_day=_names_thing(tokens, index + 3))
        return _from_day(tokens, index, index + 2, day, context) or Found(index, index + 3, (before,))
    length = duration(tokens, index)
    if length is None:
        return None
    amount, end = length
    if tokens.word(end) == "before":
        counted = _from_day(tokens, index, end, amount, context) or _after_clock(tokens, index, end, amount)
        if counted is not None:
            return counted
    noticed = tokens.word(end) in {"reminder", "notice", "warning"} and tokens.word(index - 1) in {
        "a",
        "with",
        ",",
        "-",
    }
    if noticed or tokens.word(end) in {"before", "beforehand", "earlier", "early", "ahead", "prior"}:
        stop = end + 2 if tokens.phrase(end, ("ahead", "of")) else end + 1
        of_day = not amount.seconds and _names_thing(tokens, stop)
        return Found(index, stop, tuple(Before(one, of_day=of_day) for one in separate_lengths(tokens, index)))
    pairs = (("heads", "up"), ("head", "start"), ("in", "advance"))
    if not any(tokens.phrase(end, pair) for pair in pairs):
        return None
    return Found(index, end + 2, tuple(Before(one) for one in separate_lengths(tokens, index)))
