"""The way to users' webhooks: an HTTP output binding for each host. Only those that are loaded are allowed."""

from datetime import UTC, datetime

from consumers.notification.address import is_internal, parse_webhook
from consumers.notification.bindings import Bindings
from consumers.notification.delivery import Answer, Outcome, asked_wait, judge_webhook
from consumers.notification.signature import SigningKey, message_id, payload
from consumers.notification.stored_key import StoredKey
from contracts.channels import CheckWebhook, WebhookTarget, WebhookVerdict
from contracts.events import NotificationWanted
from servicekit.errors import SidecarError
from servicekit.logs import get_logger
from servicekit.sidecar import Sidecar

log = get_logger(__name__)

_NOT_SET_UP = "webhooks are not set up on this server"


class Webhooks:
    """Sends, and says whether it could. What a receiver answers beyond its status is neither read nor shown."""

    def __init__(
        self,
        sidecar: Sidecar,
        bindings: Bindings,
        key: StoredKey[SigningKey],
        *,
        timeout: float,
    ) -> None:
        self._sidecar = sidecar
        self._bindings = bindings
        self._key = key
        self._timeout = timeout

    # Asked by chat_api

    async def hosts(self) -> tuple[str, ...]:
        """Where webhooks may lead; none when there is no key to sign with."""
        found = await self._bindings.webhook_hosts()
        return found if found and await self._key.get() is not None else ()

    async def check(self, request: CheckWebhook) -> WebhookVerdict:
        """Whether a webhook is one that could be sent to; its secret."""
        key = await self._key.get()
        if key is None or not await self._bindings.webhook_hosts():
            return WebhookVerdict(message=_NOT_SET_UP)
        try:
            address = parse_webhook(request.url)
        except ValueError as error:
            return WebhookVerdict(message=str(error))
        if address.binding not in await self._bindings.http():
            host = address.origin.partition("://")[2].partition(":")[0]
            reason = "leads into the server's own network" if is_internal(host) else "is not on this server's list"
            return WebhookVerdict(
                message=f"{address.origin} {reason}; whoever runs it can allow that host by a component"
            )
        return WebhookVerdict(secret=key.secret(request.webhook_id))

    # Sending

    async def send(self, event: NotificationWanted, target: WebhookTarget) -> Answer:
        """Send an item; never raises for what the receiver or the way to it does."""
        try:
            key, address = await self._key.get(), parse_webhook(target.url)
            allowed = await self._bindings.http()
        except ValueError:
            return Answer(Outcome.REFUSED, detail="its address is none that can be sent to")
        except SidecarError as error:
            log.warning("webhook not sent", error=str(error))
            return Answer(Outcome.AGAIN, detail="this server could not send it")
        if key is None or address.binding not in allowed:
            return Answer(Outcome.AGAIN, detail=_NOT_SET_UP)
        body = payload(event)
        signed = key.headers(target.webhook_id, message_id(event), body, datetime.now(UTC))
        headers = {**signed, "Content-Type": "application/json", "User-Agent": "todo-assistant"}
        metadata = {**headers, "path": address.path, "errorIfNot2XX": "false"}
        try:
            response = await self._sidecar.invoke_binding(
                address.binding, "post", body, metadata, deadline=self._timeout
            )
        except SidecarError as error:
            reason = str(error).replace(address.path, "/…")
            log.warning("webhook without an answer", binding=address.binding, error=reason)
            return Answer(Outcome.UNKNOWN, detail="it did not answer")
        status = int(response.metadata.get("statusCode", "0"))
        outcome = judge_webhook(status)
        asked = asked_wait(response.metadata.get("Retry-After"), datetime.now(UTC))
        if outcome == Outcome.DELIVERED:
            return Answer(outcome)
        log.warning("webhook not taken", binding=address.binding, status=status, asked_seconds=asked)
        gone = " and wants no more" if outcome == Outcome.GONE else ""
        return Answer(outcome, asked, f"it answered {status}{gone}")
