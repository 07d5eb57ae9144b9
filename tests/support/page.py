"""Somebody who uses the page: what several browser tests do on it."""

import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from playwright.async_api import Locator, Page, expect

ARTIFACTS = Path(__file__).resolve().parents[2] / "test-artifacts"
PASSWORD = "a long enough password"

_REQUEST = """async ([method, path, body]) => {
    const headers = {'content-type': 'application/json'};
    const sent = body === null ? undefined : JSON.stringify(body);
    const answer = await fetch('/api/v1' + path, {method, headers, body: sent});
    if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
    return answer.status === 204 ? null : answer.json();
}"""


async def register(page: Page) -> str:
    """Make an account and be in it; the e-mail address."""
    email = f"{uuid.uuid4().hex[:12]}@example.org"
    await page.goto("/")
    await page.get_by_test_id("auth-toggle").click()
    await page.get_by_test_id("email").fill(email)
    await page.get_by_test_id("password").fill(PASSWORD)
    await page.get_by_test_id("auth-submit").click()
    await expect(page.get_by_test_id("chat-input")).to_be_visible()
    await expect(page.get_by_test_id("connection")).to_have_text("Live")
    return email


async def say(page: Page, message: str) -> None:
    """Write in the chat."""
    await page.get_by_test_id("chat-input").fill(message)
    await page.get_by_test_id("chat-input").press("Enter")


async def request(page: Page, method: str, path: str, body: Any = None) -> Any:
    """A request of another client of the same person."""
    return await page.evaluate(_REQUEST, [method, path, body])


async def add(page: Page, title: str, **fields: Any) -> dict[str, Any]:
    """A task, made elsewhere: the page shows it once it reads its list again."""
    task: dict[str, Any] = await request(page, "POST", "/tasks", {"title": title, **fields})
    return task


async def tasks(page: Page, **params: str) -> list[dict[str, Any]]:
    """The person's tasks as the server has them."""
    query = "&".join(f"{name}={value}" for name, value in params.items())
    found: list[dict[str, Any]] = await request(page, "GET", f"/tasks?{query}")
    return found


async def reread(page: Page) -> None:
    """Open the page again, as somebody does who comes back to it."""
    await page.reload()
    await expect(page.get_by_test_id("connection")).to_have_text("Live")


def at(days: int, hour: int, minute: int = 0, zone: str = "America/New_York") -> str:
    """So many days from today at that time on the zone's clock, as the API takes it."""
    day = datetime.now(ZoneInfo(zone)) + timedelta(days=days)
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0).isoformat()


def item(page: Page, title: str) -> Locator:
    """The row of an open task on the first level."""
    return page.get_by_test_id("task-list").get_by_test_id("task-item").filter(has_text=title)


async def choose(page: Page, row: Locator, entry: str) -> None:
    """Pick an entry of a row's menu."""
    await row.hover()
    await row.get_by_test_id("task-menu").first.click()
    await page.get_by_test_id(f"menu-{entry}").click()
