"""Wires the frontend: an HTTP server and the way to chat_api."""

import asyncio

from chat_api import metrics
from chat_api.frontend.app import create_app
from chat_api.frontend.forwarding import Backend
from chat_api.frontend.settings import Settings
from servicekit import service
from servicekit.health import Health
from servicekit.http_server import serve_http
from servicekit.monitoring import serve_monitoring

NAME = "frontend"


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Run until `stop` is set."""
    async with Backend(
        str(settings.backend_url),
        connect_timeout=settings.connect_timeout,
        silence_timeout=settings.silence_timeout,
    ) as backend:
        app = create_app(settings, backend)
        await service.run_parts(
            stop,
            serve_http(app, host=settings.host, port=settings.port),
            serve_monitoring(settings, Health({}), metrics.REGISTRY),
        )


def main() -> None:
    """Entry point."""
    settings = Settings.load()
    service.run(NAME, settings, lambda stop: serve(settings, stop))
