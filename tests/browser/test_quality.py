"""What the page is like: no serious accessibility violation in any of its states, light, quick; pictures to look at."""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

import chat_api
from tests.support.page import ARTIFACTS, add, at, item, register, request, reread, say
from tests.support.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

MOST_BYTES = 150_000
_WEB = Path(chat_api.__file__).parent / "web"

# Notes when the page can be used, and when the tasks are there.
_WATCH = """
globalThis.seen = {};
new MutationObserver(() => {
    for (const [name, selector] of [['usable', '[data-testid=chat-input]'], ['tasks', '[data-testid=task-item]']]) {
        if (!(name in seen) && document.querySelector(selector)) seen[name] = performance.now();
    }
}).observe(document, {childList: true, subtree: true});
"""
_LOADED = """() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
    .filter((entry) => !new URL(entry.name).pathname.startsWith('/api/'))
    .map((entry) => [new URL(entry.name).pathname, entry.decodedBodySize])"""


async def furnish(page: Page) -> None:
    """A week as people have it."""
    zone = "America/New_York"
    soon = (datetime.now(UTC) + timedelta(minutes=40)).replace(second=0, microsecond=0).isoformat()
    await add(page, "Pay the rent", due_at=soon, priority=1, list="Home", tags=["money"], timezone=zone)
    trip = await add(
        page, "Plan the trip to Lisbon", due_at=at(1, 18), notes="Flights first, then the flat.", tags=["travel"]
    )
    await add(page, "Compare flights", parent_id=trip["id"])
    asked = await add(page, "Ask Anna about the dates", parent_id=trip["id"])
    await request(page, "PATCH", f"/tasks/{asked['id']}", {"status": "completed"})
    weekdays = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
    await add(
        page, "Stand-up", due_at=at(1, 9), recurrence=weekdays, list="Work", reminders=[at(1, 8, 50)], timezone=zone
    )
    await add(page, "Water the plants", due_on=at(2, 9)[:10], list="Home", timezone=zone)
    await add(page, "Send the quarterly report", due_at=at(12, 16), priority=2, list="Work", tags=["finance"])
    await add(page, "Read the book Marc lent me")


async def violations(page: Page) -> list[str]:
    """Serious and critical ones, in a line each."""
    # Half-faded in, a colour has no contrast yet.
    await page.evaluate("Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => {})))")
    found: list[dict[str, Any]] = (await Axe().run(page)).response["violations"]
    return [
        f"{one['impact']} {one['id']}: {node['html'][:200]}"
        for one in found
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]


async def photograph(page: Page, name: str) -> None:
    await page.screenshot(animations="disabled", path=ARTIFACTS / f"page-{name}.png")


async def test_every_state_is_accessible_and_photographed(page: Page) -> None:
    await page.goto("/")
    await expect(page.get_by_test_id("auth-form")).to_be_visible()
    assert await violations(page) == [], "log-in"
    await register(page)
    await expect(page.get_by_test_id("task-list")).to_contain_text("Nothing to do")
    assert await violations(page) == [], "empty"
    await photograph(page, "empty")

    # High enough for a week's tasks.
    await page.set_viewport_size({"width": 1280, "height": 1000})
    await furnish(page)
    await say(page, "call mum on Friday at 5pm #family")
    await say(page, "remind me in 2 seconds to stretch")
    await expect(page.get_by_test_id("reminder-card")).to_be_visible(timeout=20_000)
    await expect(item(page, "Plan the trip").locator(".progress")).to_have_text("1/2")
    await expect(item(page, "stretch")).to_contain_text("Reminded", timeout=15_000)
    assert await violations(page) == [], "busy"
    await photograph(page, "busy")

    await page.get_by_test_id("filters-toggle").click()
    assert await violations(page) == [], "filters"
    await page.get_by_test_id("filters-toggle").click()
    await item(page, "Stand-up").locator(".task-text").click()
    await expect(page.get_by_test_id("editor")).to_be_visible()
    assert await violations(page) == [], "edit dialog"
    await photograph(page, "editor")
    await page.keyboard.press("Escape")
    await page.get_by_test_id("settings-open").click()
    await expect(page.get_by_test_id("settings-zone")).to_have_value("America/New_York")
    assert await violations(page) == [], "settings dialog"
    await photograph(page, "settings")
    await page.get_by_test_id("activity-open").click()
    await expect(page.get_by_test_id("activity-item").first).to_be_visible()
    assert await violations(page) == [], "activity"
    await photograph(page, "activity")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")
    await item(page, "Stand-up").get_by_test_id("task-menu").focus()
    await page.keyboard.press("Enter")
    assert await violations(page) == [], "menu"
    await page.keyboard.press("Escape")
    await page.keyboard.press("?")
    await expect(page.get_by_test_id("help")).to_be_visible()
    assert await violations(page) == [], "help"
    await page.keyboard.press("Escape")

    await page.emulate_media(color_scheme="dark")
    assert await violations(page) == [], "dark"
    await photograph(page, "dark")
    await item(page, "Stand-up").locator(".task-text").click()
    await expect(page.get_by_test_id("editor")).to_be_visible()
    assert await violations(page) == [], "edit dialog, dark"


