"""Recurring tasks: what rings moves on and stays to be done; one occurrence or the series is changed."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from chat_api.errors import Invalid
from chat_api.tasks.models import TaskStatus
from chat_api.tasks.schemas import Scope, TaskCreate, TaskUpdate
from chat_api.tasks.service import TaskService, TaskWithReminders
from contracts.recurrence import moved
from tests.support.inbox import HearingInbox
from tests.unit.chat_api.conftest import ALICE, Worker
from tests.unit.chat_api.test_inbox import announcement

ROME = ZoneInfo("Europe/Rome")
DONE = TaskUpdate(status=TaskStatus.COMPLETED)


def at(days: int, hour: int = 9) -> datetime:
    day = datetime.now(ROME).date() + timedelta(days=days)
    return datetime.combine(day, time(hour), tzinfo=ROME).astimezone(UTC)


async def daily(tasks: TaskService, first: datetime, **fields: object) -> TaskWithReminders:
    wish = {"title": "pill", "due_at": first, "recurrence": "FREQ=DAILY", "timezone": "Europe/Rome", **fields}
    return await tasks.create(ALICE, TaskCreate.model_validate(wish))


async def test_done_after_it_rang_leaves_the_next_one_alone(
    tasks: TaskService, inbox: HearingInbox, worker: Worker
) -> None:
    added = await daily(tasks, datetime.now(UTC) + timedelta(seconds=1))
    await inbox.handle(announcement(added))
    rang = await tasks.get(ALICE, added.task.id)
    assert rang.task.due_at is not None
    assert rang.task.due_at > datetime.now(UTC) + timedelta(hours=22)

    done = await tasks.update(ALICE, added.task.id, DONE)
    assert (done.task.status, done.task.due_at) == (TaskStatus.OPEN, rang.task.due_at)

    await tasks.update(ALICE, added.task.id, DONE)
    await worker.run()
    ahead = await tasks.get(ALICE, added.task.id)
    assert ahead.task.due_at is not None
    assert ahead.task.due_at > rang.task.due_at


async def test_skipping_goes_to_the_next_one_without_counting_as_done(tasks: TaskService) -> None:
    added = await daily(tasks, at(1))
    skipped = await tasks.skip(ALICE, added.task.id)
    assert (skipped.task.status, skipped.task.due_at) == (TaskStatus.OPEN, at(2))
    assert [reminder.due_at for reminder in skipped.reminders] == [at(2)]


async def test_what_cannot_be_skipped_is_refused(tasks: TaskService) -> None:
    once = await tasks.create(ALICE, TaskCreate(title="once", due_at=at(1)))
    last = await daily(tasks, at(1), recurrence="FREQ=DAILY;COUNT=1")
    for task in (once, last):
        with pytest.raises(Invalid, match="occurrence"):
            await tasks.skip(ALICE, task.task.id)


@pytest.mark.parametrize("to", [at(1, 8), at(1, 20), at(3, 9)])
async def test_one_occurrence_is_moved_and_the_series_goes_on(tasks: TaskService, to: datetime) -> None:
    added = await daily(tasks, at(1, 9))
    moved_one = await tasks.update(ALICE, added.task.id, TaskUpdate(due_at=to, scope=Scope.THIS))
    assert moved_one.task.due_at == to
    assert moved_one.task.occurrence_at == at(1, 9)
    assert [reminder.due_at for reminder in moved_one.reminders] == [to]
    following = await tasks.skip(ALICE, added.task.id)
    assert following.task.due_at == (at(2, 9) if to < at(2, 9) else at(4, 9) if to >= at(3, 9) else at(3, 9))
    assert following.task.occurrence_at is None
    assert [reminder.due_at for reminder in following.reminders] == [following.task.due_at]


async def test_the_series_moves_as_a_whole(tasks: TaskService) -> None:
    rule = "FREQ=DAILY;BYHOUR=9;BYMINUTE=0"
    added = await daily(tasks, at(1, 9), recurrence=rule)
    await tasks.update(ALICE, added.task.id, TaskUpdate(due_at=at(1, 10)))
    following = await tasks.skip(ALICE, added.task.id)
    assert following.task.recurrence == "FREQ=DAILY;BYHOUR=10;BYMINUTE=0"
    assert following.task.due_at == at(2, 10)


async def test_only_what_repeats_has_single_occurrences(tasks: TaskService) -> None:
    once = await tasks.create(ALICE, TaskCreate(title="once", due_at=at(1)))
    with pytest.raises(Invalid, match="scope"):
        await tasks.update(ALICE, once.task.id, TaskUpdate(due_at=at(2), scope=Scope.THIS))
    many = await daily(tasks, at(1))
    with pytest.raises(Invalid, match="scope"):
        await tasks.update(ALICE, many.task.id, TaskUpdate(recurrence="FREQ=WEEKLY", scope=Scope.THIS))


@pytest.mark.parametrize(
    ("rule", "old", "new", "expected"),
    [
        ("FREQ=WEEKLY;BYDAY=TU", "2026-11-24T09:00", "2026-11-26T09:00", "FREQ=WEEKLY;BYDAY=TH"),
        ("FREQ=WEEKLY;BYDAY=MO,WE", "2026-11-25T09:00", "2026-11-26T09:00", "FREQ=WEEKLY;BYDAY=MO,TH"),
        (
            "FREQ=WEEKLY;BYDAY=TU;BYHOUR=9;BYMINUTE=0",
            "2026-11-24T09:00",
            "2026-11-24T10:30",
            "FREQ=WEEKLY;BYDAY=TU;BYHOUR=10;BYMINUTE=30",
        ),
        ("FREQ=MONTHLY;BYMONTHDAY=24", "2026-11-24T09:00", "2026-11-26T09:00", "FREQ=MONTHLY;BYMONTHDAY=26"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-11-30T09:00", "2026-12-31T09:00", "FREQ=MONTHLY;BYMONTHDAY=-1"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-11-30T09:00", "2026-11-15T09:00", "FREQ=MONTHLY;BYMONTHDAY=15"),
        ("FREQ=MONTHLY;BYDAY=4TU", "2026-11-24T09:00", "2026-11-12T09:00", "FREQ=MONTHLY;BYDAY=2TH"),
        ("FREQ=MONTHLY;BYDAY=-1MO", "2026-11-30T09:00", "2026-11-27T09:00", "FREQ=MONTHLY;BYDAY=-1FR"),
        (
            "FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=24",
            "2026-11-24T09:00",
            "2026-12-02T09:00",
            "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=2",
        ),
        ("FREQ=DAILY;INTERVAL=3", "2026-11-24T09:00", "2026-11-25T09:00", "FREQ=DAILY;INTERVAL=3"),
    ],
)
def test_a_moved_series_names_its_new_day_and_time(rule: str, old: str, new: str, expected: str) -> None:
    before, after = (datetime.fromisoformat(text).replace(tzinfo=ROME) for text in (old, new))
    assert moved(rule, old=before, new=after, zone=ROME) == expected
