"""Task events in, next occurrences out."""

from datetime import UTC, datetime
from typing import Protocol

from consumers.recurring.answer import answer
from contracts.events import CloudEvent, TaskEvent
from contracts.names import RECURRING, TASK_EVENTS
from servicekit.logs import get_logger
from servicekit.subscriptions import Reject
from servicekit.tracing import current_traceparent

log = get_logger(__name__)


class Publisher(Protocol):
    """What the handler needs of the sidecar."""

    async def publish(self, event: CloudEvent) -> None:
        """Return when the broker has the event; raise `SidecarError` when it is not known to have it."""


class TaskEvents:
    """Handles the `task-events` topic."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    async def handle(self, event: CloudEvent) -> None:
        """Publish the next occurrence, if one was done; returns when the broker has it.

        Raises:
            Reject: it belongs on another topic, or no rule that can be followed.
            SidecarError: it is not known to be published; the event must come again.
        """
        body = event.data
        if not isinstance(body, TaskEvent):
            if body.TOPIC != TASK_EVENTS:
                raise Reject(f"{event.type} does not belong on this topic")
            return
        try:
            made = answer(body)
        except ValueError as error:
            raise Reject(f"the next occurrence cannot be told: {error}") from error
        if made is None:
            return
        now = datetime.now(UTC)
        await self._publisher.publish(
            CloudEvent.wrap(made, source=RECURRING, time=now, traceparent=current_traceparent())
        )
        log.info(
            "next occurrence made",
            task_id=made.task_id,
            occurrence=made.occurrence,
            version=made.version,
            next_due_at=made.next_due_at and made.next_due_at.isoformat(),
            lag_seconds=round((now - body.occurred_at).total_seconds(), 4),
        )
