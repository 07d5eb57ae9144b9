"""Export and import: what goes out comes back the same, once, and nothing rings that has passed."""

import asyncio
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from chat_api.auth.models import User
from chat_api.database import Database
from chat_api.errors import Invalid
from chat_api.outbox import OutboxMessage, OutboxRelay
from chat_api.portability.reader import FileReader
from chat_api.portability.reading import ReadFile, read_file
from chat_api.portability.schemas import ImportResult
from chat_api.portability.service import PortabilityService
from chat_api.preferences.schemas import PreferencesUpdate
from chat_api.preferences.service import PreferencesService
from chat_api.tasks.adopting import TaskAdoption
from chat_api.tasks.lists import ListService
from chat_api.tasks.models import TaskStatus, WishStatus
from chat_api.tasks.query import TaskQuery
from chat_api.tasks.schemas import Scope, TaskCreate, TaskUpdate
from chat_api.tasks.service import TaskService
from contracts.events import CloudEvent, TaskEvent
from tests.unit.chat_api.conftest import ALICE, BOB, FakePublisher

ROME = ZoneInfo("Europe/Rome")
HOUR = timedelta(hours=1)


class SameProcess(FileReader):
    """Reads in this process: the limits have tests of their own."""

    async def read(self, raw: bytes, kind: str, zone: ZoneInfo) -> ReadFile:
        found = read_file(raw, kind, zone.key)
        if found.problem is not None:
            raise Invalid("file", found.problem)
        return found


