"""From what was recognised to when it is due.

Rules that a person may want to know:
- "at 4" is the next of 4:00 and 16:00 within waking hours (7 to 22); on another day and in a recurrence, the
  first of the two within them. A part of the day decides if there is one ("tonight at 9").
  A breakfast is in the morning and a dinner in the evening. Only an alarm is asked about: "set an alarm for 6" can
  mean either. "Wake me at 6" is the morning.
- A clock time that has passed today is tomorrow's.
- A part of the day has a default hour; when that has passed, the next full hour while the part lasts.
- Lengths in hours, minutes and seconds are exact, rounded up to a whole second; days and longer are calendar days.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from dateutil.relativedelta import relativedelta
from dateutil.rrule import rrulestr

from chat_api.understand.facts import Clock, Context, Duration, Ends, Facts, Part, Rule
from chat_api.understand.local import PASSED_TODAY, to_instant
from chat_api.understand.model import Need
from chat_api.understand.words import PARTS_OF_DAY, WAKING_FROM, WAKING_UNTIL, WEEKDAY_CODES, WEEKDAY_NAMES
from chat_api.understand.zones import brought_home

_NOON: Final = 12
_DAY_HOURS: Final = 24
_EARLY_NIGHT: Final = 5
_MAX_YEARS: Final = 100
# Days; what began earlier is not counted from there.
_LONG_AGO: Final = 750
_HOLIDAYS: Final = "I do not know when holidays are, so it comes on those too."
_TIME_CHOICES: Final = ("9:00", "12:00", "19:00")
_WHEN_CHOICES: Final = ("in 1 hour", "this evening", "tomorrow at 9:00")


@dataclass(frozen=True, slots=True)
class Timing:
    """When a task is due, or what has to be asked first."""

    due: datetime | date | None = None
    remind_at: tuple[datetime, ...] = ()
    rrule: str | None = None
    from_completion: bool = False
    needs: Need | None = None
    question: str | None = None
    choices: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wish:
    """What the words around the time say about it."""

    reminder: bool = False
    alarm: bool = False
    morning: bool = False
    evening: bool = False


def resolve(facts: Facts, context: Context, wish: Wish) -> Timing:
    """Put the facts together. Never raises for times beyond the calendar: they are asked about."""
    try:
        if facts.elsewhere is None or facts.moment is not None:
            timing = _resolve(facts, context, wish)
        else:
            there = _resolve(facts, Context(context.now.astimezone(facts.elsewhere.zone), facts.elsewhere.zone), wish)
            timing = brought_home(there, facts.elsewhere, context)
    except (OverflowError, ValueError):
        return _refused("That is beyond my calendar.")
    if timing.due is not None and timing.due.year > context.now.year + _MAX_YEARS:
        return _refused("That is too far away.")
    return timing


def _resolve(facts: Facts, context: Context, wish: Wish) -> Timing:
    if facts.invalid is not None:
        return _refused(facts.invalid.reason)
    if facts.unsupported is not None and facts.unsupported.instead is not None and len(facts.clocks) > 1:
        facts.rule = facts.unsupported.instead
    elif facts.unsupported is not None:
        return Timing(
            needs=Need.RECURRENCE_SUPPORTED,
            question=f"{facts.unsupported.reason} How should it repeat?",
            choices=("every day at 9:00", "every monday at 9:00", "every 2 hours"),
        )
    if facts.rule is not None:
        timing = replace(_recurring(facts, facts.rule, context, wish), from_completion=facts.rule.from_completion)
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
    return _with_reminders(facts, _ask_for_time(timing, facts, context, wish), context)


def _once(facts: Facts, context: Context, wish: Wish) -> Timing:
    day = facts.day.date if facts.day is not None else None
    if day is not None and facts.day is not None and facts.day.past_meant and day < context.today:
        return _refused(f"{_say(day)} has passed.")
    if not facts.clocks:
        return Timing(due=day) if facts.part is None else _default_hour(facts.part, day, context)
    clock = facts.clocks[0]
    if clock.ambiguous and facts.part is None and wish.alarm and not wish.morning:
        return _ask_meridiem(clock, day, context)
    if day is None or (facts.day is not None and facts.day.today_named) or (facts.part and facts.part.this):
        return _next_clock(clock, facts.part, day, context, wish)
    hour, shift, remarks = _hour_of(clock, facts.part, wish)
    return _at(day + timedelta(days=shift), replace(clock, hour=hour), context, remarks)


def _ask_meridiem(clock: Clock, day: date | None, context: Context) -> Timing:
    """Keep the morning as a candidate, so that the answer "pm" has something to move."""
    morning = replace(clock, hour=clock.hour % _NOON, ambiguous=False)
    base = _at(day, morning, context, ()) if day is not None else _next_clock(morning, None, None, context, Wish())
    shown = f"{clock.hour}:{clock.minute:02d}"
    return Timing(
        due=base.due,
        needs=Need.MERIDIEM,
        question=f"{shown} in the morning or in the evening?",
        choices=(f"{shown} am", f"{shown} pm"),
    )


def _hours(clock: Clock, part: Part | None, wish: Wish) -> tuple[tuple[int, int], ...]:
    """The hours a clock can mean as (hour, days to add), likeliest first."""
    name = part.name if part is not None else "morning" if wish.morning else "evening" if wish.evening else None
    if not clock.ambiguous:
        late = name == "night" and clock.hour < _EARLY_NIGHT and part is not None
        if part is not None and not late and name != "morning" and not clock.exact and 0 < clock.hour < _NOON:
            # "in the evening at 08:30"
            return ((clock.hour + _NOON, 0),)
        return ((clock.hour, 1 if late else 0),)
    early = clock.hour % _NOON
    if name == "morning":
        return ((early if clock.hour != _NOON else _NOON, 0),)
    if name == "night" and early < _EARLY_NIGHT:
        return ((early, 1),)
    if name is not None:
        return ((early + _NOON, 0),)
    both = ((early, 0), (early + _NOON, 0))
    return tuple(hour for hour in both if _is_waking(hour[0], clock)) or both


def _is_waking(hour: int, clock: Clock) -> bool:
    return (WAKING_FROM, 0) <= (hour, clock.minute) <= (WAKING_UNTIL, 0)


def _hour_of(clock: Clock, part: Part | None, wish: Wish) -> tuple[int, int, tuple[str, ...]]:
    hour, shift = _hours(clock, part, wish)[0]
    return hour, shift, _took(clock, hour, part, wish)


def _took(clock: Clock, hour: int, part: Part | None, wish: Wish) -> tuple[str, ...]:
    if not clock.ambiguous or part is not None or wish.morning or wish.evening:
        return ()
    spoken = f"{clock.hour}:{clock.minute:02d}" if clock.minute else str(clock.hour)
    other = "am" if hour >= _NOON else "pm"
    return (f"I took {hour:02d}:{clock.minute:02d}; say “{spoken} {other}” if you meant the other.",)


def _next_clock(clock: Clock, part: Part | None, day: date | None, context: Context, wish: Wish) -> Timing:
    """The next time the clock shows this, today or tomorrow; said of today and passed, it is tomorrow's."""
    base = day or context.today
    hours = _hours(clock, part, wish)
    for ahead in (0, 1):
        for hour, shift in hours:
            exact = replace(clock, hour=hour)
            timing = _at(
                base + timedelta(days=ahead + shift), exact, context, _took(clock, hour, part, wish), check=False
            )
            if isinstance(timing.due, datetime) and timing.due > context.now:
                # "at midnight" is always the coming one; nobody means this day's.
                passed = (PASSED_TODAY,) if ahead and exact != Clock(0) else ()
                return replace(timing, remarks=(*passed, *timing.remarks))
    return _refused("That time has passed.")


