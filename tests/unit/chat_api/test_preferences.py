"""Digest, quiet hours and moving to another time zone."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from chat_api.database import Database
from chat_api.errors import Invalid, NotFound
from chat_api.inbox.models import ItemKind
from chat_api.preferences.models import Preferences
from chat_api.preferences.quiet import quiet_until
from chat_api.preferences.schemas import PreferencesUpdate
from chat_api.preferences.service import PreferencesService
from chat_api.tasks.models import Task
from chat_api.tasks.repository import TaskRepository
from chat_api.tasks.schemas import TaskCreate
from chat_api.tasks.service import TaskService, TaskWithReminders
from tests.support.inbox import HearingInbox
from tests.unit.chat_api.conftest import ALICE, BOB
from tests.unit.chat_api.test_inbox import announcement

ROME, TOKYO, NEW_YORK = ZoneInfo("Europe/Rome"), ZoneInfo("Asia/Tokyo"), ZoneInfo("America/New_York")
ZONED = PreferencesUpdate(timezone="Europe/Rome")


async def digest_of(database: Database, user: str = ALICE) -> TaskWithReminders:
    async with database.reading() as session:
        repository = TaskRepository(session)
        task = await repository.digest(user)
        assert task is not None
        return TaskWithReminders(task, await repository.reminders([task.id]))


def local(task: Task, zone: ZoneInfo) -> str:
    assert task.due_at is not None
    return f"{task.due_at.astimezone(zone):%H:%M}"


@pytest.mark.parametrize(
    ("begin", "end", "now", "until"),
    [
        ("22:00", "07:00", "2026-11-24T23:00", "2026-11-25T07:00"),
        ("22:00", "07:00", "2026-11-25T06:59", "2026-11-25T07:00"),
        ("22:00", "07:00", "2026-11-25T07:00", None),
        ("22:00", "07:00", "2026-11-24T21:59", None),
        ("13:00", "14:00", "2026-11-24T13:00", "2026-11-24T14:00"),
        ("13:00", "14:00", "2026-11-24T14:00", None),
        ("22:00", "07:00", "2026-10-25T01:30", "2026-10-25T07:00"),  # the night is an hour longer
    ],
)
def test_quiet_hours_end_by_the_users_clock(begin: str, end: str, now: str, until: str | None) -> None:
    chosen = Preferences(
        user_id=ALICE,
        timezone="Europe/Rome",
        quiet_from=time.fromisoformat(begin),
        quiet_until=time.fromisoformat(end),
    )
    expected = until and datetime.fromisoformat(until).replace(tzinfo=ROME)
    assert quiet_until(chosen, datetime.fromisoformat(now).replace(tzinfo=ROME)) == expected


async def test_a_reminder_in_quiet_hours_comes_silently_unless_it_is_urgent(
    tasks: TaskService, inbox: HearingInbox, preferences: PreferencesService
) -> None:
    always = PreferencesUpdate(timezone="Europe/Rome", quiet_from=time(0), quiet_until=time(0))
    await preferences.update(ALICE, always)
    for title, priority in (("tea", 2), ("fire", 1)):
        wish = TaskCreate(title=title, priority=priority, due_at=datetime.now(UTC) + timedelta(seconds=1))
        await inbox.handle(announcement(await tasks.create(ALICE, wish)))
    assert [(item.title, item.quiet) for item in await inbox.latest(ALICE, 9)] == [("tea", True), ("fire", False)]


async def test_the_digest_says_what_the_day_holds_and_comes_again(
    tasks: TaskService, inbox: HearingInbox, preferences: PreferencesService, database: Database
) -> None:
    await preferences.update(ALICE, PreferencesUpdate(timezone="Europe/Rome", digest_at=time(8)))
    today = datetime.now(ROME).date()
    await tasks.create(ALICE, TaskCreate(title="bins", due_on=today, timezone="Europe/Rome", reminders=[]))
    past = datetime.now(UTC) - timedelta(days=2)
    await tasks.create(ALICE, TaskCreate(title="taxes", due_at=past, reminders=[]))
    await tasks.create(ALICE, TaskCreate(title="later", due_on=today + timedelta(days=2), reminders=[]))
    await tasks.create(BOB, TaskCreate(title="not hers", due_at=past, reminders=[]))

    digest = await digest_of(database)
    await inbox.handle(announcement(digest))
    (item,) = await inbox.latest(ALICE, 9)
    assert (item.kind, item.title) == (ItemKind.DIGEST, "Your day: 1 due, 1 overdue")
    assert item.body == "Overdue: taxes\nbins"
    following = await digest_of(database)
    assert digest.task.due_at is not None
    assert following.task.due_at == digest.task.due_at + timedelta(days=1)
    assert item.id is not None
    with pytest.raises(Invalid, match="digest"):
        await inbox.snooze(ALICE, item.id, datetime.now(UTC) + timedelta(hours=1))


async def test_the_digest_is_no_task_that_can_be_seen(
    tasks: TaskService, preferences: PreferencesService, database: Database
) -> None:
    await preferences.update(ALICE, PreferencesUpdate(timezone="Europe/Rome", digest_at=time(8)))
    digest = await digest_of(database)
    assert await tasks.list(ALICE) == []
    with pytest.raises(NotFound):
        await tasks.delete(ALICE, digest.task.id)


async def test_the_digest_is_moved_and_switched_off(preferences: PreferencesService, database: Database) -> None:
    with pytest.raises(Invalid, match="time zone"):
        await preferences.update(ALICE, PreferencesUpdate(digest_at=time(8)))
    assert (await preferences.update(ALICE, PreferencesUpdate(timezone="Europe/Rome", digest_at=time(8)))).digest_at
    first = await digest_of(database)
    moved = await preferences.update(ALICE, PreferencesUpdate(digest_at=time(6, 30)))
    assert moved.digest_at == time(6, 30)
    second = await digest_of(database)
    assert (second.task.id, local(second.task, ROME)) == (first.task.id, "06:30")
    assert [row.due_at for row in second.reminders] == [second.task.due_at]
    assert (await preferences.update(ALICE, PreferencesUpdate(digest_at=None))).digest_at is None
    async with database.reading() as session:
        assert await TaskRepository(session).digest(ALICE) is None


async def test_another_change_leaves_the_digest_alone(preferences: PreferencesService, database: Database) -> None:
    await preferences.update(ALICE, PreferencesUpdate(timezone="Europe/Rome", digest_at=time(8)))
    before = await digest_of(database)
    await preferences.update(ALICE, PreferencesUpdate(all_day_at=time(10)))
    assert (await digest_of(database)).task.version == before.task.version


@pytest.mark.parametrize("body", [{"quiet_from": "22:00"}, {"all_day_at": None}, {"digest_at": "8 o'clock"}])
def test_half_a_choice_is_refused(body: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        PreferencesUpdate.model_validate(body)


async def test_the_hour_of_all_day_reminders_is_the_users(tasks: TaskService, preferences: PreferencesService) -> None:
    await preferences.update(ALICE, PreferencesUpdate(timezone="Europe/Rome", all_day_at=time(7, 15)))
    day = datetime.now(ROME).date() + timedelta(days=2)
    added = await tasks.create(ALICE, TaskCreate(title="bins", due_on=day))
    assert added.task.timezone == "Europe/Rome"
    assert [row.due_at for row in added.reminders] == [datetime.combine(day, time(7, 15), tzinfo=ROME)]


async def test_moving_keeps_the_clocks_times(
    tasks: TaskService, preferences: PreferencesService, database: Database
) -> None:
    # An hour that is over in Rome: the next digest is far enough away for Tokyo's clock, which is ahead.
    hour = time((datetime.now(ROME) - timedelta(hours=1)).hour)
    await preferences.update(ALICE, PreferencesUpdate(timezone="Europe/Rome", digest_at=hour))
    day = datetime.now(ROME).date() + timedelta(days=3)
    nine = datetime.combine(day, time(9), tzinfo=ROME)
    gym = await tasks.create(ALICE, TaskCreate(title="gym", due_at=nine, recurrence="FREQ=DAILY"))
    bins = await tasks.create(ALICE, TaskCreate(title="bins", due_on=day))
    elsewhere = await tasks.create(ALICE, TaskCreate(title="call", due_at=nine, timezone="Asia/Kolkata"))

    chosen = await preferences.settle_zone(ALICE, TOKYO, move=True)
    assert (chosen.timezone, chosen.digest_at) == ("Asia/Tokyo", hour)
    moved = (await tasks.get(ALICE, gym.task.id)).task
    assert moved.due_at == nine.replace(tzinfo=TOKYO)
    following = (await tasks.skip(ALICE, gym.task.id)).task
    assert following.due_at == (nine + timedelta(days=1)).replace(tzinfo=TOKYO)
    whole_day = await tasks.get(ALICE, bins.task.id)
    assert whole_day.reminders[0].due_at == nine.replace(tzinfo=TOKYO)
    assert (await tasks.get(ALICE, elsewhere.task.id)).task.due_at == nine
    assert local((await digest_of(database)).task, TOKYO) == f"{hour:%H:%M}"

    await tasks.undo(ALICE)  # the skip
    await tasks.undo(ALICE)
    assert (await tasks.get(ALICE, gym.task.id)).task.due_at == nine
    assert (await preferences.get(ALICE)).timezone == "Europe/Rome"
    assert local((await digest_of(database)).task, ROME) == f"{hour:%H:%M}"


async def test_what_would_have_passed_there_keeps_its_instant(
    tasks: TaskService, preferences: PreferencesService
) -> None:
    await preferences.update(ALICE, ZONED)
    soon = datetime.now(UTC) + timedelta(hours=2)
    tea = await tasks.create(ALICE, TaskCreate(title="tea", due_at=soon))
    await preferences.settle_zone(ALICE, TOKYO, move=True)
    after = await tasks.get(ALICE, tea.task.id)
    assert (after.task.due_at, after.task.timezone) == (soon, "Asia/Tokyo")
    assert [row.due_at for row in after.reminders] == [soon]


async def test_staying_is_remembered(tasks: TaskService, preferences: PreferencesService) -> None:
    await preferences.update(ALICE, ZONED)
    soon = datetime.now(UTC) + timedelta(hours=2)
    tea = await tasks.create(ALICE, TaskCreate(title="tea", due_at=soon))
    chosen = await preferences.settle_zone(ALICE, NEW_YORK, move=False)
    assert (chosen.timezone, chosen.zone_declined) == ("Europe/Rome", "America/New_York")
    assert (await tasks.get(ALICE, tea.task.id)).task.due_at == soon
