"""A thousand random rules around clock changes, against `dateutil` on the bare wall clock as the oracle.

What the oracle says is turned into instants here without `zoneinfo`'s own reading of gaps and doubled hours: every
instant whose wall clock shows the time is looked for. There is none in a gap, and then the offset before the gap
counts; there are two in a doubled hour, and then the first counts (RFC 5545, 3.3.5).
"""

import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

import pytest
from dateutil import rrule
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.recurrence import next_occurrence, validate

ZONES = (
    "Europe/Rome",
    "America/New_York",
    "Australia/Lord_Howe",  # half an hour
    "America/Santiago",  # at midnight
    "Africa/Casablanca",  # back and forth around a month that moves
    "Asia/Gaza",  # at midnight, on dates that move
    "Asia/Kolkata",  # never
    "Pacific/Apia",  # left out 30 December 2011
)
FIRST, LAST = datetime(2009, 1, 1, tzinfo=UTC), datetime(2032, 1, 1, tzinfo=UTC)
FREQUENCIES = {"YEARLY": rrule.YEARLY, "MONTHLY": rrule.MONTHLY, "WEEKLY": rrule.WEEKLY, "DAILY": rrule.DAILY}
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
AT_ONCE = 30
FAR = datetime(2100, 1, 1)  # noqa: DTZ001 - on the wall clock
DAY = timedelta(days=1)


def wall(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)


def offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    return wall(instant, zone) - instant.replace(tzinfo=None)


@cache
def changes(name: str) -> tuple[datetime, ...]:
    """The instants of the zone's clock changes, to the minute."""
    zone, found, day = ZoneInfo(name), [], FIRST
    while day < LAST:
        if offset(day, zone) != offset(day + DAY, zone):
            low, high = day, day + DAY
            while high - low > timedelta(minutes=1):
                middle = (low + (high - low) / 2).replace(second=0, microsecond=0)
                low, high = (middle, high) if offset(middle, zone) == offset(low, zone) else (low, middle)
            found.append(high)
        day += DAY
    return tuple(found)


@lru_cache(maxsize=50_000)
def instant_of(local: datetime, zone: ZoneInfo) -> datetime:
    """When the wall clock shows this, by looking at what it shows."""
    guess = local.replace(tzinfo=UTC)
    # No two changes are within so few hours.
    offsets = [offset(guess + hours * timedelta(hours=1), zone) for hours in (-30, 0, 30)]
    matching = {guess - one for one in offsets if wall(guess - one, zone) == local}
    return min(matching) if matching else guess - offsets[0]


def is_in_gap(local: datetime, zone: ZoneInfo) -> bool:
    return wall(instant_of(local, zone), zone) != local


