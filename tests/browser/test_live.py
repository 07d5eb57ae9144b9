"""What changes elsewhere shows on an open page at once, without being asked for."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.support.page import add, at, choose, item, register, request, reread, tasks

pytestmark = [pytest.mark.e2e, pytest.mark.browser]


async def test_a_task_that_is_added_changed_or_deleted_elsewhere_shows_at_once(page: Page) -> None:
    await register(page)
    milk = await add(page, "Milk")
    await expect(item(page, "Milk")).to_be_visible()
    await request(page, "PATCH", f"/tasks/{milk['id']}", {"title": "Oat milk"})
    await expect(item(page, "Oat milk")).to_be_visible()
    await request(page, "DELETE", f"/tasks/{milk['id']}")
    await expect(item(page, "Oat milk")).to_have_count(0)


async def test_an_armed_reminder_is_shown_as_set_at_once(page: Page) -> None:
    await register(page)
    await add(page, "Dentist", due_at=at(1, 9))
    await expect(item(page, "Dentist")).to_contain_text("Reminder set")


async def test_another_tab_sees_what_is_done_in_this_one(page: Page, context: BrowserContext) -> None:
    await register(page)
    await add(page, "Call mum", due_at=at(1, 17))
    await reread(page)
    other = await context.new_page()
    await other.goto("/")
    await expect(item(other, "Call mum")).to_be_visible()
    await expect(other.get_by_test_id("connection")).to_have_text("Live")
    await choose(page, item(page, "Call mum"), "delete")
    await expect(item(other, "Call mum")).to_have_count(0)
    await page.get_by_test_id("toast-action").click()
    await expect(item(other, "Call mum")).to_be_visible()
    await other.close()
    assert [task["title"] for task in await tasks(page)] == ["Call mum"]


async def test_a_recurring_task_that_is_done_moves_on_within_a_blink_in_every_tab(
    page: Page, context: BrowserContext
) -> None:
    await register(page)
    first = at(1, 9)
    added = await add(page, "Water the plants", due_at=first, recurrence="FREQ=DAILY", timezone="America/New_York")
    await reread(page)
    other = await context.new_page()
    await other.goto("/")
    await expect(other.get_by_test_id("connection")).to_have_text("Live")
    due = ".due time"
    before, after = (stamp(added["due_at"]), stamp(added["due_at"], timedelta(days=1)))
    await expect(item(other, "Water the plants").locator(due)).to_have_attribute("datetime", before)

    await item(page, "Water the plants").get_by_test_id("task-complete").click()
    for tab in (page, other):
        row = item(tab, "Water the plants")
        await expect(row.locator(due)).to_have_attribute("datetime", after)
    await expect(page.get_by_test_id("toast")).to_contain_text("Done. “Water the plants” is next due")
    await page.get_by_test_id("toast-action").click()
    for tab in (page, other):
        row = item(tab, "Water the plants")
        await expect(row.locator(due)).to_have_attribute("datetime", before)
    await other.close()


async def test_done_on_a_reminder_is_for_the_occurrence_that_rang(page: Page) -> None:
    await register(page)
    soon = (datetime.now(UTC) + timedelta(seconds=2)).isoformat()
    added = await add(page, "Take the pill", due_at=soon, recurrence="FREQ=DAILY", timezone="UTC")
    card = page.get_by_test_id("reminder-card")
    await expect(card).to_be_visible(timeout=15_000)
    moved = await request(page, "GET", f"/tasks/{added['id']}")
    assert moved["rang_at"] is not None
    await card.get_by_test_id("reminder-done").click()
    await expect(page.get_by_test_id("toast")).to_contain_text("is next due")
    await expect(card).to_have_count(0)
    done = await request(page, "GET", f"/tasks/{added['id']}")
    assert (done["rang_at"], done["due_at"]) == (None, moved["due_at"])


def stamp(due_at: str, later: timedelta = timedelta()) -> str:
    """The next due time as the API tells it; no clock changes within these days are assumed."""
    return (datetime.fromisoformat(due_at) + later).isoformat().replace("+00:00", "Z")
