"""The inbox: once for each occurrence, only while wanted, and streamed once to each stream."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, delete, select

from chat_api.database import Database
from chat_api.errors import Invalid, NotFound
from chat_api.inbox.feed import InboxFeed
from chat_api.inbox.models import InboxItem
from chat_api.inbox.service import TasksChanged
from chat_api.outbox import OutboxMessage, OutboxRelay
from chat_api.tasks.models import TaskStatus, WishStatus
from chat_api.tasks.schemas import TaskCreate, TaskUpdate
from chat_api.tasks.service import TaskService, TaskWithReminders
from contracts.events import (
    CloudEvent,
    Event,
    ReminderAcknowledged,
    ReminderFired,
    ReminderMissed,
    ReminderResponded,
    ReminderResponse,
    ReminderScheduled,
    ReminderSnoozed,
    TaskChange,
    TaskEvent,
)
from servicekit.subscriptions import Reject
from tests.support.inbox import HearingInbox
from tests.unit.chat_api.conftest import ALICE, BOB, FakePublisher

NOW = datetime.now(UTC)


def envelope(body: Event) -> CloudEvent:
    return CloudEvent.wrap(body, source="test", time=datetime.now(UTC))


def announcement(added: TaskWithReminders, index: int = 0, *, ahead: bool = False) -> CloudEvent:
    reminder = added.reminders[index]
    not_before = reminder.due_at if ahead else None
    return envelope(
        ReminderFired(
            reminder_id=reminder.id,
            task_id=added.task.id,
            user_id=added.task.user_id,
            title=added.task.title,
            due_at=reminder.due_at,
            version=added.task.version,
            fired_at=not_before or datetime.now(UTC),
            not_before=not_before,
        )
    )


async def a_task(tasks: TaskService, user: str = ALICE, **fields: object) -> TaskWithReminders:
    wish = {"title": "stretch", "due_at": datetime.now(UTC) + timedelta(seconds=1), **fields}
    return await tasks.create(user, TaskCreate.model_validate(wish))


async def always() -> bool:
    return True


async def items(stream: AsyncIterator[InboxItem | TasksChanged]) -> AsyncIterator[InboxItem]:
    async for one in stream:
        if isinstance(one, InboxItem):
            yield one


async def changes(stream: AsyncIterator[InboxItem | TasksChanged]) -> AsyncIterator[Sequence[str]]:
    async for one in stream:
        if isinstance(one, TasksChanged):
            yield one.task_ids


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.01)


async def take(stream: AsyncIterator[InboxItem], count: int) -> list[InboxItem]:
    async with asyncio.timeout(5):
        return [await anext(stream) for _ in range(count)]


async def test_a_fired_reminder_reaches_its_user_once(tasks: TaskService, inbox: HearingInbox) -> None:
    added = await a_task(tasks)
    for _ in range(3):
        await inbox.handle(announcement(added))
    assert [item.title for item in await inbox.latest(ALICE, 10)] == ["stretch"]
    assert await inbox.latest(BOB, 10) == []
    assert [row.status for row in (await tasks.get(ALICE, added.task.id)).reminders] == [WishStatus.FIRED]


async def test_simultaneous_repeats_are_one(tasks: TaskService, inbox: HearingInbox) -> None:
    added = await a_task(tasks)
    await asyncio.gather(*(inbox.handle(announcement(added)) for _ in range(10)))
    assert len(await inbox.latest(ALICE, 10)) == 1


@pytest.mark.parametrize("change", ["moved", "completed", "deleted", "removed"])
async def test_what_is_no_longer_wanted_does_not_reach_the_user(
    tasks: TaskService, inbox: HearingInbox, change: str
) -> None:
    added = await a_task(tasks)
    match change:
        case "moved":
            later = datetime.now(UTC) + timedelta(hours=1)
            await tasks.update(ALICE, added.task.id, TaskUpdate(due_at=later))
        case "completed":
            await tasks.update(ALICE, added.task.id, TaskUpdate(status=TaskStatus.COMPLETED))
        case "deleted":
            await tasks.delete(ALICE, added.task.id)
        case "removed":
            await tasks.update(ALICE, added.task.id, TaskUpdate(reminders=[]))
    await inbox.handle(announcement(added))
    assert await inbox.latest(ALICE, 10) == []


async def test_an_armed_reminder_is_known_to_be_scheduled(tasks: TaskService, inbox: HearingInbox) -> None:
    added = await a_task(tasks)
    reminder = added.reminders[0]
    event = ReminderScheduled(
        reminder_id=reminder.id,
        task_id=added.task.id,
        user_id=ALICE,
        title="stretch",
        due_at=reminder.due_at,
        version=1,
    )
    await inbox.handle(envelope(event))
    assert [row.status for row in (await tasks.get(ALICE, added.task.id)).reminders] == [WishStatus.SCHEDULED]
    await inbox.handle(announcement(added))
    await inbox.handle(envelope(event))
    assert [row.status for row in (await tasks.get(ALICE, added.task.id)).reminders] == [WishStatus.FIRED]


async def test_another_topics_event_is_rejected(inbox: HearingInbox) -> None:
    event = TaskEvent(change=TaskChange.CREATED, task_id="t", user_id=ALICE, version=1, title="x", occurred_at=NOW)
    with pytest.raises(Reject):
        await inbox.handle(envelope(event))


async def test_a_recurring_task_moves_on_when_its_last_reminder_fired(tasks: TaskService, inbox: HearingInbox) -> None:
    due = datetime.now(UTC) + timedelta(seconds=2)
    added = await a_task(
        tasks, due_at=due, reminders=[due - timedelta(seconds=1), due], recurrence="FREQ=DAILY", timezone="UTC"
    )
    await inbox.handle(announcement(added, 0))
    assert (await tasks.get(ALICE, added.task.id)).task.due_at == due
    await inbox.handle(announcement(added, 1))
    moved = await tasks.get(ALICE, added.task.id)
    assert moved.task.due_at is not None
    expected = due.replace(microsecond=0) + timedelta(days=1)
    assert abs(moved.task.due_at - expected) < timedelta(seconds=1)
    assert [row.status for row in moved.reminders] == [WishStatus.PENDING] * 2
    await inbox.handle(announcement(added, 1))
    assert (await tasks.get(ALICE, added.task.id)).task.version == moved.task.version


async def test_a_task_that_recurs_from_completion_waits_for_it(tasks: TaskService, inbox: HearingInbox) -> None:
    added = await a_task(tasks, recurrence="FREQ=DAILY", from_completion=True)
    await inbox.handle(announcement(added))
    assert (await tasks.get(ALICE, added.task.id)).task.due_at == added.task.due_at


class TestStream:
    @pytest.fixture(autouse=True)
    async def _running(self, feed: InboxFeed) -> AsyncIterator[None]:
        task = asyncio.create_task(feed.run())
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task  # it may be within a query, and the database is closed next

    async def test_what_was_never_streamed_comes_first_and_then_what_is_new(
        self, tasks: TaskService, inbox: HearingInbox
    ) -> None:
        missed, live = await a_task(tasks, title="missed"), await a_task(tasks, title="live")
        await inbox.handle(announcement(missed))
        stream = items(inbox.stream(ALICE, None, allowed=always))
        assert [item.title for item in await take(stream, 1)] == ["missed"]
        await inbox.handle(announcement(live))
        assert [item.title for item in await take(stream, 1)] == ["live"]

    async def test_a_second_stream_does_not_repeat_what_the_first_had(
        self, tasks: TaskService, inbox: HearingInbox
    ) -> None:
        first, second = await a_task(tasks, title="first"), await a_task(tasks, title="second")
        stream = items(inbox.stream(ALICE, None, allowed=always))
        reading = asyncio.create_task(take(stream, 2))
        await inbox.handle(announcement(first))
        await inbox.handle(announcement(second))
        assert [item.title for item in await reading] == ["first", "second"]
        # The first is marked when the second is asked for; the last one when the stream goes on.
        third = await a_task(tasks, title="third")
        more = asyncio.create_task(take(stream, 1))
        await inbox.handle(announcement(third))
        await more
        other = items(inbox.stream(ALICE, None, allowed=always))
        titles = [item.title for item in await take(other, 1)]
        assert "first" not in titles

    async def test_a_stream_that_reconnects_goes_on_after_its_last_id(
        self, tasks: TaskService, inbox: HearingInbox
    ) -> None:
        for title in ("one", "two", "three"):
            await inbox.handle(announcement(await a_task(tasks, title=title)))
        first = (await inbox.latest(ALICE, 10))[0].id
        stream = items(inbox.stream(ALICE, first, allowed=always))
        assert [item.title for item in await take(stream, 2)] == ["two", "three"]

    async def test_another_user_sees_nothing(self, tasks: TaskService, inbox: HearingInbox) -> None:
        await inbox.handle(announcement(await a_task(tasks)))
        stream = items(inbox.stream(BOB, 0, allowed=always))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await anext(stream)

    async def test_two_tabs_both_see_it(self, tasks: TaskService, inbox: HearingInbox) -> None:
        tabs = [items(inbox.stream(ALICE, 0, allowed=always)) for _ in range(2)]
        for title in ("first", "second"):
            await inbox.handle(announcement(await a_task(tasks, title=title)))
            assert [[item.title for item in await take(tab, 1)] for tab in tabs] == [[title], [title]]

    async def test_a_stream_ends_with_its_session(
        self, tasks: TaskService, inbox: HearingInbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("chat_api.inbox.service._TRUST", 0.0)
        open_session = True

        async def allowed() -> bool:
            return open_session

        stream = items(inbox.stream(ALICE, None, allowed=allowed))
        await inbox.handle(announcement(await a_task(tasks, title="before")))
        assert [item.title for item in await take(stream, 1)] == ["before"]
        open_session = False
        reading = asyncio.ensure_future(anext(stream, None))
        await inbox.handle(announcement(await a_task(tasks, title="after")))
        async with asyncio.timeout(5):
            assert await reading is None

    async def test_streams_end_when_the_server_stops(self, inbox: HearingInbox, feed: InboxFeed) -> None:
        stream = items(inbox.stream(ALICE, None, allowed=always))
        reading = asyncio.ensure_future(anext(stream, None))
        await asyncio.sleep(0.05)  # it waits
        feed.close()
        async with asyncio.timeout(2):
            assert await reading is None


class TestChanges:
    @pytest.fixture
    def relay(self, database: Database, publisher: FakePublisher, feed: InboxFeed) -> OutboxRelay:
        return OutboxRelay(database, publisher, parallel=8, on_wake=feed.wake)

    @pytest.fixture(autouse=True)
    async def _running(self, feed: InboxFeed) -> AsyncIterator[None]:
        task = asyncio.create_task(feed.run())
        await until(lambda: feed._newest is not None)  # the first look finds out where the signals begin
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    async def test_every_open_stream_of_the_user_hears_at_once_which_tasks_changed(
        self, tasks: TaskService, inbox: HearingInbox, feed: InboxFeed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("chat_api.inbox.feed._POLL", 60.0)  # nothing is found by polling
        feed.wake()
        await until(lambda: not feed._woken.is_set())
        tabs = [changes(inbox.stream(ALICE, 0, allowed=always)) for _ in range(2)]
        heard = [asyncio.ensure_future(anext(tab)) for tab in tabs]
        other = asyncio.ensure_future(anext(changes(inbox.stream(BOB, 0, allowed=always))))
        await until(lambda: {user: len(found) for user, found in feed._listeners.items()} == {ALICE: 2, BOB: 1})
        added = await tasks.create(ALICE, TaskCreate(title="milk"))
        async with asyncio.timeout(5):
            assert await asyncio.gather(*heard) == [[added.task.id]] * 2
            await tasks.update(ALICE, added.task.id, TaskUpdate(title="oat milk"))
            assert await anext(tabs[0]) == [added.task.id]
            await tasks.delete(ALICE, added.task.id)
            assert await anext(tabs[0]) == [added.task.id]
        assert not other.done()
        other.cancel()

    async def test_what_another_replica_changed_is_heard_within_its_poll(
        self, database: Database, publisher: FakePublisher, inbox: HearingInbox, feed: InboxFeed
    ) -> None:
        elsewhere = TaskService(database, OutboxRelay(database, publisher, parallel=8))
        heard = asyncio.ensure_future(anext(changes(inbox.stream(ALICE, 0, allowed=always))))
        await until(lambda: ALICE in feed._listeners)
        added = await elsewhere.create(ALICE, TaskCreate(title="milk"))
        async with asyncio.timeout(5):
            assert await heard == [added.task.id]

    async def test_an_armed_reminder_is_a_change(
        self, tasks: TaskService, inbox: HearingInbox, feed: InboxFeed
    ) -> None:
        stream = changes(inbox.stream(ALICE, 0, allowed=always))
        heard = asyncio.ensure_future(anext(stream))
        await until(lambda: ALICE in feed._listeners)
        added = await a_task(tasks)
        event = ReminderScheduled(
            reminder_id=added.reminders[0].id,
            task_id=added.task.id,
            user_id=ALICE,
            title="stretch",
            due_at=added.reminders[0].due_at,
            version=1,
        )
        async with asyncio.timeout(20):
            assert await heard == [added.task.id]
            await inbox.handle(envelope(event))
            assert await anext(stream) == [added.task.id]


async def test_acknowledging_is_for_ones_own(tasks: TaskService, inbox: HearingInbox, database: Database) -> None:
    await inbox.handle(announcement(await a_task(tasks)))
    (item,) = await inbox.latest(ALICE, 10)
    assert item.id is not None
    with pytest.raises(NotFound):
        await inbox.acknowledge(BOB, item.id)
    await inbox.acknowledge(ALICE, item.id)
    assert (await inbox.latest(ALICE, 10))[0].acknowledged_at is not None


class TestSnooze:
    async def fired(self, tasks: TaskService, inbox: HearingInbox, **fields: object) -> tuple[TaskWithReminders, int]:
        added = await a_task(tasks, **fields)
        await inbox.handle(announcement(added))
        item_id = (await inbox.latest(ALICE, 10))[-1].id
        assert item_id is not None
        return added, item_id

    async def test_it_rings_again_and_the_due_time_stays(self, tasks: TaskService, inbox: HearingInbox) -> None:
        added, item_id = await self.fired(tasks, inbox)
        until = datetime.now(UTC) + timedelta(minutes=10)
        snoozed = await inbox.snooze(ALICE, item_id, until)
        assert snoozed.task.due_at == added.task.due_at
        assert [(row.due_at, row.snoozed) for row in snoozed.reminders if row.status == WishStatus.PENDING] == [
            (until, True)
        ]
        assert (await inbox.latest(ALICE, 10))[-1].acknowledged_at is not None
        waiting = [row.status for row in snoozed.reminders].index(WishStatus.PENDING)
        await inbox.handle(announcement(snoozed, waiting))
        assert len(await inbox.latest(ALICE, 10)) == 2

    async def test_again_and_again_it_needs_no_further_row(self, tasks: TaskService, inbox: HearingInbox) -> None:
        added, item_id = await self.fired(tasks, inbox)
        for minutes in (10, 20, 30):
            snoozed = await inbox.snooze(ALICE, item_id, datetime.now(UTC) + timedelta(minutes=minutes))
            waiting = [row.status for row in snoozed.reminders].index(WishStatus.PENDING)
            await inbox.handle(announcement(snoozed, waiting))
            item_id = (await inbox.latest(ALICE, 10))[-1].id or 0
        assert len((await tasks.get(ALICE, added.task.id)).reminders) == 2
        assert len(await inbox.latest(ALICE, 10)) == 4

    async def test_a_recurring_task_still_moves_on(self, tasks: TaskService, inbox: HearingInbox) -> None:
        added, item_id = await self.fired(tasks, inbox, recurrence="FREQ=DAILY")
        moved = await tasks.get(ALICE, added.task.id)
        until = datetime.now(UTC) + timedelta(minutes=10)
        snoozed = await inbox.snooze(ALICE, item_id, until)
        assert snoozed.task.due_at == moved.task.due_at
        assert sorted(row.snoozed for row in snoozed.reminders) == [False, True]
        lasting = [row.snoozed for row in snoozed.reminders].index(False)
        await inbox.handle(announcement(snoozed, lasting))
        later = await tasks.get(ALICE, added.task.id)
        assert later.task.due_at == (moved.task.due_at or NOW) + timedelta(days=1)
        assert [row.due_at for row in later.reminders if row.snoozed] == [until]

    async def test_moving_the_task_ends_it(self, tasks: TaskService, inbox: HearingInbox) -> None:
        added, item_id = await self.fired(tasks, inbox)
        await inbox.snooze(ALICE, item_id, datetime.now(UTC) + timedelta(minutes=10))
        later = datetime.now(UTC) + timedelta(hours=2)
        moved = await tasks.update(ALICE, added.task.id, TaskUpdate(due_at=later))
        assert [row.due_at for row in moved.reminders] == [later]

    async def test_what_cannot_be_snoozed_is_refused(self, tasks: TaskService, inbox: HearingInbox) -> None:
        added, item_id = await self.fired(tasks, inbox)
        later = datetime.now(UTC) + timedelta(minutes=10)
        with pytest.raises(NotFound):
            await inbox.snooze(BOB, item_id, later)
        with pytest.raises(Invalid):
            await inbox.snooze(ALICE, item_id, datetime.now(UTC) - timedelta(minutes=10))
        await tasks.update(ALICE, added.task.id, TaskUpdate(status=TaskStatus.COMPLETED))
        with pytest.raises(Invalid):
            await inbox.snooze(ALICE, item_id, later)
        assert (await inbox.latest(ALICE, 10))[-1].acknowledged_at is None


async def responses(database: Database) -> list[ReminderResponded]:
    """What the outbox has to say about what users did."""
    async with database.reading() as session:
        rows = (await session.exec(select(OutboxMessage).order_by(col(OutboxMessage.id)))).all()
    bodies = [CloudEvent.from_json(row.payload).data for row in rows]
    return [body for body in bodies if isinstance(body, ReminderResponded)]


async def test_an_acknowledgement_is_told_once(tasks: TaskService, inbox: HearingInbox, database: Database) -> None:
    added = await a_task(tasks)
    await inbox.handle(announcement(added))
    (item,) = await inbox.latest(ALICE, 10)
    await inbox.acknowledge(ALICE, item.id or 0)
    (told,) = await responses(database)
    async with database.writing() as session:
        await session.exec(delete(OutboxMessage))
    await inbox.acknowledge(ALICE, item.id or 0)
    assert await responses(database) == []
    assert (told.response, told.reminder_id, told.due_at) == (
        ReminderResponse.ACKNOWLEDGED,
        item.reminder_id,
        item.due_at,
    )
    assert told.partition_key() == added.task.id


async def test_a_snooze_is_told_with_its_time(tasks: TaskService, inbox: HearingInbox, database: Database) -> None:
    added = await a_task(tasks)
    await inbox.handle(announcement(added))
    (item,) = await inbox.latest(ALICE, 10)
    until = datetime.now(UTC) + timedelta(minutes=10)
    for _ in range(2):
        await inbox.snooze(ALICE, item.id or 0, until)
    (told,) = await responses(database)
    assert (told.response, told.snoozed_until, told.due_at) == (ReminderResponse.SNOOZED, until, item.due_at)


async def test_what_the_actor_says_of_a_response_changes_nothing(tasks: TaskService, inbox: HearingInbox) -> None:
    added = await a_task(tasks)
    await inbox.handle(announcement(added))
    before = (await tasks.get(ALICE, added.task.id)).task.version
    facts = announcement(added).data.model_dump(exclude={"fired_at"})
    later = NOW + timedelta(hours=1)
    for body in (
        ReminderSnoozed(**facts, snoozed_at=NOW, snoozed_until=later),
        ReminderAcknowledged(**facts, acknowledged_at=NOW),
        ReminderMissed(**facts, noticed_at=NOW),
    ):
        await inbox.handle(envelope(body))
    assert (await tasks.get(ALICE, added.task.id)).task.version == before
    assert len(await inbox.latest(ALICE, 10)) == 1
