"""The end of an account: nothing of it is left, everybody else's stays, and whoever acts for it hears of it."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import SQLModel
from sqlmodel import select as select_model

from chat_api.assistant.conversation import Conversation
from chat_api.auth.models import User
from chat_api.auth.service import AuthService
from chat_api.auth.tokens import TokenService
from chat_api.closing import AccountClosing
from chat_api.database import Database
from chat_api.errors import Invalid, NotAuthenticated, WrongCredentials
from chat_api.outbox import OutboxMessage, OutboxRelay
from chat_api.portability.feeds import FeedService
from chat_api.preferences.schemas import PreferencesUpdate
from chat_api.preferences.service import PreferencesService
from chat_api.push.models import PushSubscription
from chat_api.tasks.schemas import TaskCreate, TaskUpdate
from chat_api.tasks.service import TaskService
from contracts.events import AccountClosed, CloudEvent, TaskChange, TaskEvent
from tests.support.inbox import HearingInbox
from tests.unit.chat_api.chatting import Store
from tests.unit.chat_api.conftest import ALICE
from tests.unit.chat_api.test_inbox import announcement

PASSWORD = "correct horse"
HOUR = timedelta(hours=1)


@pytest.fixture
def auth(database: Database) -> AuthService:
    return AuthService(database, session_lifetime=timedelta(days=1))


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def closing(database: Database, relay: OutboxRelay, auth: AuthService, store: Store) -> AccountClosing:
    return AccountClosing(database, relay, auth, store)


async def rows_of(database: Database, user_id: str) -> dict[str, int]:
    """How many rows of each table are a user's."""
    found = {}
    async with database.reading() as session:
        connection = await session.connection()
        for name, table in SQLModel.metadata.tables.items():
            if "user_id" in table.columns:
                query = select(func.count()).select_from(table).where(table.c.user_id == user_id)
                found[name] = int((await connection.execute(query)).scalar_one())
    return {name: number for name, number in found.items() if number}


async def furnish(database: Database, user_id: str, tasks: TaskService, preferences: PreferencesService) -> str:
    """A bit of everything; the id of a task with a reminder."""
    due = datetime.now(UTC) + HOUR
    task = await tasks.create(user_id, TaskCreate(title="trip", due_at=due, list="home", tags=["a"]))
    await tasks.create(user_id, TaskCreate(title="tickets", parent_id=task.task.id))
    await tasks.update(user_id, task.task.id, TaskUpdate(title="the trip"))
    await preferences.update(user_id, PreferencesUpdate(timezone="UTC", digest_at=time(8)))
    await TokenService(database).create(user_id, "script")
    await FeedService(database, tasks).renew(user_id)
    async with database.writing(user_id) as session:
        session.add(
            PushSubscription(
                id=f"push-{user_id}"[:32],
                user_id=user_id,
                endpoint=f"https://push.test/{user_id}",
                p256dh="k",
                auth="a",
                created_at=datetime.now(UTC),
            )
        )
    return task.task.id


async def user_of(auth: AuthService, email: str) -> tuple[User, str]:
    token = await auth.register(email, PASSWORD)
    return await auth.authenticate(token), token


async def test_nothing_is_left_of_an_account_and_others_keep_theirs(  # noqa: PLR0917 - fixtures
    database: Database, auth: AuthService, closing: AccountClosing, tasks: TaskService,
    preferences: PreferencesService, store: Store,
) -> None:  # fmt: skip
    user, token = await user_of(auth, "carol@example.org")
    await furnish(database, user.id, tasks, preferences)
    await furnish(database, ALICE, tasks, preferences)
    await store.save(user.id, "c", Conversation(last="x"), None)
    before, others = await rows_of(database, user.id), await rows_of(database, ALICE)
    assert before.keys() >= {"tasks", "lists", "changes", "api_tokens", "sessions", "calendar_feeds", "preferences"}

    with pytest.raises(Invalid, match="not your password"):
        await closing.close(user, "wrong", None)
    assert await rows_of(database, user.id) == before
    await closing.close(user, PASSWORD, "c")

    assert await rows_of(database, user.id) == {}
    assert await rows_of(database, ALICE) == others
    assert store.kept == {}
    with pytest.raises(NotAuthenticated):
        await auth.authenticate(token)
    with pytest.raises(WrongCredentials):
        await auth.log_in("carol@example.org", PASSWORD)
    with pytest.raises(NotAuthenticated):
        await closing.close(user, PASSWORD, None)
    # The address is free again, for an account with nothing in it.
    again, _ = await user_of(auth, "carol@example.org")
    assert (again.id != user.id, await tasks.list(again.id)) == (True, [])


async def test_its_reminders_end_by_the_tasks_last_events(
    database: Database, auth: AuthService, closing: AccountClosing, tasks: TaskService, preferences: PreferencesService
) -> None:
    user, _ = await user_of(auth, "carol@example.org")
    task_id = await furnish(database, user.id, tasks, preferences)
    await closing.close(user, PASSWORD, None)
    async with database.reading() as session:
        rows = (await session.exec(select_model(OutboxMessage).order_by("id"))).all()
    events: list[Any] = [CloudEvent.from_json(row.payload).data for row in rows]
    last = {event.task_id: event for event in events if isinstance(event, TaskEvent)}
    assert len(last) == 3  # the digest is a hidden task
    assert {event.change for event in last.values()} == {TaskChange.DELETED}
    assert last[task_id].reminders
    assert not any(spec.active for event in last.values() for spec in event.reminders)
    assert [event.user_id for event in events if isinstance(event, AccountClosed)] == [user.id]
    assert isinstance(events[-1], AccountClosed)


async def test_what_fires_after_the_end_reaches_nobody(
    database: Database, auth: AuthService, closing: AccountClosing, tasks: TaskService,
    inbox: HearingInbox,
) -> None:  # fmt: skip
    user, _ = await user_of(auth, "carol@example.org")
    made = await tasks.create(user.id, TaskCreate(title="oven", due_at=datetime.now(UTC) + timedelta(seconds=2)))
    await closing.close(user, PASSWORD, None)
    await inbox.handle(announcement(made))
    assert await rows_of(database, user.id) == {}
