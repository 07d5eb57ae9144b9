"""A migrated database, and the services on it: SQLite in a file, or a real PostgreSQL (``--tasks-database``)."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlmodel import SQLModel, select

from chat_api.activity.service import ActivityService
from chat_api.assistant.exchange import Services
from chat_api.assistant.service import Assistant
from chat_api.auth.models import User
from chat_api.channels.notifications import NotificationDesk
from chat_api.channels.service import ChannelService
from chat_api.database import Database
from chat_api.inbox.feed import InboxFeed
from chat_api.inbox.service import InboxService
from chat_api.migrations import upgrade
from chat_api.outbox import OutboxMessage, OutboxRelay
from chat_api.preferences.service import PreferencesService
from chat_api.tasks.lists import ListService
from chat_api.tasks.next_occurrences import NextOccurrences
from chat_api.tasks.service import TaskService
from consumers.recurring.answer import answer
from contracts.channels import CheckWebhook, CodeVerdict, OfferedChannels, SendCode, WebhookVerdict
from contracts.events import CloudEvent, NextOccurrence, TaskEvent
from servicekit.errors import SidecarUnavailable
from tests.support.inbox import HearingInbox
from tests.support.postgres import Postgres, find_binaries
from tests.support.recording import FakeRecording

if TYPE_CHECKING:
    from tests.unit.chat_api.chatting import Chat

ALICE, BOB = "alice", "bob"


class FakePublisher:
    """A broker that can be away, and can lose its answer."""

    def __init__(self) -> None:
        self.published: list[CloudEvent] = []
        self.away = False
        self.loses_answers = 0
        self.refused_keys: set[str] = set()

    async def wait_up(self) -> None:
        return

    async def publish(self, event: CloudEvent) -> None:
        if self.away or event.data.partition_key() in self.refused_keys:
            raise SidecarUnavailable("away")
        self.published.append(event)
        if self.loses_answers:
            self.loses_answers -= 1
            raise SidecarUnavailable("no answer")

    @property
    def ids(self) -> list[str]:
        return [event.id for event in self.published]


class FakeNotifying:
    """The notification service, as chat_api sees it; remembers the codes it was to mail."""

    def __init__(self) -> None:
        self.mailed: list[SendCode] = []
        self.verdict = CodeVerdict(sent=True)
        self.email = True
        self.away = False
        self.allowed = True

    async def offered(self) -> OfferedChannels:
        if self.away:
            raise SidecarUnavailable("away")
        return OfferedChannels(push=True, email=self.email, webhook_hosts=("hooks.example",))

    async def send_code(self, request: SendCode) -> CodeVerdict:
        self.mailed.append(request)
        return self.verdict

    async def check_webhook(self, request: CheckWebhook) -> WebhookVerdict:
        if self.away:
            raise SidecarUnavailable("away")
        return WebhookVerdict(secret=f"whsec_{request.webhook_id}") if self.allowed else WebhookVerdict(message="no")


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[Postgres | None]:
    """The server that the tasks are kept on, if they are to be (``--tasks-database``)."""
    if request.config.getoption("--tasks-database") != "postgresql":
        yield None
        return
    binaries = find_binaries()
    assert binaries is not None, "PostgreSQL's server is not installed (Debian: apt-get install postgresql)"
    with Postgres(binaries, user="todo", password="not-a-secret") as server:
        upgrade(server.create("migrated"))
        yield server


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty, migrated SQLite database to copy."""
    path = tmp_path_factory.mktemp("database") / "tasks.db"
    upgrade(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture
def database_url(postgres: Postgres | None, migrated: Path, tmp_path: Path) -> str:
    """An empty, migrated database."""
    if postgres is not None:
        tables = ", ".join(table.name for table in SQLModel.metadata.sorted_tables)
        postgres.query(f"TRUNCATE {tables} RESTART IDENTITY CASCADE", "migrated")
        return postgres.url_of("migrated")
    copy = tmp_path / "tasks.db"
    copy.write_bytes(migrated.read_bytes())
    return f"sqlite+aiosqlite:///{copy}"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    async with opened.writing() as session:
        for name in (ALICE, BOB):
            session.add(User(id=name, email=f"{name}@example.org", password_hash="-", created_at=datetime.now(UTC)))
    yield opened
    await opened.close()


@pytest.fixture
def publisher() -> FakePublisher:
    return FakePublisher()


@pytest.fixture
def relay(database: Database, publisher: FakePublisher) -> OutboxRelay:
    return OutboxRelay(database, publisher, parallel=8)


@pytest.fixture
def tasks(database: Database, relay: OutboxRelay) -> TaskService:
    return TaskService(database, relay)


@pytest.fixture
def feed(database: Database) -> InboxFeed:
    return InboxFeed(database)


@pytest.fixture
def inbox(database: Database, feed: InboxFeed, relay: OutboxRelay, tasks: TaskService) -> HearingInbox:
    return HearingInbox(database, feed, relay, tasks)


@pytest.fixture
def desk(database: Database, relay: OutboxRelay, feed: InboxFeed) -> NotificationDesk:
    return NotificationDesk(database, relay, feed, public_url="https://todo.example/")


@pytest.fixture
def preferences(database: Database, relay: OutboxRelay) -> PreferencesService:
    return PreferencesService(database, relay)


class Worker:
    """The recurring worker, run when a test says so: it answers every event that the outbox holds."""

    def __init__(self, database: Database, relay: OutboxRelay) -> None:
        self._database = database
        self._updates = NextOccurrences(database, relay)

    async def answers(self) -> list[NextOccurrence]:
        """What it says, in the order of the events."""
        async with self._database.reading() as session:
            rows = (await session.exec(select(OutboxMessage).order_by("id"))).all()
        bodies = [CloudEvent.from_json(row.payload).data for row in rows]
        return [made for body in bodies if isinstance(body, TaskEvent) and (made := answer(body)) is not None]

    async def deliver(self, *made: NextOccurrence) -> None:
        """Deliver some of it."""
        for one in made:
            await self._updates.handle(CloudEvent.wrap(one, source="recurring", time=datetime.now(UTC)))

    async def run(self) -> None:
        """Deliver all of it; what was delivered before as well."""
        await self.deliver(*await self.answers())


@pytest.fixture
def worker(database: Database, relay: OutboxRelay) -> Worker:
    return Worker(database, relay)


@pytest.fixture
def lists(database: Database, relay: OutboxRelay) -> ListService:
    return ListService(database, relay)


@pytest.fixture
def notifying() -> FakeNotifying:
    return FakeNotifying()


@pytest.fixture
def channels(database: Database, notifying: FakeNotifying) -> ChannelService:
    return ChannelService(database, notifying)


@pytest.fixture
def recording() -> FakeRecording:
    return FakeRecording()


@pytest.fixture
def services(
    *,
    tasks: TaskService,
    lists: ListService,
    inbox: InboxService,
    preferences: PreferencesService,
    channels: ChannelService,
    recording: FakeRecording,
) -> Services:
    return Services(tasks, lists, inbox, preferences, channels, ActivityService(recording))


@pytest.fixture
def chat(services: Services) -> "Chat":
    from tests.unit.chat_api.chatting import Chat, Store  # noqa: PLC0415 - it needs this file's names

    return Chat(Assistant(services, Store()))
