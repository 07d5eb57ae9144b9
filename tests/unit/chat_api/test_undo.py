"""Taking changes back: one after another, whatever has rung or passed since."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select, update

from chat_api.database import Database
from chat_api.errors import NotFound
from chat_api.outbox import OutboxMessage
from chat_api.tasks.history import Change
from chat_api.tasks.lists import ListService
from chat_api.tasks.models import TaskStatus, WishStatus
from chat_api.tasks.schemas import TaskCreate, TaskUpdate
from chat_api.tasks.service import TaskService
from contracts.events import CloudEvent, TaskEvent
from tests.support.inbox import HearingInbox
from tests.unit.chat_api.conftest import ALICE, BOB
from tests.unit.chat_api.test_inbox import announcement

HOUR = timedelta(hours=1)


async def test_changes_are_taken_back_one_by_one(tasks: TaskService) -> None:
    due = datetime.now(UTC) + HOUR
    added = await tasks.create(ALICE, TaskCreate(title="milk", due_at=due, tags=["shop"], priority=2))
    await tasks.update(ALICE, added.task.id, TaskUpdate(title="oat milk", due_at=due + HOUR, tags=[]))
    await tasks.update(ALICE, added.task.id, TaskUpdate(status=TaskStatus.COMPLETED))
    await tasks.delete(ALICE, added.task.id)

    deleted = (await tasks.undo(ALICE)).tasks[0]
    assert (deleted.task.id, deleted.task.status) == (added.task.id, TaskStatus.COMPLETED)
    reopened = (await tasks.undo(ALICE)).tasks[0]
    assert (reopened.task.status, reopened.task.title) == (TaskStatus.OPEN, "oat milk")
    first = (await tasks.undo(ALICE)).tasks[0]
    assert (first.task.title, first.task.due_at, first.task.tags) == ("milk", due, ["shop"])
    assert [(row.due_at, row.status) for row in first.reminders] == [(due, WishStatus.PENDING)]
    gone = await tasks.undo(ALICE)
    assert (gone.said, gone.tasks) == ("Taken back: “milk” is gone.", [])
    with pytest.raises(NotFound):
        await tasks.undo(ALICE)


async def test_versions_never_go_back(tasks: TaskService, database: Database) -> None:
    added = await tasks.create(ALICE, TaskCreate(title="milk", due_at=datetime.now(UTC) + HOUR))
    await tasks.update(ALICE, added.task.id, TaskUpdate(title="oat milk"))
    await tasks.delete(ALICE, added.task.id)
    await tasks.undo(ALICE)
    await tasks.undo(ALICE)
    async with database.reading() as session:
        rows = (await session.exec(select(OutboxMessage).order_by("id"))).all()
    events = [CloudEvent.from_json(row.payload).data for row in rows]
    assert [event.version for event in events if isinstance(event, TaskEvent)] == [1, 2, 3, 4, 5]
    last = events[-1]
    assert isinstance(last, TaskEvent)
    assert [spec.active for spec in last.reminders] == [True]


async def test_what_has_rung_since_does_not_ring_again(tasks: TaskService, inbox: HearingInbox) -> None:
    added = await tasks.create(ALICE, TaskCreate(title="milk", due_at=datetime.now(UTC) + timedelta(seconds=1)))
    await tasks.update(ALICE, added.task.id, TaskUpdate(title="oat milk"))
    await inbox.handle(announcement(added))
    back = (await tasks.undo(ALICE)).tasks[0]
    assert (back.task.title, back.reminders[0].status) == ("milk", WishStatus.FIRED)


async def test_a_recurring_task_that_rang_since_goes_on(tasks: TaskService, inbox: HearingInbox) -> None:
    due = datetime.now(UTC) + timedelta(seconds=1)
    added = await tasks.create(ALICE, TaskCreate(title="pill", due_at=due, recurrence="FREQ=DAILY"))
    await tasks.update(ALICE, added.task.id, TaskUpdate(title="vitamin"))
    await inbox.handle(announcement(added))
    back = (await tasks.undo(ALICE)).tasks[0]
    assert back.task.title == "pill"
    assert [(row.status, row.due_at > datetime.now(UTC) + HOUR) for row in back.reminders] == [
        (WishStatus.PENDING, True)
    ]


async def test_only_ones_own_changes_of_the_last_day(tasks: TaskService, database: Database) -> None:
    await tasks.create(ALICE, TaskCreate(title="milk"))
    with pytest.raises(NotFound):
        await tasks.undo(BOB)
    async with database.writing() as session:
        await session.exec(update(Change).values(created_at=datetime.now(UTC) - timedelta(hours=25)))
    with pytest.raises(NotFound):
        await tasks.undo(ALICE)


async def test_a_bounded_number_is_kept(tasks: TaskService, database: Database) -> None:
    for number in range(55):
        await tasks.create(ALICE, TaskCreate(title=str(number)))
    async with database.reading() as session:
        assert len((await session.exec(select(Change))).all()) == 50


async def test_a_deleted_list_comes_back_as_one_of_its_name_that_was_made_since(
    tasks: TaskService, lists: ListService
) -> None:
    old = await lists.add(ALICE, "Home")
    task = (await tasks.create(ALICE, TaskCreate(title="milk", list="Home"))).task
    await lists.delete(ALICE, old.id)
    new = await lists.add(ALICE, "home")
    back = await tasks.undo(ALICE)
    assert [(found.task.id, found.task.list_id) for found in back.tasks] == [(task.id, new.id)]
    assert [one.name for one in await lists.all(ALICE)] == ["home"]


async def test_a_list_does_not_get_a_name_back_that_another_has_by_now(tasks: TaskService, lists: ListService) -> None:
    old = await lists.add(ALICE, "Home")
    await lists.rename(ALICE, old.id, "House")
    await lists.add(ALICE, "Home")
    assert (await tasks.undo(ALICE)).said == "Another list is called “Home” by now."
    assert sorted(one.name for one in await lists.all(ALICE)) == ["Home", "House"]
