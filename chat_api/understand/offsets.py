"""Stretches of time: from now on ("in 20 seconds") and before something is due ("an hour before")."""

from typing import Final

from chat_api.understand.almanac import WEEK, guarded, plus
from chat_api.understand.around import (
    LATER,
    MAX_COUNT,
    ONE_UNIT,
    from_clock,
    from_day,
    past_from_now,
    read_after_unit,
    read_part_around,
    read_weekday_around,
    read_weekdays_on,
)
from chat_api.understand.facts import Before, Clock, Context, Day, Duration, Evidence, Found, Offset
from chat_api.understand.quantities import duration, separate_lengths, whole_number
from chat_api.understand.text import Tokens
from chat_api.understand.vocabulary import VERBS
from chat_api.understand.words import BOUNDARIES, UNITS

_MINUTE: Final = 60
_NET_DAYS: Final = frozenset({7, 10, 14, 15, 21, 28, 30, 45, 60, 90})
_PARTICLE_VERBS: Final = frozenset(
    {"sign", "come", "log", "check", "fit", "put", "bring", "turn", "hand", "squeeze", "clock", "tuck", "plug", "let",
     "dial", "fill", "type", "trade", "weigh"}
)  # fmt: skip
_HOUR: Final = 60
_MAX_MINUTES: Final = 180
# "sign in 2" is no time; "in 5" may be.
_FEW_MINUTES: Final = 5
_WORK_WEEK: Final = 5
_ABOUT: Final = frozenset({"about", "around", "exactly", "another", "roughly", "just", "approximately", "like"})
_AHEAD: Final = (("the", "next"), ("the", "upcoming"), ("the", "coming"), ("less", "than"))
_NEXT_UNITS: Final = frozenset(
    {"minute", "minutes", "min", "mins", "hour", "hours", "hr", "hrs", "second", "seconds", "sec", "secs"}
)


def read_offset(tokens: Tokens, index: int, context: Context) -> Found | None:
    """A stretch from now: "in 20 seconds", "2 hours from now", "a week from friday", "two sundays from now"."""
    for reader in (
        read_part_around,
        read_after_unit,
        _next_unit,
        read_weekdays_on,
        read_weekday_around,
        _time_next_week,
    ):
        found = reader(tokens, index, context)
        if found is not None:
            return found
    signed = tokens.word(index) == "+" and tokens.glued(index + 1) and not tokens.glued(index)
    if signed or tokens.word(index) in {"in", "within", "after"} or _over_next(tokens, index):
        return _led_offset(tokens, index, context)
    if tokens.word(index) == "before" and tokens.word(index - 1) not in {"", "me", "us", "day", "night"}:
        # "call the vet before 3 weeks": within them
        ahead = duration(tokens, index + 1)
        closes = ahead is not None and tokens.word(ahead[1]) in {"", ".", "!"}
        return Found(index, ahead[1], (Offset(ahead[0]),)) if ahead is not None and closes else None
    if tokens.word(index) in {"upcoming", "coming", "next"}:
        ahead = duration(tokens, index + 1)
        hours = ahead is not None and ahead[0].seconds and tokens.number(index + 1) is not None
        return Found(index, ahead[1], (Offset(ahead[0]),), Evidence.PLACE) if ahead is not None and hours else None
    if tokens.word(index) == "net" and tokens.number(index + 1) in _NET_DAYS and tokens.word(index + 2) in BOUNDARIES:
        # "invoice due net 30"
        return Found(index, index + 2, (Offset(Duration(days=tokens.number(index + 1) or 0)),), Evidence.PLACE)
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
    if tokens.phrase(start - 1, ("next", tokens.word(start))) and tokens.word(start) in ONE_UNIT:
        # "within the next week"
        return Found(index, start + 1, (Offset(ONE_UNIT[tokens.word(start)]),))
    length = duration(tokens, start)
    if length is not None and tokens.word(length[1]) == "before" and tokens.word(index) == "in":
        # "check in 24 hours before the flight"
        return None
    if length is None:
        return _bare_minutes(tokens, index, start) or _business_days(tokens, index, start, context)
    amount, end = length
    if tokens.word(end) == "from" and tokens.word(end + 1) not in {"now", "today"}:
        counted = from_day(tokens, index, end, amount, context)
        if counted is not None:
            return counted
    end += 1 if tokens.word(end) in {"time", "times", "timer", "countdown"} else 0
    end = past_from_now(tokens, end) or end
    end += 2 if tokens.phrase(end, ("or", "so")) else 0
    return Found(index, end, (Offset(amount),), Evidence.PLACE if tokens.word(index) == "after" else Evidence.NONE)


def _trailed_offset(tokens: Tokens, index: int, length: tuple[Duration, int], context: Context) -> Found | None:
    """ "2 hours from now", "a week from friday", "5 minute timer"."""
    amount, end = length
    if tokens.word(end) in {"timer", "countdown"}:
        return Found(index, end + 1, (Offset(amount),))
    stop = past_from_now(tokens, end)
    if stop and not (amount.seconds and tokens.word(stop - 1) == "today"):
        return Found(index, stop, (Offset(amount),))
    if tokens.word(end) in LATER or tokens.word(end) == "out":
        return Found(index, end + 1, (Offset(amount),), Evidence.PLACE)
    return (
        from_day(tokens, index, end, amount, context)
        or from_clock(tokens, index, end, amount)
        or _after_timer(tokens, index, end, amount)
        or _all_that_is_said(tokens, index, end, amount)
    )


def _all_that_is_said(tokens: Tokens, index: int, end: int, amount: Duration) -> Found | None:
    """ "2 hours", "5 days": a length and nothing else is one from now."""
    alone = not tokens.word(index - 1) and all(tokens.word(at) in {"", ".", "!"} for at in (end, end + 1))
    counted = whole_number(tokens, index)
    spelled = tokens.word(end - 1) in UNITS or tokens.word(end - 1) in {"m", "h"}
    return Found(index, end, (Offset(amount),)) if alone and counted is not None and spelled else None


def _next_unit(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "next hour", "the next minute": one from now; only at an edge of the message."""
    del context
    place = index + 1 if tokens.word(index) == "the" else index
    if tokens.word(place) != "next" or tokens.word(place + 1) not in _NEXT_UNITS:
        return None
    return Found(index, place + 2, (Offset(Duration(*UNITS[tokens.word(place + 1)])),), Evidence.PLACE)


def _time_next_week(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "this time next week", "same time next month"."""
    if tokens.word(index) not in {"this", "same"} or not tokens.phrase(index + 1, ("time", "next")):
        return None
    amount = ONE_UNIT.get(tokens.word(index + 3))
    if amount is None:
        return None
    clock = Clock(context.now.hour, context.now.minute)
    return Found(index, index + 4, (Day(plus(context.today, amount)), clock))


def _business_days(tokens: Tokens, index: int, place: int, context: Context) -> Found | None:
    """ "in four business days", "within 2 working days"; the number stands at ``place``."""
    counted = whole_number(tokens, place)
    if counted is None or not 1 <= counted[0] <= MAX_COUNT:
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
        return from_day(tokens, index, index + 2, day, context) or Found(index, index + 3, (before,))
    length = duration(tokens, index)
    if length is None:
        return None
    amount, end = length
    if tokens.word(end) == "before":
        counted = from_day(tokens, index, end, amount, context) or from_clock(tokens, index, end, amount)
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
