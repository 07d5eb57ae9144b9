"""Commands on tasks: what they change, whose they are, and what their event says."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from chat_api.database import Database
from chat_api.errors import Changed, Invalid, NotFound
from chat_api.outbox import OutboxMessage
from chat_api.tasks.models import TaskStatus, WishStatus
from chat_api.tasks.schemas import TaskCreate, TaskUpdate
from chat_api.tasks.service import TaskService, TaskWithReminders
from contracts.events import CloudEvent, TaskEvent
from tests.unit.chat_api.conftest import ALICE, BOB, Worker

HOUR = timedelta(hours=1)


def soon(hours: float = 1) -> datetime:
    return datetime.now(UTC) + hours * HOUR


async def events(database: Database) -> list[TaskEvent]:
    async with database.reading() as session:
        rows = (await session.exec(select(OutboxMessage).order_by("id"))).all()
    bodies = [CloudEvent.from_json(row.payload).data for row in rows]
    return [body for body in bodies if isinstance(body, TaskEvent)]


async def test_a_due_task_has_one_reminder_at_its_due_time(tasks: TaskService, database: Database) -> None:
    due = soon()
    added = await tasks.create(ALICE, TaskCreate(title="stretch", due_at=due))
    assert [reminder.due_at for reminder in added.reminders] == [due]
    (event,) = await events(database)
    assert [(spec.due_at, spec.active) for spec in event.reminders] == [(due, True)]


async def test_an_empty_list_of_reminders_wants_none(tasks: TaskService) -> None:
    added = await tasks.create(ALICE, TaskCreate(title="stretch", due_at=soon(), reminders=[]))
    assert added.reminders == []


@pytest.mark.parametrize("field", ["due_at", "reminders"])
async def test_a_time_that_has_passed_is_refused(tasks: TaskService, field: str) -> None:
    past = soon(-1)
    wish = TaskCreate(title="x", due_at=past) if field == "due_at" else TaskCreate(title="x", reminders=[past])
    with pytest.raises(Invalid) as refusal:
        await tasks.create(ALICE, wish)
    assert refusal.value.field == field
    assert await tasks.list(ALICE) == []


async def test_moving_a_task_moves_its_reminders_and_keeps_their_ids(tasks: TaskService, database: Database) -> None:
    due = soon(3)
    added = await tasks.create(ALICE, TaskCreate(title="x", due_at=due, reminders=[due - HOUR, due]))
    moved = await tasks.update(ALICE, added.task.id, TaskUpdate(due_at=due + HOUR))
    assert [reminder.due_at for reminder in moved.reminders] == [due, due + HOUR]
    assert [reminder.id for reminder in moved.reminders] == [reminder.id for reminder in added.reminders]
    assert (await events(database))[-1].version == 2


async def test_a_reminder_moved_into_the_past_is_skipped(tasks: TaskService, database: Database) -> None:
    due = soon(3)
    added = await tasks.create(ALICE, TaskCreate(title="x", due_at=due, reminders=[due - HOUR, due]))
    moved = await tasks.update(ALICE, added.task.id, TaskUpdate(due_at=soon(0.5)))
    assert [reminder.status for reminder in moved.reminders] == [WishStatus.SKIPPED, WishStatus.PENDING]
    assert [spec.active for spec in (await events(database))[-1].reminders] == [False, True]


async def test_a_removed_reminder_is_told_to_its_actor(tasks: TaskService, database: Database) -> None:
    due = soon(3)
    added = await tasks.create(ALICE, TaskCreate(title="x", due_at=due, reminders=[due - HOUR, due]))
    changed = await tasks.update(ALICE, added.task.id, TaskUpdate(reminders=[due]))
    assert [reminder.due_at for reminder in changed.reminders] == [due]
    last = (await events(database))[-1]
    assert {spec.reminder_id: spec.active for spec in last.reminders} == {
        added.reminders[0].id: False,
        added.reminders[1].id: True,
    }


async def test_a_task_that_gets_a_due_time_gets_a_reminder(tasks: TaskService) -> None:
    added = await tasks.create(ALICE, TaskCreate(title="x"))
    due = soon()
    changed = await tasks.update(ALICE, added.task.id, TaskUpdate(due_at=due))
    assert [reminder.due_at for reminder in changed.reminders] == [due]


async def test_a_task_that_loses_its_due_time_loses_its_reminders(tasks: TaskService, database: Database) -> None:
    added = await tasks.create(ALICE, TaskCreate(title="x", due_at=soon()))
    changed = await tasks.update(ALICE, added.task.id, TaskUpdate(due_at=None))
    assert (changed.task.due_at, changed.reminders) == (None, [])
    assert [spec.active for spec in (await events(database))[-1].reminders] == [False]


async def test_completing_silences_and_reopening_arms_again(tasks: TaskService, database: Database) -> None:
    added = await tasks.create(ALICE, TaskCreate(title="x", due_at=soon()))
    await tasks.update(ALICE, added.task.id, TaskUpdate(status=TaskStatus.COMPLETED))
    await tasks.update(ALICE, added.task.id, TaskUpdate(status=TaskStatus.OPEN))
    changes = [(event.change, event.reminders[0].active) for event in await events(database)]
    assert changes == [("created", True), ("completed", False), ("reopened", True)]


async def test_deleting_silences_and_removes(tasks: TaskService, database: Database) -> None:
    added = await tasks.create(ALICE, TaskCreate(title="x", due_at=soon()))
    await tasks.delete(ALICE, added.task.id)
    with pytest.raises(NotFound):
        await tasks.get(ALICE, added.task.id)
    last = (await events(database))[-1]
    assert (last.change, last.version, last.reminders[0].active) == ("deleted", 2, False)


async def test_nobody_sees_or_changes_another_users_task(tasks: TaskService) -> None:
    added = await tasks.create(ALICE, TaskCreate(title="secret", due_at=soon()))
    assert await tasks.list(BOB) == []
    for attempt in (
        tasks.get(BOB, added.task.id),
        tasks.update(BOB, added.task.id, TaskUpdate(title="mine")),
        tasks.delete(BOB, added.task.id),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert (await tasks.get(ALICE, added.task.id)).task.title == "secret"


async def test_concurrent_changes_each_get_a_version(tasks: TaskService, database: Database) -> None:
    added = await tasks.create(ALICE, TaskCreate(title="x"))
    await asyncio.gather(*(tasks.update(ALICE, added.task.id, TaskUpdate(title=str(number))) for number in range(20)))
    assert [event.version for event in await events(database)] == list(range(1, 22))


class TestRepetition:
    async def test_a_repeated_request_adds_one_task(self, tasks: TaskService, database: Database) -> None:
        wish = TaskCreate(title="x", due_at=soon())
        added = await asyncio.gather(*(tasks.create(ALICE, wish, request_key="k") for _ in range(5)))
        assert len({item.task.id for item in added}) == 1
        assert len(await tasks.list(ALICE)) == 1
        assert len(await events(database)) == 1
        assert added[1].reminders

    async def test_a_key_is_the_users_own(self, tasks: TaskService) -> None:
        for user in (ALICE, BOB):
            await tasks.create(user, TaskCreate(title=user), request_key="k")
        assert [item.task.title for item in await tasks.list(BOB)] == [BOB]

    async def test_requests_without_a_key_are_each_their_own(self, tasks: TaskService) -> None:
        for _ in range(2):
            await tasks.create(ALICE, TaskCreate(title="x"))
        assert len(await tasks.list(ALICE)) == 2


class TestLostUpdates:
    async def test_a_change_of_an_old_version_is_refused(self, tasks: TaskService) -> None:
        added = await tasks.create(ALICE, TaskCreate(title="x"))
        await tasks.update(ALICE, added.task.id, TaskUpdate(title="y"), seen=1)
        with pytest.raises(Changed):
            await tasks.update(ALICE, added.task.id, TaskUpdate(title="z"), seen=1)
        with pytest.raises(Changed):
            await tasks.delete(ALICE, added.task.id, seen=1)
        assert (await tasks.get(ALICE, added.task.id)).task.title == "y"
        await tasks.delete(ALICE, added.task.id, seen=2)


class TestCompletingARecurringTask:
    @pytest.fixture(autouse=True)
    def _with_worker(self, worker: Worker) -> None:
        self.worker = worker

    async def complete(self, tasks: TaskService, task_id: str) -> TaskWithReminders:
        await tasks.update(ALICE, task_id, TaskUpdate(status=TaskStatus.COMPLETED))
        await self.worker.run()
        return await tasks.get(ALICE, task_id)

    async def test_it_moves_to_its_next_occurrence(self, tasks: TaskService, database: Database) -> None:
        due = soon().replace(microsecond=0)
        added = await tasks.create(ALICE, TaskCreate(title="x", due_at=due, recurrence="FREQ=DAILY"))
        done = await self.complete(tasks, added.task.id)
        assert (done.task.status, done.task.due_at) == (TaskStatus.OPEN, due + timedelta(days=1))
        assert [(row.due_at, row.status) for row in done.reminders] == [(due + timedelta(days=1), WishStatus.PENDING)]
        *_, done_event, moved_event = await events(database)
        assert (done_event.change, done_event.reminders[0].active) == ("completed", False)
        assert (moved_event.change, moved_event.reminders[0].active) == ("updated", True)

    async def test_the_last_occurrence_completes_it(self, tasks: TaskService) -> None:
        due = soon().replace(microsecond=0)
        added = await tasks.create(ALICE, TaskCreate(title="x", due_at=due, recurrence="FREQ=DAILY;COUNT=2"))
        assert (await self.complete(tasks, added.task.id)).task.status == TaskStatus.OPEN
        assert (await self.complete(tasks, added.task.id)).task.status == TaskStatus.COMPLETED

    async def test_from_completion_it_counts_from_today(self, tasks: TaskService) -> None:
        due = soon(24 * 5).replace(microsecond=0)
        wish = TaskCreate(title="x", due_at=due, recurrence="FREQ=DAILY;INTERVAL=3", from_completion=True)
        added = await tasks.create(ALICE, wish)
        done = await self.complete(tasks, added.task.id)
        assert done.task.due_at is not None
        assert done.task.due_at.date() == (datetime.now(UTC) + timedelta(days=3)).date()
        assert done.task.due_at.time() == due.time()
        again = await self.complete(tasks, added.task.id)
        assert again.task.due_at == done.task.due_at


async def test_an_overdue_task_can_be_brought_back(tasks: TaskService) -> None:
    """Its due time has passed, but it asks for no reminder then."""
    past = soon(-1)
    added = await tasks.create(ALICE, TaskCreate(title="x", due_at=past, reminders=[]))
    assert (added.task.due_at, added.reminders) == (past, [])
    changed = await tasks.update(ALICE, added.task.id, TaskUpdate(due_at=soon(-2), reminders=[]))
    assert changed.reminders == []
