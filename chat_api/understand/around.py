"""Days and times counted from another one: "a week from friday", "the day after christmas", "two hours before 5"."""

from dataclasses import replace
from typing import Final

from chat_api.understand.almanac import WEEK, day_of, guarded, plus
from chat_api.understand.clocks import single_clock
from chat_api.understand.dates import read_day
from chat_api.understand.facts import Clock, Context, Day, Duration, Evidence, Found, Part
from chat_api.understand.named_days import holiday_at
from chat_api.understand.quantities import ordinal, whole_number
from chat_api.understand.text import Tokens
from chat_api.understand.words import BOUNDARIES, LAST, NAMED_DAYS, PART_WORDS, WEEKDAY_PLURALS, WEEKDAYS

_MINUTE: Final = 60
_HOUR: Final = 60
_DAY_MINUTES: Final = 24 * 60
_NOON: Final = 12
MAX_COUNT: Final = 500
_SATURDAY: Final = 5
_HOURS: Final = {
    "breakfast": 8, "school": 8, "work": 9, "lunch": 12, "lunchtime": 12, "tea": 17, "dinner": 19, "supper": 19,
    "bed": 22, "bedtime": 22,
}  # fmt: skip
_CLOSING: Final = frozenset({"", ".", "!", ",", "tonight", "today", "tomorrow", "every", "on", "remind"})
_FROM_NOW: Final = (
    ("from", "now"), ("from", "right", "now"), ("from", "this", "moment"), ("from", "this", "second"),
    ("from", "today"),
)  # fmt: skip
LATER: Final = frozenset({"hence", "later"})
ONE_UNIT: Final = {"day": Duration(days=1), "week": Duration(days=WEEK), "month": Duration(months=1),
                    "year": Duration(months=12)}  # fmt: skip


def past_from_now(tokens: Tokens, end: int) -> int:
    """Where "from now" ends, or 0."""
    for words in _FROM_NOW:
        if tokens.phrase(end, words):
            return end + len(words)
    return 0


def read_after_unit(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "the day after christmas", "the week after next", "the month after march"."""
    place = index + 1 if tokens.word(index) == "the" else index
    amount = ONE_UNIT.get(tokens.word(place))
    if tokens.phrase(place, ("weekend", "after", "next")) and tokens.word(place + 3) in BOUNDARIES:
        monday = plus(context.today, Duration(days=2 * WEEK - context.today.weekday()))
        return Found(index, place + 3, (Day(plus(monday, Duration(days=_SATURDAY))),))
    if amount is None or tokens.word(place + 1) not in {"after", "following", "before"}:
        return None
    if tokens.word(place + 2) == "next" and tokens.word(place + 3) in BOUNDARIES | WEEKDAYS.keys():
        return _after_next(tokens, index, place, context)
    return from_day(tokens, index, place + 1, amount, context)


def read_part_around(tokens: Tokens, index: int, context: Context) -> Found | None:
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


def read_weekday_around(tokens: Tokens, index: int, context: Context) -> Found | None:
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
    if not 1 <= number <= MAX_COUNT:
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


def read_weekdays_on(tokens: Tokens, index: int, context: Context) -> Found | None:
    """ "two sundays from now", "3 fridays later": the second and third such day to come."""
    led = tokens.word(index) == "in"
    counted = whole_number(tokens, index + 1 if led else index)
    if counted is None or not 1 <= counted[0] <= MAX_COUNT:
        return None
    number, place = counted
    word = tokens.word(place)
    weekday = WEEKDAYS.get(word, WEEKDAY_PLURALS.get(word))
    if weekday is None:
        return None
    later = tokens.word(place + 1) in LATER
    end = place + 2 if later else past_from_now(tokens, place + 1)
    if led and not end and word in WEEKDAY_PLURALS:
        # "in two sundays"
        end = place + 2 if tokens.word(place + 1) == "time" else place + 1
    if not end:
        return None
    ahead = (weekday - context.today.weekday()) % WEEK or WEEK
    return guarded(index, end, lambda: Day(Duration(days=ahead + WEEK * (number - 1)).after(context.today)))


def from_day(tokens: Tokens, index: int, end: int, amount: Duration, context: Context) -> Found | None:
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


def from_clock(tokens: Tokens, index: int, end: int, amount: Duration) -> Found | None:
    """ "30 minutes from 5pm", "an hour after noon", "two hours before 5": a time of day that much later or earlier."""
    direction = tokens.word(end)
    if not amount.seconds or amount.months or amount.days or direction not in {"from", "after", "past", "before"}:
        return None
    base = single_clock(tokens, end + 1) or _meal_at(tokens, end + 1)
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


def _meal_at(tokens: Tokens, place: int) -> Found | None:
    """The hour of "dinner", "bed", "work", where nothing is named by it."""
    hour = _HOURS.get(tokens.word(place))
    closes = hour is not None and tokens.word(place + 1) in _CLOSING
    return Found(place, place + 1, (Clock(hour),)) if hour is not None and closes else None


def _base_day(tokens: Tokens, index: int, context: Context) -> Found | None:
    """A day to count from; a holiday needs nothing behind it."""
    return read_day(tokens, index, context) or holiday_at(tokens, index, context)
