"""Announcements: stored before they are acknowledged, worked off together, and none holds up the others."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Executable
from sqlmodel import func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chat_api.database import Database
from chat_api.inbox import intake as intake_module
from chat_api.inbox.intake import Intake, IntakeRow
from chat_api.inbox.receiving import Received, receive
from chat_api.tasks.models import WishStatus
from chat_api.tasks.schemas import TaskCreate, TaskUpdate
from chat_api.tasks.service import TaskService
from contracts.events import CloudEvent, ReminderMissed, ReminderScheduled, TaskChange, TaskEvent
from servicekit.errors import SidecarUnavailable
from servicekit.retry import Backoff
from servicekit.subscriptions import Reject
from tests.support.inbox import HearingInbox
from tests.unit.chat_api.conftest import ALICE, BOB
from tests.unit.chat_api.test_inbox import a_task, announcement, envelope


@pytest.fixture
def intake(inbox: HearingInbox) -> Intake:
    inbox.intake._backoff = Backoff(base=0.0, cap=0.0)
    return inbox.intake


async def waiting(database: Database) -> int:
    async with database.reading() as session:
        return (await session.exec(select(func.count()).select_from(IntakeRow))).one()


async def titles(inbox: HearingInbox, user: str = ALICE) -> list[str]:
    return [item.title for item in await inbox.latest(user, 200)]


def poisoned(monkeypatch: pytest.MonkeyPatch, reminder_id: str) -> None:
    """Whatever batch this reminder's event is in fails."""

    async def failing(session: AsyncSession, events: Sequence[CloudEvent], now: datetime) -> Received:
        if any(getattr(event.data, "reminder_id", "") == reminder_id for event in events):
            raise ZeroDivisionError("poison")
        return await receive(session, events, now)

    monkeypatch.setattr(intake_module, "receive", failing)


async def test_what_is_taken_in_is_worked_off_by_another_process(
    tasks: TaskService, inbox: HearingInbox, intake: Intake, database: Database
) -> None:
    await intake.handle(announcement(await a_task(tasks)))
    assert await titles(inbox) == []
    restarted = HearingInbox(database, inbox._feed, inbox._relay, tasks)
    assert await restarted.intake.work_off() == 1
    assert await titles(inbox) == ["stretch"]
    assert await waiting(database) == 0


async def test_a_batch_is_in_the_order_of_the_due_times_and_rings_before_it_confirms(
    tasks: TaskService, inbox: HearingInbox, intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = datetime.now(UTC) + timedelta(hours=1)
    late, early = [await a_task(tasks, title=str(n), due_at=base + timedelta(minutes=n)) for n in (2, 1)]
    armed = await a_task(tasks, title="armed", due_at=base)
    reminder = armed.reminders[0]
    scheduled = ReminderScheduled(
        reminder_id=reminder.id, task_id=armed.task.id, user_id=ALICE, title="armed", due_at=base, version=1
    )
    await intake.handle(envelope(scheduled))
    for one in (late, early):
        await intake.handle(announcement(one))
    monkeypatch.setattr(intake_module, "_BATCH", 2)
    assert await intake.work_off() == 2
    assert await titles(inbox) == ["1", "2"]
    assert (await tasks.get(ALICE, armed.task.id)).reminders[0].status == WishStatus.PENDING
    assert await intake.work_off() == 1
    assert (await tasks.get(ALICE, armed.task.id)).reminders[0].status == WishStatus.SCHEDULED


async def test_a_batch_holds_several_users_and_repeats(tasks: TaskService, inbox: HearingInbox, intake: Intake) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=5)
    alices = await a_task(tasks, title="both", reminders=[soon, soon + timedelta(seconds=1)])
    bobs = await a_task(tasks, BOB, title="bob's")
    for event in (announcement(alices), announcement(alices), announcement(bobs), announcement(alices, 1)):
        await intake.handle(event)
    assert await intake.work_off() == 4
    assert await titles(inbox) == ["both", "both"]
    assert await titles(inbox, BOB) == ["bob's"]


