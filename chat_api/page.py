"""The page: its files, and the two of them that a browser wants at the root."""

from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.responses import FileResponse, Response
from fastapi.staticfiles import StaticFiles

_WEB = Path(__file__).parent / "web"
# The files' names carry no version: a browser asks each time whether it has the current one (ETag).
_REVALIDATE = {"Cache-Control": "no-cache"}


class _PageFiles(StaticFiles):
    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers.update(_REVALIDATE)
        return response


def add_page(app: FastAPI) -> None:
    """Serve the page with this application."""
    app.mount("/static", _PageFiles(directory=_WEB), name="static")

    @app.get("/", include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(_WEB / "index.html", headers=_REVALIDATE)

    @app.get("/sw.js", include_in_schema=False)
    async def service_worker() -> FileResponse:
        # Here and not under /static: a service worker is in charge of the folder it comes from.
        return FileResponse(_WEB / "sw.js", media_type="text/javascript", headers=_REVALIDATE)
