"""Preferences over REST."""

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request

from chat_api.auth.dependencies import CurrentUser
from chat_api.preferences.schemas import PreferencesUpdate, PreferencesView, ZoneAnswer
from chat_api.preferences.service import PreferencesService

router = APIRouter(prefix="/api/v1/preferences", tags=["preferences"])


def preferences_service(request: Request) -> PreferencesService:
    """The application's preferences service."""
    service: PreferencesService = request.app.state.services.preferences
    return service


Service = Annotated[PreferencesService, Depends(preferences_service)]


@router.get("")
async def get_preferences(user: CurrentUser, service: Service) -> PreferencesView:
    """What the user has chosen."""
    return PreferencesView.model_validate(await service.get(user.id))


@router.patch("")
async def update_preferences(body: PreferencesUpdate, user: CurrentUser, service: Service) -> PreferencesView:
    """Change what is sent and leave the rest; null switches the digest or the quiet hours off."""
    return PreferencesView.model_validate(await service.update(user.id, body))


@router.post("/timezone")
async def settle_time_zone(body: ZoneAnswer, user: CurrentUser, service: Service) -> PreferencesView:
    """The answer to "you seem to be in another time zone": move all open tasks there, or leave them where they are."""
    return PreferencesView.model_validate(await service.settle_zone(user.id, ZoneInfo(body.timezone), move=body.move))
