"""uvicorn as a part of a service: the process has one place for signals, and it is not here."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import Final

import uvicorn
from fastapi.telemetry import TelemetryConfig
from starlette.types import ASGIApp

NO_TELEMETRY: Final[TelemetryConfig] = {"tracing": False, "metrics": False, "logs": False}
"""For each FastAPI application. Its own spans name paths and queries as they came: a calendar feed's secret, the words
of a search, the link that lets an operator in."""


class _HttpServer(uvicorn.Server):
    """uvicorn without signal handlers of its own: the process has one (servicekit.service)."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve_http(app: ASGIApp, *, host: str, port: int, end_streams: Callable[[], None] | None = None) -> None:
    """Serve until cancelled; then end the streams and let requests under way finish, for five seconds."""
    server = _HttpServer(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=5,
        )
    )
    serving = asyncio.create_task(server.serve())
    try:
        await asyncio.shield(serving)
    finally:
        if end_streams is not None:
            end_streams()
        server.should_exit = True
        await serving