def _default_hour(part: Part, day: date | None, context: Context) -> Timing:
    start, over = PARTS_OF_DAY[part.name]
    base = day or context.today
    usual = _at(base, Clock(start), context, (f"I took {start}:00 for the {part.name}.",), check=False)
    if not isinstance(usual.due, datetime) or usual.due > context.now:
        return usual
    end = datetime.combine(base, time()) + timedelta(hours=over)
    full_hour = context.now.replace(tzinfo=None, minute=0, second=0, microsecond=0) + timedelta(hours=1)
    if (part.this or day is not None) and full_hour < end:
        clock = Clock(full_hour.hour)
        return _at(full_hour.date(), clock, context, (f"It is {part.name} already, so I took the next full hour.",))
    if part.this or day is not None:
        return _refused(f"This {part.name} has passed." if base == context.today else f"{_say(base)} has passed.")
    return _at(base + timedelta(days=1), Clock(start), context, (f"I took {start}:00 tomorrow.",))


def _from_now(facts: Facts, length: Duration, context: Context, wish: Wish) -> Timing:
    if length.seconds:
        day = length.after(context.today)
        wall = datetime.combine(day, context.now.time())
        start = to_instant(wall, context.zone)[0] if day != context.today else context.now
        due = start.astimezone(UTC) + timedelta(seconds=length.seconds)
        return Timing(due=_whole_second(due).astimezone(context.zone))
    day = length.after(context.today)
    if not facts.clocks and facts.part is None:
        return Timing(due=day)
    if not facts.clocks and facts.part is not None:
        return _default_hour(facts.part, day, context)
    hour, shift, remarks = _hour_of(facts.clocks[0], facts.part, wish)
    return _at(day + timedelta(days=shift), replace(facts.clocks[0], hour=hour), context, remarks)


