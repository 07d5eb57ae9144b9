"""Export, import and the calendar feed over HTTP."""

import hashlib
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response, status

from chat_api.auth.dependencies import CurrentUser, SessionUser
from chat_api.errors import UnsupportedMediaType
from chat_api.paths import FEEDS_PATH
from chat_api.portability.document import Export
from chat_api.portability.feeds import FeedContent, FeedService
from chat_api.portability.schemas import FeedView, ImportResult, NewFeed
from chat_api.portability.service import PortabilityService

IMPORT_PATH = "/api/v1/import"
_CALENDAR = "text/calendar"
_KINDS = {"application/json": "json", _CALENDAR: "ics"}

router = APIRouter(prefix="/api/v1", tags=["portability"])
feed_router = APIRouter(prefix=FEEDS_PATH.rstrip("/"), tags=["portability"])


class ExportFormat(StrEnum):
    """How an export is written."""

    JSON = "json"
    ICS = "ics"


def portability_service(request: Request) -> PortabilityService:
    """The application's export and import."""
    service: PortabilityService = request.app.state.services.portability
    return service


def feed_service(request: Request) -> FeedService:
    """The application's calendar feeds."""
    service: FeedService = request.app.state.services.feeds
    return service


Service = Annotated[PortabilityService, Depends(portability_service)]
Feeds = Annotated[FeedService, Depends(feed_service)]

_CALENDAR_CONTENT: dict[str, Any] = {"schema": {"type": "string"}}
_IMPORT_BODY = {
    "requestBody": {
        "required": True,
        "description": "An exported JSON document, or a calendar file with VTODOs. 5 MB and 5,000 items at most.",
        "content": {"application/json": {"schema": {"type": "object"}}, _CALENDAR: _CALENDAR_CONTENT},
    }
}


@router.get("/export", response_model=Export, responses={200: {"content": {_CALENDAR: _CALENDAR_CONTENT}}})
async def export(
    user: CurrentUser,
    service: Service,
    wanted: Annotated[ExportFormat, Query(alias="format")] = ExportFormat.JSON,
) -> Response:
    """Everything of the user's as JSON, or the tasks as iCalendar."""
    if wanted is ExportFormat.ICS:
        return _file(await service.export_calendar(user.id), f"{_CALENDAR}; charset=utf-8", "tasks.ics")
    return _file(await service.export_json(user.id), "application/json", "tasks.json")


@router.post("/import", openapi_extra=_IMPORT_BODY)
async def import_file(request: Request, user: CurrentUser, service: Service) -> ImportResult:
    """Add what a file holds. The same file again adds nothing; what cannot be taken over is named with the reason."""
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    kind = _KINDS.get(sent)
    if kind is None:
        raise UnsupportedMediaType(f"Send the file as {' or '.join(_KINDS)}.")
    return await service.import_file(user.id, await request.body(), kind)


@router.get("/feed")
async def get_feed(user: SessionUser, feeds: Feeds) -> FeedView:
    """Whether the user has a calendar feed."""
    feed = await feeds.get(user.id)
    return FeedView(enabled=feed is not None, created_at=feed.created_at if feed else None)


@router.post("/feed", status_code=status.HTTP_201_CREATED)
async def renew_feed(user: SessionUser, feeds: Feeds, request: Request, response: Response) -> NewFeed:
    """A new secret address for the user's calendar feed. The one before ends."""
    secret = await feeds.renew(user.id)
    response.headers["Cache-Control"] = "no-store"
    url = request.url_for("read_feed", secret=secret)
    # What ends TLS before this server asks it over plain HTTP, and maybe by a name of its own.
    public: str = request.app.state.settings.public_url
    return NewFeed(url=f"{public.rstrip('/')}{url.path}" if public else str(url))


@router.delete("/feed", status_code=status.HTTP_204_NO_CONTENT)
async def end_feed(user: SessionUser, feeds: Feeds) -> None:
    """End the user's calendar feed."""
    await feeds.end(user.id)


@feed_router.get(
    "/{secret}.ics", response_class=Response, responses={200: {"content": {_CALENDAR: _CALENDAR_CONTENT}}, 304: {}}
)
async def read_feed(
    secret: str,
    feeds: Feeds,
    content: FeedContent = FeedContent.ALL,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """The open tasks, for a calendar that subscribes to them. No log-in: the address is the key."""
    calendar = await feeds.read(secret, content)
    tag = f'"{hashlib.sha256(calendar).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Referrer-Policy": "no-referrer"}
    known = {one.strip().removeprefix("W/") for one in (if_none_match or "").split(",")}
    if tag in known or "*" in known:
        return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=headers)
    return Response(calendar, media_type=f"{_CALENDAR}; charset=utf-8", headers=headers)


feed_router.add_api_route("/{secret}.ics", read_feed, methods=["HEAD"], include_in_schema=False)


def _file(content: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=media_type, headers=headers)
