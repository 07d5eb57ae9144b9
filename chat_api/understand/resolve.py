"""From what was recognised to when it is due; the rules are told in `timing`."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from dateutil.relativedelta import relativedelta

from chat_api.understand.facts import Clock, Context, Duration, Facts, Invalid, Part
from chat_api.understand.local import to_instant
from chat_api.understand.model import Need
from chat_api.understand.repeating import recurring
from chat_api.understand.timing import Timing, Wish, at_clock, hour_of, next_clock, refused, say_day, whole_second
from chat_api.understand.words import PARTS_OF_DAY
from chat_api.understand.zones import brought_home

_NOON: Final = 12
_MAX_YEARS: Final = 100
_HOLIDAYS: Final = "I do not know when holidays are, so it comes on those too."
_TIME_CHOICES: Final = ("9:00", "12:00", "19:00")
_WHEN_CHOICES: Final = ("in 1 hour", "this evening", "tomorrow at 9:00")


def resolve(facts: Facts, context: Context, wish: Wish) -> Timing:
    """Put the facts together. Never raises for times beyond the calendar: they are asked about."""
    try:
        if facts.elsewhere is None or facts.moment is not None:
            timing = _resolve(facts, context, wish)
        else:
            there = _resolve(facts, Context(context.now.astimezone(facts.elsewhere.zone), facts.elsewhere.zone), wish)
            timing = brought_home(there, facts.elsewhere, context)
    except (OverflowError, ValueError):
        return refused("That is beyond my calendar.")
    if timing.due is not None and timing.due.year > context.now.year + _MAX_YEARS:
        return refused("That is too far away.")
    return timing


def _resolve(facts: Facts, context: Context, wish: Wish) -> Timing:
    if facts.invalid is not None:
        return _guessed(facts, facts.invalid, context, wish)
    assumed: tuple[str, ...] = ()
    if facts.unsupported is not None and facts.unsupported.instead is not None and _has_hours(facts):
        facts.rule = facts.unsupported.instead
        if not facts.clocks:
            facts.clocks = [Clock(hour) for hour in facts.unsupported.hours]
            assumed = (f"I took {_row(facts.unsupported.hours)}; name the times if others suit you better.",)
    elif facts.unsupported is not None:
        return Timing(
            needs=Need.RECURRENCE_SUPPORTED,
            question=f"{facts.unsupported.reason} How should it repeat?",
            choices=("every day at 9:00", "every monday at 9:00", "every 2 hours"),
        )
    if facts.rule is not None:
        timing = replace(recurring(facts, facts.rule, context, wish), from_completion=facts.rule.from_completion)
    elif facts.moment is not None:
        timing = _instant(facts.moment.instant, context)
    elif facts.offset is not None:
        timing = _from_now(facts, facts.offset.duration, context, wish)
    else:
        timing = _once(facts, context, wish)
    if facts.holidays is not None and timing.rrule is not None:
        timing = replace(timing, remarks=(*timing.remarks, _HOLIDAYS))
    if facts.day is not None and facts.day.remark and timing.needs in {None, Need.TIME}:
        timing = replace(timing, remarks=(facts.day.remark, *timing.remarks))
    timing = replace(timing, remarks=(*assumed, *timing.remarks))
    return _with_reminders(facts, _ask_for_time(timing, facts, context, wish), context)


def _has_hours(facts: Facts) -> bool:
    """Whether "twice a day" has its hours: several that were named, or its own where nothing was said of them."""
    assumed = facts.unsupported is not None and bool(facts.unsupported.hours)
    return len(facts.clocks) > 1 or (assumed and not facts.clocks and facts.part is None)


def _row(hours: tuple[int, ...]) -> str:
    """ "9:00, 15:00 and 21:00"."""
    shown = [f"{hour}:00" for hour in hours]
    return f"{', '.join(shown[:-1])} and {shown[-1]}"


def _guessed(facts: Facts, invalid: Invalid, context: Context, wish: Wish) -> Timing:
    """The question about what cannot be, with the day that was most likely meant as the first choice."""
    asked = refused(invalid.reason)
    if invalid.guess is None or invalid.guess < context.today:
        return asked
    day = f"{invalid.guess.day} {invalid.guess:%B} {invalid.guess.year}"
    if not facts.clocks:
        return replace(asked, due=invalid.guess, choices=(day, *asked.choices))
    hour, shift, _ = hour_of(facts.clocks[0], facts.part, wish)
    timing = at_clock(invalid.guess + timedelta(days=shift), replace(facts.clocks[0], hour=hour), context, ())
    shown = f"{day} at {hour:02d}:{facts.clocks[0].minute:02d}"
    return replace(asked, due=timing.due, choices=(shown, *asked.choices))


def _once(facts: Facts, context: Context, wish: Wish) -> Timing:
    day = facts.day.date if facts.day is not None else None
    if day is not None and facts.befores and not wish.reminder and not facts.clocks and facts.befores[0].of_day:
        # "prepare slides the day before the offsite on the 9th"
        day = day - facts.befores[0].duration.rough()
        facts.befores = []
    if day is not None and facts.day is not None and facts.day.past_meant and day < context.today:
        return refused(f"{say_day(day)} has passed.")
    if not facts.clocks:
        return Timing(due=day) if facts.part is None else _default_hour(facts.part, day, context)
    clock = facts.clocks[0]
    if clock.ambiguous and facts.part is None and wish.alarm and not wish.morning:
        return _ask_meridiem(clock, day, context)
    if day is None or (facts.day is not None and facts.day.today_named) or (facts.part and facts.part.this):
        return next_clock(clock, facts.part, day, context, wish)
    hour, shift, remarks = hour_of(clock, facts.part, wish)
    if facts.midnight_ends and clock == Clock(0):
        shift, remarks = 1, (*remarks, f"I took the midnight at the end of {say_day(day)}.")
    return at_clock(day + timedelta(days=shift), replace(clock, hour=hour), context, remarks)


def _ask_meridiem(clock: Clock, day: date | None, context: Context) -> Timing:
    """Keep the morning as a candidate, so that the answer "pm" has something to move."""
    morning = replace(clock, hour=clock.hour % _NOON, ambiguous=False)
    base = at_clock(day, morning, context, ()) if day is not None else next_clock(morning, None, None, context, Wish())
    shown = f"{clock.hour}:{clock.minute:02d}"
    return Timing(
        due=base.due,
        needs=Need.MERIDIEM,
        question=f"{shown} in the morning or in the evening?",
        choices=(f"{shown} am", f"{shown} pm"),
    )


def _default_hour(part: Part, day: date | None, context: Context) -> Timing:
    start, over = PARTS_OF_DAY[part.name]
    base = day or context.today
    usual = at_clock(base, Clock(start), context, (f"I took {start}:00 for the {part.name}.",), check=False)
    if not isinstance(usual.due, datetime) or usual.due > context.now:
        return usual
    end = datetime.combine(base, time()) + timedelta(hours=over)
    full_hour = context.now.replace(tzinfo=None, minute=0, second=0, microsecond=0) + timedelta(hours=1)
    if (part.this or day is not None) and full_hour < end:
        clock = Clock(full_hour.hour)
        return at_clock(
            full_hour.date(), clock, context, (f"It is {part.name} already, so I took the next full hour.",)
        )
    if part.this or day is not None:
        return refused(f"This {part.name} has passed." if base == context.today else f"{say_day(base)} has passed.")
    return at_clock(base + timedelta(days=1), Clock(start), context, (f"I took {start}:00 tomorrow.",))


def _from_now(facts: Facts, length: Duration, context: Context, wish: Wish) -> Timing:
    if length.seconds:
        day = length.after(context.today)
        wall = datetime.combine(day, context.now.time())
        start = to_instant(wall, context.zone)[0] if day != context.today else context.now
        due = start.astimezone(UTC) + timedelta(seconds=length.seconds)
        return Timing(due=whole_second(due).astimezone(context.zone))
    day = length.after(context.today)
    if not facts.clocks and facts.part is None:
        return Timing(due=day)
    if not facts.clocks and facts.part is not None:
        return _default_hour(facts.part, day, context)
    hour, shift, remarks = hour_of(facts.clocks[0], facts.part, wish)
    return at_clock(day + timedelta(days=shift), replace(facts.clocks[0], hour=hour), context, remarks)


def _instant(when: datetime, context: Context) -> Timing:
    return Timing(due=when) if when > context.now else refused("That time has passed.")


def _ask_for_time(timing: Timing, facts: Facts, context: Context, wish: Wish) -> Timing:
    """A reminder needs a time of day."""
    wants = wish.reminder or bool(facts.befores)
    if not wants or timing.needs is not None or isinstance(timing.due, datetime):
        return timing
    if timing.due is None:
        return replace(timing, needs=Need.TIME, question="When should I remind you?", choices=_WHEN_CHOICES)
    day = "today" if timing.due == context.today else f"on {say_day(timing.due)}"
    question = "At what time should I remind you?" if timing.rrule else f"At what time should I remind you {day}?"
    return replace(timing, needs=Need.TIME, question=question, choices=_TIME_CHOICES)


def _with_reminders(facts: Facts, timing: Timing, context: Context) -> Timing:
    """Turn "an hour before" into instants; one that has passed already is left out, and said so."""
    if not facts.befores or not isinstance(timing.due, datetime) or timing.needs is not None:
        return timing
    instants: list[datetime] = []
    remarks = timing.remarks
    for before in facts.befores:
        length = before.duration
        wall = timing.due.replace(tzinfo=None) - relativedelta(months=length.months) - timedelta(days=length.days)
        base = to_instant(wall, context.zone)[0] if length.months or length.days else timing.due
        instant = (base.astimezone(UTC) - timedelta(seconds=length.seconds)).astimezone(context.zone)
        if instant > context.now:
            instants.append(instant)
        else:
            remarks = (*remarks, "The earlier reminder would be in the past, so I remind you when it is due.")
    return replace(timing, remind_at=tuple(sorted(set(instants))), remarks=remarks)
