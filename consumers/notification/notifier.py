"""Handles the `notifications` topic: asks chat_api where to, sends, reports what came of it, tries again later.

An event is done once each target has an outcome. What a receiver could not take now is no reason to hold up the events
behind it: chat_api's outbox keeps the next attempt until its time.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from consumers.notification.courier import Courier, Errand
from consumers.notification.delivery import UNSETTLED, Answer, Outcome, Progress, is_stale, next_try, summary
from consumers.notification.mail_server import MailServer
from consumers.notification.metrics import DELIVERIES
from consumers.notification.push_services import PushServices
from consumers.notification.settings import Settings
from consumers.notification.stored_key import StoredKey
from consumers.notification.webhooks import Webhooks
from consumers.notification.webpush import Vapid
from contracts.channels import (
    Channel,
    EmailTarget,
    ListTargets,
    PostponeNotification,
    RecordDeliveries,
    Targets,
    WebhookTarget,
)
from contracts.events import CloudEvent, NotificationWanted
from contracts.jobs import Done
from contracts.names import (
    CHAT_API,
    DROP_PUSH_METHOD,
    POSTPONE_METHOD,
    PUSH_TARGETS_METHOD,
    RECORD_DELIVERIES_METHOD,
)
from contracts.push import DropPushTarget, PushTarget
from servicekit.errors import SidecarError
from servicekit.logs import get_logger
from servicekit.retry import Backoff
from servicekit.sidecar import Sidecar
from servicekit.subscriptions import Reject

log = get_logger(__name__)

# Seconds an event waits for a channel whose receivers may be slow: events behind it wait, too.
_PATIENCE = 0.4
# Mail servers do not recognise a repetition: an attempt without an answer is not repeated for ever.
_MAILS_IN_THE_DARK = 3
_EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Ways:
    """The channels, and the key without which there is no push."""

    vapid: StoredKey[Vapid]
    push: PushServices
    mail: MailServer
    webhooks: Webhooks


class Notifier:
    """Delivers what is wanted."""

    def __init__(self, sidecar: Sidecar, courier: Courier, ways: Ways, settings: Settings) -> None:
        self._sidecar = sidecar
        self._courier = courier
        self._ways = ways
        self._settings = settings
        self._backoff = Backoff(settings.push_retry_base, settings.push_retry_cap)

    async def handle(self, event: CloudEvent) -> None:
        """Deliver one.

        Raises:
            Reject: it belongs elsewhere.
            SidecarError: try this event again.
        """
        wanted = event.data
        if not isinstance(wanted, NotificationWanted):
            raise Reject(f"{event.type} does not belong on this topic")
        request = ListTargets(user_id=wanted.user_id, item_id=wanted.item_id)
        found = await self._sidecar.invoke(CHAT_API, PUSH_TARGETS_METHOD, request, Targets)
        if not found.wanted:
            log.info("notification no longer wanted", item_id=wanted.item_id)
            return
        if is_stale(wanted, datetime.now(UTC)):
            log.warning("notification is too late, not sent", item_id=wanted.item_id, due_at=wanted.due_at.isoformat())
            await self._report(wanted, _too_late(found), ended=True)
            return
        come = await self._send(wanted, found)
        waits = [one for progress in come.values() for one in progress if one.outcome in UNSETTLED]
        at = self._next_try(wanted, waits)
        await self._report(wanted, come, ended=at is None)
        if at is not None:
            await self._try_later(wanted, at)

    async def _send(self, wanted: NotificationWanted, found: Targets) -> dict[Channel, Sequence[Progress]]:
        """How far it has come on each channel that has a target."""
        vapid = await self._ways.vapid.get() if found.targets else None
        if found.targets and vapid is None:
            log.warning("notification not pushed: web push is not set up", item_id=wanted.item_id)
        browsers = [self._push(wanted, target, vapid) for target in found.targets] if vapid is not None else []
        others: dict[Channel, Awaitable[Progress]] = {}
        if found.email is not None:
            others[Channel.EMAIL] = self._mail(wanted, found.email)
        if found.webhook is not None:
            others[Channel.WEBHOOK] = self._call_webhook(wanted, found.webhook)
        pushed, rest = await asyncio.gather(asyncio.gather(*browsers), asyncio.gather(*others.values()))
        come: dict[Channel, Sequence[Progress]] = {channel: [one] for channel, one in zip(others, rest, strict=True)}
        if found.targets:
            come[Channel.PUSH] = pushed or [_failed("web push is not set up on this server")]
        return come

    async def _push(self, wanted: NotificationWanted, target: PushTarget, vapid: Vapid) -> Progress:
        async def send() -> Answer:
            answer = await self._ways.push.send(wanted, target, vapid)
            if answer.outcome == Outcome.GONE:
                await self._drop(target)
            return answer

        return await self._deliver(
            wanted,
            Channel.PUSH,
            Errand(
                wanted.item_id,
                target.subscription_id,
                send,
                patience=2 * self._settings.push_timeout,
                at_most_once=self._settings.push_at_most_once,
            ),
        )

    async def _mail(self, wanted: NotificationWanted, target: EmailTarget) -> Progress:
        return await self._deliver(
            wanted,
            Channel.EMAIL,
            Errand(
                wanted.item_id,
                _EMAIL,
                lambda: self._ways.mail.send(wanted, target),
                patience=_PATIENCE,
                tries_in_the_dark=_MAILS_IN_THE_DARK,
                lane=self._ways.mail.lane,
            ),
        )

    async def _call_webhook(self, wanted: NotificationWanted, target: WebhookTarget) -> Progress:
        return await self._deliver(
            wanted,
            Channel.WEBHOOK,
            Errand(
                wanted.item_id,
                target.webhook_id,
                lambda: self._ways.webhooks.send(wanted, target),
                patience=_PATIENCE,
            ),
        )

    async def _deliver(self, wanted: NotificationWanted, channel: Channel, errand: Errand) -> Progress:
        async def late(progress: Progress) -> None:
            _note(wanted, channel, progress)
            await self._report(wanted, {channel: [progress]}, ended=False)

        progress = await self._courier.deliver(errand, late)
        _note(wanted, channel, progress)
        return progress

    async def _drop(self, target: PushTarget) -> None:
        request = DropPushTarget(subscription_id=target.subscription_id, endpoint=target.endpoint)
        try:
            await self._sidecar.invoke(CHAT_API, DROP_PUSH_METHOD, request, Done)
        except SidecarError as error:
            log.warning("a subscription that is gone is still kept", error=str(error))

    async def _report(
        self, wanted: NotificationWanted, come: dict[Channel, Sequence[Progress]], *, ended: bool
    ) -> None:
        found = [summary(channel, progress, ended=ended) for channel, progress in come.items()]
        deliveries = tuple(one for one in found if one is not None)
        if deliveries:
            request = RecordDeliveries(user_id=wanted.user_id, item_id=wanted.item_id, deliveries=deliveries)
            await self._sidecar.invoke(CHAT_API, RECORD_DELIVERIES_METHOD, request, Done)

    def _next_try(self, wanted: NotificationWanted, waits: Sequence[Progress]) -> datetime | None:
        """When to try again what waits; None when nothing does, or when that would be too late."""
        if not waits:
            return None
        asked = max(one.answer.asked for one in waits)
        if any(one.outcome == Outcome.UNDERWAY for one in waits):
            # By then it has ended, one way or the other.
            asked = max(asked, self._settings.email_timeout, self._settings.webhook_timeout)
        return next_try(wanted, asked, self._backoff.delay(wanted.attempt), datetime.now(UTC))

    async def _try_later(self, wanted: NotificationWanted, at: datetime) -> None:
        again = wanted.model_copy(update={"attempt": wanted.attempt + 1})
        request = PostponeNotification(event=again, not_before=at)
        await self._sidecar.invoke(CHAT_API, POSTPONE_METHOD, request, Done)
        log.info("notification postponed", item_id=wanted.item_id, attempt=again.attempt, until=at.isoformat())


def _too_late(found: Targets) -> dict[Channel, Sequence[Progress]]:
    """Every channel that was to be used has failed, unless chat_api knows better."""
    there = {
        Channel.PUSH: bool(found.targets),
        Channel.EMAIL: found.email is not None,
        Channel.WEBHOOK: found.webhook is not None,
    }
    return {channel: [_failed("a day has passed")] for channel, is_there in there.items() if is_there}


def _failed(why: str) -> Progress:
    return Progress(Answer(Outcome.REFUSED, detail=why), datetime.now(UTC))


def _note(wanted: NotificationWanted, channel: Channel, progress: Progress) -> None:
    DELIVERIES.labels(channel, progress.outcome).inc()
    log.info(
        "notification attempt",
        channel=channel,
        item_id=wanted.item_id,
        outcome=progress.outcome,
        attempt=wanted.attempt,
        lag_seconds=round((progress.at - wanted.due_at).total_seconds(), 3),
    )
