"""Subscribing to push, and what the notification service is told."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI

from chat_api.auth.dependencies import current_user
from chat_api.auth.models import User
from chat_api.channels.notifications import NotificationDesk
from chat_api.database import Database
from chat_api.errors import Invalid, NotFound, Unavailable, install_handlers
from chat_api.outbox import OutboxRelay
from chat_api.preferences.models import Preferences
from chat_api.push import endpoints
from chat_api.push.repository import PushRepository
from chat_api.push.service import BROWSERS_PER_USER, PushService
from chat_api.tasks.models import TaskStatus
from chat_api.tasks.schemas import TaskUpdate
from chat_api.tasks.service import TaskService
from contracts.channels import ListTargets, PostponeNotification
from contracts.events import NotificationWanted
from contracts.push import (
    CheckPushTarget,
    DropPushTarget,
    PushKey,
    PushVerdict,
)
from servicekit.errors import SidecarUnavailable
from tests.support.inbox import HearingInbox
from tests.unit.chat_api.conftest import ALICE, BOB, FakePublisher
from tests.unit.chat_api.test_inbox import a_task, announcement
from tests.unit.chat_api.test_outbox import running

ENDPOINT = "https://push.example/1"


class FakePushing:
    """The notification service, as chat_api sees it."""

    def __init__(self) -> None:
        self.public_key: str | None = "BKey"
        self.verdict = PushVerdict()
        self.away = False

    async def key(self) -> PushKey:
        if self.away:
            raise SidecarUnavailable("away")
        return PushKey(public_key=self.public_key)

    async def check(self, target: CheckPushTarget) -> PushVerdict:
        if self.away:
            raise SidecarUnavailable("away")
        return self.verdict


@pytest.fixture
def pushing() -> FakePushing:
    return FakePushing()


@pytest.fixture
def push(database: Database, pushing: FakePushing) -> PushService:
    return PushService(database, pushing)


async def endpoints_of(database: Database, user: str) -> list[str]:
    async with database.reading() as session:
        return [one.endpoint for one in await PushRepository(session).of_user(user)]


def events(publisher: FakePublisher) -> list[NotificationWanted]:
    return [event.data for event in publisher.published if isinstance(event.data, NotificationWanted)]


async def published(publisher: FakePublisher, relay: OutboxRelay, count: int) -> list[NotificationWanted]:
    async with running(relay), asyncio.timeout(10):
        while len(events(publisher)) < count or await relay.depth():
            await asyncio.sleep(0.01)
    return events(publisher)


async def fired(tasks: TaskService, inbox: HearingInbox, **fields: object) -> int:
    """Fire a reminder of a new task of Alice's; the inbox item."""
    await inbox.handle(announcement(await a_task(tasks, **fields)))
    return (await inbox.latest(ALICE, 1))[0].id or 0


async def test_a_fired_reminder_is_wanted_as_a_notification_once(
    tasks: TaskService, inbox: HearingInbox, push: PushService, relay: OutboxRelay, publisher: FakePublisher
) -> None:
    await push.subscribe(ALICE, ENDPOINT, "p", "a")
    added = await a_task(tasks)
    for _ in range(3):
        await inbox.handle(announcement(added))
    (event,) = await published(publisher, relay, 1)
    (item,) = await inbox.latest(ALICE, 10)
    assert (event.item_id, event.user_id, event.title, event.task_id) == (item.id, ALICE, "stretch", added.task.id)
    assert (event.due_at, event.occurrence, event.attempt) == (item.due_at, item.occurrence, 0)


async def test_without_a_channel_nothing_is_published(
    tasks: TaskService, inbox: HearingInbox, push: PushService, relay: OutboxRelay, publisher: FakePublisher
) -> None:
    await push.subscribe(BOB, ENDPOINT, "p", "a")
    await fired(tasks, inbox)
    async with running(relay), asyncio.timeout(10):
        while await relay.depth():
            await asyncio.sleep(0.01)
    assert events(publisher) == []


async def test_in_quiet_hours_the_notification_waits_for_their_end(
    database: Database, tasks: TaskService, inbox: HearingInbox, push: PushService, publisher: FakePublisher
) -> None:
    now = datetime.now(UTC)
    async with database.writing() as session:
        chosen = Preferences(user_id=ALICE, timezone="UTC", quiet_from=(now - timedelta(minutes=1)).time())
        chosen.quiet_until = (now + timedelta(seconds=2)).time()
        session.add(chosen)
    await push.subscribe(ALICE, ENDPOINT, "p", "a")
    relay = OutboxRelay(database, publisher, parallel=1)
    async with running(relay):
        await fired(tasks, inbox)
        await asyncio.sleep(0.5)
        assert events(publisher) == []
        async with asyncio.timeout(10):
            while not events(publisher):
                await asyncio.sleep(0.01)
    assert datetime.now(UTC) >= now + timedelta(seconds=2)


async def test_a_browser_is_pushed_to_until_it_unsubscribes(
    database: Database, tasks: TaskService, inbox: HearingInbox, push: PushService, desk: NotificationDesk
) -> None:
    await push.subscribe(ALICE, ENDPOINT, "p", "a")
    request = ListTargets(user_id=ALICE, item_id=await fired(tasks, inbox))
    found = await desk.targets(request)
    assert found.wanted
    assert [(one.endpoint, one.p256dh, one.auth) for one in found.targets] == [(ENDPOINT, "p", "a")]
    await push.unsubscribe(BOB, ENDPOINT)
    assert len((await desk.targets(request)).targets) == 1, "it is not Bob's"
    for _ in range(2):
        await push.unsubscribe(ALICE, ENDPOINT)
    assert (await desk.targets(request)).targets == ()