async def test_a_recurring_task_moves_on_within_a_batch(
    tasks: TaskService, inbox: HearingInbox, intake: Intake
) -> None:
    due_at = datetime.now(UTC) - timedelta(seconds=1)
    daily = await tasks.create(ALICE, TaskCreate(title="pills", due_at=due_at, recurrence="FREQ=DAILY"))
    once = await a_task(tasks)
    for event in (announcement(daily), announcement(once)):
        await intake.handle(event)
    await intake.work_off()
    assert sorted(await titles(inbox)) == ["pills", "stretch"]
    moved = await tasks.get(ALICE, daily.task.id)
    assert moved.task.due_at is not None
    assert moved.task.due_at > datetime.now(UTC)


class TestAhead:
    """What was announced ahead of its time reaches nobody before that."""

    async def test_it_comes_when_it_is_due_and_not_before(
        self, tasks: TaskService, inbox: HearingInbox, intake: Intake
    ) -> None:
        due_at = datetime.now(UTC) + timedelta(seconds=1.2)
        added = await a_task(tasks, due_at=due_at)
        worker = asyncio.create_task(intake.run())
        await intake.handle(announcement(added, ahead=True))
        try:
            async with asyncio.timeout(10):
                while not await titles(inbox):
                    status = (await tasks.get(ALICE, added.task.id)).reminders[0].status
                    assert status != WishStatus.FIRED or datetime.now(UTC) >= due_at
                    await asyncio.sleep(0.01)
        finally:
            worker.cancel()
        assert datetime.now(UTC) >= due_at
        (item,) = await inbox.latest(ALICE, 10)
        assert (item.due_at, item.fired_at) == (due_at, due_at)

    async def test_an_earlier_one_that_comes_later_is_not_late(
        self, tasks: TaskService, inbox: HearingInbox, intake: Intake, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(intake_module, "_POLL", 60.0)
        now = datetime.now(UTC)
        second, first = [await a_task(tasks, title=str(s), due_at=now + timedelta(seconds=s)) for s in (2, 1)]
        worker = asyncio.create_task(intake.run())
        try:
            for one in (second, first):
                await intake.handle(announcement(one, ahead=True))
                await asyncio.sleep(0.05)
            async with asyncio.timeout(10):
                while len(await titles(inbox)) < 2:
                    await asyncio.sleep(0.02)
        finally:
            worker.cancel()
        assert await titles(inbox) == ["1", "2"]

    async def test_a_change_of_mind_counts_until_then(
        self, tasks: TaskService, inbox: HearingInbox, intake: Intake, database: Database
    ) -> None:
        soon = datetime.now(UTC) + timedelta(seconds=2)
        deleted, moved, kept = [await a_task(tasks, title=title, due_at=soon) for title in ("deleted", "moved", "kept")]
        for one in (deleted, moved, kept):
            await intake.handle(announcement(one, ahead=True))
        assert await intake.work_off() == 0
        await tasks.delete(ALICE, deleted.task.id)
        await tasks.update(ALICE, moved.task.id, TaskUpdate(due_at=soon + timedelta(hours=1)))
        await asyncio.sleep((soon - datetime.now(UTC)).total_seconds() + 0.1)
        assert await intake.work_off() == 3
        assert await titles(inbox) == ["kept"]
        assert await waiting(database) == 0

    async def test_an_operator_wants_it_now(self, tasks: TaskService, inbox: HearingInbox, intake: Intake) -> None:
        added = await a_task(tasks, due_at=datetime.now(UTC) + timedelta(seconds=0.5))
        await intake.handle(announcement(added, ahead=True))
        await intake.handle(announcement(added))
        assert await intake.work_off() == 1
        assert await titles(inbox) == ["stretch"]
        await asyncio.sleep(0.6)
        assert await intake.work_off() == 1
        assert await titles(inbox) == ["stretch"]


class TestPoison:
    async def test_the_others_do_not_wait_and_it_is_a_dead_letter_in_the_end(
        self,
        tasks: TaskService,
        inbox: HearingInbox,
        intake: Intake,
        database: Database,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        added = [await a_task(tasks, title=title) for title in ("first", "poison", "third")]
        poisoned(monkeypatch, added[1].reminders[0].id)
        events = [announcement(one) for one in added]
        for event in events:
            await intake.handle(event)
        await intake.work_off()
        assert sorted(await titles(inbox)) == ["first", "third"]
        for _ in range(4):
            await intake.work_off()
        assert inbox.buried.letters == []
        await intake.work_off()
        assert inbox.buried.letters == [(events[1].to_json(), "poison")]
        assert await waiting(database) == 0

    async def test_it_rests_between_attempts(
        self, tasks: TaskService, inbox: HearingInbox, intake: Intake, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        intake._backoff = Backoff(base=3600.0, cap=3600.0)
        added = await a_task(tasks)
        poisoned(monkeypatch, added.reminders[0].id)
        await intake.handle(announcement(added))
        assert await intake.work_off() == 1
        assert await intake.work_off() == 0

    async def test_while_it_can_not_be_kept_elsewhere_it_stays(
        self,
        tasks: TaskService,
        inbox: HearingInbox,
        intake: Intake,
        database: Database,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        async def unkept(payload: bytes, reason: str) -> None:
            raise SidecarUnavailable("away")

        intake._bury = unkept
        added = await a_task(tasks)
        poisoned(monkeypatch, added.reminders[0].id)
        await intake.handle(announcement(added))
        for _ in range(5):
            await intake.work_off()
        with pytest.raises(SidecarUnavailable):
            await intake.work_off()
        assert await waiting(database) == 1


class TestStoring:
    async def test_those_that_come_together_are_one_transaction(
        self, tasks: TaskService, intake: Intake, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        events = [announcement(await a_task(tasks, title=str(number))) for number in range(20)]
        began = 0
        store, writing = database.store, database.writing

        async def counted_alone(statement: Executable, values: Mapping[str, Any]) -> None:
            nonlocal began
            began += 1
            await store(statement, values)

        @contextlib.asynccontextmanager
        async def counted(owner: str | None = None, **options: Any) -> AsyncIterator[AsyncSession]:
            nonlocal began
            began += 1
            async with writing(owner, **options) as session:
                yield session

        monkeypatch.setattr(database, "store", counted_alone)
        monkeypatch.setattr(database, "writing", counted)
        await asyncio.gather(*map(intake.handle, events))
        assert await waiting(database) == 20
        assert began <= 2

    async def test_none_counts_as_stored_when_their_transaction_failed(
        self, tasks: TaskService, intake: Intake, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        events = [announcement(await a_task(tasks, title=str(number))) for number in range(3)]
        store, writing = database.store, database.writing

        async def slow_for_the_first(statement: Executable, values: Mapping[str, Any]) -> None:
            await store(statement, values)
            await asyncio.sleep(0.05)  # the others come meanwhile

        @contextlib.asynccontextmanager
        async def failing_for_the_others(owner: str | None = None, **options: Any) -> AsyncIterator[AsyncSession]:
            async with writing(owner, **options) as session:
                yield session
                raise ConnectionError("gone")

        monkeypatch.setattr(database, "store", slow_for_the_first)
        monkeypatch.setattr(database, "writing", failing_for_the_others)
        stored: list[Any] = await asyncio.gather(*map(intake.handle, events), return_exceptions=True)
        failures = [one for one in stored if isinstance(one, Exception)]
        assert len(stored) - len(failures) == await waiting(database)
        assert len(failures) == 2

    async def test_what_nobody_here_needs_is_not_kept(self, intake: Intake, database: Database) -> None:
        missed = ReminderMissed(
            reminder_id="r",
            task_id="t",
            user_id=ALICE,
            title="x",
            due_at=datetime.now(UTC),
            version=1,
            noticed_at=datetime.now(UTC),
        )
        await intake.handle(envelope(missed))
        assert await waiting(database) == 0

    async def test_an_event_of_another_topic_is_refused(self, tasks: TaskService, intake: Intake) -> None:
        event = TaskEvent(
            task_id="t", user_id=ALICE, title="x", version=1, change=TaskChange.CREATED, occurred_at=datetime.now(UTC)
        )
        with pytest.raises(Reject):
            await intake.handle(envelope(event))
