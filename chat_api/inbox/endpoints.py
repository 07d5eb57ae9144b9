"""The inbox and its live stream."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Header, Path, Query, Request, status
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, ConfigDict, Field, model_validator

from chat_api.auth.dependencies import CurrentUser, auth_service, session_token
from chat_api.auth.service import AuthService
from chat_api.errors import NotAuthenticated
from chat_api.inbox.models import InboxItem, ItemKind
from chat_api.inbox.service import InboxService, TasksChanged
from chat_api.inbox.traces import FIRINGS
from chat_api.metrics import LAG, STREAMS
from chat_api.tasks.endpoints import task_view
from chat_api.tasks.schemas import TaskView
from contracts.base import Instant
from servicekit.metrics import seconds_since

router = APIRouter(prefix="/api/v1", tags=["reminders"])

FIRED_EVENT = "reminder.fired"
CHANGED_EVENT = "task.changed"
_RECONNECT_MS = 1000
_MAX_ID = 2**63 - 1


class FiredReminder(BaseModel):
    """A reminder that fired."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    reminder_id: str
    task_id: str
    kind: ItemKind = Field(
        description="A task's reminder, the daily digest, or that one of these could not be sent to you."
    )
    title: str
    body: str = Field(description="Lines of text; empty for a reminder.")
    quiet: bool = Field(description="Within the user's quiet hours: make no sound.")
    due_at: datetime
    fired_at: datetime
    acknowledged_at: datetime | None


class ChangedTasks(BaseModel):
    """Tasks to read again: they were changed, added or deleted."""

    task_ids: Sequence[str]


class Snooze(BaseModel):
    """When to say it again: an instant, or minutes from now."""

    model_config = ConfigDict(extra="forbid")

    until: Instant | None = None
    minutes: Annotated[int | None, Field(ge=1, le=7 * 24 * 60)] = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.until is None) == (self.minutes is None):
            raise ValueError("send either `until` or `minutes`")
        return self

    def instant(self, now: datetime) -> datetime:
        """The instant meant."""
        return self.until or now + timedelta(minutes=self.minutes or 0)


def inbox_service(request: Request) -> InboxService:
    """The application's inbox."""
    service: InboxService = request.app.state.services.inbox
    return service


ItemId = Annotated[int, Path(ge=0, le=_MAX_ID)]
Service = Annotated[InboxService, Depends(inbox_service)]


@router.get("/inbox")
async def list_inbox(
    user: CurrentUser, service: Service, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> list[FiredReminder]:
    """The newest fired reminders, oldest first."""
    return [FiredReminder.model_validate(item) for item in await service.latest(user.id, limit)]


@router.post("/inbox/{item_id}/acknowledge", status_code=status.HTTP_204_NO_CONTENT)
async def acknowledge(item_id: ItemId, user: CurrentUser, service: Service) -> None:
    """The user has seen to it."""
    await service.acknowledge(user.id, item_id)


@router.post("/inbox/{item_id}/snooze")
async def snooze(item_id: ItemId, body: Snooze, user: CurrentUser, service: Service) -> TaskView:
    """Say it again later; the answer is its task. The task's due time stays."""
    return task_view(await service.snooze(user.id, item_id, body.instant(datetime.now(UTC))))


@router.get("/events", response_class=EventSourceResponse)
async def events(
    *,
    user: CurrentUser,
    service: Service,
    auth: Annotated[AuthService, Depends(auth_service)],
    token: Annotated[str | None, Depends(session_token)],
    after: Annotated[
        int | None, Query(ge=0, le=_MAX_ID, description="Start after this id instead of with what is new.")
    ] = None,
    last_event_id: Annotated[
        int | None, Header(ge=0, le=_MAX_ID, description="Sent by a browser that reconnects; beats `after`.")
    ] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Fired reminders as server-sent events, each once a stream; a new stream starts with those never streamed.

    Events `reminder.fired` have an id to go on from. Events `task.changed`, without one, name tasks to read again:
    what changed while no stream was open is not told. It ends with the session.
    """
    start = last_event_id if last_event_id is not None else after

    async def session_is_open() -> bool:
        try:
            await auth.authenticate(token or "")
        except NotAuthenticated:
            return False
        return True

    opened_at = datetime.now(UTC)
    with STREAMS.track_inprogress():
        yield ServerSentEvent(comment="connected", retry=_RECONNECT_MS)
        async for item in service.stream(user.id, start, allowed=session_is_open):
            # What was due before nobody listened to: that it comes now says nothing about us.
            if isinstance(item, InboxItem) and item.due_at >= opened_at:
                LAG.labels("stream").observe(seconds_since(item.due_at))
            if isinstance(item, InboxItem):
                FIRINGS.streamed(item)
            yield _event(item)


def _event(item: InboxItem | TasksChanged) -> ServerSentEvent:
    if isinstance(item, TasksChanged):
        return ServerSentEvent(event=CHANGED_EVENT, data=ChangedTasks(task_ids=item.task_ids))
    return ServerSentEvent(event=FIRED_EVENT, id=str(item.id), data=FiredReminder.model_validate(item))
