"""When a task is due: the types, and a clock time put on a day.

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
from datetime import date, datetime, time, timedelta
from typing import Final

from chat_api.understand.facts import Clock, Context, Part
from chat_api.understand.local import PASSED_TODAY, to_instant
from chat_api.understand.model import Need
from chat_api.understand.words import WAKING_FROM, WAKING_UNTIL, WEEKDAY_NAMES

_NOON: Final = 12
_EARLY_NIGHT: Final = 5
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


def hour_of(clock: Clock, part: Part | None, wish: Wish) -> tuple[int, int, tuple[str, ...]]:
    hour, shift = _hours(clock, part, wish)[0]
    return hour, shift, _took(clock, hour, part, wish)


def _took(clock: Clock, hour: int, part: Part | None, wish: Wish) -> tuple[str, ...]:
    if not clock.ambiguous or part is not None or wish.morning or wish.evening:
        return ()
    spoken = f"{clock.hour}:{clock.minute:02d}" if clock.minute else str(clock.hour)
    other = "am" if hour >= _NOON else "pm"
    return (f"I took {hour:02d}:{clock.minute:02d}; say “{spoken} {other}” if you meant the other.",)


def next_clock(clock: Clock, part: Part | None, day: date | None, context: Context, wish: Wish) -> Timing:
    """The next time the clock shows this, today or tomorrow; said of today and passed, it is tomorrow's."""
    base = day or context.today
    hours = _hours(clock, part, wish)
    if context.now.hour < _EARLY_NIGHT:
        # "tonight at 1" said at half past twelve
        hours = (*((hour, 0) for hour, shift in hours if shift), *hours)
    for ahead in (0, 1):
        for hour, shift in hours:
            exact = replace(clock, hour=hour)
            timing = at_clock(
                base + timedelta(days=ahead + shift), exact, context, _took(clock, hour, part, wish), check=False
            )
            if isinstance(timing.due, datetime) and timing.due > context.now:
                # "at midnight" is always the coming one; nobody means this day's.
                passed = (PASSED_TODAY,) if ahead and exact != Clock(0) else ()
                return replace(timing, remarks=(*passed, *timing.remarks))
    return refused("That time has passed.")


def whole_second(when: datetime) -> datetime:
    """Never earlier than asked."""
    cut = when.replace(microsecond=0)
    return cut if cut == when else cut + timedelta(seconds=1)


def at_clock(day: date, clock: Clock, context: Context, remarks: tuple[str, ...], *, check: bool = True) -> Timing:
    """A wall-clock time of a day, moved over a gap in the clocks if it lies in one."""
    naive = datetime.combine(day, time(clock.hour, clock.minute, clock.second))
    due, skipped = to_instant(naive, context.zone)
    if check and due <= context.now:
        return refused(f"{say_day(day)} at {clock.hour:02d}:{clock.minute:02d} has passed.")
    if skipped:
        moved = f"The clocks skip {clock.hour:02d}:{clock.minute:02d} that day, so I took {due:%H:%M}."
        remarks = (*remarks, moved)
    return Timing(due=due, remarks=remarks)


def refused(reason: str) -> Timing:
    return Timing(needs=Need.DATE_VALID, question=f"{reason} When should it be?", choices=_WHEN_CHOICES)


def say_day(day: date) -> str:
    return f"{WEEKDAY_NAMES[day.weekday()][:3]} {day.day} {day:%b} {day.year}"
