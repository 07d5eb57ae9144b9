"""Replaying: what is handed over, to whom, and that twice is once."""

import base64
from datetime import UTC, datetime

import pytest

from contracts.dead_letters import Letter, LetterStatus, ReplayLetter, ReplayOutcome
from contracts.events import CloudEvent, Replayed, TaskChange, TaskEvent
from scheduler.dead_letters import DeadLetters, partition_key
from scheduler.letter_archive import LetterArchive
from servicekit.errors import SidecarUnavailable
from servicekit.sidecar import Sidecar

NOW = datetime(2026, 11, 24, 17, tzinfo=UTC)
TASK = CloudEvent.wrap(
    TaskEvent(change=TaskChange.CREATED, task_id="t1", user_id="u1", version=1, title="x", occurred_at=NOW),
    source="chat-api",
    time=NOW,
).to_json()


class Broker(Sidecar):
    """Remembers what is published."""

    def __init__(self) -> None:
        self.published: list[tuple[str | None, CloudEvent]] = []
        self.away = False

    async def publish(self, event: CloudEvent, *, topic: str | None = None) -> None:
        if self.away:
            raise SidecarUnavailable("away")
        self.published.append((topic, event))


class Shelf(LetterArchive):
    """One letter, in memory."""

    def __init__(self, source: str, payload: bytes) -> None:
        self.letter = Letter(
            letter_id="l1", number=1, source=source, service="reader", reason="-", received_at=NOW, size=len(payload)
        )
        self.payload = payload

    async def find(self, letter_id: str) -> tuple[Letter, bytes] | None:
        return (self.letter, self.payload) if letter_id == "l1" else None

    async def mark_replayed(self, letter: Letter, now: datetime) -> None:
        self.letter = letter.model_copy(update={"status": LetterStatus.REPLAYED, "replayed_at": now})


class Desk:
    """The service on those."""

    def __init__(self, source: str = "topic/task-events", payload: bytes = TASK) -> None:
        self.broker, self.shelf = Broker(), Shelf(source, payload)
        self.jobs: list[tuple[str, bytes]] = []
        self.letters = DeadLetters(self.broker, self.shelf, self._run)

    async def _run(self, name: str, data: bytes) -> None:
        self.jobs.append((name, data))

    async def replay(self, letter_id: str = "l1") -> ReplayOutcome:
        return (await self.letters.replay(ReplayLetter(letter_id=letter_id))).outcome


async def test_a_message_goes_back_to_its_topic_for_the_service_that_could_not() -> None:
    desk = Desk()
    assert [await desk.replay(), await desk.replay()] == [ReplayOutcome.REPLAYED, ReplayOutcome.ALREADY]
    ((topic, event),) = desk.broker.published
    assert topic == "task-events"
    assert isinstance(event.data, Replayed)
    assert (event.data.service, base64.b64decode(event.data.payload_base64)) == ("reader", TASK)
    assert event.data.partition_key() == "t1"


async def test_a_broker_that_is_away_leaves_it_waiting() -> None:
    desk = Desk()
    desk.broker.away = True
    with pytest.raises(SidecarUnavailable):
        await desk.replay()
    desk.broker.away = False
    assert await desk.replay() is ReplayOutcome.REPLAYED


async def test_a_job_runs_again() -> None:
    desk = Desk("job/reminder-r1", b"{}")
    assert await desk.replay() is ReplayOutcome.REPLAYED
    assert (desk.jobs, desk.broker.published) == ([("reminder-r1", b"{}")], [])


@pytest.mark.parametrize("source", ["topic/somewhere-else", "mail/x", ""])
async def test_what_came_from_nowhere_we_know_is_not_published(source: str) -> None:
    desk = Desk(source)
    assert await desk.replay() is ReplayOutcome.IMPOSSIBLE
    assert (desk.broker.published, desk.shelf.letter.status) == ([], LetterStatus.WAITING)


async def test_an_unknown_letter() -> None:
    assert await Desk().replay("l2") is ReplayOutcome.UNKNOWN


@pytest.mark.parametrize("payload", [b"no json", b"[]", b"{}", b'{"data": 1}', b'{"data": {"task_id": 5}}', b"\xff"])
def test_what_names_no_task_has_no_key(payload: bytes) -> None:
    assert partition_key(payload) is None
