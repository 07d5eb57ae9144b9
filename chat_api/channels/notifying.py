"""The notification service, as chat_api asks it about channels."""

from typing import Protocol

from contracts.channels import AskChannels, CheckWebhook, CodeVerdict, OfferedChannels, SendCode, WebhookVerdict
from contracts.names import CHANNELS_METHOD, NOTIFICATION, SEND_CODE_METHOD, WEBHOOK_CHECK_METHOD
from servicekit.sidecar import Sidecar


class Notifying(Protocol):
    """What the channels need of it; its calls raise `SidecarError`."""

    async def offered(self) -> OfferedChannels:
        """Which channels there are."""

    async def send_code(self, request: SendCode) -> CodeVerdict:
        """Mail a code."""

    async def check_webhook(self, request: CheckWebhook) -> WebhookVerdict:
        """Whether a webhook could be sent to; its secret."""


class NotificationService(Notifying):
    """The service itself, through the sidecars."""

    def __init__(self, sidecar: Sidecar) -> None:
        self._sidecar = sidecar

    async def offered(self) -> OfferedChannels:
        """Which channels there are."""
        return await self._sidecar.invoke(NOTIFICATION, CHANNELS_METHOD, AskChannels(), OfferedChannels)

    async def send_code(self, request: SendCode) -> CodeVerdict:
        """Mail a code."""
        return await self._sidecar.invoke(NOTIFICATION, SEND_CODE_METHOD, request, CodeVerdict)

    async def check_webhook(self, request: CheckWebhook) -> WebhookVerdict:
        """Whether a webhook could be sent to; its secret."""
        return await self._sidecar.invoke(NOTIFICATION, WEBHOOK_CHECK_METHOD, request, WebhookVerdict)
