"""What every answer tells a browser not to do."""

import httpx
import pytest

from tests.support.stack import Stack

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("path", ["/", "/healthz", "/api/v1/tasks", "/no-such-page"])
async def test_the_page_runs_its_own_scripts_only_and_in_no_frame(stack: Stack, path: str) -> None:
    async with httpx.AsyncClient(base_url=stack.url) as client:
        headers = (await client.get(path)).headers
    policy = {part.split()[0]: part.split()[1:] for part in headers["content-security-policy"].split(";")}
    assert policy["default-src"] == ["'self'"]
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == ["'none'"]
    assert policy.get("script-src", ["'self'"]) == ["'self'"]
    assert headers["x-content-type-options"] == "nosniff"
    assert "server" not in headers
