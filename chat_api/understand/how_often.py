"""How often in a while: "once in 2 weeks", "one time per month", "twice a week on monday and thursday"."""

from typing import Final

from chat_api.understand.every import UNIT_RULES, length_body
from chat_api.understand.facts import Found, Rule, Unsupported
from chat_api.understand.quantities import ordinal, whole_number
from chat_api.understand.repeated_days import read_month_days, read_weekdays, weekday_at
from chat_api.understand.text import Tokens

_HOW_OFTEN: Final = frozenset({"weekly", "monthly", "yearly", "annually", "week", "month", "year"})
_SEVERAL: Final = "I can repeat at times you name, but not a number of times in a while."
# Spread over the waking day; more often than that is to be said in hours.
_HOURS: Final = {2: (9, 21), 3: (9, 15, 21), 4: (9, 13, 17, 21), 5: (9, 12, 15, 18, 21)}
_ONCE: Final = (("once", "a"), ("once", "per"), ("once", "every"), ("once", "each"))


def how_often(tokens: Tokens, index: int) -> Found | None:
    """Any of these."""
    return _once_in(tokens, index) or _times_a_unit(tokens, index)


def _once_in(tokens: Tokens, index: int) -> Found | None:
    """ "once in 2 weeks", "one time per month", "once every 3 days": how often."""
    place = index + 1 if tokens.word(index) == "once" else index + 2 if tokens.phrase(index, ("one", "time")) else 0
    if not place:
        return None
    led = tokens.word(place) in {"in", "every", "each", "per", "a"}
    while tokens.word(place) in {"in", "every", "each", "per"}:
        place += 1
    article = place + 1 if tokens.word(place) in {"a", "an"} else place
    unit = UNIT_RULES.get(tokens.word(article))
    if unit is not None and led and unit.freq not in {"MINUTELY", "HOURLY"}:
        return Found(index, article + 1, (unit,))
    body = length_body(tokens, place) if led and whole_number(tokens, place) is not None else None
    return None if body is None else Found(index, body[1], (body[0],))


def _times_a_unit(tokens: Tokens, index: int) -> Found | None:
    """ "once a week", "twice a day", "3x/month"."""
    for words in _ONCE:
        unit = UNIT_RULES.get(tokens.word(index + 2)) if tokens.phrase(index, words) else None
        if unit is not None:
            return Found(index, index + 3, (unit,))
    counted = whole_number(tokens, index)
    number = {"twice": 2, "thrice": 3}.get(tokens.word(index), 0)
    place = index + 1 if number else None
    if counted is not None and tokens.word(counted[1]) in {"times", "x"}:
        number, place = counted[0], counted[1] + 1
    place = place + 1 if place is not None and tokens.word(place) in {"-", "/"} and tokens.glued(place) else place
    if place is not None and tokens.word(place) in {"daily", "day"}:
        return Found(index, place + 1, (_several_a_day(number),))
    if place is not None and tokens.word(place) in _HOW_OFTEN:
        return _several_times(tokens, index, place)
    return None if place is None else _several_a_unit(tokens, index, place, number)


def _several_a_day(number: int) -> Unsupported:
    """ "twice daily": at hours of its own where none is named."""
    return Unsupported(_SEVERAL, Rule("DAILY"), _HOURS.get(number, ()))


def _several_a_unit(tokens: Tokens, index: int, place: int, number: int) -> Found | None:
    """ "twice a week on monday and thursday", "three times a day" can be said by a rule; "three times a week" not."""
    if tokens.word(place) in {"a", "per", "every", "each"} and tokens.word(place + 1) in UNIT_RULES:
        days_at = place + 3 if tokens.word(place + 2) in {"on", ":", ","} else place + 2
        if tokens.word(place + 1) == "week" and weekday_at(tokens, days_at) is not None:
            # "twice a week on monday and thursday"
            days, end = read_weekdays(tokens, days_at, apart=True)
            return Found(index, end, (Rule("WEEKLY", weekdays=days),))
        days_at += 1 if tokens.word(days_at) == "the" else 0
        if tokens.word(place + 1) == "month" and ordinal(tokens, days_at) is not None:
            # "twice a month on the 1st and 15th"
            month_days, end = read_month_days(tokens, days_at)
            return Found(index, end, (Rule("MONTHLY", month_days=month_days),))
        several = _several_a_day(number) if tokens.word(place + 1) == "day" else Unsupported(_SEVERAL)
        return Found(index, place + 2, (several,))
    return None


def _several_times(tokens: Tokens, index: int, place: int) -> Found:
    """ "twice weekly on monday and thursday" can be said by a rule; "twice weekly", "3x/month" can not."""
    days_at = place + 2 if tokens.word(place + 1) in {"on", ":", ","} else place + 1
    if tokens.word(place) in {"weekly", "week"} and weekday_at(tokens, days_at) is not None:
        days, end = read_weekdays(tokens, days_at)
        return Found(index, end, (Rule("WEEKLY", weekdays=days),))
    return Found(index, place + 1, (Unsupported(_SEVERAL),))
