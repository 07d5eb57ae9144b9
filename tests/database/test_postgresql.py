"""What only a database with several writers at once can get wrong."""

import asyncio
import contextlib
import random
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import urlsplit

import httpx
import pytest
from alembic import command
from structlog.testing import capture_logs

from chat_api import migrations
from chat_api.app import Services, create_app
from chat_api.auth.service import AuthService
from chat_api.database import Database
from chat_api.inbox.feed import InboxFeed
from chat_api.inbox.models import InboxItem
from chat_api.outbox import OutboxRelay
from chat_api.settings import Settings
from chat_api.tasks.models import TaskStatus
from chat_api.tasks.query import TaskQuery, TaskSort
from chat_api.tasks.schemas import TaskCreate, TaskUpdate
from chat_api.tasks.service import TaskService, TaskWithReminders
from contracts.events import CloudEvent, ReminderFired
from runtime.layout import PROJECT
from runtime.ports import Ports
from servicekit.errors import SidecarUnavailable
from tests.database.conftest import ALICE, BOB
from tests.support.inbox import HearingInbox
from tests.support.pgbouncer import Pgbouncer
from tests.support.postgres import Postgres

pytestmark = pytest.mark.e2e

Replicas = tuple[Database, Database]


class Broker:
    """What two relays publish to: takes its time, and sometimes loses its answer."""

    def __init__(self, *, seed: int) -> None:
        self.published: list[CloudEvent] = []
        self._random = random.Random(seed)
        self.loses_answers = False

    async def wait_up(self) -> None:
        return

    async def publish(self, event: CloudEvent) -> None:
        await asyncio.sleep(self._random.random() * 0.01)
        self.published.append(event)
        if self.loses_answers and self._random.random() < 0.1:
            raise SidecarUnavailable("no answer")

    def of(self, task_id: str) -> list[str]:
        return [event.id.rpartition("/v")[2] for event in self.published if event.data.partition_key() == task_id]


@contextlib.asynccontextmanager
async def running(*relays: OutboxRelay) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(relay.run()) for relay in relays]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def emptied(relay: OutboxRelay, within: float = 30.0) -> None:
    async with asyncio.timeout(within):
        while await relay.depth():
            await asyncio.sleep(0.02)


def services(database: Database, broker: Broker) -> tuple[TaskService, HearingInbox, InboxFeed, OutboxRelay]:
    relay, feed = OutboxRelay(database, broker, parallel=8), InboxFeed(database)
    tasks = TaskService(database, relay)
    return tasks, HearingInbox(database, feed, relay, tasks), feed, relay


def announcement(added: TaskWithReminders) -> CloudEvent:
    (reminder,) = added.reminders
    return CloudEvent.wrap(
        ReminderFired(
            reminder_id=reminder.id,
            task_id=added.task.id,
            user_id=added.task.user_id,
            title=added.task.title,
            due_at=reminder.due_at,
            version=added.task.version,
            fired_at=datetime.now(UTC),
        ),
        source="test",
        time=datetime.now(UTC),
    )


def item(user_id: str, occurrence: str) -> InboxItem:
    now = datetime.now(UTC)
    return InboxItem(
        user_id=user_id, reminder_id="r", occurrence=occurrence, task_id="t", title=occurrence, due_at=now, fired_at=now
    )


async def always() -> bool:
    return True


def soon() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=1)


# The schema


def test_replicas_that_start_together_make_the_tables_once(postgres: Postgres) -> None:
    url = postgres.create("together")
    code = f"from chat_api.migrations import upgrade; upgrade({url!r})"
    started = [
        subprocess.Popen([sys.executable, "-c", code], cwd=PROJECT, stderr=subprocess.PIPE, text=True) for _ in range(3)
    ]
    ended = [(process.communicate(timeout=120)[1], process.returncode) for process in started]
    assert [code for _, code in ended] == [0] * 3, [text for text, code in ended if code]
    command.check(migrations.config(url))


