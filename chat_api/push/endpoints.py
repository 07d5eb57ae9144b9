"""Web push over REST: the key to subscribe with, and a browser's subscription."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, status
from pydantic import BaseModel, ConfigDict, Field

from chat_api.auth.dependencies import CurrentUser
from chat_api.push.service import PushService

router = APIRouter(prefix="/api/v1/push", tags=["push"])

Endpoint = Annotated[str, Field(max_length=1000, description="The subscription's address at its push service.")]


class PushKeyView(BaseModel):
    """What a browser subscribes with (`applicationServerKey`)."""

    public_key: str = Field(description="Uncompressed P-256 point, base64url without padding.")


class PushKeys(BaseModel):
    """A browser's keys, base64url (RFC 8291)."""

    model_config = ConfigDict(extra="ignore")

    p256dh: Annotated[str, Field(max_length=200)]
    auth: Annotated[str, Field(max_length=100)]


class NewPushSubscription(BaseModel):
    """`PushSubscription.toJSON()` as the browser gives it."""

    model_config = ConfigDict(extra="ignore")

    endpoint: Endpoint
    keys: PushKeys


class OldPushSubscription(BaseModel):
    """Which one to forget."""

    endpoint: Endpoint


class Subscribed(BaseModel):
    """It is kept."""

    endpoint: str


def push_service(request: Request) -> PushService:
    """The application's push service."""
    service: PushService = request.app.state.services.push
    return service


Service = Annotated[PushService, Depends(push_service)]


@router.get("/key")
async def get_push_key(user: CurrentUser, service: Service) -> PushKeyView:
    """The server's public key; 404 where push is not set up."""
    return PushKeyView(public_key=await service.key())


@router.post("/subscriptions", status_code=status.HTTP_201_CREATED)
async def subscribe(body: NewPushSubscription, user: CurrentUser, service: Service) -> Subscribed:
    """Push fired reminders to this browser. Only to push services that this server has a component for."""
    await service.subscribe(user.id, body.endpoint, body.keys.p256dh, body.keys.auth)
    return Subscribed(endpoint=body.endpoint)


@router.post("/unsubscribe", status_code=status.HTTP_204_NO_CONTENT)
async def unsubscribe(body: OldPushSubscription, user: CurrentUser, service: Service) -> None:
    """Push to this browser no more."""
    await service.unsubscribe(user.id, body.endpoint)
