"""API tokens over REST. Only who has logged in may do this; an API token may not."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Response, status

from chat_api.auth.dependencies import SessionUser, token_service
from chat_api.auth.schemas import ApiTokenCreate, ApiTokenView, NewApiToken
from chat_api.auth.tokens import TokenService

router = APIRouter(prefix="/api/v1/tokens", tags=["auth"])

Service = Annotated[TokenService, Depends(token_service)]


@router.get("")
async def list_tokens(user: SessionUser, service: Service) -> list[ApiTokenView]:
    """The user's API tokens, the newest first."""
    return [ApiTokenView.model_validate(found) for found in await service.all(user.id)]


@router.post("", status_code=status.HTTP_201_CREATED)
async def create_token(body: ApiTokenCreate, user: SessionUser, service: Service, response: Response) -> NewApiToken:
    """Make an API token. The token itself is in this answer and nowhere else."""
    lifetime = None if body.expires_in_days is None else timedelta(days=body.expires_in_days)
    made, token = await service.create(user.id, body.name, lifetime=lifetime)
    response.headers["Cache-Control"] = "no-store"
    return NewApiToken(**ApiTokenView.model_validate(made).model_dump(), token=token)


@router.delete("/{token_id}", status_code=status.HTTP_204_NO_CONTENT)
async def revoke_token(token_id: str, user: SessionUser, service: Service) -> None:
    """End an API token at once."""
    await service.revoke(user.id, token_id)