def test_the_migrations_can_be_taken_back(postgres: Postgres) -> None:
    config = migrations.config(postgres.create("back"))
    command.upgrade(config, "head")
    command.downgrade(config, "base")
    command.upgrade(config, "head")
    ids = postgres.query("SELECT data_type FROM pg_sequences WHERE schemaname = 'public'", "back")
    assert set(ids) == {"bigint"}


# One user's writes come one after the other


async def test_an_inbox_item_waits_for_the_one_before_it(replicas: Replicas) -> None:
    """Ids are given at the insert and seen at the commit: a stream that had the later one is past the earlier one."""
    here, there = replicas
    tasks, inbox, _, _ = services(there, Broker(seed=1))
    added = await tasks.create(ALICE, TaskCreate(title="later", due_at=soon()))
    async with here.writing(ALICE) as session:
        session.add(item(ALICE, "earlier"))
        await session.flush()
        handling = asyncio.create_task(inbox.handle(announcement(added)))
        await asyncio.wait({handling}, timeout=1)
        assert not handling.done()
        assert await inbox.latest(ALICE, 10) == []
    await handling
    assert [one.title for one in await inbox.latest(ALICE, 10)] == ["earlier", "later"]
    stream = inbox.stream(ALICE, 0, allowed=always)
    async with asyncio.timeout(5):
        assert [(await anext(stream)).title for _ in range(2)] == ["earlier", "later"]


async def test_another_users_item_waits_for_nobody_and_is_not_missed(replicas: Replicas) -> None:
    """Bob's id is lower than Alice's, which was seen first: his stream hears of it all the same, and soon."""
    here, there = replicas
    _, inbox, feed, _ = services(there, Broker(seed=1))
    watching = asyncio.create_task(feed.run())
    try:
        alices, bobs = inbox.stream(ALICE, 0, allowed=always), inbox.stream(BOB, 0, allowed=always)
        bob_hears = asyncio.ensure_future(anext(bobs))
        async with here.writing(BOB) as session:
            session.add(item(BOB, "bob's"))
            await session.flush()
            async with there.writing(ALICE) as other:
                other.add(item(ALICE, "alice's"))
            async with asyncio.timeout(5):
                assert (await anext(alices)).title == "alice's"
            await asyncio.sleep(1.5)  # the feed has looked meanwhile
            assert not bob_hears.done()
        async with asyncio.timeout(5):
            assert (await bob_hears).title == "bob's"
    finally:
        watching.cancel()
        await asyncio.wait({watching})


async def test_a_request_that_comes_twice_at_once_makes_one_task(replicas: Replicas) -> None:
    both = [services(one, Broker(seed=1))[0] for one in replicas]
    wish = TaskCreate(title="milk", list="Shopping", due_at=soon())
    made = await asyncio.gather(*(tasks.create(ALICE, wish, request_key="k") for tasks in both * 8))
    assert len({view.task.id for view in made}) == 1
    more = await asyncio.gather(*(tasks.create(ALICE, wish) for tasks in both * 8))
    assert len({view.task.list_id for view in more}) == 1


async def test_announcements_changes_and_completions_of_one_task_never_deadlock(replicas: Replicas) -> None:
    (tasks, inbox, *_), (others, other_inbox, *_) = (services(one, Broker(seed=1)) for one in replicas)
    for number in range(10):
        added = await tasks.create(ALICE, TaskCreate(title=str(number), due_at=soon()))
        task_id = added.task.id
        await asyncio.gather(
            inbox.handle(announcement(added)),
            other_inbox.handle(announcement(added)),
            tasks.update(ALICE, task_id, TaskUpdate(title="a")),
            others.update(ALICE, task_id, TaskUpdate(due_at=soon() + timedelta(hours=1))),
            others.update(ALICE, task_id, TaskUpdate(status=TaskStatus.COMPLETED)),
        )
        assert (await tasks.get(ALICE, task_id)).task.version == 4
    titles = Counter(one.title for one in await inbox.latest(ALICE, 50))
    assert not titles or max(titles.values()) == 1


