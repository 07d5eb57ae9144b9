"""What changes elsewhere shows on an open page at once, without being asked for."""

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.support.page import add, at, choose, item, register, request, reread, tasks

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

# Less than the second after which a page of old read its list again.
AT_ONCE = 1_000


async def test_a_task_that_is_added_changed_or_deleted_elsewhere_shows_at_once(page: Page) -> None:
    await register(page)
    milk = await add(page, "Milk")
    await expect(item(page, "Milk")).to_be_visible(timeout=AT_ONCE)
    await request(page, "PATCH", f"/tasks/{milk['id']}", {"title": "Oat milk"})
    await expect(item(page, "Oat milk")).to_be_visible(timeout=AT_ONCE)
    await request(page, "DELETE", f"/tasks/{milk['id']}")
    await expect(item(page, "Oat milk")).to_have_count(0, timeout=AT_ONCE)


async def test_an_armed_reminder_is_shown_as_set_at_once(page: Page) -> None:
    await register(page)
    await add(page, "Dentist", due_at=at(1, 9))
    await expect(item(page, "Dentist")).to_contain_text("Reminder set", timeout=2 * AT_ONCE)


async def test_another_tab_sees_what_is_done_in_this_one(page: Page, context: BrowserContext) -> None:
    await register(page)
    await add(page, "Call mum", due_at=at(1, 17))
    await reread(page)
    other = await context.new_page()
    await other.goto("/")
    await expect(item(other, "Call mum")).to_be_visible()
    await expect(other.get_by_test_id("connection")).to_have_text("Live")
    await choose(page, item(page, "Call mum"), "delete")
    await expect(item(other, "Call mum")).to_have_count(0, timeout=AT_ONCE)
    await page.get_by_test_id("toast-action").click()
    await expect(item(other, "Call mum")).to_be_visible(timeout=AT_ONCE)
    await other.close()
    assert [task["title"] for task in await tasks(page)] == ["Call mum"]
