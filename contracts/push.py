"""What chat_api and the notification service tell each other about web push: who subscribed, and with which key."""

from pydantic import Field

from contracts.base import Contract, Identifier


class PushTarget(Contract):
    """A browser's address at its push service, and its keys (RFC 8291), base64url."""

    subscription_id: Identifier
    endpoint: str
    p256dh: str
    auth: str


class DropPushTarget(Contract):
    """The push service does not know this subscription any more."""

    subscription_id: Identifier
    endpoint: str = Field(description="As it was told: one that was renewed meanwhile stays.")


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
