"""Hands a request on to chat_api and its answer back, piece by piece: server-sent events arrive as they are sent."""

from collections.abc import AsyncIterator, Iterable
from typing import Final

import aiohttp
from fastapi import Request
from fastapi.responses import Response, StreamingResponse
from yarl import URL

from chat_api.errors import problem
from chat_api.paths import loggable_path
from servicekit.logs import get_logger
from servicekit.tracing import current_traceparent

log = get_logger(__name__)

# RFC 9110, 7.6.1: for one connection, not to be handed on.
_HOP_BY_HOP: Final = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def end_to_end(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The headers that go on: neither hop-by-hop ones nor those that ``Connection`` names."""
    everything = list(headers)
    named = {
        token.strip().lower()
        for name, value in everything
        if name.lower() == "connection"
        for token in value.split(",")
    }
    return [(name, value) for name, value in everything if name.lower() not in _HOP_BY_HOP | named]


class Backend:
    """chat_api as seen from here. Use as an async context manager."""

    def __init__(self, url: str, *, connect_timeout: float, silence_timeout: float) -> None:
        self._url = url.rstrip("/")
        self._timeout = aiohttp.ClientTimeout(
            total=None,  # a stream has no end
            sock_connect=connect_timeout,
            sock_read=silence_timeout,
        )
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "Backend":
        self._session = aiohttp.ClientSession(
            timeout=self._timeout,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),  # cookies are the browsers'
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=4),  # uvicorn closes idle ones after 5 s
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def forward(self, request: Request) -> Response:
        """The answer of chat_api to this request; 502 or 504 when there is none."""
        if self._session is None:
            raise RuntimeError("the backend is used outside its context")
        # As it was sent: an escaped slash is not a slash.
        path, query = request.scope["raw_path"], request.scope["query_string"]
        target = (path + b"?" + query if query else path).decode("latin-1")
        headers = [
            (name, value) for name, value in end_to_end(request.headers.items()) if name.lower() != "traceparent"
        ]
        traceparent = current_traceparent()
        if traceparent:
            headers.append(("traceparent", traceparent))
        has_body = "content-length" in request.headers or "transfer-encoding" in request.headers
        try:
            answer = await self._session.request(
                request.method,
                URL(f"{self._url}{target}", encoded=True),
                headers=headers,
                data=request.stream() if has_body else None,
                allow_redirects=False,
            )
        except TimeoutError:
            return self._failed(request, 504, "The service took too long. Please try again.")
        except aiohttp.ClientError as error:
            return self._failed(request, 502, "The service cannot be reached just now. Please try again.", error)
        response = StreamingResponse(self._pieces(request, answer), status_code=answer.status)
        response.raw_headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in end_to_end(answer.headers.items())
        ]
        return response

    async def _pieces(self, request: Request, answer: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
        try:
            async for piece in answer.content.iter_any():
                yield piece
        except (aiohttp.ClientError, TimeoutError) as error:
            # The status has gone out: all that is left is to end the connection, which the browser notices.
            log.warning("answer broke off", path=loggable_path(request.url.path), error=str(error) or repr(error))
            raise
        finally:
            answer.close()

    def _failed(self, request: Request, status: int, text: str, error: Exception | None = None) -> Response:
        reason = str(error) or repr(error)
        log.warning("not handed on", path=loggable_path(request.url.path), status=status, error=reason)
        title = "Gateway time-out" if status == 504 else "Bad gateway"  # noqa: PLR2004 - HTTP's
        return problem(status, title, text, headers={"Retry-After": "2"})
