"""uvicorn as a part of a service: the process has one place for signals, and it is not here."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator

import uvicorn
from starlette.types import ASGIApp


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
