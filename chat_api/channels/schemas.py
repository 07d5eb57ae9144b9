"""Bodies of the channels' endpoints."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from chat_api.channels.addresses import MAIL_ADDRESS, MAX_LENGTH
from chat_api.channels.service import Channels
from contracts.channels import Channel, DeliveryState

Address = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=MAX_LENGTH, pattern=MAIL_ADDRESS),
    Field(examples=["me@example.org"]),
]
Code = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\d{6}$"), Field(examples=["123456"])]
Url = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


class PushView(BaseModel):
    """Browsers whose page is closed."""

    offered: bool = Field(description="Whether the server has it set up.")
    browsers: int = Field(description="How many of yours are subscribed.")


class EmailView(BaseModel):
    """E-mail."""

    offered: bool = Field(description="Whether the server has it set up.")
    address: str | None = Field(description="The confirmed address.")
    enabled: bool = Field(description="Whether reminders go there.")
    unconfirmed: str | None = Field(description="An address whose code has not come back yet: nothing goes there.")


class WebhookView(BaseModel):
    """A webhook."""

    offered_hosts: list[str] = Field(description="Where webhooks may lead on this server; empty: there are none.")
    url: str | None
    enabled: bool = Field(description="Whether reminders go there.")
    problem: str = Field(description="Why it was switched off by itself; empty when it was not.")


class ChannelsView(BaseModel):
    """The ways to you when the page is closed."""

    push: PushView
    email: EmailView
    webhook: WebhookView

    @classmethod
    def of(cls, channels: Channels) -> Self:
        """As it is shown."""
        email, unconfirmed, webhook = channels.email, channels.unconfirmed, channels.webhook
        return cls(
            push=PushView(offered=channels.offered.push, browsers=channels.browsers),
            email=EmailView(
                offered=channels.offered.email,
                address=email.address if email else None,
                enabled=email is not None and email.enabled,
                unconfirmed=unconfirmed.address if unconfirmed else None,
            ),
            webhook=WebhookView(
                offered_hosts=list(channels.offered.webhook_hosts),
                url=webhook.url if webhook else None,
                enabled=webhook is not None and webhook.enabled,
                problem=webhook.problem if webhook else "",
            ),
        )


class NewEmail(BaseModel):
    """An address that is to get a code."""

    model_config = ConfigDict(extra="forbid")

    address: Address


class ConfirmedEmail(BaseModel):
    """The code that was mailed."""

    model_config = ConfigDict(extra="forbid")

    code: Code


class ChannelSwitch(BaseModel):
    """Whether reminders go there."""

    model_config = ConfigDict(extra="forbid")

    enabled: bool


class NewWebhook(BaseModel):
    """Where reminders are to be posted."""

    model_config = ConfigDict(extra="forbid")

    url: Url = Field(description="https://…; only to hosts that this server allows.")


class WebhookMade(BaseModel):
    """A webhook, this once with its secret."""

    url: str
    secret: str = Field(description="Verify the signature with it (Standard Webhooks). It is shown this once.")


class DeliveryView(BaseModel):
    """How far an inbox item has come on one channel."""

    model_config = ConfigDict(from_attributes=True)

    item_id: int
    channel: Channel
    state: DeliveryState
    at: datetime = Field(description="When it came to this state.")
    detail: str = Field(description="Why it waits or has failed.")
