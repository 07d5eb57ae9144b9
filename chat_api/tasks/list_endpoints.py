"""Lists over REST."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, status

from chat_api.auth.dependencies import CurrentUser
from chat_api.tasks.lists import ListService
from chat_api.tasks.schemas import ListBody, ListView

router = APIRouter(prefix="/api/v1/lists", tags=["lists"])


def list_service(request: Request) -> ListService:
    """The application's list service."""
    service: ListService = request.app.state.services.lists
    return service


Service = Annotated[ListService, Depends(list_service)]


@router.get("")
async def all_lists(user: CurrentUser, service: Service) -> list[ListView]:
    """The user's lists by name."""
    return [ListView.model_validate(found) for found in await service.all(user.id)]


@router.post("", status_code=status.HTTP_201_CREATED)
async def add_list(body: ListBody, user: CurrentUser, service: Service) -> ListView:
    """Add a list; one of that name that exists already is answered as it is."""
    return ListView.model_validate(await service.add(user.id, body.name))


@router.patch("/{list_id}")
async def rename_list(list_id: str, body: ListBody, user: CurrentUser, service: Service) -> ListView:
    """Give a list another name."""
    return ListView.model_validate(await service.rename(user.id, list_id, body.name))


@router.delete("/{list_id}", status_code=status.HTTP_204_NO_CONTENT)
async def delete_list(list_id: str, user: CurrentUser, service: Service) -> None:
    """Remove a list; its tasks stay, in no list."""
    await service.delete(user.id, list_id)
