"""Handles the topics: each event of a user's is recorded once, however often it is delivered."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from consumers.audit.key import AuditKey
from consumers.audit.sealing import Tampered
from consumers.audit.trail import Trail
from contracts.events import CloudEvent, DeadLetter, NotificationWanted, Replayed
from contracts.jobs import Done
from contracts.names import CONSOLE
from contracts.operations import RecordAction
from servicekit.errors import SidecarConflict
from servicekit.logs import get_logger
from servicekit.retry import Backoff
from servicekit.subscriptions import Reject

log = get_logger(__name__)

_ATTEMPTS: Final = 6
_LOCKS: Final = 64


class Recorder:
    """Records what the topics say."""

    def __init__(self, trail: Trail, key: AuditKey) -> None:
        self._trail = trail
        self._key = key
        # Two events of one user would only make each other fail; other replicas are kept apart by the ETag.
        self._locks = [asyncio.Lock() for _ in range(_LOCKS)]
        self._backoff = Backoff(base=0.02, cap=0.3)

    async def handle(self, event: CloudEvent) -> None:
        """Record one.

        Raises:
            Reject: it belongs elsewhere, or the record it belongs to has been tampered with.
            SidecarError: try this event again.
        """
        if isinstance(event.data, NotificationWanted | DeadLetter | Replayed):
            raise Reject(f"{event.type} is not recorded")
        user_id = event.data.user_id
        key = await self._key.get()
        content = event.model_dump(mode="json", exclude_none=True)
        async with self._locks[hash(user_id) % _LOCKS]:
            number = await self._record(key, user_id, event.id, content)
        log.info("event recorded", event_id=event.id, number=number, known=number is None)

    async def record_action(self, request: RecordAction) -> Done:
        """Record what an operator does, in the record of the user whom it concerns.

        Raises:
            SidecarError: it is not recorded.
            Reject: it cannot be.
        """
        acted = request.acted
        content = {
            "specversion": "1.0",
            "id": acted.event_id(),
            "source": CONSOLE,
            "type": acted.TYPE,
            "subject": acted.subject(),
            "time": request.at.isoformat(),
            **({"traceparent": request.traceparent} if request.traceparent else {}),
            "data": acted.model_dump(mode="json", exclude_none=True),
        }
        key = await self._key.get()
        async with self._locks[hash(acted.user_id) % _LOCKS]:
            await self._record(key, acted.user_id, acted.event_id(), content)
        log.info("operator's action recorded", action=acted.action, phase=acted.phase, operator=acted.operator)
        return Done()

    async def _record(self, key: bytes, user_id: str, event_id: str, content: Mapping[str, Any]) -> int | None:
        for attempt in range(_ATTEMPTS):
            try:
                return await self._trail.record_content(key, user_id, event_id, content)
            except SidecarConflict:
                if attempt == _ATTEMPTS - 1:
                    raise
                await asyncio.sleep(self._backoff.delay(attempt))
            except Tampered as error:
                # Kept as a dead letter, for others' events must not wait until somebody has looked into it.
                raise Reject(f"the record of {user_id} has been tampered with: {error}") from error
        raise AssertionError("unreachable")