@dataclass(frozen=True)
class Case:
    """A rule, twice: as text, and as the oracle's arguments."""

    zone_name: str
    start: datetime
    after: datetime
    frequency: str
    interval: int
    by: dict[str, tuple[int, ...]] = field(default_factory=dict)
    by_day: tuple[tuple[int, int], ...] = ()  # (which one, weekday)
    week_start: int | None = None
    count: int | None = None
    until: datetime | date | None = None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone_name)

    @property
    def text(self) -> str:
        parts = [f"FREQ={self.frequency}"]
        if self.interval > 1:
            parts.append(f"INTERVAL={self.interval}")
        parts += [f"{name}={','.join(map(str, values))}" for name, values in self.by.items()]
        if self.by_day:
            parts.append(f"BYDAY={','.join(f'{which or str()}{WEEKDAYS[day]}' for which, day in self.by_day)}")
        if self.week_start is not None:
            parts.append(f"WKST={WEEKDAYS[self.week_start]}")
        if self.count is not None:
            parts.append(f"COUNT={self.count}")
        match self.until:
            case datetime(tzinfo=None):
                parts.append(f"UNTIL={self.until:%Y%m%dT%H%M%S}")
            case datetime():
                parts.append(f"UNTIL={self.until:%Y%m%dT%H%M%S}Z")
            case date():
                parts.append(f"UNTIL={self.until:%Y%m%d}")
        return ";".join(parts)

    @property
    def end(self) -> datetime | None:
        """The last instant there may be."""
        match self.until:
            case None:
                return None
            case datetime(tzinfo=None):
                return instant_of(self.until, self.zone)
            case datetime():
                return self.until
        return instant_of(datetime.combine(self.until + DAY, time()), self.zone) - timedelta(seconds=1)

    def clock_times(self, years_later: int = 0) -> Iterator[datetime]:
        """What the rule says, on the wall clock, to the end of the calendar; or if it began so many years later."""
        start = wall(self.start, self.zone)
        said = rrule.rrule(
            FREQUENCIES[self.frequency],
            dtstart=start.replace(year=start.year + years_later),
            interval=self.interval,
            count=self.count,
            wkst=self.week_start,
            byweekday=[rrule.weekday(day, which) if which else day for which, day in self.by_day] or None,
            **{name.lower(): values for name, values in self.by.items()},
        )
        with contextlib.suppress(ValueError):  # "year 10000 is out of range"
            yield from said

    def never_matches(self) -> bool:
        """Within its end; else for centuries: the calendar repeats every 400 years, and the last cycle is short."""
        if next(self.clock_times(400 * 19), None) is None:
            return True
        return self.end is not None and instant_of(next(self.clock_times()), self.zone) > self.end

    def expected(self) -> list[datetime]:
        """The next occurrences after `after`: in order, each once."""
        found: set[datetime] = set()
        since, last = wall(self.after, self.zone) - 2 * DAY, FAR
        if self.end is not None:
            last = min(last, wall(self.end, self.zone) + 2 * DAY)
        for local in self.clock_times():
            if local > last:
                break
            instant = instant_of(local, self.zone) if local > since else self.after
            if instant > self.after and (self.end is None or instant <= self.end):
                found.add(instant)
                if len(found) == AT_ONCE:  # what is said later may come out earlier, within a gap
                    last = min(last, local + 2 * DAY)
        return sorted(found)[:AT_ONCE]

    def actual(self) -> list[datetime]:
        """The same, asked one by one."""
        found: list[datetime] = []
        after = self.after
        while len(found) < AT_ONCE:
            following = next_occurrence(self.text, start=self.start, after=after, zone=self.zone)
            if following is None or wall(following, self.zone) > FAR:
                break
            found.append(following)
            after = following
        return found


