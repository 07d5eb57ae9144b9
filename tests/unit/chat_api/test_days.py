"""Tasks that are due on a whole day, and reminders that keep the clock's time when a task moves."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from chat_api.errors import Invalid
from chat_api.tasks.due import Due, day_of, day_reminder
from chat_api.tasks.endpoints import task_view
from chat_api.tasks.reminding import shifted
from chat_api.tasks.schemas import TaskCreate, TaskUpdate
from chat_api.tasks.service import TaskService
from tests.unit.chat_api.conftest import ALICE

ROME = ZoneInfo("Europe/Rome")
SANTIAGO = ZoneInfo("America/Santiago")


def at(text: str, zone: ZoneInfo = ROME) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def in_days(days: int) -> date:
    return datetime.now(ROME).date() + timedelta(days=days)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-24T08:00", "2026-11-24T09:00"),
        ("2026-11-24T09:00", "2026-11-24T10:00"),
        ("2026-11-24T22:59", "2026-11-24T23:00"),
        ("2026-11-24T23:10", "2026-11-24T23:15"),
        ("2026-11-24T23:50", "2026-11-24T23:51"),
        ("2026-11-24T23:59", None),
        ("2026-11-25T00:01", None),
    ],
)
def test_a_day_rings_at_its_hour_or_soon(now: str, expected: str | None) -> None:
    found = day_reminder(date(2026, 11, 24), time(9), ROME, at(now))
    assert found == (expected and at(expected))


def test_a_day_begins_after_a_midnight_that_is_skipped() -> None:
    day = Due.on(date(2026, 9, 6), SANTIAGO)
    assert day.at.astimezone(SANTIAGO).isoformat() == "2026-09-06T01:00:00-03:00"


async def test_a_day_is_answered_as_a_day_and_rings_in_the_morning(tasks: TaskService) -> None:
    added = await tasks.create(ALICE, TaskCreate(title="bins", due_on=in_days(3), timezone="Europe/Rome"))
    view = task_view(added)
    assert (view.due_on, view.due_at) == (in_days(3), None)
    (reminder,) = added.reminders
    assert reminder.due_at == datetime.combine(in_days(3), time(9), tzinfo=ROME)


async def test_a_day_that_has_passed_is_refused(tasks: TaskService) -> None:
    with pytest.raises(Invalid, match="due_on"):
        await tasks.create(ALICE, TaskCreate(title="bins", due_on=in_days(-1), timezone="Europe/Rome"))
    with pytest.raises(ValidationError, match="either"):
        TaskCreate(title="bins", due_on=in_days(1), due_at=datetime.now(UTC))


async def test_a_day_becomes_a_time_and_a_time_a_day(tasks: TaskService) -> None:
    added = await tasks.create(ALICE, TaskCreate(title="bins", due_on=in_days(3), timezone="Europe/Rome"))
    evening = datetime.combine(in_days(4), time(19), tzinfo=ROME)
    timed = await tasks.update(ALICE, added.task.id, TaskUpdate(due_at=evening))
    assert (day_of(timed.task), timed.task.due_at) == (None, evening)
    assert [reminder.due_at for reminder in timed.reminders] == [evening]
    again = await tasks.update(ALICE, added.task.id, TaskUpdate(due_on=in_days(5)))
    assert day_of(again.task) == in_days(5)
    assert [row.due_at for row in again.reminders] == [datetime.combine(in_days(5), time(9), tzinfo=ROME)]
    cleared = await tasks.update(ALICE, added.task.id, TaskUpdate(due_on=None))
    assert (cleared.task.due_at, cleared.reminders) == (None, [])


async def test_a_day_stays_that_day_in_another_zone(tasks: TaskService) -> None:
    added = await tasks.create(ALICE, TaskCreate(title="bins", due_on=in_days(3), timezone="Europe/Rome"))
    moved = await tasks.update(ALICE, added.task.id, TaskUpdate(timezone="Asia/Tokyo"))
    assert day_of(moved.task) == in_days(3)


async def test_whole_days_repeat_by_days_only(tasks: TaskService) -> None:
    wish = {"title": "bins", "due_on": in_days(1), "timezone": "Europe/Rome"}
    weekly = await tasks.create(ALICE, TaskCreate.model_validate(wish | {"recurrence": "FREQ=WEEKLY"}))
    moved = await tasks.skip(ALICE, weekly.task.id)
    assert day_of(moved.task) == in_days(8)
    assert [row.due_at for row in moved.reminders] == [datetime.combine(in_days(8), time(9), tzinfo=ROME)]
    for rule in ("FREQ=DAILY;BYHOUR=9;BYMINUTE=0", "FREQ=HOURLY"):
        with pytest.raises(Invalid, match="repeats by days"):
            await tasks.create(ALICE, TaskCreate.model_validate(wish | {"recurrence": rule}))


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2026-10-24T09:00", "2026-10-25T09:00"),  # a day before, over the night in which the clocks go back
        ("2026-10-25T08:30", "2026-10-26T08:30"),  # half an hour before
        ("2026-10-24T18:00", "2026-10-25T18:00"),
    ],
)
def test_a_reminder_long_before_keeps_the_clocks_time(when: str, expected: str) -> None:
    old, new = at("2026-10-25T09:00"), at("2026-10-26T09:00")
    assert shifted(at(when), old, new, ROME) == at(expected)


def test_a_reminder_shortly_before_keeps_its_distance() -> None:
    # 4:00 after the clocks went forward at 2:00; two hours before is 1:00, not the 2:00 that was skipped.
    old, new = at("2026-03-28T04:00"), at("2026-03-29T04:00")
    assert shifted(at("2026-03-28T02:00"), old, new, ROME) == at("2026-03-29T01:00")