async def test_a_crowd_of_one_users_requests_leaves_connections_to_the_others(replicas: Replicas) -> None:
    """More than there are connections, while another replica holds them up."""
    here, there = replicas
    tasks, *_ = services(there, Broker(seed=1))
    async with here.writing(ALICE) as session:
        session.add(item(ALICE, "open"))
        await session.flush()
        crowd = [asyncio.create_task(tasks.create(ALICE, TaskCreate(title=str(n)))) for n in range(60)]
        await asyncio.sleep(0.2)
        async with asyncio.timeout(4):
            await tasks.create(BOB, TaskCreate(title="bob's"))
        assert not any(one.done() for one in crowd)
    await asyncio.gather(*crowd)
    assert len(await tasks.list(ALICE)) == 60


# Two relays


async def test_two_relays_publish_each_event_once_and_in_order(replicas: Replicas) -> None:
    broker = Broker(seed=7)
    both = [services(one, broker) for one in replicas]
    relays = [relay for *_, relay in both]
    async with running(*relays):
        added = [await both[n % 2][0].create(ALICE, TaskCreate(title=str(n))) for n in range(20)]
        for version in range(4):
            await asyncio.gather(
                *(
                    both[(n + version) % 2][0].update(ALICE, one.task.id, TaskUpdate(title=f"v{version}"))
                    for n, one in enumerate(added)
                )
            )
        await emptied(relays[0])
    for one in added:
        assert broker.of(one.task.id) == ["1", "2", "3", "4", "5"]


async def test_a_repetition_comes_before_what_follows_it(replicas: Replicas) -> None:
    """An answer that is lost has the event published again: no later one of its task may be between."""
    broker = Broker(seed=11)
    broker.loses_answers = True
    both = [services(one, broker) for one in replicas]
    relays = [relay for *_, relay in both]
    async with running(*relays):
        added = [await both[n % 2][0].create(ALICE, TaskCreate(title=str(n))) for n in range(20)]
        for version in range(3):
            for n, one in enumerate(added):
                await both[n % 2][0].update(ALICE, one.task.id, TaskUpdate(title=f"v{version}"))
        broker.loses_answers = False
        await emptied(relays[0])
    repeated = 0
    for one in added:
        versions = broker.of(one.task.id)
        assert versions == sorted(versions)
        assert set(versions) == {"1", "2", "3", "4"}
        repeated += len(versions) - 4
    assert repeated > 0


