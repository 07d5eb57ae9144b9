"""The ways a reminder reaches its user, and the calls about them between chat_api and the notification service.

chat_api knows who wants what where and keeps what became of it; the notification service knows which ways there are.
"""

from enum import StrEnum

from pydantic import Field

from contracts.base import Contract, Identifier, Instant
from contracts.events import NotificationWanted
from contracts.push import PushTarget


class Channel(StrEnum):
    """A way to a user whose page is closed."""

    PUSH = "push"
    EMAIL = "email"
    WEBHOOK = "webhook"


class DeliveryState(StrEnum):
    """What became of one item on one channel. Sent and failed are final."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


# Asked of chat_api


class ListTargets(Contract):
    """Ask where an inbox item is to be sent."""

    user_id: Identifier
    item_id: int


class EmailTarget(Contract):
    """A verified address, and what a mail to it has to know."""

    address: str
    timezone: str = "UTC"
    page_url: str = Field(default="", description="Where the user reads more; empty when that is not known.")
    unsubscribe_url: str = Field(default="", description="Ends mails to this address without a log-in.")


class WebhookTarget(Contract):
    """A user's webhook. Its secret is derived from `webhook_id` by the notification service."""

    webhook_id: Identifier
    url: str


class Targets(Contract):
    """The answer."""

    wanted: bool = Field(description="False: the item was seen to meanwhile, or is gone.")
    targets: tuple[PushTarget, ...] = Field(default=(), description="Browsers.")
    email: EmailTarget | None = None
    webhook: WebhookTarget | None = None


class PostponeNotification(Contract):
    """Want this notification again, not before an instant."""

    event: NotificationWanted
    not_before: Instant


class Delivery(Contract):
    """How far an item has come on one channel."""

    channel: Channel
    state: DeliveryState
    at: Instant
    detail: str = Field(default="", max_length=200, description="Why not, in words for the user.")
    gone: bool = Field(default=False, description="The receiver wants no more, ever: switch the channel off.")


class RecordDeliveries(Contract):
    """Keep how far an item has come. Told twice, it is kept once; what is final stays."""

    user_id: Identifier
    item_id: int
    deliveries: tuple[Delivery, ...]


# Asked of the notification service


class AskChannels(Contract):
    """Ask which ways there are."""


class OfferedChannels(Contract):
    """The answer: what is set up on this server."""

    push: bool
    email: bool
    webhook_hosts: tuple[str, ...] = Field(description="Where webhooks may lead; none: there are no webhooks.")


class SendCode(Contract):
    """Ask to mail a code to an address that says it is the user's."""

    address: str
    code: str


class CodeVerdict(Contract):
    """Whether it was mailed."""

    sent: bool
    refused: bool = Field(default=False, description="The mail server will not take this address.")


class CheckWebhook(Contract):
    """Ask whether a webhook could be sent there, and for its secret."""

    webhook_id: Identifier
    url: str


class WebhookVerdict(Contract):
    """Its secret if it could, else a sentence for the person."""

    secret: str = Field(default="", repr=False)
    message: str = ""
