"""The way to the push services: one HTTP output binding each. Those that are loaded are those that are allowed."""

from datetime import UTC, datetime

from consumers.notification.address import Address, parse
from consumers.notification.bindings import Bindings
from consumers.notification.delivery import Answer, Outcome, asked_wait, judge, time_to_live, urgency
from consumers.notification.stored_key import StoredKey
from consumers.notification.webpush import Vapid, encrypt, keys_of, message, topic
from contracts.events import NotificationWanted
from contracts.push import AskPushKey, CheckPushTarget, PushKey, PushTarget, PushVerdict
from servicekit.errors import SidecarRefused, SidecarUnavailable
from servicekit.logs import get_logger
from servicekit.sidecar import Sidecar

log = get_logger(__name__)

_SAID = 200  # characters of a refusal that are logged
_REDIRECT = 300


class PushServices:
    """Sends, and says whether it could."""

    def __init__(self, sidecar: Sidecar, bindings: Bindings, key: StoredKey[Vapid], *, timeout: float) -> None:
        self._sidecar = sidecar
        self._bindings = bindings
        self._key = key
        self._timeout = timeout

    # Asked by chat_api

    async def public_key(self, _: AskPushKey) -> PushKey:
        """The key that browsers subscribe with."""
        vapid = await self._key.get()
        return PushKey(public_key=vapid.public_key if vapid else None)

    async def check(self, request: CheckPushTarget) -> PushVerdict:
        """Whether a subscription is one that could be sent to."""
        try:
            address = parse(request.endpoint)
        except ValueError as error:
            return PushVerdict(field="endpoint", message=str(error))
        if address.binding not in await self._bindings.http():
            return PushVerdict(
                field="endpoint",
                message=f"this server sends no notifications through {address.origin}; "
                "whoever runs it can add that push service as a component",
            )
        try:
            keys_of(request.p256dh, request.auth)
        except ValueError:
            return PushVerdict(field="keys", message="these are not a browser's keys (p256dh, auth)")
        return PushVerdict()

    # Sending

    async def send(self, event: NotificationWanted, target: PushTarget, vapid: Vapid) -> Answer:
        """Push an item to a browser; never raises for what the push service or the way to it does."""
        try:
            address, sealed = parse(target.endpoint), encrypt(message(event), target)
        except ValueError as error:
            log.error("not a subscription that can be pushed to", reason=str(error))
            return Answer(Outcome.REFUSED, detail="the browser's subscription is broken")
        return await self._post(address, sealed, _headers(event, vapid.authorization(address.origin)))

    async def _post(self, address: Address, body: bytes, headers: dict[str, str]) -> Answer:
        # Metadata that begins with a capital is a header; `errorIfNot2XX` brings the status instead of an error
        # (components-contrib, bindings/http).
        metadata = {**headers, "path": address.path, "errorIfNot2XX": "false"}
        try:
            response = await self._sidecar.invoke_binding(
                address.binding, "post", body, metadata, deadline=self._timeout
            )
        except SidecarRefused as error:
            log.error("push not possible", binding=address.binding, error=str(error))
            return Answer(Outcome.REFUSED, detail="the push service cannot be used")
        except SidecarUnavailable as error:
            log.warning("push without an answer", binding=address.binding, error=_without(address.path, str(error)))
            return Answer(Outcome.UNKNOWN, detail="the push service did not answer")
        status = int(response.metadata.get("statusCode", "0"))
        asked = asked_wait(response.metadata.get("Retry-After"), datetime.now(UTC))
        answer = Answer(judge(status), asked, "" if status < _REDIRECT else f"the push service answered {status}")
        if answer.outcome == Outcome.REFUSED:
            reason = response.data[:_SAID].decode(errors="replace")
            log.error("push refused", binding=address.binding, status=status, reason=_without(address.path, reason))
        elif answer.outcome == Outcome.AGAIN:
            log.warning("push service is busy", binding=address.binding, status=status, asked_seconds=answer.asked)
        return answer


def _headers(event: NotificationWanted, authorization: str) -> dict[str, str]:
    return {
        "Authorization": authorization,
        "Content-Type": "application/octet-stream",
        "Content-Encoding": "aes128gcm",
        "TTL": str(time_to_live(event, datetime.now(UTC))),
        "Urgency": urgency(event),
        "Topic": topic(event),
    }


def _without(path: str, text: str) -> str:
    """Whoever knows a subscription's address can use it: it is not for the log."""
    return text.replace(path, "/…")
