"""The service worker in a real Chromium: what a push shows, when it shows nothing, and what its buttons do."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import BrowserContext, CDPSession, Page, Worker, expect

from tests.support.page import register
from tests.support.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

_SHOWN = """async () => (await self.registration.getNotifications()).map(one => ({
    title: one.title, body: one.body, tag: one.tag, actions: one.actions.map(each => each.action), data: one.data,
}))"""
# What the browser does on a click, with the notification that is really shown.
_CLICK = """async (action) => {
    const [notification] = await self.registration.getNotifications();
    self.dispatchEvent(new NotificationEvent('notificationclick', {notification, action}));
}"""


class Phone:
    """A logged-in page that has asked for notifications, and the service worker behind it."""

    def __init__(self, page: Page, worker: Worker, cdp: CDPSession, registration_id: str, origin: str) -> None:
        self.page = page
        self._worker = worker
        self._cdp = cdp
        self._registration_id = registration_id
        self._origin = origin

    @classmethod
    async def with_push(cls, page: Page, stack: Stack) -> "Phone":
        registrations: asyncio.Queue[str] = asyncio.Queue()
        cdp = await page.context.new_cdp_session(page)
        cdp.on(
            "ServiceWorker.workerRegistrationUpdated",
            lambda event: [registrations.put_nowait(one["registrationId"]) for one in event["registrations"]],
        )
        await cdp.send("ServiceWorker.enable")
        await register(page)
        registration_id = await asyncio.wait_for(registrations.get(), 15)
        await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        (worker,) = page.context.service_workers
        return cls(page, worker, cdp, registration_id, stack.url)

    async def push(self, data: str) -> None:
        """As a push service would, decrypted."""
        await self._cdp.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": self._origin, "registrationId": self._registration_id, "data": data},
        )

    async def shown(self) -> list[dict[str, Any]]:
        """The notifications."""
        found: list[dict[str, Any]] = await self._worker.evaluate(_SHOWN)
        return found

    async def shows(self, count: int) -> list[dict[str, Any]]:
        """The notifications, once there are so many."""
        async with asyncio.timeout(10):
            while len(found := await self.shown()) != count:
                await asyncio.sleep(0.05)
        return found

    async def click(self, action: str) -> None:
        """Press one of the notification's buttons."""
        await self._worker.evaluate(_CLICK, action)

    async def api(self, method: str, path: str, body: object = None) -> Any:
        """A call with the page's session."""
        answer = await self.page.context.request.fetch(
            f"{self._origin}/api/v1{path}", method=method, data=body, headers={"Origin": self._origin}
        )
        assert answer.ok, await answer.text()
        return None if answer.status == 204 else await answer.json()

    async def fired(self, title: str) -> dict[str, Any]:
        """A reminder that has fired: what a push of it says."""
        due_at = datetime.now(UTC) + timedelta(seconds=1)
        await self.api("POST", "/tasks", {"title": title, "due_at": due_at.isoformat()})
        async with asyncio.timeout(20):
            while not (items := [one for one in await self.api("GET", "/inbox") if one["title"] == title]):
                await asyncio.sleep(0.1)
        return {key: items[0][key] for key in ("id", "kind", "title", "body", "due_at", "task_id")}

    async def close_page(self) -> None:
        """Nothing of ours is open any more."""
        await self.page.goto("about:blank")


@pytest.fixture
async def phone(context: BrowserContext, stack: Stack) -> AsyncIterator[Phone]:
    """Not the common page: Playwright's contexts are incognito, where Chromium complains that nobody can subscribe."""
    await context.grant_permissions(["notifications"])
    page = await context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    yield await Phone.with_push(page, stack)
    expected = ("incognito", "Failed to load resource", "net::ERR_")
    assert [text for text in problems if not any(known in text for known in expected)] == []


async def test_a_push_is_shown_when_the_page_is_closed(phone: Phone) -> None:
    item = await phone.fired("stretch")
    await phone.close_page()
    await phone.push(json.dumps(item))
    (shown,) = await phone.shows(1)
    assert (shown["title"], shown["tag"], shown["actions"]) == (
        "stretch",
        f"reminder-{item['id']}",
        ["done", "snooze"],
    )
    assert "Due" in shown["body"]
    assert shown["data"] == item

    await phone.push(json.dumps({**item, "title": "stretch again"}))
    async with asyncio.timeout(10):
        while [one["title"] for one in await phone.shown()] != ["stretch again"]:
            await asyncio.sleep(0.05)


async def test_nothing_is_shown_while_the_page_is_looked_at(phone: Phone) -> None:
    item = await phone.fired("stretch")
    await expect(phone.page.get_by_test_id("reminder-card")).to_contain_text("stretch")
    await phone.push(json.dumps(item))
    await asyncio.sleep(1)
    assert await phone.shown() == []
    await phone.close_page()
    await phone.push(json.dumps(item))
    assert len(await phone.shows(1)) == 1


async def test_snooze_on_the_notification_rings_again_in_ten_minutes(phone: Phone) -> None:
    item = await phone.fired("water the plants")
    await phone.close_page()
    await phone.push(json.dumps(item))
    await phone.shows(1)
    before = datetime.now(UTC)
    await phone.click("snooze")
    await phone.shows(0)
    async with asyncio.timeout(10):
        while not (await phone.api("GET", "/inbox"))[0]["acknowledged_at"]:
            await asyncio.sleep(0.05)
    task = await phone.api("GET", f"/tasks/{item['task_id']}")
    (again,) = [one for one in task["reminders"] if one["snoozed"]]
    wait = datetime.fromisoformat(again["due_at"]) - before
    assert timedelta(minutes=9, seconds=55) < wait < timedelta(minutes=10, seconds=10)
    assert task["status"] == "open"


async def test_done_on_the_notification_completes_the_task(phone: Phone) -> None:
    item = await phone.fired("call mum")
    await phone.close_page()
    await phone.push(json.dumps(item))
    await phone.shows(1)
    await phone.click("done")
    await phone.shows(0)
    async with asyncio.timeout(10):
        while not (await phone.api("GET", "/inbox"))[0]["acknowledged_at"]:
            await asyncio.sleep(0.05)
    assert (await phone.api("GET", f"/tasks/{item['task_id']}"))["status"] == "completed"


async def test_an_action_after_the_session_has_ended_says_so(phone: Phone) -> None:
    item = await phone.fired("too late")
    await phone.close_page()
    await phone.push(json.dumps(item))
    await phone.shows(1)
    await phone.page.context.clear_cookies()
    await phone.click("snooze")
    async with asyncio.timeout(10):
        while "log in" not in "".join(one["body"] for one in await phone.shown()):
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("data", ["", "not json", "[]", '{"id": "1"}', "null"])
async def test_a_push_that_cannot_be_read_still_says_something(phone: Phone, data: str) -> None:
    await phone.close_page()
    await phone.push(data)
    (shown,) = await phone.shows(1)
    assert shown["title"] == "You have a reminder"
    assert shown["actions"] == []


async def test_the_worker_is_fresh_and_bound_by_the_pages_policy(phone: Phone, stack: Stack) -> None:
    answer = await phone.page.context.request.get(f"{stack.url}/sw.js?{uuid.uuid4().hex}")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    scope = await phone.page.evaluate("navigator.serviceWorker.ready.then(registration => registration.scope)")
    assert scope == f"{stack.url}/"
    cached = await phone.page.evaluate("caches.keys()")
    assert cached == [], "nothing of the API is kept"