def some(values: st.SearchStrategy[int], most: int = 3) -> st.SearchStrategy[tuple[int, ...]]:
    return st.lists(values, min_size=1, max_size=most, unique=True).map(lambda found: tuple(sorted(found)))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Rules that begin up to a year before a clock change, at a time of day that is often one that it touches."""
    name = draw(st.sampled_from(ZONES))
    zone = ZoneInfo(name)
    change = draw(st.sampled_from(changes(name) or (datetime(2026, 3, 29, 1, tzinfo=UTC),)))
    frequency = draw(st.sampled_from(tuple(FREQUENCIES)))
    touched = wall(change - timedelta(minutes=1), zone) + timedelta(minutes=draw(st.integers(-90, 120)))
    clock = draw(st.one_of(st.just(touched.time()), st.just(touched.time()), st.times(timezones=st.none())))
    first_day = touched.date() - timedelta(days=draw(st.one_of(st.integers(0, 10), st.integers(0, 400))))
    start = instant_of(datetime.combine(first_day, clock.replace(second=0, microsecond=0)), zone)
    by: dict[str, tuple[int, ...]] = {}
    by_day: tuple[tuple[int, int], ...] = ()
    if draw(st.booleans()):
        which = st.sampled_from((0, 0, 1, 2, 4, -1)) if frequency in {"MONTHLY", "YEARLY"} else st.just(0)
        day = st.one_of(st.integers(0, 6), st.just(change.astimezone(zone).weekday()))
        by_day = tuple(draw(st.lists(st.tuples(which, day), min_size=1, max_size=3, unique=True)))
    elif frequency != "WEEKLY" and draw(st.booleans()):
        near = st.sampled_from((touched.day, -1, 29, 30, 31))
        by["BYMONTHDAY"] = draw(some(st.one_of(st.integers(1, 28), near)))
    if draw(st.integers(0, 3)) == 0:
        by["BYMONTH"] = draw(some(st.one_of(st.integers(1, 12), st.just(touched.month))))
    if draw(st.booleans()):
        by["BYHOUR"] = draw(some(st.one_of(st.integers(0, 4), st.integers(0, 23), st.just(touched.hour))))
    if draw(st.integers(0, 2)) == 0:
        by["BYMINUTE"] = draw(some(st.one_of(st.sampled_from((0, 15, 30, 45)), st.integers(0, 59))))
    if by.keys() - {"BYMONTH"} and draw(st.integers(0, 4)) == 0:
        by["BYSETPOS"] = draw(some(st.sampled_from((1, -1, 2)), 2))
    return Case(
        zone_name=name,
        start=start,
        after=max(start - timedelta(minutes=1), change - timedelta(hours=draw(st.integers(0, 72)))),
        frequency=frequency,
        interval=draw(st.sampled_from((1, 1, 1, 2, 3, 5))),
        by=by,
        by_day=by_day,
        week_start=draw(st.one_of(st.none(), st.integers(0, 6))),
        **draw(ends(change, zone)),
    )


def ends(change: datetime, zone: ZoneInfo) -> st.SearchStrategy[dict[str, int | datetime | date]]:
    """None, a count, or an end within days of the change, in each of the ways to write it."""
    instants = st.integers(-3000, 20_000).map(lambda minutes: change + timedelta(minutes=minutes))
    until = st.one_of(
        instants, instants.map(lambda when: wall(when, zone)), instants.map(lambda when: wall(when, zone).date())
    )
    return st.one_of(
        st.just({}),
        st.integers(1, 60).map(lambda count: {"count": count}),
        until.map(lambda end: {"until": end}),
    )


@settings(max_examples=1000, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(cases())
def test_any_rule_over_any_clock_change_is_what_the_oracle_says(case: Case) -> None:
    refusal = None
    try:
        assert validate(case.text, start=case.start, zone=case.zone) == case.text
    except ValueError as error:
        refusal = str(error)
    if refusal is not None:
        # The only reason to refuse one of these.
        assert refusal == "the recurrence rule never matches", case.text
        assert case.never_matches(), case.text
        return
    found = case.actual()
    assert found == case.expected(), case.text
    assert all(before < following for before, following in itertools.pairwise(found))
    last = wall(found[-1], case.zone) if found else datetime.min  # noqa: DTZ901 - on the wall clock
    said = set(itertools.takewhile(lambda local: local <= last, case.clock_times()))
    for instant in found:
        # On the wall clock as the rule says it, but for a time that the clock leaves out.
        local = wall(instant, case.zone)
        assert local in said or any(
            is_in_gap(one, case.zone) and instant_of(one, case.zone) == instant
            for one in said
            if abs(one - local) <= DAY
        )
    if case.count is not None:
        assert len(found) <= case.count


@pytest.mark.parametrize("name", ZONES)
def test_every_zone_brings_its_clock_changes(name: str) -> None:
    """Else the property would be shown on quiet clocks."""
    assert bool(changes(name)) is (name != "Asia/Kolkata")


@settings(max_examples=300, derandomize=True, deadline=None, database=None)
@given(
    name=st.sampled_from(ZONES),
    frequency=st.sampled_from(("HOURLY", "MINUTELY")),
    interval=st.integers(1, 50),
    back=st.integers(0, 5000),
    which=st.integers(0, 30),
)
def test_hours_and_minutes_are_elapsed_time_everywhere(
    name: str, frequency: str, interval: int, back: int, which: int
) -> None:
    zone = ZoneInfo(name)
    seen = changes(name) or (datetime(2026, 3, 29, 1, tzinfo=UTC),)
    start = seen[which % len(seen)] - timedelta(minutes=back)
    step = interval * timedelta(hours=1 if frequency == "HOURLY" else 0, minutes=1 if frequency == "MINUTELY" else 0)
    rule, after = f"FREQ={frequency};INTERVAL={interval}", start
    for number in range(1, 20):
        # A start that is told in the zone itself is the same instant.
        following = next_occurrence(rule, start=start.astimezone(zone), after=after.astimezone(zone), zone=zone)
        assert following == start + number * step
        after = following
