"""Errors people see: each is a problem+json document (RFC 9457) with a sentence they can act on."""

import math
from datetime import timedelta
from typing import Any, ClassVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from chat_api.paths import loggable_path
from servicekit.logs import get_logger

log = get_logger(__name__)

PROBLEM_JSON = "application/problem+json"
_SOON = {"Retry-After": "5"}


class ChatApiError(Exception):
    """Base of everything that this service refuses on purpose. The text is shown to the person."""

    status: ClassVar[int] = 400
    title: ClassVar[str] = "Bad request"
    headers: ClassVar[dict[str, str]] = {}


class NotAuthenticated(ChatApiError):
    """No session, or one that is over or forged."""

    status = 401
    title = "Not logged in"
    headers: ClassVar[dict[str, str]] = {"WWW-Authenticate": "Bearer"}


class WrongCredentials(ChatApiError):
    """E-mail and password do not belong together."""

    status = 401
    title = "Wrong e-mail or password"
    headers: ClassVar[dict[str, str]] = {"WWW-Authenticate": "Bearer"}


class CrossSiteRequest(ChatApiError):
    """A browser sent the session cookie on behalf of another site."""

    status = 403
    title = "Request from another site"


class SessionNeeded(ChatApiError):
    """An API token is good for a user's tasks, not for what opens other doors."""

    status = 403
    title = "Not with an API token"


class NotFound(ChatApiError):
    """It does not exist, or belongs to somebody else: the two look alike."""

    status = 404
    title = "Not found"


class EmailTaken(ChatApiError):
    """An account with this e-mail exists."""

    status = 409
    title = "E-mail already registered"


class Changed(ChatApiError):
    """It is no longer what the request takes it for (If-Match)."""

    status = 412
    title = "Changed meanwhile"


class RequestTooLarge(ChatApiError):
    """The body is longer than is accepted."""

    status = 413
    title = "Request too large"


class UnsupportedMediaType(ChatApiError):
    """The body is of a kind that is not read here."""

    status = 415
    title = "Unsupported media type"


class Invalid(ChatApiError):
    """Well-formed, but it cannot be done: a time that has passed, a rule that never matches."""

    status = 422
    title = "Invalid value"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


class TooManyAttempts(ChatApiError):
    """The log-in to this account has failed too often lately."""

    status = 429
    title = "Too many attempts"

    def __init__(self, left: timedelta) -> None:
        seconds = math.ceil(left.total_seconds())
        super().__init__(f"The log-in has failed too often. Try again in {seconds} s.")
        self.headers = {"Retry-After": str(seconds)}  # type: ignore[misc] # this one differs from answer to answer


class TooOften(ChatApiError):
    """Somebody has had this done as often as is good for now."""

    status = 429
    title = "Too often"

    def __init__(self, what: str, left: timedelta) -> None:
        seconds = math.ceil(left.total_seconds())
        super().__init__(f"{what} Try again in {seconds} s.")
        self.headers = {"Retry-After": str(seconds)}  # type: ignore[misc] # this one differs from answer to answer


class Busy(ChatApiError):
    """More is waiting to be done than should be added to."""

    status = 429
    title = "Too busy"
    headers: ClassVar[dict[str, str]] = {"Retry-After": "5"}


class Overloaded(ChatApiError):
    """More is asked for at once than can be answered in time."""

    status = 503
    title = "Too many requests at once"

    def __init__(self) -> None:
        super().__init__("Too many requests are waiting. Nothing was changed by this one; try again in some seconds.")


class Unavailable(ChatApiError):
    """A part of the system that this needs is away."""

    status = 503
    title = "Temporarily unavailable"
    headers: ClassVar[dict[str, str]] = {"Retry-After": "30"}


def problem(
    status: int, title: str, detail: str, *, headers: dict[str, str] | None = None, **extra: Any
) -> JSONResponse:
    """A problem document as a response."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **extra}
    return JSONResponse(body, status_code=status, media_type=PROBLEM_JSON, headers=headers)


def install_handlers(app: FastAPI) -> None:
    """Turn every error that leaves a handler into a problem document."""

    @app.exception_handler(ChatApiError)
    async def refused(_: Request, error: ChatApiError) -> JSONResponse:
        extra = {"errors": [{"field": error.field, "message": error.message}]} if isinstance(error, Invalid) else {}
        return problem(error.status, error.title, str(error), headers=error.headers, **extra)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        # The values are left out: they may hold a password, and are the sender's anyway.
        fields = [
            {
                "field": ".".join(str(part) for part in item["loc"] if part not in {"body", "query", "path"}) or "body",
                "message": str(item["msg"]).removeprefix("Value error, "),
            }
            for item in error.errors()
        ]
        detail = "; ".join(f"{item['field']}: {item['message']}" for item in fields)
        if any(item["type"] == "json_invalid" for item in error.errors()):
            return problem(400, "Malformed JSON", "The request body is not valid JSON.", errors=fields)
        return problem(422, "Invalid request", detail, errors=fields)

    @app.exception_handler(HTTPException)
    async def http_error(_: Request, error: HTTPException) -> JSONResponse:
        return problem(
            error.status_code, str(error.detail), str(error.detail), headers=dict(error.headers or {}) or None
        )

    @app.exception_handler(DBAPIError)
    @app.exception_handler(PoolTimeout)
    @app.exception_handler(TimeoutError)
    async def database_away(request: Request, error: Exception) -> JSONResponse:
        if isinstance(error, DBAPIError) and not isinstance(error, OperationalError | InterfaceError):
            return await failed(request, error)
        log.error("database away", path=loggable_path(request.url.path), error=str(error).partition("\n")[0])
        detail = "The database does not answer in time. Try again in some seconds."
        return problem(Unavailable.status, Unavailable.title, detail, headers=_SOON)

    @app.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> JSONResponse:
        log.error("request failed", path=loggable_path(request.url.path), exc_info=error)
        return problem(
            500, "Internal error", "Something went wrong on our side. Nothing was changed; please try again."
        )
