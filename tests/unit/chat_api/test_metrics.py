"""What the edge counts, and that nobody's words or ids become labels."""

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from chat_api import metrics
from chat_api.edge import Edge


@pytest.fixture
def app(tmp_path: Path) -> FastAPI:
    (tmp_path / "app.js").write_text("1")
    inner = FastAPI()
    inner.mount("/static", StaticFiles(directory=tmp_path), name="static")

    @inner.get("/tasks/{task_id}")
    async def task(task_id: str) -> str:
        return task_id

    inner.add_middleware(Edge, max_request_bytes=1000)
    return inner


def count(method: str, route: str, status: int) -> float:
    labels = {"method": method, "route": route, "status": str(status)}
    return metrics.REGISTRY.get_sample_value("todo_http_requests_total", labels) or 0.0


@pytest.mark.parametrize(
    ("method", "path", "counted_as", "route", "status"),
    [
        ("GET", "/tasks/secret-id", "GET", "/tasks/{task_id}", 200),
        ("POST", "/tasks/secret-id", "POST", "/tasks/{task_id}", 405),
        ("GET", "/static/app.js", "GET", "/static", 200),
        ("GET", "/feeds/secret-token.ics", "GET", "unmatched", 404),
        ("BREW", "/tasks/secret-id", "other", "/tasks/{task_id}", 405),
    ],
)
async def test_requests_are_counted_by_their_route(
    app: FastAPI, *, method: str, path: str, counted_as: str, route: str, status: int
) -> None:
    before = count(counted_as, route, status)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        assert (await client.request(method, path)).status_code == status
    assert count(counted_as, route, status) == before + 1
    written = {
        value for family in metrics.REGISTRY.collect() for one in family.samples for value in one.labels.values()
    }
    assert not any("secret" in value for value in written)