async def test_what_a_dead_replica_had_claimed_is_free_at_once(replicas: Replicas, address: str) -> None:
    here, there = replicas
    async with here.claiming("outbox", ["a", "b"]) as mine:
        assert mine == {"a", "b"}
        async with there.claiming("outbox", ["a", "c"]) as theirs:
            assert theirs == {"c"}
    async with there.claiming("outbox", ["a"]) as theirs:
        assert theirs == {"a"}
    code = (
        "import asyncio, sys\nfrom chat_api.database import Database\n"
        f"async def main():\n  async with Database({address!r}).claiming('outbox', ['a']) as mine:\n"
        "    print(*mine, flush=True); await asyncio.sleep(60)\nasyncio.run(main())"
    )
    with subprocess.Popen(  # noqa: ASYNC220 - it is another process that is tried
        [sys.executable, "-c", code], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert await asyncio.to_thread(process.stdout.readline) == "a\n"
        async with there.claiming("outbox", ["a"]) as theirs:
            assert theirs == set()
        process.kill()
    async with asyncio.timeout(5):
        while True:
            async with there.claiming("outbox", ["a"]) as theirs:
                if theirs:
                    break
            await asyncio.sleep(0.05)


# Queries


async def test_pages_follow_one_order_whatever_the_titles(replicas: Replicas) -> None:
    tasks, *_ = services(replicas[0], Broker(seed=1))
    titles = [
        *["Zebra", "apfel", "Äpfel", "ärger", "B_c", "b%c", "İstanbul", "ΣΊΣΥΦΟΣ", "ẞ"],
        "a-b",
        "a b",
        "A.b",
        "ab",
        "¡hola!",
    ]
    for title in titles:
        await tasks.create(ALICE, TaskCreate(title=title, tags=["é", "#Ünder_score"]))
    for sort in TaskSort:
        whole = [view.task.title for view in (await tasks.page(ALICE, TaskQuery(sort=sort))).items]
        seen: list[str] = []
        cursor: str | None = None
        while True:
            page = await tasks.page(ALICE, TaskQuery(sort=sort, limit=3, cursor=cursor))
            seen += [view.task.title for view in page.items]
            if (cursor := page.next_cursor) is None:
                break
        assert seen == whole
        assert sorted(seen) == sorted(titles)
    found = [view.task.title for view in (await tasks.page(ALICE, TaskQuery(text="b_C"))).items]
    assert found == ["B_c"]
    assert len((await tasks.page(ALICE, TaskQuery(tag="é"))).items) == len(titles)
    assert (await tasks.page(ALICE, TaskQuery(tag="ünderxscore"))).items == []


# Connections


async def test_connections_that_were_dropped_are_replaced(replicas: Replicas, postgres: Postgres) -> None:
    """As Neon does when it suspends."""
    tasks, *_ = services(replicas[0], Broker(seed=1))
    await asyncio.gather(*(tasks.create(ALICE, TaskCreate(title=str(n))) for n in range(5)))
    ended = postgres.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'chat-api'")
    assert ended
    await asyncio.gather(*(tasks.create(ALICE, TaskCreate(title=str(n))) for n in range(5)))
    assert len(await tasks.list(ALICE)) == 10


async def test_one_user_who_writes_a_lot_holds_up_nobody_else(replicas: Replicas) -> None:
    here, there = replicas
    tasks, *_ = services(there, Broker(seed=1))
    async with here.writing(ALICE) as session:
        session.add(item(ALICE, "open"))
        await session.flush()
        async with asyncio.timeout(3):
            await tasks.create(BOB, TaskCreate(title="bob's"))
    by_user: dict[str, int] = defaultdict(int)
    for user in (ALICE, BOB):
        by_user[user] = len(await tasks.list(user))
    assert by_user == {ALICE: 0, BOB: 1}


async def test_behind_a_pooler_in_transaction_mode_all_of_it_works_the_same(replicas: Replicas, address: str) -> None:
    """Three connections to the server for two replicas: each transaction meets another one."""
    binary = shutil.which("pgbouncer")
    if binary is None:
        pytest.skip("pgbouncer is not installed (Debian: apt-get install pgbouncer)")
    with Pgbouncer(binary, address, connections=3) as pooler:
        url = pooler.url_of(urlsplit(address).path.removeprefix("/"))
        await asyncio.to_thread(migrations.upgrade, url)
        broker = Broker(seed=3)
        pooled = Database(url), Database(url)
        both = [services(one, broker) for one in pooled]
        async with running(*(relay for *_, relay in both)):
            wish = TaskCreate(title="milk", list="Shopping", due_at=soon())
            made = await asyncio.gather(*(tasks.create(ALICE, wish, request_key="k") for tasks, *_ in both * 8))
            (task_id,) = {view.task.id for view in made}
            for number in range(6):
                await both[number % 2][0].update(ALICE, task_id, TaskUpdate(title=f"v{number}"))
            await asyncio.gather(*(inbox.handle(announcement(made[0])) for _, inbox, *_ in both))
            await emptied(both[0][3])
        assert broker.of(task_id) == [str(version) for version in range(1, 8)]
        assert len(await both[0][1].latest(ALICE, 10)) == 1
        for one in pooled:
            await one.close()


async def test_while_the_database_is_away_the_answer_is_503_and_says_when_to_try_again() -> None:
    database = Database(f"postgresql://nobody:secret@127.0.0.1:{Ports().pick()}/none")
    nothing = cast(Any, None)
    given = {field.name: nothing for field in fields(Services)} | {
        "auth": AuthService(database, session_lifetime=timedelta(days=1)),
        "backlog": lambda: 0,
    }
    app = create_app(Settings(), Services(**given), {})
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://todo.test") as client:
        with capture_logs() as logs:
            answer = await client.get("/api/v1/tasks", headers={"Authorization": "Bearer x"})
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert int(answer.headers["Retry-After"]) > 0
    assert "secret" not in str(logs)
    await database.close()
