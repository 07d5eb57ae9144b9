"""The operators' page and what it asks, over HTTP. Its services are handed in."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from pydantic import AwareDatetime, BaseModel, Field

from console.actions import Actions
from console.inspecting import Inspector
from console.overview import Overviews
from console.owners import Owners
from console.sessions import Session, Sessions
from contracts.base import Identifier
from contracts.console import Act, ActAnswer, ActionKind, Inspect, Inspection, Overview, Role
from contracts.dead_letters import Letter
from contracts.operations import FindReminders, ReminderFilter, ReminderRows
from servicekit.errors import SidecarError, SidecarRefused
from servicekit.http_server import NO_TELEMETRY
from servicekit.logs import get_logger

log = get_logger(__name__)

COOKIE: Final = "console_session"
CSRF_HEADER: Final = "x-console-csrf"
_WEB: Final = Path(__file__).parent / "web"
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
_READING: Final = frozenset({"GET", "HEAD"})
_LETTERS: Final = 200
_ON_THE_PAGE: Final = frozenset({ActionKind.FIRE, ActionKind.RESCHEDULE, ActionKind.REPLAY, ActionKind.REPAIR})
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@dataclass(frozen=True, slots=True)
class Services:
    """What the endpoints work with."""

    sessions: Sessions
    owners: Owners
    overviews: Overviews
    inspector: Inspector
    actions: Actions


class Refused(Exception):
    """A request that is not carried out; the text is shown."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class Entrance(BaseModel):
    """What a link holds."""

    code: str = Field(max_length=100)


class Wish(BaseModel):
    """What somebody on the page wants done."""

    kind: ActionKind
    reminder_id: Identifier | None = None
    letter_id: Identifier | None = None
    due_at: AwareDatetime | None = None


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


def _session(request: Request) -> Session:
    session = _services(request).sessions.find(request.cookies.get(COOKIE))
    if session is None:
        raise Refused(401, "Open the page with a link from: scripts/todo-ops page")
    return session


Given = Annotated[Services, Depends(_services)]
Visitor = Annotated[Session, Depends(_session)]

router = APIRouter(prefix="/api")


@router.post("/enter")
async def enter(request: Request, entrance: Entrance, services: Given) -> Response:
    """Come in by a link. A code opens once."""
    entered = services.sessions.enter(entrance.code)
    if entered is None:
        raise Refused(403, "This link was used, or is too old. Make another one: scripts/todo-ops page")
    key, session = entered
    log.info("somebody came in", operator=session.operator, role=session.role)
    response = Response(status_code=204)
    response.set_cookie(COOKIE, key, httponly=True, samesite="strict", path="/", secure=request.url.scheme == "https")
    return response


@router.post("/leave")
async def leave(request: Request, services: Given, _: Visitor) -> Response:
    """End the session."""
    services.sessions.leave(request.cookies.get(COOKIE))
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, path="/")
    return response


@router.get("/me")
async def me(visitor: Visitor) -> dict[str, Any]:
    """Who looks, what they may do, and what goes along with an action."""
    return {"operator": visitor.operator, "role": visitor.role, "csrf": visitor.csrf}


@router.get("/overview")
async def overview(services: Given, _: Visitor) -> Overview:
    """The system at a glance."""
    return await services.overviews.overview()


@router.get("/reminders")
async def reminders(
    services: Given,
    _: Visitor,
    wanted: ReminderFilter = ReminderFilter.PENDING,
    search: str | None = None,
    user: str | None = None,
    after: str | None = None,
) -> ReminderRows:
    """A page of reminders."""
    found = FindReminders(wanted=wanted, search=search or None, user=user or None, after=after, limit=50)
    return await services.owners.find(found)


@router.get("/reminders/{reminder_id}")
async def inspect(services: Given, _: Visitor, reminder_id: Identifier) -> Inspection:
    """Everything about one reminder."""
    return await services.inspector.inspect(Inspect(reminder_id=reminder_id))


@router.get("/letters")
async def letters(services: Given, _: Visitor) -> list[Letter]:
    """Dead letters that wait. Without their messages: those may hold what a user wrote."""
    return await services.owners.letters(limit=_LETTERS)


@router.post("/actions")
async def act(request: Request, services: Given, visitor: Visitor, wish: Wish) -> ActAnswer:
    """Do something; for operators, not for viewers."""
    if visitor.role is not Role.OPERATOR:
        raise Refused(403, "You may look, and change nothing. A link with --role operator lets you.")
    if request.headers.get(CSRF_HEADER) != visitor.csrf:
        raise Refused(403, "This did not come from the page as it was opened. Load it again.")
    if wish.kind not in _ON_THE_PAGE:
        raise Refused(403, f"Not from the page: scripts/todo-ops {wish.kind}")
    return await services.actions.act(Act(operator=visitor.operator, **wish.model_dump()))


def create_app(services: Services) -> FastAPI:
    """The application, ready to serve."""
    app = FastAPI(title="Operators' console", openapi_url=None, docs_url=None, redoc_url=None, telemetry=NO_TELEMETRY)
    app.state.services = services

    @app.middleware("http")
    async def guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        response = _stranger(request) or await call_next(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if request.url.path.startswith("/api/"):
            response.headers["Cache-Control"] = "no-store"
        return response

    @app.exception_handler(Refused)
    async def refused(_: Request, error: Refused) -> JSONResponse:
        return _problem(error.status, str(error))

    @app.exception_handler(SidecarError)
    async def away(_: Request, error: SidecarError) -> JSONResponse:
        return _problem(400 if isinstance(error, SidecarRefused) else 503, str(error))

    app.include_router(router)
    app.mount("/static", _Files(directory=_WEB), name="static")

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/")
    async def page() -> FileResponse:
        return FileResponse(_WEB / "index.html", headers={"Cache-Control": "no-cache"})

    return app


class _Files(StaticFiles):
    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response


def _stranger(request: Request) -> Response | None:
    """Refuse other names for this machine (DNS rebinding), and what another site's page sends."""
    host = request.headers.get("host", "")
    if host.rsplit(":", 1)[0] not in _LOOPBACK:
        return _problem(421, "The console answers on loopback alone: tunnel to it (kubectl port-forward).")
    origin = request.headers.get("origin")
    if request.method not in _READING and (origin is None or urlsplit(origin).netloc != host):
        return _problem(403, "This request came from a page of another site.")
    return None


def _problem(status: int, detail: str) -> JSONResponse:
    body = {"type": "about:blank", "status": status, "title": "Refused", "detail": detail}
    return JSONResponse(body, status_code=status, media_type="application/problem+json")
