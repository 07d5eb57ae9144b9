"""Subtasks and lists: where tasks are, and what happens to parts with their whole."""

from datetime import UTC, datetime, timedelta

import pytest

from chat_api.errors import Invalid, NotFound
from chat_api.tasks.lists import ListService
from chat_api.tasks.models import TaskStatus, WishStatus
from chat_api.tasks.query import TaskQuery
from chat_api.tasks.schemas import TaskCreate, TaskUpdate
from chat_api.tasks.service import TaskService, TaskWithReminders
from tests.unit.chat_api.conftest import ALICE, BOB, Worker

DONE = TaskUpdate(status=TaskStatus.COMPLETED)


async def add(tasks: TaskService, title: str, user: str = ALICE, **fields: object) -> TaskWithReminders:
    return await tasks.create(user, TaskCreate.model_validate({"title": title, **fields}))


async def party(tasks: TaskService, **fields: object) -> tuple[str, str, str]:
    whole = await add(tasks, "party", **fields)
    soon = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    cake = await add(tasks, "cake", parent_id=whole.task.id, due_at=soon)
    music = await add(tasks, "music", parent_id=whole.task.id)
    return whole.task.id, cake.task.id, music.task.id


async def test_parts_are_done_with_their_whole_and_their_reminders_end(tasks: TaskService) -> None:
    whole, cake, music = await party(tasks)
    await tasks.update(ALICE, music, DONE)
    await tasks.update(ALICE, whole, DONE)
    done = [await tasks.get(ALICE, part) for part in (cake, music)]
    assert [item.task.status for item in done] == [TaskStatus.COMPLETED] * 2
    taken = await tasks.undo(ALICE)
    assert {item.task.title for item in taken.tasks} == {"party", "cake"}
    back = await tasks.get(ALICE, cake)
    assert (back.task.status, back.reminders[0].status) == (TaskStatus.OPEN, WishStatus.PENDING)
    assert (await tasks.get(ALICE, music)).task.status == TaskStatus.COMPLETED


async def test_parts_go_with_their_whole_and_come_back_with_it(tasks: TaskService) -> None:
    whole, cake, music = await party(tasks)
    await tasks.delete(ALICE, whole)
    for part in (cake, music):
        with pytest.raises(NotFound):
            await tasks.get(ALICE, part)
    await tasks.undo(ALICE)
    assert (await tasks.get(ALICE, cake)).task.parent_id == whole
    assert len((await tasks.get(ALICE, cake)).reminders) == 1


async def test_parts_are_to_do_again_when_their_whole_repeats(tasks: TaskService, worker: Worker) -> None:
    due = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=2)
    whole, cake, _ = await party(tasks, due_at=due, recurrence="FREQ=WEEKLY")
    before = await tasks.get(ALICE, cake)
    await tasks.update(ALICE, cake, DONE)
    await tasks.update(ALICE, whole, DONE)
    await worker.run()
    after = await tasks.get(ALICE, cake)
    assert after.task.status == TaskStatus.OPEN
    assert before.task.due_at is not None
    assert after.task.due_at == before.task.due_at + timedelta(days=7)
    assert [row.due_at for row in after.reminders] == [after.task.due_at]
    await worker.run()
    assert (await tasks.get(ALICE, cake)).task.version == after.task.version

    await tasks.undo(ALICE)
    back = await tasks.get(ALICE, cake)
    assert (back.task.status, back.task.due_at) == (TaskStatus.COMPLETED, before.task.due_at)


async def test_a_part_that_repeats_is_done_with_its_whole(tasks: TaskService, worker: Worker) -> None:
    """Also when its own next occurrence was on its way."""
    whole = await add(tasks, "party")
    later = datetime.now(UTC) + timedelta(hours=1)
    part = (await add(tasks, "ice", parent_id=whole.task.id, due_at=later, recurrence="FREQ=DAILY")).task.id
    await tasks.update(ALICE, part, DONE)
    await tasks.update(ALICE, whole.task.id, DONE)
    await worker.run()
    assert (await tasks.get(ALICE, part)).task.status == TaskStatus.COMPLETED


async def test_there_is_one_level_of_parts(tasks: TaskService) -> None:
    whole, cake, _ = await party(tasks)
    other = (await add(tasks, "other")).task.id
    with pytest.raises(Invalid, match="subtask itself"):
        await add(tasks, "icing", parent_id=cake)
    with pytest.raises(Invalid, match="with subtasks"):
        await tasks.update(ALICE, whole, TaskUpdate(parent_id=other))
    with pytest.raises(Invalid, match="no other task"):
        await tasks.update(ALICE, other, TaskUpdate(parent_id=other))
    with pytest.raises(Invalid, match="no other task"):
        await add(tasks, "spy", user=BOB, parent_id=whole)


async def test_a_list_is_made_when_it_is_named_and_counts_what_is_open(tasks: TaskService, lists: ListService) -> None:
    milk = await add(tasks, "milk", list="Groceries")
    await add(tasks, "bread", list="groceries")
    assert milk.list_name == "Groceries"
    assert [(one.name, one.open_tasks) for one in await lists.all(ALICE)] == [("Groceries", 2)]
    await tasks.update(ALICE, milk.task.id, DONE)
    assert [(one.name, one.open_tasks) for one in await lists.all(ALICE)] == [("Groceries", 1)]
    page = await tasks.page(ALICE, TaskQuery(list_name="GROCERIES", status=TaskStatus.OPEN))
    assert [item.task.title for item in page.items] == ["bread"]
    assert await lists.all(BOB) == []


async def test_parts_are_in_the_list_of_their_whole(tasks: TaskService) -> None:
    whole, cake, _ = await party(tasks, list="Fun")
    assert (await tasks.get(ALICE, cake)).list_name == "Fun"
    await tasks.update(ALICE, whole, TaskUpdate(list="Work"))
    assert (await tasks.get(ALICE, cake)).list_name == "Work"
    with pytest.raises(Invalid, match="list of its task"):
        await tasks.update(ALICE, cake, TaskUpdate(list="Fun"))
    assert (await tasks.page(ALICE, TaskQuery(parent_id=whole))).items[0].task.id == cake


async def test_a_deleted_list_leaves_its_tasks_and_comes_back_with_them(tasks: TaskService, lists: ListService) -> None:
    milk = await add(tasks, "milk", list="Groceries")
    (found,) = await lists.all(ALICE)
    with pytest.raises(NotFound):
        await lists.delete(BOB, found.id)
    await lists.delete(ALICE, found.id)
    assert (await tasks.get(ALICE, milk.task.id)).list_name is None
    await tasks.undo(ALICE)
    assert (await tasks.get(ALICE, milk.task.id)).list_name == "Groceries"


async def test_a_list_is_renamed_but_not_to_another_ones_name(tasks: TaskService, lists: ListService) -> None:
    await add(tasks, "milk", list="Groceries")
    await lists.add(ALICE, "Work")
    groceries = next(one for one in await lists.all(ALICE) if one.name == "Groceries")
    with pytest.raises(Invalid, match="already"):
        await lists.rename(ALICE, groceries.id, "WORK")
    assert (await lists.rename(ALICE, groceries.id, "groceries")).name == "groceries"
    await tasks.undo(ALICE)
    assert [one.name for one in await lists.all(ALICE)] == ["Groceries", "Work"]
