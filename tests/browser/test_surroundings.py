"""Where and when the person is: other time zones, no network, quiet hours, the daily digest."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.support.page import add, at, item, register, request, reread, say, tasks
from tests.support.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

# Counts the notes that are played; a page makes two for each chime.
_COUNT_NOTES = """
globalThis.notes = 0;
globalThis.OscillatorNode = class extends OscillatorNode {
    constructor(...given) { super(...given); globalThis.notes += 1; }
};
"""


async def travel(browser: Browser, context: BrowserContext, stack: Stack, zone: str) -> Page:
    """The same person with the same session, in another place."""
    state = await context.storage_state()
    there = await browser.new_context(base_url=stack.url, timezone_id=zone, storage_state=state)
    page = await there.new_page()
    async with page.expect_response("**/api/v1/preferences"):
        await page.goto("/")
    await expect(page.get_by_test_id("connection")).to_have_text("Live")
    return page


async def test_in_another_place_the_reminders_can_move_along(
    browser: Browser, context: BrowserContext, page: Page, stack: Stack
) -> None:
    await register(page)
    await add(page, "Take the pill", due_at=at(2, 9), recurrence="FREQ=DAILY", timezone="America/New_York")
    there = await travel(browser, context, stack, "Asia/Tokyo")
    banner = there.get_by_test_id("zone-banner")
    await expect(banner).to_contain_text("You seem to be in Asia/Tokyo now. Move your reminders there?")
    await there.get_by_test_id("zone-move").click()
    await expect(banner).to_be_hidden()
    await expect(item(there, "Take the pill")).to_contain_text("9:00")
    [task] = await tasks(there)
    assert task["timezone"] == "Asia/Tokyo"
    assert datetime.fromisoformat(task["due_at"]).astimezone(ZoneInfo("Asia/Tokyo")).hour == 9
    await reread(there)
    await expect(banner).to_be_hidden()
    await there.context.close()


async def test_who_keeps_their_reminders_is_not_asked_again(
    browser: Browser, context: BrowserContext, page: Page, stack: Stack
) -> None:
    await register(page)
    await add(page, "Call the bank", due_at=at(1, 9), timezone="America/New_York")
    there = await travel(browser, context, stack, "Asia/Tokyo")
    banner = there.get_by_test_id("zone-banner")
    await there.get_by_test_id("zone-keep").click()
    await expect(banner).to_be_hidden()
    async with there.expect_response("**/api/v1/preferences"):
        await reread(there)
    await expect(banner).to_be_hidden()
    [task] = await tasks(there)
    assert datetime.fromisoformat(task["due_at"]).astimezone(ZoneInfo("America/New_York")).hour == 9
    await there.context.close()


async def test_a_zone_with_the_same_clock_is_no_reason_to_ask(
    browser: Browser, context: BrowserContext, page: Page, stack: Stack
) -> None:
    await register(page)
    there = await travel(browser, context, stack, "America/Toronto")
    await expect(there.get_by_test_id("task-list")).to_contain_text("Nothing to do")
    await expect(there.get_by_test_id("zone-banner")).to_be_hidden()
    await there.context.close()


async def test_without_a_network_the_page_says_so_and_recovers(context: BrowserContext, page: Page) -> None:
    await register(page)
    await add(page, "Written before")
    await reread(page)
    notice = page.get_by_test_id("offline-notice")
    await expect(notice).to_be_hidden()
    await context.set_offline(True)
    await expect(notice).to_contain_text("You are offline")
    await item(page, "Written before").get_by_test_id("task-complete").click()
    await expect(page.get_by_test_id("toast")).to_contain_text("was not changed")
    await expect(item(page, "Written before")).to_be_visible()
    await context.set_offline(False)
    await expect(notice).to_be_hidden(timeout=20_000)
    await expect(page.get_by_test_id("connection")).to_have_text("Live", timeout=20_000)


async def test_a_server_that_is_away_for_a_while_is_noticed(page: Page, stack: Stack) -> None:
    await register(page)
    notice = page.get_by_test_id("offline-notice")
    stack.hold("chat-api")
    try:
        await expect(page.get_by_test_id("connection")).to_have_text("Reconnecting…")
        await expect(notice).to_contain_text("The connection was lost", timeout=10_000)
    finally:
        stack.release("chat-api")
        stack.wait_ready()
    await expect(notice).to_be_hidden(timeout=45_000)


async def test_a_reminder_in_quiet_hours_shows_but_makes_no_sound(context: BrowserContext, page: Page) -> None:
    await context.add_init_script(_COUNT_NOTES)
    await register(page)
    await say(page, "remind me in 2 seconds to breathe")
    cards = page.get_by_test_id("reminder-card")
    await expect(cards).to_have_count(1, timeout=20_000)
    assert await page.evaluate("notes") == 2, "the sound works here, so that its absence says something"

    now = datetime.now(ZoneInfo("America/New_York"))
    quiet = {"quiet_from": f"{now - timedelta(hours=1):%H:%M}", "quiet_until": f"{now + timedelta(hours=1):%H:%M}"}
    await request(page, "PATCH", "/preferences", quiet)
    await say(page, "remind me in 2 seconds to sleep")
    await expect(cards).to_have_count(2, timeout=20_000)
    await expect(cards.first).to_contain_text("sleep")
    assert await page.evaluate("notes") == 2


async def test_the_daily_digest_is_a_card_of_its_own(page: Page) -> None:
    await register(page)
    await add(page, "Pay the rent", due_at=(datetime.now().astimezone() + timedelta(minutes=3)).isoformat())
    soon = datetime.now(ZoneInfo("America/New_York")) + timedelta(seconds=62)
    await request(page, "PATCH", "/preferences", {"digest_at": f"{soon:%H:%M}"})
    card = page.get_by_test_id("digest-card")
    await expect(card).to_be_visible(timeout=90_000)
    await expect(card).to_contain_text("Pay the rent")
    await expect(card.get_by_test_id("reminder-done")).to_have_count(0)
    await card.get_by_test_id("reminder-dismiss").click()
    await expect(card).to_have_count(0)


async def test_times_say_what_they_mean_exactly(page: Page) -> None:
    await register(page)
    await add(page, "Concert", due_at=at(9, 20))
    await reread(page)
    due = item(page, "Concert").locator(".due time")
    await expect(due).to_have_text(re.compile(r"at 8:00 PM · in 9 days$"))
    await expect(due).to_have_attribute("datetime", re.compile(r"^\d{4}-\d\d-\d\dT"))
    await expect(due).to_have_attribute("title", re.compile(r"^\w+day, .* 20\d\d at 8:00 PM E[SD]T$"))
