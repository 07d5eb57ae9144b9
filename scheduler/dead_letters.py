"""Keeps every service's dead letters for an operator, and replays them.

Here and not in a service of its own: a dead letter of a job can only be replayed by the app that owns the jobs, and a
sidecar more costs memory. A letter of a topic goes back there in an envelope (`contracts.events.Replayed`) that only
the service handles which could not; a letter of a job is handled as if the job had been triggered again.
"""

import base64
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from contracts import names
from contracts.asyncapi import RECEIVERS
from contracts.dead_letters import (
    Letter,
    LetterContent,
    Letters,
    LetterStatus,
    ListLetters,
    ReplayAnswer,
    ReplayLetter,
    ReplayOutcome,
    ShowLetter,
)
from contracts.events import CloudEvent, DeadLetter, Replayed
from scheduler.letter_archive import LetterArchive
from scheduler.metrics import LETTERS_KEPT
from servicekit.logs import get_logger
from servicekit.sidecar import Sidecar
from servicekit.subscriptions import Reject
from servicekit.tracing import current_traceparent

log = get_logger(__name__)

_TOPICS = frozenset(RECEIVERS)


class DeadLetters:
    """The `dead-letters` topic, and what an operator asks."""

    def __init__(
        self, sidecar: Sidecar, archive: LetterArchive, run_job: Callable[[str, bytes], Awaitable[None]]
    ) -> None:
        self._sidecar = sidecar
        self._archive = archive
        self._run_job = run_job

    async def handle(self, event: CloudEvent) -> None:
        """Keep a letter.

        Raises:
            Reject: this is no dead letter.
            SidecarError: it is not kept; it must come again.
        """
        body = event.data
        if not isinstance(body, DeadLetter):
            raise Reject(f"{event.type} does not belong on this topic")
        payload = base64.b64decode(body.payload_base64)
        letter = Letter(
            letter_id=body.letter_id,
            number=1,
            source=body.source,
            service=body.service,
            reason=body.reason,
            received_at=body.received_at,
            size=len(payload),
        )
        await self._archive.keep(letter, payload)
        LETTERS_KEPT.labels(body.service).inc()
        log.info("dead letter kept", letter_id=body.letter_id, source=body.source, service=body.service)

    async def list(self, request: ListLetters) -> Letters:
        """A page of letters, the newest first."""
        return await self._archive.page(request)

    async def show(self, request: ShowLetter) -> LetterContent:
        """One letter with its message."""
        found = await self._archive.find(request.letter_id)
        if found is None:
            return LetterContent(letter=None)
        letter, payload = found
        return LetterContent(letter=letter, payload_base64=base64.b64encode(payload).decode())

    async def replay(self, request: ReplayLetter) -> ReplayAnswer:
        """Hand a letter's message over again. Asked twice it is once; a crash in between may make it twice.

        Raises:
            SidecarError: not known to be handed over, or the job failed again; ask again.
        """
        found = await self._archive.find(request.letter_id)
        if found is None:
            return ReplayAnswer(outcome=ReplayOutcome.UNKNOWN)
        letter, payload = found
        if letter.status is LetterStatus.REPLAYED:
            return ReplayAnswer(outcome=ReplayOutcome.ALREADY)
        kind, _, name = letter.source.partition("/")
        if kind == "job":
            await self._run_job(name, payload)
        elif kind == "topic" and name in _TOPICS:
            await self._publish(letter, payload, name)
        else:
            return ReplayAnswer(outcome=ReplayOutcome.IMPOSSIBLE, reason=f"there is nothing like {letter.source}")
        await self._archive.mark_replayed(letter, datetime.now(UTC))
        log.info("dead letter replayed", letter_id=letter.letter_id, source=letter.source, service=letter.service)
        return ReplayAnswer(outcome=ReplayOutcome.REPLAYED)

    async def _publish(self, letter: Letter, payload: bytes, topic: str) -> None:
        body = Replayed(
            letter_id=letter.letter_id,
            service=letter.service,
            key=partition_key(payload) or letter.source,
            payload_base64=base64.b64encode(payload).decode(),
        )
        event = CloudEvent.wrap(body, source=names.SCHEDULER, time=datetime.now(UTC), traceparent=current_traceparent())
        await self._sidecar.publish(event, topic=topic)


def partition_key(payload: bytes) -> str | None:
    """The task that a message is about, as far as it can be read: its events stay in order."""
    try:
        task_id = json.loads(payload)["data"]["task_id"]
    except (ValueError, LookupError, TypeError):
        return None
    return task_id if isinstance(task_id, str) and task_id else None
