"""Reminders keep their distance when what they belong to moves over a clock change: hours in time, days by clock."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat_api.tasks.models import Reminder, Task
from chat_api.tasks.reminding import shifted
from chat_api.tasks.repeating import move_on, set_rule

ROME = ZoneInfo("Europe/Rome")
SANTIAGO = ZoneInfo("America/Santiago")
ZONES = ("Europe/Rome", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Africa/Casablanca", "Asia/Gaza")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def at(text: str, zone: ZoneInfo = ROME) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("reminder", "due", "moved", "expected"),
    [
        # Rome skips 02:00-03:00 on 29 March 2026 and repeats 02:00-03:00 on 25 October 2026.
        ("2026-03-27T09:00", "2026-03-28T09:00", "2026-03-29T09:00", "2026-03-28T09:00"),
        ("2026-10-23T09:00", "2026-10-24T09:00", "2026-10-25T09:00", "2026-10-24T09:00"),
        ("2026-03-28T09:00", "2026-03-29T09:00", "2026-03-30T09:00", "2026-03-29T09:00"),
        ("2026-03-21T09:00", "2026-03-28T09:00", "2026-04-04T09:00", "2026-03-28T09:00"),
        ("2026-03-28T01:00", "2026-03-28T04:00", "2026-03-29T04:00", "2026-03-29T00:00"),
        ("2026-10-24T01:00", "2026-10-24T04:00", "2026-10-25T04:00", "2026-10-25T02:00"),
        ("2026-03-28T10:00", "2026-03-28T09:00", "2026-03-29T09:00", "2026-03-29T10:00"),
        # "The evening before" is twelve hours by the clock, and stays in the evening through the short night.
        ("2026-03-27T21:00", "2026-03-28T09:00", "2026-03-29T09:00", "2026-03-28T21:00"),
        ("2026-03-28T21:00", "2026-03-29T09:00", "2026-03-30T09:00", "2026-03-29T21:00"),
        # The day before lands in the gap.
        ("2026-03-27T02:30", "2026-03-28T02:30", "2026-03-30T02:30", "2026-03-29T03:30"),
    ],
)
def test_rome(reminder: str, due: str, moved: str, expected: str) -> None:
    assert shifted(at(reminder), at(due), at(moved), ROME) == at(expected)


@settings(max_examples=500, derandomize=True, deadline=None, database=None)
@given(
    name=st.sampled_from(ZONES),
    start=st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1), allow_imaginary=False),  # noqa: DTZ001
    minutes=st.integers(-40 * 24 * 60, 24 * 60),
    days=st.integers(-300, 300),
)
def test_anywhere(name: str, start: datetime, minutes: int, days: int) -> None:
    """Below twelve hours the elapsed time stays, from twelve on the distance by the clock."""
    zone = ZoneInfo(name)
    due = start.replace(tzinfo=zone).astimezone(UTC)
    lead = timedelta(minutes=minutes)
    reminder = due + lead
    moved = (start + timedelta(days=days)).replace(tzinfo=zone).astimezone(UTC)
    found = shifted(reminder, due, moved, zone)
    by_clock = reminder.astimezone(zone).replace(tzinfo=None) - due.astimezone(zone).replace(tzinfo=None)
    if max(abs(lead), abs(by_clock)) < timedelta(hours=12):
        assert found - moved == lead
    else:
        wanted = moved.astimezone(zone).replace(tzinfo=None) + by_clock
        # `wanted` exists, or the clock leaves it out and it is later by the gap.
        shown = found.astimezone(zone).replace(tzinfo=None)
        assert shown == wanted or (wanted < shown <= wanted + timedelta(hours=1))


def recurring(
    rule: str, due: datetime, zone: ZoneInfo, *, all_day: bool = False, from_completion: bool = False
) -> Task:
    task = Task(
        id="t", user_id="u", title="x", due_at=due, timezone=zone.key, all_day=all_day, from_completion=from_completion
    )
    set_rule(task, rule)
    return task


def test_a_daily_task_keeps_both_its_times_through_a_year() -> None:
    task = recurring("FREQ=DAILY", at("2026-01-10T09:00"), ROME)
    times = ("2026-01-09T09:00", "2026-01-09T21:00", "2026-01-10T08:30")
    reminders = [Reminder(id=when, task_id="t", user_id="u", due_at=at(when)) for when in times]
    for _ in range(365):
        assert task.due_at is not None
        assert move_on(task, reminders, LONG_AGO)
        clocks = [when.astimezone(ROME).time() for when in (task.due_at, *(row.due_at for row in reminders))]
        assert clocks == [time(9), time(9), time(21), time(8, 30)]


def test_a_day_is_told_at_its_hour_also_where_it_has_no_midnight() -> None:
    """Santiago begins 6 September 2026 at 01:00."""
    task = recurring("FREQ=DAILY", at("2026-09-04T00:00", SANTIAGO), SANTIAGO, all_day=True)
    reminder = Reminder(id="r", task_id="t", user_id="u", due_at=at("2026-09-04T09:00", SANTIAGO))
    for day in (5, 6, 7):
        assert move_on(task, [reminder], LONG_AGO)
        assert reminder.due_at == at(f"2026-09-{day:02}T09:00", SANTIAGO)


def test_hours_from_completion_count_from_then() -> None:
    task = recurring("FREQ=HOURLY;INTERVAL=12", at("2026-03-28T09:00"), ROME, from_completion=True)
    assert move_on(task, [], at("2026-03-28T20:10:30.5"))
    assert task.due_at == at("2026-03-29T09:10:30")  # twelve hours later, and the clock is one ahead
