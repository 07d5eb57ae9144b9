"""A real browser: register, type the sentence, see the reminder arrive. A screenshot of each step is kept."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, Page, expect

from tests.support.page import ARTIFACTS, register, request, say
from tests.support.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.browser]


async def test_a_reminder_typed_on_the_page_arrives_on_the_page(page: Page) -> None:
    await register(page)
    await say(page, "remind me in 5 seconds to stretch")
    reply = page.locator('[data-testid="chat-message"][data-role="assistant"]').last
    await expect(reply).to_contain_text("stretch")
    await expect(reply).to_contain_text("America/New_York")
    await expect(page.get_by_test_id("task-item")).to_have_count(1)
    await page.screenshot(animations="disabled", path=ARTIFACTS / "page-waiting.png")

    card = page.get_by_test_id("reminder-card")
    await expect(card).to_be_visible(timeout=20_000)
    await expect(card).to_contain_text("stretch")
    await page.screenshot(animations="disabled", path=ARTIFACTS / "page-reminder-arrived.png")

    await page.get_by_test_id("reminder-done").click()
    await expect(card).to_have_count(0)
    await expect(page.get_by_test_id("task-list").get_by_test_id("task-item")).to_have_count(0)


async def test_a_reminder_that_fired_while_the_page_was_closed_is_there_when_it_opens(page: Page) -> None:
    await register(page)
    await say(page, "remind me in 2 seconds to breathe")
    await expect(page.get_by_test_id("task-item")).to_have_count(1)
    await page.goto("about:blank")
    await page.wait_for_timeout(4000)
    await page.goto("/")
    await expect(page.get_by_test_id("reminder-card")).to_contain_text("breathe")


async def test_a_reminder_is_snoozed_and_rings_again(page: Page) -> None:
    await register(page)
    await say(page, "remind me in 2 seconds to water the plants")
    card = page.get_by_test_id("reminder-card")
    await expect(card).to_be_visible(timeout=20_000)
    await page.screenshot(animations="disabled", path=ARTIFACTS / "page-snooze.png")
    await page.get_by_test_id("reminder-snooze").first.click()
    await expect(card).to_have_count(0)
    await expect(page.locator("#toasts")).to_contain_text("again")
    # Ten minutes are too long for a test: move it up, as another client of the same user would.
    [fired] = await request(page, "GET", "/inbox")
    until = datetime.now(UTC) + timedelta(seconds=2)
    await request(page, "POST", f"/inbox/{fired['id']}/snooze", {"until": until.isoformat()})
    await expect(card).to_contain_text("water the plants", timeout=20_000)


async def test_somebody_logs_out_and_in_again(page: Page) -> None:
    email = await register(page)
    await say(page, "buy milk tomorrow at 9am")
    await expect(page.get_by_test_id("task-item")).to_have_count(1)
    await page.get_by_test_id("logout").click()
    await expect(page.get_by_test_id("auth-form")).to_be_visible()

    await page.goto("/")
    await page.get_by_test_id("email").fill(email)
    await page.get_by_test_id("password").fill("not the password")
    await page.get_by_test_id("auth-submit").click()
    await expect(page.get_by_test_id("auth-error")).to_contain_text("wrong")
    await page.get_by_test_id("password").fill("a long enough password")
    await page.get_by_test_id("auth-submit").click()
    await expect(page.get_by_test_id("task-item")).to_contain_text("buy milk")


async def test_what_a_user_writes_is_shown_and_never_run(page: Page) -> None:
    await register(page)
    sentence = 'remind me tomorrow at noon to <img src=x onerror="document.title=1"> shop'
    await say(page, sentence)
    await expect(page.get_by_test_id("task-item")).to_contain_text("<img src=x")
    assert await page.locator("img[src=x]").count() == 0


async def test_the_page_works_on_a_phone(browser: Browser, stack: Stack) -> None:
    context = await browser.new_context(base_url=stack.url, viewport={"width": 390, "height": 844}, color_scheme="dark")
    page = await context.new_page()
    await register(page)
    await page.get_by_test_id("chat-input").fill("buy milk tomorrow at 9am")
    await page.get_by_test_id("chat-send").click()
    await expect(page.locator('[data-testid="chat-message"][data-role="assistant"]').last).to_contain_text("milk")
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    await context.close()