def _whole_second(when: datetime) -> datetime:
    """Never earlier than asked."""
    cut = when.replace(microsecond=0)
    return cut if cut == when else cut + timedelta(seconds=1)


def _instant(when: datetime, context: Context) -> Timing:
    return Timing(due=when) if when > context.now else _refused("That time has passed.")


def _at(day: date, clock: Clock, context: Context, remarks: tuple[str, ...], *, check: bool = True) -> Timing:
    """A wall-clock time of a day, moved over a gap in the clocks if it lies in one."""
    naive = datetime.combine(day, time(clock.hour, clock.minute, clock.second))
    due, skipped = to_instant(naive, context.zone)
    if check and due <= context.now:
        return _refused(f"{_say(day)} at {clock.hour:02d}:{clock.minute:02d} has passed.")
    if skipped:
        moved = f"The clocks skip {clock.hour:02d}:{clock.minute:02d} that day, so I took {due:%H:%M}."
        remarks = (*remarks, moved)
    return Timing(due=due, remarks=remarks)


def _recurring(facts: Facts, rule: Rule, context: Context, wish: Wish) -> Timing:
    if facts.without is not None and rule.freq in {"DAILY", "WEEKLY"} and rule.interval == 1:
        kept = tuple(day for day in rule.weekdays or WEEKDAY_CODES if day not in facts.without.weekdays)
        rule = replace(rule, freq="WEEKLY", weekdays=kept)
    part = facts.part or (Part(rule.part) if rule.part else None)
    clocks, remarks = _clocks_of(facts.clocks, part, wish)
    start = facts.starts.date if facts.starts else facts.day.date if facts.day else None
    if rule.freq == "YEARLY" and not rule.months and facts.day is not None and facts.starts is None:
        # "14 july every year"
        rule = replace(rule, months=(facts.day.date.month,), month_days=(facts.day.date.day,))
    if start is not None and start < context.today:
        anchored = _since(rule, start, context) if facts.starts is not None else None
        if anchored is None:
            return _refused(f"{_say(start)} has passed.")
        remarks = (*remarks, f"It counts from {_say(start)}; this is its next time.")
        start = anchored
    if rule.within_day:
        return _within_day(rule, clocks, start, facts.ends, context)
    if len({(clock.minute, clock.second) for clock in clocks}) > 1:
        return Timing(
            needs=Need.RECURRENCE_SUPPORTED,
            question="I can repeat at several hours only with the same minute. Which one time should I take?",
            choices=tuple(f"{clock.hour}:{clock.minute:02d}" for clock in clocks),
        )
    if clocks:
        hours = tuple(sorted({clock.hour for clock in clocks}))
        rule = replace(rule, hours=hours, minutes=(clocks[0].minute,))
    begin = start or context.today
    first = _first(rule, begin, context)
    if first is None:
        return _refused("That never happens.")
    rule = _bounded(rule, first, facts.ends, context)
    if not clocks:
        return Timing(due=first.date(), rrule=rule.to_text())
    timing = _at(first.date(), Clock(first.hour, first.minute), context, remarks, check=False)
    return replace(timing, rrule=rule.to_text())


def _since(rule: Rule, start: date, context: Context) -> date | None:
    """The first day from today on of a recurrence that began on a past day; None where that is long ago."""
    if rule.within_day or (context.today - start).days > _LONG_AGO:
        return None
    every = rrulestr(replace(rule, count=None, until=None).to_text(), dtstart=datetime.combine(start, time()))
    now = context.now.replace(tzinfo=None)
    found = every.after(now, inc=True) if rule.hours else every.after(datetime.combine(context.today, time()), inc=True)
    return found.date() if isinstance(found, datetime) else None


def _clocks_of(clocks: list[Clock], part: Part | None, wish: Wish) -> tuple[list[Clock], tuple[str, ...]]:
    if not clocks:
        return ([Clock(PARTS_OF_DAY[part.name][0])] if part is not None else []), ()
    resolved: list[Clock] = []
    remarks: tuple[str, ...] = ()
    for clock in clocks:
        hour, _, took = _hour_of(clock, part, wish)
        resolved.append(Clock(hour, clock.minute, clock.second))
        remarks = (*remarks, *took)
    return resolved, remarks


