"""A real Chromium, and a page in it that fails its test when a script of ours does."""

import contextlib
import os
import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.support.page import ARTIFACTS
from tests.support.stack import Stack

ZONE = "America/New_York"

_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# What a page may write to the console: Chromium reports every refused or lost request there, whatever the page does.
_EXPECTED = ("Failed to load resource", "net::ERR_")


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
async def context(browser: Browser, stack: Stack) -> AsyncIterator[BrowserContext]:
    ARTIFACTS.mkdir(exist_ok=True)
    opened = await browser.new_context(timezone_id=ZONE, viewport={"width": 1280, "height": 860}, base_url=stack.url)
    yield opened
    await opened.close()


@pytest.fixture
async def page(context: BrowserContext) -> AsyncIterator[Page]:
    opened = await context.new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on(
        "console",
        lambda message: (
            problems.append(message.text)
            if message.type == "error" and not any(text in message.text for text in _EXPECTED)
            else None
        ),
    )
    yield opened
    assert problems == []