async def test_a_phone_shows_one_thing_at_a_time(browser: Browser, stack: Stack) -> None:
    context = await browser.new_context(
        base_url=stack.url,
        timezone_id="America/New_York",
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
    )
    page = await context.new_page()
    await register(page)
    await furnish(page)
    await reread(page)
    await expect(page.get_by_test_id("chat-input")).to_be_visible()
    await expect(page.get_by_test_id("task-list")).to_be_hidden()
    assert await violations(page) == [], "phone, chat"
    await page.locator('[data-show="tasks"]').tap()
    await expect(item(page, "Pay the rent")).to_be_visible()
    await expect(page.get_by_test_id("chat-input")).to_be_hidden()
    assert await violations(page) == [], "phone, tasks"
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await photograph(page, "phone")
    await page.get_by_test_id("task-menu").first.tap()
    await page.get_by_test_id("menu-edit").tap()
    await expect(page.get_by_test_id("editor")).to_be_visible()
    assert await page.evaluate(
        "document.querySelector('dialog').scrollWidth <= document.querySelector('dialog').clientWidth"
    )
    assert await violations(page) == [], "phone, edit dialog"
    await photograph(page, "phone-editor")
    await context.close()


async def test_the_page_is_light_and_soon_there(browser: Browser, page: Page, stack: Stack) -> None:
    await register(page)
    await add(page, "Something", due_at=at(1, 9))
    # A first visit: nothing is in this browser's cache yet.
    state = await page.context.storage_state()
    context = await browser.new_context(base_url=stack.url, timezone_id="America/New_York", storage_state=state)
    await context.add_init_script(_WATCH)
    visit = await context.new_page()
    await visit.goto("/")
    await expect(visit.get_by_test_id("task-item")).to_be_visible()
    await expect(visit.get_by_test_id("connection")).to_have_text("Live")
    loaded: dict[str, int] = dict(await visit.evaluate(_LOADED))
    timing = await visit.evaluate("performance.getEntriesByType('navigation')[0].toJSON()")
    figures = {
        "bytes a visit loads": sum(loaded.values()),
        "files a visit loads": len(loaded),
        "bytes of all files": sum(path.stat().st_size for path in _WEB.iterdir() if path.is_file()),
        "milliseconds until the markup is interactive": round(timing["domInteractive"]),
        "milliseconds until the page can be used": round(await visit.evaluate("seen.usable")),
        "milliseconds until the tasks are there": round(await visit.evaluate("seen.tasks")),
    }
    text = json.dumps(figures, indent=2)
    sys.stdout.write(f"{text}\n")
    (ARTIFACTS / "page-figures.json").write_text(f"{text}\n")
    await context.close()
    assert loaded["/static/tasks.js"] == (_WEB / "tasks.js").stat().st_size, "not what the browser loaded"
    assert sum(loaded.values()) < MOST_BYTES
