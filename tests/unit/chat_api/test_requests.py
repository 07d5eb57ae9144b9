"""What is refused while too much waits for the broker."""

from types import SimpleNamespace

import httpx
import pytest
from fastapi import Depends, FastAPI

from chat_api.errors import install_handlers
from chat_api.requests import room_for_changes


@pytest.mark.parametrize(
    ("method", "backlog", "status"), [("POST", 11, 429), ("DELETE", 11, 429), ("POST", 10, 200), ("GET", 11, 200)]
)
async def test_changes_wait_while_the_outbox_is_behind(method: str, backlog: int, status: int) -> None:
    app = FastAPI(dependencies=[Depends(room_for_changes)])
    app.state.settings = SimpleNamespace(max_backlog=10)
    app.state.services = SimpleNamespace(backlog=lambda: backlog)
    install_handlers(app)

    @app.api_route("/thing", methods=["GET", "POST", "DELETE"])
    async def thing() -> None:
        return None

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        answer = await client.request(method, "/thing")
    assert answer.status_code == status
    if status == 429:
        assert answer.headers["retry-after"] == "5"
        assert answer.headers["content-type"] == "application/problem+json"
