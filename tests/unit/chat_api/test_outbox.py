"""The outbox: change and event together or not at all; published in order for each task, again after any failure."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from chat_api.database import Database
from chat_api.errors import Invalid
from chat_api.outbox import OutboxRelay, _Pace, give_way, holds, put
from chat_api.tasks.models import TaskStatus
from chat_api.tasks.schemas import TaskCreate, TaskUpdate
from chat_api.tasks.service import TaskService
from contracts.events import NotificationWanted
from tests.unit.chat_api.conftest import ALICE, FakePublisher


@contextlib.asynccontextmanager
async def running(relay: OutboxRelay) -> AsyncIterator[None]:
    task = asyncio.create_task(relay.run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def emptied(relay: OutboxRelay) -> None:
    async with asyncio.timeout(10):
        while await relay.depth():
            await asyncio.sleep(0.01)


def in_an_hour() -> datetime:
    return datetime.now(UTC) + timedelta(hours=1)


async def test_a_change_is_in_the_outbox_before_anything_is_published(
    tasks: TaskService, relay: OutboxRelay, publisher: FakePublisher
) -> None:
    await tasks.create(ALICE, TaskCreate(title="stretch", due_at=in_an_hour()))
    assert await relay.depth() == 1
    assert publisher.published == []


async def test_a_refused_change_leaves_no_event(tasks: TaskService, relay: OutboxRelay) -> None:
    added = await tasks.create(ALICE, TaskCreate(title="stretch"))
    with pytest.raises(Invalid):
        await tasks.update(ALICE, added.task.id, TaskUpdate(recurrence="FREQ=DAILY"))
    assert await relay.depth() == 1
    assert (await tasks.get(ALICE, added.task.id)).task.version == 1


async def test_events_of_a_task_are_published_in_order(
    tasks: TaskService, relay: OutboxRelay, publisher: FakePublisher
) -> None:
    async with running(relay):
        added = await tasks.create(ALICE, TaskCreate(title="stretch", due_at=in_an_hour()))
        for number in range(10):
            await tasks.update(ALICE, added.task.id, TaskUpdate(title=f"stretch {number}"))
        await emptied(relay)
    assert publisher.ids == [f"task/{added.task.id}/v{version}" for version in range(1, 12)]


async def test_an_outage_delays_and_loses_nothing(
    tasks: TaskService, relay: OutboxRelay, publisher: FakePublisher
) -> None:
    publisher.away = True
    async with running(relay):
        added = [await tasks.create(ALICE, TaskCreate(title=str(number))) for number in range(5)]
        for item in added:
            await tasks.update(ALICE, item.task.id, TaskUpdate(status=TaskStatus.COMPLETED))
        assert await relay.depth() == 10
        publisher.away = False
        await emptied(relay)
    for item in added:
        of_this_task = [event_id for event_id in publisher.ids if item.task.id in event_id]
        assert of_this_task == [f"task/{item.task.id}/v1", f"task/{item.task.id}/v2"]


async def test_a_lost_answer_repeats_the_same_event(
    tasks: TaskService, relay: OutboxRelay, publisher: FakePublisher
) -> None:
    publisher.loses_answers = 1
    async with running(relay):
        added = await tasks.create(ALICE, TaskCreate(title="stretch"))
        await emptied(relay)
    assert publisher.ids == [f"task/{added.task.id}/v1"] * 2


async def test_a_stuck_task_holds_up_no_other(tasks: TaskService, relay: OutboxRelay, publisher: FakePublisher) -> None:
    stuck = await tasks.create(ALICE, TaskCreate(title="stuck"))
    publisher.refused_keys.add(stuck.task.id)
    async with running(relay):
        other = await tasks.create(ALICE, TaskCreate(title="other"))
        async with asyncio.timeout(10):
            while await relay.depth() > 1:
                await asyncio.sleep(0.01)
    assert publisher.ids == [f"task/{other.task.id}/v1"]
    assert await relay.depth() == 1


async def test_a_stuck_task_goes_on_in_order_when_it_can(
    tasks: TaskService, relay: OutboxRelay, publisher: FakePublisher
) -> None:
    stuck = await tasks.create(ALICE, TaskCreate(title="stuck"))
    publisher.refused_keys.add(stuck.task.id)
    async with running(relay):
        for number in range(5):
            await tasks.update(ALICE, stuck.task.id, TaskUpdate(title=f"stuck {number}"))
            await asyncio.sleep(0.05)  # it is tried in between
        publisher.refused_keys.clear()
        await emptied(relay)
    assert publisher.ids == [f"task/{stuck.task.id}/v{version}" for version in range(1, 7)]


async def test_a_new_process_publishes_what_the_old_one_left(
    database: Database, tasks: TaskService, publisher: FakePublisher
) -> None:
    added = await tasks.create(ALICE, TaskCreate(title="stretch"))
    successor = OutboxRelay(database, publisher, parallel=1)
    async with running(successor):
        await emptied(successor)
    assert publisher.ids == [f"task/{added.task.id}/v1"]


async def test_the_backlog_is_known_while_there_is_nobody_to_publish_to(tasks: TaskService, relay: OutboxRelay) -> None:
    for number in range(3):
        await tasks.create(ALICE, TaskCreate(title=str(number)))
    watching = asyncio.create_task(relay.watch())
    try:
        async with asyncio.timeout(5):
            while relay.backlog != 3:
                await asyncio.sleep(0.01)
    finally:
        watching.cancel()
        await asyncio.wait([watching])


def wanted(item_id: int, *, attempt: int = 0) -> NotificationWanted:
    return NotificationWanted(
        user_id=ALICE,
        item_id=item_id,
        kind="reminder",
        title="stretch",
        due_at=datetime.now(UTC),
        task_id="t1",
        occurrence="20261124T170000Z",
        attempt=attempt,
    )


async def test_an_event_for_later_is_published_then_and_holds_up_nothing(
    database: Database, relay: OutboxRelay, publisher: FakePublisher
) -> None:
    at = datetime.now(UTC) + timedelta(seconds=1.5)
    async with running(relay):
        async with database.writing() as session:
            put(session, wanted(1), not_before=at)
            put(session, wanted(1, attempt=1))  # of the same key, and later in the table
            put(session, wanted(2))
        relay.wake()
        await emptied(relay)
        assert sorted(publisher.ids) == ["notification/1/1", "notification/2/0"]
        async with asyncio.timeout(10):
            while len(publisher.ids) < 3:
                assert publisher.ids.count("notification/1/0") == 0 or datetime.now(UTC) >= at
                await asyncio.sleep(0.01)
    assert datetime.now(UTC) >= at
    assert publisher.ids[2] == "notification/1/0"


async def test_many_events_for_later_leave_room_for_those_of_now(
    database: Database, relay: OutboxRelay, publisher: FakePublisher
) -> None:
    async with database.writing() as session:
        for number in range(600):  # more than the relay reads at once
            put(session, wanted(number), not_before=in_an_hour())
        put(session, wanted(1000))
    async with running(relay):
        await emptied(relay)
    assert publisher.ids == ["notification/1000/0"]
    async with database.reading() as session:
        assert await holds(session, "notification/599/0")
        assert not await holds(session, "notification/1000/0")


async def test_an_event_for_later_outlives_the_process(
    database: Database, relay: OutboxRelay, publisher: FakePublisher
) -> None:
    async with database.writing() as session:
        put(session, wanted(1), not_before=datetime.now(UTC) + timedelta(seconds=0.5))
    async with running(relay):
        await asyncio.sleep(0.1)
    assert publisher.ids == []
    successor = OutboxRelay(database, publisher, parallel=1)
    async with running(successor), asyncio.timeout(10):
        while not publisher.ids:
            await asyncio.sleep(0.01)
    assert publisher.ids == ["notification/1/0"]


class TestManyAtOnce:
    @pytest.fixture
    def relay(self, database: Database, publisher: FakePublisher) -> OutboxRelay:
        return OutboxRelay(database, publisher, parallel=8, bulk_rate=20)

    @staticmethod
    async def imported(tasks: TaskService, database: Database, count: int) -> list[str]:
        made = [(await tasks.create(ALICE, TaskCreate(title=str(number)))).task.id for number in range(count)]
        async with database.writing() as session:
            await give_way(session, made)
        return made

    async def test_they_let_others_go_first(
        self, tasks: TaskService, relay: OutboxRelay, publisher: FakePublisher, database: Database
    ) -> None:
        await self.imported(tasks, database, 100)
        urgent = (await tasks.create(ALICE, TaskCreate(title="now"))).task.id
        async with running(relay), asyncio.timeout(10):
            while len(publisher.published) < 30:
                await asyncio.sleep(0.01)
            assert publisher.published[0].data.partition_key() == urgent
            assert await relay.depth() > 0
            another = (await tasks.create(ALICE, TaskCreate(title="and now"))).task.id
            while another not in (keys := [event.data.partition_key() for event in publisher.published]):
                await asyncio.sleep(0.01)
            assert keys.index(another) < 101
            while await relay.depth():
                await asyncio.sleep(0.01)
        assert len(publisher.published) == 102

    async def test_a_later_change_of_one_of_them_comes_after_it_and_soon(
        self, tasks: TaskService, relay: OutboxRelay, publisher: FakePublisher, database: Database
    ) -> None:
        *_, last = await self.imported(tasks, database, 100)
        await tasks.update(ALICE, last, TaskUpdate(title="changed"))
        async with running(relay), asyncio.timeout(10):
            while len(publisher.published) < 2:
                await asyncio.sleep(0.01)
        assert [event.id.rpartition("/")[2] for event in publisher.published[:2]] == ["v1", "v2"]
        assert {event.data.partition_key() for event in publisher.published[:2]} == {last}

    async def test_they_do_not_count_when_changes_are_refused_for_a_backlog(
        self, tasks: TaskService, relay: OutboxRelay, database: Database
    ) -> None:
        await self.imported(tasks, database, 3)
        await tasks.create(ALICE, TaskCreate(title="now"))
        watching = asyncio.create_task(relay.watch())
        async with asyncio.timeout(5):
            while relay.backlog == 0:
                await asyncio.sleep(0.01)
        watching.cancel()
        assert relay.backlog == 1
        assert await relay.depth() == 4


def test_a_pace_saves_a_seconds_worth_and_no_more() -> None:
    pace = _Pace(10)
    assert [pace.take(100, now) for now in (50.0, 50.0, 50.25, 60.0, 60.1)] == [10, 0, 2, 10, 1]
