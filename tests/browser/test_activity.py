"""The activity dialog: what a person did and what rang, newest first."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from tests.support.page import add, register, request, say

pytestmark = [pytest.mark.e2e, pytest.mark.browser]


async def open_activity(page: Page) -> None:
    await page.get_by_test_id("settings-open").click()
    await page.get_by_test_id("activity-open").click()
    await expect(page.get_by_test_id("activity")).to_be_visible()


async def close_all(page: Page) -> None:
    for name in ("activity-close", "settings-close"):
        await page.get_by_test_id(name).click()


async def test_what_happened_is_shown_newest_first(page: Page) -> None:
    await register(page)
    await open_activity(page)
    await expect(page.get_by_test_id("activity-status")).to_have_text("Nothing has happened yet.")
    await close_all(page)

    await say(page, "remind me in 1 second to stretch")
    await expect(page.get_by_test_id("reminder-card")).to_be_visible(timeout=20_000)
    task = await add(page, "Buy <b>groceries</b>", due_at=(datetime.now(UTC) + timedelta(days=1)).isoformat())
    await request(page, "PATCH", f"/tasks/{task['id']}", {"status": "completed"})
    await request(page, "DELETE", f"/tasks/{task['id']}")
    rows = page.get_by_test_id("activity-item")
    # The record follows what happens, a moment later.
    for _ in range(20):
        await open_activity(page)
        await expect(rows.first).to_be_visible()
        if await rows.filter(has_text="Deleted").count() and await rows.filter(has_text="Reminded").count():
            break
        await close_all(page)
    said = [text.split(":")[0] for text in await rows.locator("p").all_inner_texts()]
    order = [word for word in said if not word.startswith("Reminder ")]
    assert order[:3] == ["Deleted", "Done", "Added"]
    assert order.index("Reminded") > 2
    assert order[-1] == "Added"
    await expect(rows.filter(has_text="Deleted: Buy <b>groceries</b>")).to_have_count(1)
    await expect(rows.filter(has_text="Reminder set: Buy <b>groceries</b>, for tomorrow at")).to_have_count(1)
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("activity")).to_have_count(0)
    await expect(page.get_by_test_id("settings")).to_be_visible()
    await expect(page.get_by_test_id("activity-open")).to_be_focused()


async def test_a_long_record_comes_in_pages(page: Page) -> None:
    await register(page)
    for number in range(33):
        await add(page, f"Thing {number}")
    async with asyncio.timeout(60):  # the record is written when there is time for it
        while len(await request(page, "GET", "/activity?limit=100")) < 33:
            await asyncio.sleep(0.3)
    await open_activity(page)
    rows = page.get_by_test_id("activity-item")
    await expect(rows).to_have_count(30)
    await page.get_by_test_id("activity-more").click()
    await expect(rows).to_have_count(33)
    await expect(page.get_by_test_id("activity-more")).to_be_hidden()
    numbers = [int(text.split("Thing ")[1].split()[0]) for text in await rows.all_inner_texts()]
    assert sorted(numbers) == list(range(33))
    # Those of different tasks that were published together are recorded in any order.
    assert all(abs(number - (32 - place)) < 10 for place, number in enumerate(numbers))


async def test_what_cannot_be_shown_is_said(page: Page) -> None:
    await register(page)
    await page.route("**/api/v1/activity*", lambda route: route.abort())
    await open_activity(page)
    await expect(page.get_by_test_id("activity-status")).to_contain_text("The server cannot be reached.")
    await page.unroute("**/api/v1/activity*")
    await page.get_by_test_id("activity-more").click()
    await expect(page.get_by_test_id("activity-status")).to_have_text("Nothing has happened yet.")