async def test_what_was_seen_to_is_not_pushed(
    tasks: TaskService, inbox: HearingInbox, push: PushService, desk: NotificationDesk
) -> None:
    await push.subscribe(ALICE, ENDPOINT, "p", "a")
    acknowledged, snoozed, completed, deleted = [await fired(tasks, inbox) for _ in range(4)]
    rows = {item.id: item for item in await inbox.latest(ALICE, 10)}
    await inbox.acknowledge(ALICE, acknowledged)
    await inbox.snooze(ALICE, snoozed, datetime.now(UTC) + timedelta(minutes=5))
    await tasks.update(ALICE, rows[completed].task_id, TaskUpdate(status=TaskStatus.COMPLETED))
    await tasks.delete(ALICE, rows[deleted].task_id)
    for item_id in (acknowledged, snoozed, completed, deleted, 999):
        assert not (await desk.targets(ListTargets(user_id=ALICE, item_id=item_id))).wanted
    assert not (await desk.targets(ListTargets(user_id=BOB, item_id=acknowledged))).wanted


async def test_a_browser_in_which_somebody_else_logged_in_is_theirs(database: Database, push: PushService) -> None:
    await push.subscribe(ALICE, ENDPOINT, "p", "a")
    await push.subscribe(BOB, ENDPOINT, "p", "a")
    assert await endpoints_of(database, ALICE) == []
    assert await endpoints_of(database, BOB) == [ENDPOINT]


async def test_subscribing_again_keeps_one_and_takes_new_keys(database: Database, push: PushService) -> None:
    for keys in ("old", "old", "new"):
        await push.subscribe(ALICE, ENDPOINT, keys, keys)
    async with database.reading() as session:
        (only,) = await PushRepository(session).of_user(ALICE)
    assert (only.p256dh, only.auth) == ("new", "new")


async def test_the_oldest_browser_goes_when_there_are_too_many(database: Database, push: PushService) -> None:
    for number in range(BROWSERS_PER_USER + 2):
        await push.subscribe(ALICE, f"{ENDPOINT}{number}", "p", "a")
        await asyncio.sleep(0.002)  # ids are in the order of milliseconds
    kept = await endpoints_of(database, ALICE)
    assert kept == [f"{ENDPOINT}{number}" for number in range(2, BROWSERS_PER_USER + 2)]


async def test_a_subscription_that_is_gone_is_dropped_but_not_one_renewed_since(
    database: Database, push: PushService
) -> None:
    await push.subscribe(ALICE, ENDPOINT, "p", "a")
    async with database.reading() as session:
        (old,) = await PushRepository(session).of_user(ALICE)
    await push.subscribe(ALICE, ENDPOINT, "p2", "a2")
    await push.drop(DropPushTarget(subscription_id=old.id, endpoint=ENDPOINT))
    async with database.reading() as session:
        (new,) = await PushRepository(session).of_user(ALICE)
    await push.drop(DropPushTarget(subscription_id=new.id, endpoint=ENDPOINT))
    assert await endpoints_of(database, ALICE) == []


async def test_a_postponed_notification_comes_back_once(
    desk: NotificationDesk, relay: OutboxRelay, publisher: FakePublisher
) -> None:
    due_at = datetime.now(UTC)
    again = NotificationWanted(
        user_id=ALICE, item_id=7, kind="reminder", title="x", due_at=due_at, task_id="t", occurrence="o", attempt=1
    )
    for _ in range(2):
        await desk.postpone(PostponeNotification(event=again, not_before=due_at + timedelta(seconds=0.3)))
    assert [one.attempt for one in await published(publisher, relay, 1)] == [1]
    assert datetime.now(UTC) >= due_at + timedelta(seconds=0.3)


async def test_the_key_and_its_absence(push: PushService, pushing: FakePushing) -> None:
    assert await push.key() == "BKey"
    pushing.public_key = None
    with pytest.raises(NotFound, match="not set up"):
        await push.key()
    pushing.away = True
    with pytest.raises(Unavailable):
        await push.key()


async def test_what_cannot_be_pushed_to_is_refused_and_not_kept(
    database: Database, push: PushService, pushing: FakePushing
) -> None:
    pushing.verdict = PushVerdict(field="endpoint", message="this server sends nothing there")
    with pytest.raises(Invalid, match="sends nothing there"):
        await push.subscribe(ALICE, ENDPOINT, "p", "a")
    pushing.away = True
    with pytest.raises(Unavailable):
        await push.subscribe(ALICE, ENDPOINT, "p", "a")
    assert await endpoints_of(database, ALICE) == []


async def test_over_http(push: PushService, pushing: FakePushing) -> None:
    app = FastAPI()
    install_handlers(app)
    app.include_router(endpoints.router)
    app.state.services = type("Services", (), {"push": push})()
    app.dependency_overrides[current_user] = lambda: User(
        id=ALICE, email="a@example.org", password_hash="-", created_at=datetime.now(UTC)
    )
    body = {"endpoint": ENDPOINT, "expirationTime": None, "keys": {"p256dh": "p", "auth": "a"}}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        assert (await client.get("/api/v1/push/key")).json() == {"public_key": "BKey"}
        assert (await client.post("/api/v1/push/subscriptions", json=body)).status_code == 201
        assert (await client.post("/api/v1/push/unsubscribe", json={"endpoint": ENDPOINT})).status_code == 204
        pushing.public_key = None
        missing = await client.get("/api/v1/push/key")
        assert (missing.status_code, missing.headers["content-type"]) == (404, "application/problem+json")
        pushing.away = True
        away = await client.get("/api/v1/push/key")
        assert (away.status_code, away.headers["retry-after"]) == (503, "30")
