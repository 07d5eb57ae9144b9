"""Builds the frontend's application: the page, its own health, and everything else from chat_api."""

from fastapi import FastAPI, Request
from fastapi.responses import Response

from chat_api.edge import Edge
from chat_api.errors import install_handlers
from chat_api.frontend.forwarding import METHODS, Backend
from chat_api.frontend.settings import Settings
from chat_api.page import add_page
from servicekit.http_server import NO_TELEMETRY


def create_app(settings: Settings, backend: Backend) -> FastAPI:
    """The application, ready to serve."""
    app = FastAPI(
        title="Todo assistant's page", openapi_url=None, docs_url=None, redoc_url=None, telemetry=NO_TELEMETRY
    )
    install_handlers(app)
    add_page(app)

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        """The process answers."""
        return {"status": "ok"}

    @app.api_route("/{path:path}", methods=list(METHODS))
    async def everything_else(request: Request) -> Response:
        return await backend.forward(request)

    app.add_middleware(Edge, max_request_bytes=settings.max_request_bytes)
    return app
