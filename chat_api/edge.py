"""What every HTTP exchange gets, as one ASGI middleware: a trace, a log line, a size limit, security headers."""

import time
from collections.abc import Iterable, Mapping

from opentelemetry.trace import SpanKind
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chat_api.errors import RequestTooLarge, problem
from chat_api.metrics import count_request
from chat_api.paths import loggable_path
from servicekit.logs import get_logger
from servicekit.tracing import current_traceparent, span

log = get_logger(__name__)

_SECURITY_HEADERS = (
    (
        "Content-Security-Policy",
        "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
)
_QUIET_PATHS = frozenset({"/healthz", "/readyz"})
_DOCS_PATHS = frozenset({"/docs"})


class Edge:
    """Wraps the application. ``larger`` names the paths whose bodies may be longer than those of the others."""

    def __init__(self, app: ASGIApp, *, max_request_bytes: int, larger: Mapping[str, int] | None = None) -> None:
        self._app = app
        self._limit = max_request_bytes
        self._larger = larger or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One exchange."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        method, path = scope["method"], scope["path"]
        shown, limit = loggable_path(path), self._larger.get(path, self._limit)
        started, status = time.perf_counter(), 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add(MutableHeaders(scope=message), _SECURITY_HEADERS if path not in _DOCS_PATHS else ())
            await send(message)

        if path in _QUIET_PATHS:  # probes ask every few seconds
            await self._app(scope, _limited(receive, limit), send_with_headers)
            return
        with span(f"{method} {shown}", headers.get("traceparent"), SpanKind.SERVER) as exchange:
            try:
                if _declared_length(headers) > limit:
                    refusal = problem(RequestTooLarge.status, RequestTooLarge.title, _too_large(limit))
                    await refusal(scope, receive, send_with_headers)
                else:
                    await self._app(scope, _limited(receive, limit), send_with_headers)
            finally:
                seconds = time.perf_counter() - started
                route = count_request(scope, status, seconds)
                exchange.update_name(f"{method} {route}")
                exchange.set_attributes(
                    {"http.request.method": method, "http.route": route, "http.response.status_code": status}
                )
                milliseconds = round(seconds * 1000, 1)
                log.info("request", method=method, path=shown, status=status, milliseconds=milliseconds)


def _too_large(limit: int) -> str:
    return f"A request body may have {limit} bytes at most here."


def _limited(receive: Receive, limit: int) -> Receive:
    received = 0

    async def counting() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            # FastAPI lets only its own exception through while it reads a body.
            raise HTTPException(RequestTooLarge.status, _too_large(limit))
        return message

    return counting


def _declared_length(headers: Headers) -> int:
    declared = headers.get("content-length", "0")
    return int(declared) if declared.isdecimal() else 0


def _add(headers: MutableHeaders, extra: Iterable[tuple[str, str]]) -> None:
    for name, value in extra:
        headers.setdefault(name, value)
    traceparent = current_traceparent()
    if traceparent:
        # The correlation id, for whoever asks about this request (W3C Trace Context, level 2).
        headers["traceresponse"] = traceparent