def _within_day(rule: Rule, clocks: list[Clock], start: date | None, ends: Ends | None, context: Context) -> Timing:
    """Hourly and by the minute: from the time that was named, else one interval from now."""
    if rule.minutes and not rule.hours and not clocks and start is None:
        # "every hour on the hour"
        away = (rule.minutes[0] - context.now.minute) % 60 or 60
        due = (context.now + timedelta(minutes=away)).replace(second=0, microsecond=0)
        return Timing(due=due, rrule=_bounded(rule, due.replace(tzinfo=None), ends, context).to_text())
    if rule.hours:
        rule = replace(rule, minutes=(0,) if rule.freq == "HOURLY" else ())
        first = _first(replace(rule, interval=1), start or context.today, context)
        if first is None:
            return _refused("That never happens.")
        rule = _bounded(replace(rule, interval=1) if rule.freq == "HOURLY" else rule, first, ends, context)
        due, _ = to_instant(first, context.zone)
        return Timing(due=due, rrule=rule.to_text())
    if clocks or start is not None:
        clock = clocks[0] if clocks else Clock(0)
        timing = (
            _at(start, clock, context, (), check=False) if start else _next_clock(clock, None, None, context, Wish())
        )
        due_at = timing.due
        if not isinstance(due_at, datetime):
            return timing
        due = due_at
    else:
        step = timedelta(hours=rule.interval) if rule.freq == "HOURLY" else timedelta(minutes=rule.interval)
        due = _whole_second(context.now.astimezone(UTC) + step).astimezone(context.zone)
    if due <= context.now:
        return _refused("That start has passed.")
    if rule.weekdays and WEEKDAY_CODES[due.weekday()] not in rule.weekdays:
        ahead = next(days for days in range(1, 8) if WEEKDAY_CODES[(due.weekday() + days) % 7] in rule.weekdays)
        due, _ = to_instant(datetime.combine(due.date() + timedelta(days=ahead), time()), context.zone)
    return Timing(due=due, rrule=_bounded(rule, due.replace(tzinfo=None), ends, context).to_text())


def _first(rule: Rule, begin: date, context: Context) -> datetime | None:
    """The first occurrence: after now when it has a time, else from the first day on. Wall-clock time."""
    dtstart = datetime.combine(begin, time())
    every = rrulestr(replace(rule, interval=1, count=None, until=None).to_text(), dtstart=dtstart)
    now = context.now.replace(tzinfo=None)
    found = every.after(max(now, dtstart), inc=now < dtstart) if rule.hours else every.after(dtstart, inc=True)
    return found if isinstance(found, datetime) else None


def _bounded(rule: Rule, first: datetime, ends: Ends | None, context: Context) -> Rule:
    """Give the rule its COUNT or UNTIL: a date for whole days, an instant in UTC otherwise."""
    if ends is None:
        return rule
    if ends.count is not None:
        return replace(rule, count=ends.count)
    last = ends.until
    if ends.clock is not None or (ends.lasting is not None and ends.lasting.seconds):
        return _bounded_within_day(rule, first, ends, context)
    if ends.lasting is not None:
        last = first.date() + relativedelta(months=ends.lasting.months) + timedelta(days=ends.lasting.days - 1)
    if last is None:
        return rule
    if not rule.hours and not rule.within_day:
        return replace(rule, until=f"{last:%Y%m%d}")
    end_of_day, _ = to_instant(datetime.combine(last, time(23, 59, 59)), context.zone)
    return replace(rule, until=f"{end_of_day.astimezone(UTC):%Y%m%dT%H%M%SZ}")


def _bounded_within_day(rule: Rule, first: datetime, ends: Ends, context: Context) -> Rule:
    """ "every 10 minutes for an hour", "every 2 hours until 8pm"."""
    if ends.lasting is not None:
        last = context.now.replace(tzinfo=None) + timedelta(days=ends.lasting.days, seconds=ends.lasting.seconds)
    else:
        clock = ends.clock or Clock(0)
        last = datetime.combine(first.date(), time(clock.hour, clock.minute))
        if last < first and clock.ambiguous:
            last += timedelta(hours=_NOON)
        if last < first:
            last += timedelta(days=1)
    instant, _ = to_instant(last, context.zone)
    return replace(rule, until=f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}")


def _ask_for_time(timing: Timing, facts: Facts, context: Context, wish: Wish) -> Timing:
    """A reminder needs a time of day."""
    wants = wish.reminder or bool(facts.befores)
    if not wants or timing.needs is not None or isinstance(timing.due, datetime):
        return timing
    if timing.due is None:
        return replace(timing, needs=Need.TIME, question="When should I remind you?", choices=_WHEN_CHOICES)
    day = "today" if timing.due == context.today else f"on {_say(timing.due)}"
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


def _refused(reason: str) -> Timing:
    return Timing(needs=Need.DATE_VALID, question=f"{reason} When should it be?", choices=_WHEN_CHOICES)


def _say(day: date) -> str:
    return f"{WEEKDAY_NAMES[day.weekday()][:3]} {day.day} {day:%b} {day.year}"
