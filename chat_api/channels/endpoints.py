"""Channels over REST. What gives reminders a new place to go needs a log-in; an API token may only look and switch."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response, status

from chat_api.auth.dependencies import CurrentUser, SessionUser
from chat_api.channels.schemas import (
    ChannelsView,
    ChannelSwitch,
    ConfirmedEmail,
    DeliveryView,
    NewEmail,
    NewWebhook,
    WebhookMade,
)
from chat_api.channels.service import ChannelService

router = APIRouter(prefix="/api/v1", tags=["channels"])


def channel_service(request: Request) -> ChannelService:
    """The application's channels."""
    service: ChannelService = request.app.state.services.channels
    return service


Service = Annotated[ChannelService, Depends(channel_service)]


@router.get("/channels")
async def get_channels(user: CurrentUser, service: Service) -> ChannelsView:
    """By which channels reminders can reach you, and which you chose."""
    return ChannelsView.of(await service.get(user.id))


@router.put("/channels/email", status_code=status.HTTP_202_ACCEPTED)
async def set_email(body: NewEmail, user: SessionUser, service: Service) -> ChannelsView:
    """Mail a code to an address. Reminders go there once the code has come back."""
    await service.mail_code(user.id, body.address)
    return ChannelsView.of(await service.get(user.id))


@router.post("/channels/email/confirm")
async def confirm_email(body: ConfirmedEmail, user: SessionUser, service: Service) -> ChannelsView:
    """Give the mailed code back: reminders go to its address from now on."""
    await service.confirm(user.id, body.code)
    return ChannelsView.of(await service.get(user.id))


@router.patch("/channels/email")
async def switch_email(body: ChannelSwitch, user: CurrentUser, service: Service) -> ChannelsView:
    """Send reminders to the confirmed address, or none."""
    await service.switch_email(user.id, enabled=body.enabled)
    return ChannelsView.of(await service.get(user.id))


@router.delete("/channels/email", status_code=status.HTTP_204_NO_CONTENT)
async def forget_email(user: SessionUser, service: Service) -> None:
    """Forget the address."""
    await service.forget_email(user.id)


@router.put("/channels/webhook")
async def set_webhook(body: NewWebhook, user: SessionUser, service: Service, response: Response) -> WebhookMade:
    """Post reminders there, signed as Standard Webhooks has it. The secret is in this answer and nowhere else."""
    secret = await service.set_webhook(user.id, body.url)
    response.headers["Cache-Control"] = "no-store"
    return WebhookMade(url=body.url, secret=secret)


@router.patch("/channels/webhook")
async def switch_webhook(body: ChannelSwitch, user: CurrentUser, service: Service) -> ChannelsView:
    """Post to the webhook, or pause it."""
    await service.switch_webhook(user.id, enabled=body.enabled)
    return ChannelsView.of(await service.get(user.id))


@router.delete("/channels/webhook", status_code=status.HTTP_204_NO_CONTENT)
async def forget_webhook(user: SessionUser, service: Service) -> None:
    """Forget the webhook."""
    await service.forget_webhook(user.id)


@router.get("/deliveries")
async def list_deliveries(
    user: CurrentUser,
    service: Service,
    items: Annotated[int, Query(ge=1, le=200, description="Of so many of the newest inbox items.")] = 50,
) -> list[DeliveryView]:
    """What became of fired reminders on each channel, the oldest first."""
    return [DeliveryView.model_validate(row) for row in await service.deliveries(user.id, items)]
