"""Calls between chat_api, which knows who subscribed, and the notification service, which encrypts, signs and sends."""

from pydantic import Field

from contracts.base import Contract, Identifier, Instant
from contracts.events import NotificationWanted


class ListPushTargets(Contract):
    """Ask chat_api where an inbox item is to be pushed to."""

    user_id: Identifier
    item_id: int


class PushTarget(Contract):
    """A browser's address at its push service, and its keys (RFC 8291), base64url."""

    subscription_id: Identifier
    endpoint: str
    p256dh: str
    auth: str


class PushTargets(Contract):
    """The answer."""

    wanted: bool = Field(description="False: the item was seen to meanwhile, or is gone.")
    targets: tuple[PushTarget, ...] = ()


class DropPushTarget(Contract):
    """The push service does not know this subscription any more."""

    subscription_id: Identifier
    endpoint: str = Field(description="As it was told: one that was renewed meanwhile stays.")


class PostponeNotification(Contract):
    """Want this notification again, not before an instant."""

    event: NotificationWanted
    not_before: Instant


class AskPushKey(Contract):
    """Ask the notification service for its public key."""


class PushKey(Contract):
    """The application server key (RFC 8292), base64url; None when push is not set up."""

    public_key: str | None


class CheckPushTarget(Contract):
    """Ask the notification service whether it could push there."""

    endpoint: str
    p256dh: str
    auth: str


class PushVerdict(Contract):
    """Whether it could; if not, which field is wrong and a sentence for the person."""

    field: str | None = None
    message: str = ""