class Account:
    """What one user does."""

    def __init__(self, database: Database, user_id: str, reader: FileReader | None = None) -> None:
        relay = OutboxRelay(database, FakePublisher(), parallel=8)
        self.user_id = user_id
        self.database = database
        self.tasks = TaskService(database, relay)
        self.lists = ListService(database, relay)
        self.preferences = PreferencesService(database, relay)
        self.port = PortabilityService(
            self.tasks, self.lists, self.preferences, TaskAdoption(database, relay), reader or SameProcess()
        )

    async def json(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(await self.port.export_json(self.user_id))
        del document["exported_at"]
        return document

    async def ics(self) -> bytes:
        return await self.port.export_calendar(self.user_id)

    async def import_json(self, document: dict[str, Any]) -> ImportResult:
        sent = json.dumps(document | {"exported_at": datetime.now(UTC).isoformat()}).encode()
        return await self.port.import_file(self.user_id, sent, "json")

    async def import_ics(self, raw: bytes | str) -> ImportResult:
        raw = raw if isinstance(raw, bytes) else raw.encode()
        return await self.port.import_file(self.user_id, raw, "ics")

    async def delete_all(self) -> None:
        for found in await self.tasks.list(self.user_id):
            if found.task.parent_id is None:
                await self.tasks.delete(self.user_id, found.task.id)
        for found_list in await self.lists.all(self.user_id):
            await self.lists.delete(self.user_id, found_list.id)
        assert (await self.tasks.page(self.user_id, TaskQuery())).items == []


@pytest.fixture
def alice(database: Database) -> Account:
    return Account(database, ALICE)


@pytest.fixture
def bob(database: Database) -> Account:
    return Account(database, BOB)


def soon(hours: float = 1) -> datetime:
    return (datetime.now(UTC) + hours * HOUR).replace(microsecond=0)


async def furnish(account: Account) -> None:
    """A bit of everything."""
    me, tasks = account.user_id, account.tasks
    await account.preferences.update(me, PreferencesUpdate(timezone="Europe/Rome", digest_at=time(8)))
    await account.preferences.update(me, PreferencesUpdate(quiet_from=time(22), quiet_until=time(7)))
    await account.lists.add(me, "Empty one")
    move = await tasks.create(
        me, TaskCreate(title="Move, house; \\ and\nhome", notes="a\n\nb\\n", priority=4, tags=["a,b", "c"], list="Home")
    )
    await tasks.create(me, TaskCreate(title="boxes", parent_id=move.task.id, due_at=soon(5)))
    done = await tasks.create(me, TaskCreate(title="van", parent_id=move.task.id))
    await tasks.update(me, done.task.id, TaskUpdate(status=TaskStatus.COMPLETED))
    await tasks.create(me, TaskCreate(title="nobody reminds", due_at=soon(7), reminders=[], priority=1))
    await tasks.create(me, TaskCreate(title="day", due_on=date.today() + timedelta(days=3)))  # noqa: DTZ011
    await tasks.create(me, TaskCreate(title="daily", due_at=soon(3), recurrence="FREQ=DAILY;COUNT=5"))
    gym = await tasks.create(
        me, TaskCreate(title="gym", due_at=soon(9), recurrence="FREQ=WEEKLY", reminders=[soon(8), soon(9)])
    )
    await tasks.skip(me, gym.task.id)
    alone = await tasks.create(me, TaskCreate(title="alone", due_at=soon(30), recurrence="FREQ=DAILY"))
    await tasks.update(me, alone.task.id, TaskUpdate(due_at=soon(32), scope=Scope.THIS))
    days = await tasks.create(
        me,
        TaskCreate(title="days", due_on=date.today() + timedelta(days=9), recurrence="FREQ=DAILY"),  # noqa: DTZ011
    )
    wanted = TaskUpdate(due_on=date.today() + timedelta(days=10), scope=Scope.THIS)  # noqa: DTZ011
    await tasks.update(me, days.task.id, wanted)
    await tasks.create(
        me, TaskCreate(title="filter", due_at=soon(2), recurrence="FREQ=MONTHLY", from_completion=True, timezone="UTC")
    )


async def test_a_json_export_comes_back_the_same(alice: Account) -> None:
    await furnish(alice)
    before = await alice.json()
    assert [task["title"] for task in before["tasks"]][1:3] == ["nobody reminds", "day"]
    assert [part["title"] for part in before["tasks"][0]["subtasks"]] == ["boxes", "van"]
    await alice.delete_all()
    result = await alice.import_json(before)
    assert (result.added, result.already_there, result.refused) == (10, 0, [])
    assert await alice.json() == before


async def test_a_calendar_export_comes_back_the_same(alice: Account) -> None:
    await furnish(alice)
    before = await alice.ics()
    await alice.delete_all()
    result = await alice.import_ics(before)
    assert (result.added, result.refused) == (10, [])
    assert (await alice.ics()).decode() == before.decode()


@pytest.mark.parametrize("kind", ["json", "ics"])
async def test_the_same_file_twice_adds_nothing(alice: Account, bob: Account, kind: str) -> None:
    await furnish(alice)
    raw = await (alice.port.export_json(ALICE) if kind == "json" else alice.ics())
    for account, added in ((alice, 0), (bob, 10), (bob, 0)):
        result = await account.port.import_file(account.user_id, raw, kind)
        assert (result.added, result.already_there, result.refused) == (added, 10 - added, [])


async def test_preferences_fill_what_is_not_chosen_and_leave_the_rest(alice: Account, bob: Account) -> None:
    await furnish(alice)
    await bob.preferences.update(BOB, PreferencesUpdate(timezone="Asia/Tokyo"))
    await bob.import_json(await alice.json())
    chosen = await bob.preferences.get(BOB)
    assert (chosen.timezone, chosen.digest_at, chosen.quiet_from) == ("Asia/Tokyo", time(8), time(22))


async def test_an_import_is_taken_back_as_one_change(alice: Account, bob: Account) -> None:
    await furnish(alice)
    mine = await bob.tasks.create(BOB, TaskCreate(title="mine"))
    await bob.import_ics(await alice.ics())
    assert "10 imported tasks" in (await bob.tasks.undo(BOB)).said
    assert [found.task.id for found in await bob.tasks.list(BOB)] == [mine.task.id]


async def test_what_is_overdue_comes_without_reminders_that_ring(alice: Account, database: Database) -> None:
    late, ahead = soon(-48), soon(4)
    result = await alice.import_json(
        {
            "format": "todo-assistant",
            "version": 1,
            "tasks": [
                {
                    "uid": "old",
                    "title": "old",
                    "due_at": late.isoformat(),
                    "created_at": "2020-01-01T00:00:00Z",
                    "reminders": [{"due_at": late.isoformat()}, {"due_at": ahead.isoformat()}],
                },
                {
                    "uid": "done",
                    "title": "done",
                    "status": "completed",
                    "due_at": ahead.isoformat(),
                    "reminders": [{"due_at": ahead.isoformat()}],
                },
            ],
        }
    )
    assert (result.added, result.refused) == (2, [])
    old, done = sorted(await alice.tasks.list(ALICE), key=lambda found: found.task.created_at)
    assert (old.task.due_at, old.task.created_at) == (late, datetime(2020, 1, 1, tzinfo=UTC))
    assert [row.status for row in old.reminders] == [WishStatus.SKIPPED, WishStatus.PENDING]
    assert done.task.status == TaskStatus.COMPLETED
    async with database.reading() as session:
        rows = (await session.exec(select(OutboxMessage).order_by("id"))).all()
    events = [CloudEvent.from_json(row.payload).data for row in rows]
    armed = [spec.due_at for event in events if isinstance(event, TaskEvent) for spec in event.reminders if spec.active]
    assert armed == [ahead]


async def test_a_recurring_task_goes_on_with_what_is_still_to_come(alice: Account) -> None:
    begun = soon(-24 * 10 - 1)
    await alice.import_json(
        {
            "format": "todo-assistant",
            "version": 1,
            "tasks": [
                {
                    "uid": "x",
                    "title": "x",
                    "due_at": begun.isoformat(),
                    "recurrence": "FREQ=DAILY",
                    "reminders": [{"due_at": begun.isoformat()}],
                }
            ],
        }
    )
    (found,) = await alice.tasks.list(ALICE)
    assert found.task.due_at == begun + timedelta(days=11)
    assert [(row.due_at, row.status) for row in found.reminders] == [(found.task.due_at, WishStatus.PENDING)]


async def test_a_bad_item_is_refused_with_the_reason_and_the_others_come(alice: Account) -> None:
    result = await alice.import_json(
        {
            "format": "todo-assistant",
            "version": 1,
            "tasks": [
                {"uid": "1", "title": "good"},
                {"uid": "2", "title": "bad rule", "due_at": soon().isoformat(), "recurrence": "FREQ=SECONDLY"},
                {"uid": "3", "title": "bad part", "subtasks": [{"uid": "4", "title": ""}]},
                {"uid": "5", "title": "naive", "due_at": "2026-01-01T00:00:00"},
                "no task",
                {"uid": "6", "title": "last"},
            ],
        }
    )
    assert result.added == 2
    assert [one.item for one in result.refused] == ["bad rule", "bad part", "naive", "task 5"]
    assert all(one.reason for one in result.refused)
    assert {found.task.title for found in await alice.tasks.list(ALICE)} == {"good", "last"}


async def test_too_many_lists_refuse_the_tasks_in_them_and_no_half_of_them(alice: Account) -> None:
    for number in range(200):
        await alice.lists.add(ALICE, f"list {number}")
    tasks = [{"uid": "1", "title": "in a new one", "list": "one more", "subtasks": [{"uid": "2", "title": "p"}]}]
    result = await alice.import_json(
        {"format": "todo-assistant", "version": 1, "tasks": [*tasks, {"uid": "3", "title": "in none"}]}
    )
    assert (result.added, [one.item for one in result.refused]) == (1, ["in a new one"])
    assert [found.task.title for found in await alice.tasks.list(ALICE)] == ["in none"]


async def test_times_that_the_clock_shows_twice_come_back_in_a_calendar_file(alice: Account) -> None:
    night = datetime(2037, 10, 25, tzinfo=UTC)  # clocks in Rome go from 3:00 back to 2:00 at 1:00 UTC
    first, second = night + HOUR / 2, night + HOUR * 1.5
    wanted = [
        ("second half past two", second, [first, second, second - 30 * HOUR]),
        ("the first", first, [first, first - HOUR]),
        ("the day after", night + 32 * HOUR, [first, second]),
    ]
    for title, due, rings in wanted:
        wish = TaskCreate(title=title, due_at=due, reminders=rings, timezone="Europe/Rome")
        await alice.tasks.create(ALICE, wish)
    written = await alice.ics()
    await alice.delete_all()
    assert (await alice.import_ics(written)).added == 3
    found = sorted(await alice.tasks.list(ALICE), key=lambda one: one.task.created_at)
    times = {one.task.title: (one.task.due_at, sorted(row.due_at for row in one.reminders)) for one in found}
    assert times == {title: (due, sorted(rings)) for title, due, rings in wanted}
    assert {one.task.timezone for one in found} == {"Europe/Rome"}


# The property: whatever people have, it comes back.

_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")) | st.just("\n"), max_size=40)
_TITLES = _TEXT.filter(lambda text: bool(text.strip()))
_RULES = ["FREQ=DAILY", "FREQ=WEEKLY;INTERVAL=2", "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=DAILY;COUNT=3", "FREQ=YEARLY"]
_ZONES = ["UTC", "Europe/Rome", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Etc/UTC"]
_TAGS = st.lists(st.text("abc ,;:'é", min_size=1, max_size=9).filter(lambda tag: bool(tag.strip())), max_size=3)


@st.composite
def wishes(draw: st.DrawFn) -> dict[str, Any]:
    wish: dict[str, Any] = {
        "title": draw(_TITLES),
        "notes": draw(_TEXT),
        "priority": draw(st.none() | st.integers(1, 4)),
        "tags": draw(_TAGS),
        "timezone": draw(st.sampled_from(_ZONES)),
        "done": draw(st.booleans()),
        "parts": draw(st.integers(0, 2)),
        "list": draw(st.none() | st.sampled_from(["Home", "WORK; and, so"])),
    }
    # Two years, so that clock changes of all zones are among them; an hour ahead, so that the test may take its time.
    minutes = draw(st.integers(120, 2 * 365 * 24 * 60))
    due = draw(st.sampled_from(["no", "at", "on"]))
    if due == "at":
        wish["due_at"] = soon(minutes / 60)
    elif due == "on":
        wish["due_on"] = soon(minutes / 60 + 48).date()
    if due != "no":
        wish["recurrence"] = draw(st.none() | st.sampled_from(_RULES))
        wish["from_completion"] = draw(st.booleans())
        early = draw(st.none() | st.lists(st.integers(1, 110), max_size=3))
        base = wish.get("due_at") or datetime.combine(wish["due_on"], time(12), tzinfo=UTC)
        wish["reminders"] = None if early is None else [base - timedelta(minutes=number) for number in early]
    return wish


@contextmanager
def own_database(migrated: Path, folder: Path) -> Iterator[Database]:
    copy = folder / f"{uuid.uuid4().hex}.db"
    copy.write_bytes(migrated.read_bytes())
    yield Database(f"sqlite+aiosqlite:///{copy}")
    for path in folder.glob(f"{copy.name}*"):
        path.unlink()


async def there_and_back(database: Database, wanted: list[dict[str, Any]]) -> None:
    async with database.writing() as session:
        session.add(User(id=ALICE, email="a@example.org", password_hash="-", created_at=datetime.now(UTC)))
    account = Account(database, ALICE)
    for fields in wanted:
        done, parts = fields.pop("done"), fields.pop("parts")
        made = await account.tasks.create(ALICE, TaskCreate(**fields))
        for number in range(parts):
            await account.tasks.create(ALICE, TaskCreate(title=f"part {number}", parent_id=made.task.id))
        if done:
            await account.tasks.update(ALICE, made.task.id, TaskUpdate(status=TaskStatus.COMPLETED))
    document, calendar = await account.json(), await account.ics()
    for again in (account.import_json(document), account.import_ics(calendar)):
        result = await again
        assert (result.added, result.refused) == (0, [])
    await account.delete_all()
    result = await account.import_json(document)
    assert result.refused == []
    assert await account.json() == document
    assert (await account.ics()).decode() == calendar.decode()
    await account.delete_all()
    result = await account.import_ics(calendar)
    assert result.refused == []
    assert (await account.ics()).decode() == calendar.decode()
    await database.close()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=st.lists(wishes(), max_size=4))
def test_everything_comes_back_the_same(wanted: list[dict[str, Any]], migrated: Path, tmp_path: Path) -> None:
    with own_database(migrated, tmp_path) as database:
        asyncio.run(there_and_back(database, [dict(fields) for fields in wanted]))
