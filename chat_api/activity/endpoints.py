"""The user's own record over REST."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from chat_api.activity.service import ActivityService
from chat_api.auth.dependencies import CurrentUser

router = APIRouter(prefix="/api/v1/activity", tags=["activity"])

_MAX_NUMBER = 2**53 - 1


class ActivityItem(BaseModel):
    """Something that happened. The record is kept apart from the tasks: it stays when a task is deleted."""

    model_config = ConfigDict(from_attributes=True)

    number: int = Field(description="Its place in the record, from 1 without a gap; 0: the record as a whole.")
    kind: str = Field(
        description="created, updated, completed, reopened, deleted: a task. scheduled, fired, snoozed, acknowledged, "
        "missed, cancelled: a reminder. responded: the user's answer to one. next-occurrence: a "
        "worker's answer to a recurring task that was done. damaged: the entry was altered or removed."
    )
    at: datetime | None = Field(description="When it happened.")
    task_id: str | None
    title: str = Field(description="The task's title at that time.")
    due_at: datetime | None
    source: str = Field(description="The service that reported it.")


def activity_service(request: Request) -> ActivityService:
    """The application's view of the record."""
    service: ActivityService = request.app.state.services.activity
    return service


@router.get("")
async def list_activity(
    *,
    user: CurrentUser,
    service: Annotated[ActivityService, Depends(activity_service)],
    before: Annotated[
        int | None, Query(ge=1, le=_MAX_NUMBER, description="Only entries with a smaller number: the page after.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    request: Request,
    response: Response,
) -> list[ActivityItem]:
    """What you did and what fired, newest first, a moment after it happened.

    A `Link` header with `rel="next"` leads to the next page, if there is one (RFC 8288).
    """
    page = await service.page(user.id, before, limit)
    if page.next_before is not None:
        following = request.url.include_query_params(before=page.next_before)
        response.headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
    return [ActivityItem.model_validate(entry) for entry in page.entries]
