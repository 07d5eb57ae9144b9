"""What operators ask of chat_api: lists in pages, one reminder's facts, moving one, all rows out and in again."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import SQLModel, select

from chat_api.auth.models import User
from chat_api.channels.models import ItemDelivery
from chat_api.database import Database
from chat_api.inbox.models import InboxItem
from chat_api.operations.desk import OperationsDesk
from chat_api.operations.rows import LEFT_OUT, TABLES, RowPorter
from chat_api.outbox import OutboxMessage, OutboxRelay
from chat_api.tasks.models import Reminder, WishStatus
from chat_api.tasks.schemas import TaskCreate, TaskUpdate
from chat_api.tasks.service import TaskService
from contracts.base import occurrence_key
from contracts.events import CloudEvent, TaskEvent
from contracts.operations import (
    AskWorkload,
    DescribeReminder,
    ExportRows,
    FindReminders,
    ImportRows,
    MoveOutcome,
    MoveReminder,
    ReminderFilter,
)
from servicekit.errors import SidecarRefused
from tests.unit.chat_api.conftest import ALICE, BOB

SOON = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)


@pytest.fixture
def desk(database: Database, relay: OutboxRelay) -> OperationsDesk:
    return OperationsDesk(database, relay)


async def add(tasks: TaskService, title: str, due_at: datetime, user: str = ALICE, **fields: object) -> str:
    task = await tasks.create(user, TaskCreate.model_validate({"title": title, "due_at": due_at, **fields}))
    return task.reminders[0].id


async def change(database: Database, reminder_id: str, **fields: object) -> None:
    async with database.writing() as session:
        row = (await session.exec(select(Reminder).where(Reminder.id == reminder_id))).one()
        for name, value in fields.items():
            setattr(row, name, value)
        session.add(row)


async def titles(desk: OperationsDesk, **fields: object) -> list[str]:
    return [row.title for row in (await desk.find(FindReminders.model_validate(fields))).reminders]


async def test_a_list_comes_in_pages_each_reminder_once(desk: OperationsDesk, tasks: TaskService) -> None:
    for number in range(7):
        await add(tasks, f"{number}", SOON + timedelta(minutes=number // 3))  # some are due at one instant
    seen: list[str] = []
    after = None
    while True:
        page = await desk.find(FindReminders(limit=2, after=after))
        seen += [row.title for row in page.reminders]
        after = page.next_after
        if after is None:
            break
    assert sorted(seen) == [str(number) for number in range(7)]
    assert [int(title) // 3 for title in seen] == sorted(int(title) // 3 for title in seen)
    with pytest.raises(SidecarRefused):
        await desk.find(FindReminders(after="nonsense"))


async def test_each_list_holds_what_it_is_called(desk: OperationsDesk, tasks: TaskService, database: Database) -> None:
    await add(tasks, "waits 100%", SOON)
    late = await add(tasks, "late", SOON)
    await change(database, late, due_at=datetime.now(UTC) - timedelta(minutes=1))
    rang = await add(tasks, "rang", SOON, BOB)
    await change(database, rang, status=WishStatus.FIRED, fired_at=SOON)
    async with database.writing() as session:
        item = InboxItem(
            user_id=BOB,
            reminder_id=rang,
            occurrence=occurrence_key(SOON),
            task_id="t",
            title="rang",
            due_at=SOON,
            fired_at=SOON,
        )
        session.add(item)
        await session.flush()
        assert item.id is not None
        session.add(ItemDelivery(item_id=item.id, channel="email", state="failed", at=SOON, detail="no such address"))
    assert await titles(desk) == ["late", "waits 100%"]
    assert await titles(desk, wanted=ReminderFilter.OVERDUE) == ["late"]
    assert await titles(desk, wanted=ReminderFilter.FAILED) == ["rang"]
    assert set(await titles(desk, wanted=ReminderFilter.ALL)) == {"late", "waits 100%", "rang"}
    assert await titles(desk, wanted=ReminderFilter.ALL, user="bob@example.org") == ["rang"]
    assert await titles(desk, search="0%") == ["waits 100%"]
    assert await titles(desk, search=late) == ["late"]
    facts = await desk.describe(DescribeReminder(reminder_id=rang))
    assert [(one.channel, one.detail) for one in facts.inbox[0].deliveries] == [("email", "no such address")]
    work = await desk.workload(AskWorkload())
    assert (work.users, work.pending, work.overdue, work.outbox) == (2, 2, 1, 3)
    assert work.outbox_oldest_at is not None


async def test_moving_one_reminder_is_a_change_that_can_be_taken_back(
    desk: OperationsDesk, tasks: TaskService, database: Database
) -> None:
    reminder_id = await add(tasks, "move me", SOON)
    later = SOON + timedelta(hours=2)
    assert (await desk.move(MoveReminder(reminder_id=reminder_id, due_at=later))).outcome is MoveOutcome.MOVED
    facts = await desk.describe(DescribeReminder(reminder_id=reminder_id))
    assert facts.reminder is not None
    assert (facts.reminder.due_at, facts.reminder.version, facts.reminder.status) == (later, 2, "pending")
    assert len(facts.unpublished) == 2
    async with database.reading() as session:
        rows = (await session.exec(select(OutboxMessage).order_by("id"))).all()
    body = CloudEvent.from_json(rows[-1].payload).data
    assert isinstance(body, TaskEvent)
    assert [(spec.due_at, spec.active) for spec in body.reminders] == [(later, True)]
    past = MoveReminder(reminder_id=reminder_id, due_at=SOON - timedelta(days=1))
    assert (await desk.move(past)).outcome is MoveOutcome.REFUSED
    unknown = MoveReminder(reminder_id="nobody", due_at=later)
    assert (await desk.move(unknown)).outcome is MoveOutcome.UNKNOWN
    await tasks.update(ALICE, facts.reminder.task_id, TaskUpdate.model_validate({"status": "completed"}))
    done = await desk.move(MoveReminder(reminder_id=reminder_id, due_at=later))
    assert (done.outcome, done.reason) == (MoveOutcome.REFUSED, "the task is done")


def test_every_table_is_moved_or_left_out_on_purpose() -> None:
    assert {table.name for table in SQLModel.metadata.sorted_tables} == set(TABLES) | LEFT_OUT
    assert not set(TABLES) & LEFT_OUT


async def test_all_rows_come_out_and_into_an_empty_database_and_no_other(
    database: Database, tasks: TaskService, desk: OperationsDesk, migrated: Path, tmp_path: Path
) -> None:
    """Whatever the database of the tests is, the other one is SQLite."""
    due = SOON + timedelta(microseconds=123456)
    parent = await tasks.create(ALICE, TaskCreate.model_validate({"title": "Zürich 🚆", "due_at": due, "tags": ["a"]}))
    for number in range(3):
        await tasks.create(ALICE, TaskCreate.model_validate({"title": f"part {number}", "parent_id": parent.task.id}))
    await add(tasks, "daily", SOON, BOB, recurrence="FREQ=DAILY", list="Home")
    copy = tmp_path / "other.db"
    copy.write_bytes(migrated.read_bytes())
    other = Database(f"sqlite+aiosqlite:///{copy}")
    source, target = RowPorter(database), RowPorter(other)
    said = await source.export(ExportRows())
    begin = True
    for table in said.counts:
        after = None
        while True:
            page = await source.export(ExportRows(table=table, after=after, limit=2))
            wanted = ImportRows(schema_revision=page.schema_revision, table=table, rows=page.rows, begin=begin)
            if page.rows:
                answer = await target.import_rows(wanted)
                assert answer.refused == ""
                assert answer.added == len(page.rows)
                begin = False
            after = page.next_after
            if after is None:
                break
    assert (await target.export(ExportRows())).counts == said.counts
    for table in TABLES:
        everything = ExportRows(table=table, limit=1000)
        assert (await target.export(everything)).rows == (await source.export(everything)).rows
    again = ImportRows(schema_revision=said.schema_revision, table="users", rows=(), begin=True)
    assert "users here already" in (await target.import_rows(again)).refused
    older = ImportRows(schema_revision="0001", table="users", rows=())
    assert "0001" in (await target.import_rows(older)).refused
    foreign = ImportRows(schema_revision=said.schema_revision, table="sessions", rows=())
    assert "no table sessions" in (await target.import_rows(foreign)).refused
    async with other.writing() as session:  # it counts on from where the other one was
        session.add(User(id="carol", email="carol@example.org", password_hash="-", created_at=SOON))
    await other.close()
