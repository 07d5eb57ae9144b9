"""The inbox of chat_api, with what works off the actors' announcements run when a test says so."""

from dataclasses import dataclass, field

from chat_api.database import Database
from chat_api.inbox.delivered import DeliveredNotes
from chat_api.inbox.feed import InboxFeed
from chat_api.inbox.intake import Intake
from chat_api.inbox.service import InboxService
from chat_api.outbox import OutboxRelay
from chat_api.tasks.service import TaskService
from contracts.events import CloudEvent


@dataclass
class Buried:
    """Dead letters that were asked for: payload and reason."""

    letters: list[tuple[bytes, str]] = field(default_factory=list)

    async def __call__(self, payload: bytes, reason: str) -> None:
        self.letters.append((payload, reason))


class HearingInbox(InboxService):
    """An inbox that works off an announcement as soon as it has taken it in."""

    def __init__(self, database: Database, feed: InboxFeed, relay: OutboxRelay, tasks: TaskService) -> None:
        self.delivered = DeliveredNotes(database)
        super().__init__(database, feed, self.delivered, relay, tasks)
        self.buried = Buried()
        self.intake = Intake(database, feed, relay, self.buried)

    async def handle(self, event: CloudEvent) -> None:
        """Take it in, and work off what is there."""
        await self.intake.handle(event)
        while await self.intake.work_off():
            pass
