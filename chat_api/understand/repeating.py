"""When a task that repeats is due first, and its rule with hours, COUNT and UNTIL."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from dateutil.relativedelta import relativedelta
from dateutil.rrule import rrulestr

from chat_api.understand.facts import Clock, Context, Ends, Facts, Part, Rule
from chat_api.understand.local import to_instant
from chat_api.understand.model import Need
from chat_api.understand.timing import Timing, Wish, at_clock, hour_of, next_clock, refused, say_day, whole_second
from chat_api.understand.words import PARTS_OF_DAY, WEEKDAY_CODES

_NOON: Final = 12
_SHORTEST_MONTH: Final = 28
_WEEKS_OF_MONTH: Final = 5
_WEEKS_OF_YEAR: Final = 53
# Days; what began earlier is not counted from there.
_LONG_AGO: Final = 750


def recurring(facts: Facts, rule: Rule, context: Context, wish: Wish) -> Timing:
    if facts.without is not None and rule.freq in {"DAILY", "WEEKLY"} and rule.interval == 1:
        kept = tuple(day for day in rule.weekdays or WEEKDAY_CODES if day not in facts.without.weekdays)
        rule = replace(rule, freq="WEEKLY", weekdays=kept) if facts.without.weekdays else rule
    if facts.without is not None and facts.without.months and not rule.months and rule.freq != "YEARLY":
        rule = replace(rule, months=tuple(month for month in range(1, 13) if month not in facts.without.months))
    part = facts.part or (Part(rule.part) if rule.part else None)
    clocks, remarks = _clocks_of(facts.clocks, part, wish)
    start = facts.starts.date if facts.starts else facts.day.date if facts.day else None
    if rule.freq == "YEARLY" and not rule.months and facts.day is not None and facts.starts is None:
        # "14 july every year"
        rule = replace(rule, months=(facts.day.date.month,), month_days=(facts.day.date.day,))
    dated = facts.day is not None and not facts.day.by_name and facts.starts is None
    if rule == Rule("MONTHLY") and dated and start is not None and start.day <= _SHORTEST_MONTH:
        # "on the 1st, repeat monthly"
        rule = replace(rule, month_days=(start.day,))
    if start is not None and start < context.today:
        anchored = _since(rule, start, context) if facts.starts is not None else None
        if anchored is None:
            return refused(f"{say_day(start)} has passed.")
        remarks = (*remarks, f"It counts from {say_day(start)}; this is its next time.")
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
        return refused("That never happens.")
    rule = _bounded(rule, first, facts.ends, context)
    if not clocks:
        return Timing(due=first.date(), rrule=rule.to_text())
    timing = at_clock(first.date(), Clock(first.hour, first.minute), context, remarks, check=False)
    return replace(timing, rrule=rule.to_text())


def _has_places(rule: Rule) -> bool:
    """Whether its weekdays are in their month or year: "every 9th monday in december" would be sought beyond it."""
    most = _WEEKS_OF_MONTH if rule.freq == "MONTHLY" or rule.months else _WEEKS_OF_YEAR
    return all(abs(int(code[:-2] or 0)) <= most for code in rule.weekdays)


def _since(rule: Rule, start: date, context: Context) -> date | None:
    """The first day from today on of a recurrence that began on a past day; None where that is long ago."""
    if rule.within_day or not _has_places(rule) or (context.today - start).days > _LONG_AGO:
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
        hour, _, took = hour_of(clock, part, wish)
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
            return refused("That never happens.")
        rule = _bounded(replace(rule, interval=1) if rule.freq == "HOURLY" else rule, first, ends, context)
        due, _ = to_instant(first, context.zone)
        return Timing(due=due, rrule=rule.to_text())
    if clocks or start is not None:
        clock = clocks[0] if clocks else Clock(0)
        timing = (
            at_clock(start, clock, context, (), check=False)
            if start
            else next_clock(clock, None, None, context, Wish())
        )
        due_at = timing.due
        if not isinstance(due_at, datetime):
            return timing
        due = due_at
    else:
        step = timedelta(hours=rule.interval) if rule.freq == "HOURLY" else timedelta(minutes=rule.interval)
        due = whole_second(context.now.astimezone(UTC) + step).astimezone(context.zone)
    if due <= context.now:
        return refused("That start has passed.")
    if rule.weekdays and WEEKDAY_CODES[due.weekday()] not in rule.weekdays:
        ahead = next(days for days in range(1, 8) if WEEKDAY_CODES[(due.weekday() + days) % 7] in rule.weekdays)
        due, _ = to_instant(datetime.combine(due.date() + timedelta(days=ahead), time()), context.zone)
    return Timing(due=due, rrule=_bounded(rule, due.replace(tzinfo=None), ends, context).to_text())


def _first(rule: Rule, begin: date, context: Context) -> datetime | None:
    """The first occurrence: after now when it has a time, else from the first day on. Wall-clock time."""
    if not _has_places(rule):
        return None
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
