"""A recurring task that was done goes on once, by what the worker says; whatever the user did meanwhile wins."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import update

from chat_api.database import Database
from chat_api.errors import Invalid
from chat_api.outbox import OutboxMessage
from chat_api.portability.collecting import whole_tasks
from chat_api.preferences.service import PreferencesService
from chat_api.tasks.models import Reminder, Task, TaskStatus, WishStatus
from chat_api.tasks.repeating import occurrence_to_do
from chat_api.tasks.schemas import TaskCreate, TaskUpdate
from chat_api.tasks.service import TaskService, TaskWithReminders
from contracts.events import CloudEvent, TaskChange, TaskEvent
from servicekit.subscriptions import Reject
from tests.support.inbox import HearingInbox
from tests.unit.chat_api.conftest import ALICE, Worker
from tests.unit.chat_api.test_inbox import announcement

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
DONE = TaskUpdate(status=TaskStatus.COMPLETED)
DUE = datetime.now(UTC).replace(microsecond=0) + HOUR


async def daily(tasks: TaskService, **fields: object) -> str:
    wish = {"title": "pill", "due_at": DUE, "recurrence": "FREQ=DAILY", **fields}
    return (await tasks.create(ALICE, TaskCreate.model_validate(wish))).task.id


def state(found: TaskWithReminders) -> tuple[str, datetime | None, list[tuple[datetime, str]]]:
    return found.task.status, found.task.due_at, [(row.due_at, row.status) for row in found.reminders]


NEXT = (TaskStatus.OPEN, DUE + DAY, [(DUE + DAY, WishStatus.PENDING)])
BEFORE = (TaskStatus.OPEN, DUE, [(DUE, WishStatus.PENDING)])


async def test_it_is_completed_until_the_worker_has_made_the_next_one(tasks: TaskService, worker: Worker) -> None:
    task_id = await daily(tasks)
    done = await tasks.update(ALICE, task_id, DONE)
    assert (done.task.status, done.task.due_at) == (TaskStatus.COMPLETED, DUE)
    assert done.next_due is not None
    assert done.next_due.at == DUE + DAY
    await worker.run()
    after = await tasks.get(ALICE, task_id)
    assert (state(after), after.next_due) == (NEXT, None)


async def test_what_the_worker_says_twice_counts_once(tasks: TaskService, worker: Worker) -> None:
    task_id = await daily(tasks)
    await tasks.update(ALICE, task_id, DONE)
    (made,) = await worker.answers()
    await asyncio.gather(*(worker.deliver(made) for _ in range(10)))
    after = await tasks.get(ALICE, task_id)
    assert (state(after), after.task.version) == (NEXT, 3)


async def test_done_many_times_at_once_is_done_once(tasks: TaskService, worker: Worker) -> None:
    task_id = await daily(tasks)
    await asyncio.gather(*(tasks.update(ALICE, task_id, DONE) for _ in range(10)))
    await worker.run()
    assert state(await tasks.get(ALICE, task_id)) == NEXT
    # One change, taken back at once.
    await tasks.undo(ALICE)
    assert state(await tasks.get(ALICE, task_id)) == BEFORE


async def test_an_occurrence_that_was_seen_is_done_once_however_late_it_is_said_again(
    tasks: TaskService, worker: Worker
) -> None:
    task_id = await daily(tasks)
    seen = occurrence_to_do((await tasks.get(ALICE, task_id)).task)
    wish = TaskUpdate(status=TaskStatus.COMPLETED, occurrence=seen)
    for _ in range(3):
        await tasks.update(ALICE, task_id, wish)
        await worker.run()
    after = await tasks.get(ALICE, task_id)
    assert (state(after), after.task.version) == (NEXT, 3)
    # Without it, the coming one is meant.
    await tasks.update(ALICE, task_id, DONE)
    await worker.run()
    assert (await tasks.get(ALICE, task_id)).task.due_at == DUE + 2 * DAY


async def test_the_one_that_rang_is_the_one_to_do_and_is_done_once(
    tasks: TaskService, inbox: HearingInbox, worker: Worker
) -> None:
    task_id = await daily(tasks, due_at=datetime.now(UTC) + timedelta(seconds=1))
    await inbox.handle(announcement(await tasks.get(ALICE, task_id)))
    rang = await tasks.get(ALICE, task_id)
    wish = TaskUpdate(status=TaskStatus.COMPLETED, occurrence=occurrence_to_do(rang.task))
    for _ in range(2):
        done = await tasks.update(ALICE, task_id, wish)
        await worker.run()
        assert (done.task.status, done.task.due_at, done.next_due) == (TaskStatus.OPEN, rang.task.due_at, None)
    assert (await tasks.get(ALICE, task_id)).task.due_at == rang.task.due_at


def test_an_occurrence_is_named_only_with_its_completion() -> None:
    with pytest.raises(ValueError, match="send it with that"):
        TaskUpdate(occurrence="20261124T090000Z")


@pytest.mark.parametrize("made_before", [False, True], ids=["before it is made", "after it was made"])
async def test_taken_back_it_is_what_it_was(tasks: TaskService, worker: Worker, made_before: bool) -> None:
    task_id = await daily(tasks)
    await tasks.update(ALICE, task_id, DONE)
    if made_before:
        await worker.run()
    await tasks.undo(ALICE)
    assert state(await tasks.get(ALICE, task_id)) == BEFORE
    await worker.run()
    assert state(await tasks.get(ALICE, task_id)) == BEFORE


async def test_taken_back_and_done_again_has_an_answer_of_its_own(tasks: TaskService, worker: Worker) -> None:
    task_id = await daily(tasks)
    await tasks.update(ALICE, task_id, DONE)
    (first,) = await worker.answers()
    await tasks.undo(ALICE)
    await tasks.update(ALICE, task_id, DONE)
    _, second = await worker.answers()
    assert first.occurrence == second.occurrence
    assert first.event_id() != second.event_id()  # a broker that drops repeated ids must not drop it
    await worker.deliver(first)
    assert (await tasks.get(ALICE, task_id)).task.status == TaskStatus.COMPLETED
    await worker.deliver(second)
    assert state(await tasks.get(ALICE, task_id)) == NEXT


async def test_opened_again_it_stays(tasks: TaskService, worker: Worker) -> None:
    task_id = await daily(tasks)
    await tasks.update(ALICE, task_id, DONE)
    opened = await tasks.update(ALICE, task_id, TaskUpdate(status=TaskStatus.OPEN))
    assert (state(opened), opened.next_due) == (BEFORE, None)
    await worker.run()
    assert state(await tasks.get(ALICE, task_id)) == BEFORE


async def test_deleted_it_is_gone_and_brought_back_it_goes_on(tasks: TaskService, worker: Worker) -> None:
    task_id = await daily(tasks)
    await tasks.update(ALICE, task_id, DONE)
    await tasks.delete(ALICE, task_id)
    await worker.run()
    assert await tasks.list(ALICE) == []
    await tasks.undo(ALICE)
    assert (await tasks.get(ALICE, task_id)).task.status == TaskStatus.COMPLETED
    await worker.run()
    assert state(await tasks.get(ALICE, task_id)) == NEXT


async def test_words_changed_meanwhile_stay_and_it_goes_on(tasks: TaskService, worker: Worker) -> None:
    task_id = await daily(tasks)
    await tasks.update(ALICE, task_id, DONE)
    (outdated,) = await worker.answers()
    await tasks.update(ALICE, task_id, TaskUpdate(title="vitamin"))
    await worker.deliver(outdated)
    assert (await tasks.get(ALICE, task_id)).task.status == TaskStatus.COMPLETED
    await worker.run()
    after = await tasks.get(ALICE, task_id)
    assert (after.task.title, state(after)) == ("vitamin", NEXT)


async def test_times_changed_meanwhile_count(tasks: TaskService, worker: Worker) -> None:
    task_id = await daily(tasks)
    await tasks.update(ALICE, task_id, DONE)
    await tasks.update(ALICE, task_id, TaskUpdate(due_at=DUE + HOUR))
    await worker.run()
    assert (await tasks.get(ALICE, task_id)).task.due_at == DUE + DAY + HOUR


async def test_a_recurrence_taken_away_meanwhile_ends_it(tasks: TaskService, worker: Worker) -> None:
    task_id = await daily(tasks)
    await tasks.update(ALICE, task_id, DONE)
    await tasks.update(ALICE, task_id, TaskUpdate(recurrence=None))
    await worker.run()
    after = await tasks.get(ALICE, task_id)
    assert (after.task.status, after.next_due) == (TaskStatus.COMPLETED, None)


async def test_done_and_moved_in_one_command(tasks: TaskService, worker: Worker) -> None:
    task_id = await daily(tasks)
    await tasks.update(ALICE, task_id, TaskUpdate(status=TaskStatus.COMPLETED, due_at=DUE + HOUR))
    await worker.run()
    assert (await tasks.get(ALICE, task_id)).task.due_at == DUE + DAY + HOUR


async def test_a_move_to_another_zone_takes_it_along(
    tasks: TaskService, preferences: PreferencesService, worker: Worker
) -> None:
    rome, tokyo = ZoneInfo("Europe/Rome"), ZoneInfo("Asia/Tokyo")
    task_id = await daily(tasks, due_at=DUE + DAY, timezone=rome.key)
    await tasks.update(ALICE, task_id, DONE)
    await preferences.settle_zone(ALICE, tokyo, move=True)
    await worker.run()
    after = (await tasks.get(ALICE, task_id)).task
    assert after.due_at is not None
    assert after.timezone == tokyo.key
    assert after.due_at.astimezone(tokyo).time() == DUE.astimezone(rome).time()


async def test_after_the_last_one_it_stays_completed(tasks: TaskService, worker: Worker) -> None:
    task_id = await daily(tasks, recurrence="FREQ=DAILY;COUNT=1")
    done = await tasks.update(ALICE, task_id, DONE)
    assert (done.task.status, done.next_due) == (TaskStatus.COMPLETED, None)
    (made,) = await worker.answers()
    assert made.next_due_at is None
    await worker.run()
    after = await tasks.get(ALICE, task_id)
    assert (after.task.status, after.task.done_at, after.task.version) == (TaskStatus.COMPLETED, None, 2)


async def test_what_fell_due_while_there_was_no_worker_rings_late(
    tasks: TaskService, inbox: HearingInbox, worker: Worker, database: Database
) -> None:
    begun = datetime.now(UTC).replace(microsecond=0) - 2 * HOUR
    task_id = await daily(tasks, due_at=begun, reminders=[], recurrence="FREQ=HOURLY")
    later = begun + 3 * HOUR
    await tasks.update(ALICE, task_id, TaskUpdate(due_at=later, reminders=[later]))
    await tasks.update(ALICE, task_id, DONE)
    # All of it was four hours ago, the completion an hour before.
    async with database.writing() as session:
        await session.exec(
            update(Task).values(due_at=later - 4 * HOUR, recurs_from=begun - 4 * HOUR, done_at=later - 4 * HOUR - HOUR)
        )
        await session.exec(update(Reminder).values(due_at=later - 4 * HOUR))
    done = await tasks.update(ALICE, task_id, TaskUpdate(title="late"))  # asks the worker anew, with these times
    assert done.next_due is not None
    assert done.next_due.at == later - 3 * HOUR
    await worker.run()
    after = await tasks.get(ALICE, task_id)
    assert state(after)[:2] == (TaskStatus.OPEN, later - 3 * HOUR)
    assert [row.status for row in after.reminders] == [WishStatus.PENDING]
    await inbox.handle(announcement(after))
    assert len(await inbox.latest(ALICE, 10)) == 1
    moved = (await tasks.get(ALICE, task_id)).task
    assert moved.due_at is not None
    assert moved.due_at > datetime.now(UTC)


async def test_what_is_done_is_not_said_once_more(tasks: TaskService, inbox: HearingInbox, worker: Worker) -> None:
    task_id = await daily(tasks, due_at=datetime.now(UTC) + timedelta(seconds=1), from_completion=True)
    await inbox.handle(announcement(await tasks.get(ALICE, task_id)))
    item = (await inbox.latest(ALICE, 1))[0]
    await inbox.snooze(ALICE, item.id or 0, datetime.now(UTC) + HOUR)
    await tasks.update(ALICE, task_id, DONE)
    await worker.run()
    after = await tasks.get(ALICE, task_id)
    assert [(row.snoozed, row.status) for row in after.reminders] == [(False, WishStatus.PENDING)]


async def test_an_export_in_between_has_it_as_it_goes_on(tasks: TaskService, worker: Worker) -> None:
    task_id = await daily(tasks)
    await tasks.update(ALICE, task_id, DONE)
    (early,) = whole_tasks([await tasks.get(ALICE, task_id)])
    await worker.run()
    (later,) = whole_tasks([await tasks.get(ALICE, task_id)])
    assert early.model_dump(exclude={"updated_at"}) == later.model_dump(exclude={"updated_at"})


async def test_it_cannot_be_skipped_meanwhile(tasks: TaskService) -> None:
    task_id = await daily(tasks)
    await tasks.update(ALICE, task_id, DONE)
    with pytest.raises(Invalid, match="only an open task"):
        await tasks.skip(ALICE, task_id)


async def test_the_event_tells_the_worker_all_it_needs(tasks: TaskService, database: Database) -> None:
    task_id = await daily(tasks, timezone="Europe/Rome", from_completion=True)
    await tasks.update(ALICE, task_id, DONE)
    async with database.reading() as session:
        row = await session.get(OutboxMessage, 2)
    assert row is not None
    event = CloudEvent.from_json(row.payload).data
    assert isinstance(event, TaskEvent)
    assert event.done_occurrence is not None
    assert (event.change, event.version, event.done_occurrence.basis) == (TaskChange.COMPLETED, 2, "completion")
    assert (event.done_occurrence.due_at, event.done_occurrence.timezone) == (DUE, "Europe/Rome")
    assert [spec.active for spec in event.reminders] == [False]


async def test_another_topics_event_is_rejected(tasks: TaskService, worker: Worker) -> None:
    event = TaskEvent(change=TaskChange.CREATED, task_id="t", user_id=ALICE, version=1, title="x", occurred_at=DUE)
    with pytest.raises(Reject):
        await worker._updates.handle(CloudEvent.wrap(event, source="test", time=DUE))
