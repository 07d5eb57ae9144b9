"""A real browser: register, type the sentence, see the reminder arrive. A screenshot of each step is kept."""

import contextlib
import os
import shutil
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.support.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

ARTIFACTS = Path(__file__).resolve().parents[2] / "test-artifacts"
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    async with contextlib.AsyncExitStack() as resources:
        try:
            playwright = await resources.enter_async_context(async_playwright())
            launched = await playwright.chromium.launch(executable_path=executable, args=_ARGUMENTS)
        except Exception as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(f"no Chromium that Playwright can drive on this machine: {error}")
        yield launched
        await launched.close()


@pytest.fixture
async def page(browser: Browser, stack: Stack) -> AsyncIterator[Page]:
    ARTIFACTS.mkdir(exist_ok=True)
    context = await browser.new_context(timezone_id="America/New_York", viewport={"width": 1280, "height": 800})
    opened = await context.new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on(
        "console",
        lambda message: (
            problems.append(message.text) if message.type == "error" and "401" not in message.text else None
        ),
    )
    yield opened
    await context.close()
    assert problems == []


async def register(page: Page, stack: Stack) -> None:
    await page.goto(stack.url)
    submit = page.get_by_test_id("auth-submit")
    await expect(page.get_by_test_id("auth-form")).to_be_visible()
    if "create" not in (await submit.inner_text()).lower() and "register" not in (await submit.inner_text()).lower():
        await page.get_by_test_id("auth-toggle").click()
    await page.get_by_test_id("email").fill(f"{uuid.uuid4().hex[:12]}@example.org")
    await page.get_by_test_id("password").fill("a long enough password")
    await submit.click()
    await expect(page.get_by_test_id("chat-input")).to_be_visible()


async def test_a_reminder_typed_on_the_page_arrives_on_the_page(page: Page, stack: Stack) -> None:
    await register(page, stack)
    await page.get_by_test_id("chat-input").fill("remind me in 5 seconds to stretch")
    await page.get_by_test_id("chat-input").press("Enter")
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


async def test_a_reminder_that_fired_while_the_page_was_closed_is_there_when_it_opens(page: Page, stack: Stack) -> None:
    await register(page, stack)
    await page.get_by_test_id("chat-input").fill("remind me in 2 seconds to breathe")
    await page.get_by_test_id("chat-input").press("Enter")
    await expect(page.get_by_test_id("task-item")).to_have_count(1)
    await page.goto("about:blank")
    await page.wait_for_timeout(4000)
    await page.goto(stack.url)
    await expect(page.get_by_test_id("reminder-card")).to_contain_text("breathe")


async def test_a_reminder_is_snoozed_and_rings_again(page: Page, stack: Stack) -> None:
    await register(page, stack)
    await page.get_by_test_id("chat-input").fill("remind me in 2 seconds to water the plants")
    await page.get_by_test_id("chat-input").press("Enter")
    card = page.get_by_test_id("reminder-card")
    await expect(card).to_be_visible(timeout=20_000)
    await page.screenshot(animations="disabled", path=ARTIFACTS / "page-snooze.png")
    await page.get_by_test_id("reminder-snooze").first.click()
    await expect(card).to_have_count(0)
    await expect(page.locator("#toasts")).to_contain_text("again")
    # Ten minutes are too long for a test: move it up, as another client of the same user would.
    await page.evaluate(
        """async () => {
            const [item] = await (await fetch('/api/v1/inbox')).json();
            const until = new Date(Date.now() + 2000).toISOString();
            await fetch(`/api/v1/inbox/${item.id}/snooze`, {
                method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify({until}),
            });
        }"""
    )
    await expect(card).to_contain_text("water the plants", timeout=20_000)


async def test_somebody_logs_out_and_in_again(page: Page, stack: Stack) -> None:
    await register(page, stack)
    await page.get_by_test_id("chat-input").fill("buy milk tomorrow at 9am")
    await page.get_by_test_id("chat-input").press("Enter")
    await expect(page.get_by_test_id("task-item")).to_have_count(1)
    email = await page.evaluate("fetch('/api/v1/auth/me').then(answer => answer.json()).then(me => me.email)")
    await page.get_by_test_id("logout").click()
    await expect(page.get_by_test_id("auth-form")).to_be_visible()

    await page.goto(stack.url)
    await page.get_by_test_id("email").fill(email)
    await page.get_by_test_id("password").fill("not the password")
    await page.get_by_test_id("auth-submit").click()
    await expect(page.get_by_test_id("auth-error")).to_contain_text("wrong")
    await page.get_by_test_id("password").fill("a long enough password")
    await page.get_by_test_id("auth-submit").click()
    await expect(page.get_by_test_id("task-item")).to_contain_text("buy milk")


async def test_what_a_user_writes_is_shown_and_never_run(page: Page, stack: Stack) -> None:
    await register(page, stack)
    sentence = 'remind me tomorrow at noon to <img src=x onerror="document.title=1"> shop'
    await page.get_by_test_id("chat-input").fill(sentence)
    await page.get_by_test_id("chat-input").press("Enter")
    await expect(page.get_by_test_id("task-item")).to_contain_text("<img src=x")
    assert await page.locator("img[src=x]").count() == 0


async def test_the_page_works_on_a_phone(browser: Browser, stack: Stack) -> None:
    context = await browser.new_context(viewport={"width": 390, "height": 844}, color_scheme="dark")
    page = await context.new_page()
    await register(page, stack)
    await page.get_by_test_id("chat-input").fill("buy milk tomorrow at 9am")
    await page.get_by_test_id("chat-send").click()
    await expect(page.locator('[data-testid="chat-message"][data-role="assistant"]').last).to_contain_text("milk")
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    ARTIFACTS.mkdir(exist_ok=True)
    await page.screenshot(animations="disabled", path=ARTIFACTS / "page-phone-dark.png")
    await context.close()
