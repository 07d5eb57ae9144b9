"""Handles the `notifications` topic: asks chat_api where to, pushes, and has what failed wanted again later.

An event is done once each subscription has an outcome. What a push service could not take now is no reason to hold
up the events behind it: chat_api's outbox keeps the next attempt until its time.
"""

import asyncio
from datetime import UTC, datetime

from consumers.notification.delivery import Outcome, State, is_stale, may_send, next_try
from consumers.notification.push_services import Answer, PushServices
from consumers.notification.records import Records
from consumers.notification.vapid_key import VapidKey
from consumers.notification.webpush import Vapid
from contracts.events import CloudEvent, NotificationWanted
from contracts.jobs import Done
from contracts.names import CHAT_API, DROP_PUSH_METHOD, POSTPONE_METHOD, PUSH_TARGETS_METHOD
from contracts.push import DropPushTarget, ListPushTargets, PostponeNotification, PushTarget, PushTargets
from servicekit.errors import SidecarError
from servicekit.logs import get_logger
from servicekit.retry import Backoff
from servicekit.sidecar import Sidecar
from servicekit.subscriptions import Reject

log = get_logger(__name__)

_STATES = {
    Outcome.DELIVERED: State.DELIVERED,
    Outcome.REFUSED: State.REFUSED,
    Outcome.GONE: State.REFUSED,
    Outcome.AGAIN: State.FAILED,
}
_AGAIN = frozenset({Outcome.AGAIN, Outcome.UNKNOWN})


class Notifier:
    """Delivers what is wanted."""

    def __init__(
        self,
        sidecar: Sidecar,
        services: PushServices,
        records: Records,
        key: VapidKey,
        *,
        backoff: Backoff,
        at_most_once: bool,
    ) -> None:
        self._sidecar = sidecar
        self._services = services
        self._records = records
        self._key = key
        self._backoff = backoff
        self._at_most_once = at_most_once

    async def handle(self, event: CloudEvent) -> None:
        """Deliver one.

        Raises:
            Reject: it belongs elsewhere, or no push service took it in time.
            SidecarError: try this event again.
        """
        wanted = event.data
        if not isinstance(wanted, NotificationWanted):
            raise Reject(f"{event.type} does not belong on this topic")
        if is_stale(wanted, datetime.now(UTC)):
            log.warning("notification is too late, not sent", item_id=wanted.item_id, due_at=wanted.due_at.isoformat())
            return
        vapid = await self._key.get()
        if vapid is None:
            log.warning("notification not sent: web push is not set up", item_id=wanted.item_id)
            return
        request = ListPushTargets(user_id=wanted.user_id, item_id=wanted.item_id)
        found = await self._sidecar.invoke(CHAT_API, PUSH_TARGETS_METHOD, request, PushTargets)
        if not found.wanted:
            log.info("notification no longer wanted", item_id=wanted.item_id)
            return
        answers = await asyncio.gather(*(self._push(wanted, target, vapid) for target in found.targets))
        waits = [answer.asked for answer in answers if answer is not None and answer.outcome in _AGAIN]
        if waits:
            await self._try_later(wanted, max(waits))

    async def _push(self, wanted: NotificationWanted, target: PushTarget, vapid: Vapid) -> Answer | None:
        """The outcome; None when this one has had its outcome before."""
        record, etag = await self._records.load(wanted.item_id, target.subscription_id)
        if not may_send(record, at_most_once=self._at_most_once):
            return None
        await self._records.claim(wanted.item_id, target.subscription_id, etag)
        answer = await self._services.send(wanted, target, vapid)
        if answer.outcome == Outcome.UNKNOWN and self._at_most_once:
            answer = Answer(Outcome.REFUSED)
            log.warning("push may be lost: it is not repeated", item_id=wanted.item_id)
        elif answer.outcome == Outcome.GONE:
            await self._drop(target)
        await self._settle(wanted, target, answer.outcome)
        log.info(
            "push done",
            item_id=wanted.item_id,
            subscription_id=target.subscription_id,
            outcome=answer.outcome,
            attempt=wanted.attempt,
            lag_seconds=round((datetime.now(UTC) - wanted.due_at).total_seconds(), 3),
        )
        return answer

    async def _settle(self, wanted: NotificationWanted, target: PushTarget, outcome: Outcome) -> None:
        state = _STATES.get(outcome)
        if state is None:
            return
        try:
            await self._records.settle(wanted.item_id, target.subscription_id, state)
        except SidecarError as error:
            # It was sent. To fail here would have it sent again for sure; without the record it is only possible.
            log.warning("delivery record not written", item_id=wanted.item_id, error=str(error))

    async def _drop(self, target: PushTarget) -> None:
        request = DropPushTarget(subscription_id=target.subscription_id, endpoint=target.endpoint)
        try:
            await self._sidecar.invoke(CHAT_API, DROP_PUSH_METHOD, request, Done)
        except SidecarError as error:
            log.warning("a subscription that is gone is still kept", error=str(error))

    async def _try_later(self, wanted: NotificationWanted, asked: float) -> None:
        at = next_try(wanted, asked, self._backoff.delay(wanted.attempt), datetime.now(UTC))
        if at is None:
            raise Reject(f"no push service took it within a day, {wanted.attempt + 1} attempts")
        again = wanted.model_copy(update={"attempt": wanted.attempt + 1})
        request = PostponeNotification(event=again, not_before=at)
        await self._sidecar.invoke(CHAT_API, POSTPONE_METHOD, request, Done)
        log.info("notification postponed", item_id=wanted.item_id, attempt=again.attempt, until=at.isoformat())
