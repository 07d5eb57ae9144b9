"""The operators' page in a real Chromium: who comes in, what it shows of a reminder, what operators do from it."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.support.operator import todo_ops
from tests.support.page import ARTIFACTS
from tests.support.person import Person
from tests.support.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.browser]


@pytest.fixture
async def context(browser: Browser, stack: Stack) -> AsyncIterator[BrowserContext]:
    """As the page's own, at the console's address."""
    ARTIFACTS.mkdir(exist_ok=True)
    opened = await browser.new_context(viewport={"width": 1360, "height": 900}, base_url=stack.operators_url)
    yield opened
    await opened.close()


async def link(stack: Stack, *options: str) -> str:
    """What somebody with the console's sidecar gets."""
    said = await todo_ops(stack, "--as", "anna", "page", *options)
    assert said.status == 0, said.errors
    return said.output.strip()


async def come_in(page: Page, stack: Stack, *options: str) -> None:
    await page.goto(await link(stack, *options))
    await expect(page.get_by_test_id("live")).to_have_text("Live")


async def violations(page: Page) -> list[str]:
    found: list[dict[str, Any]] = (await Axe().run(page)).response["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found if one["impact"] in {"serious", "critical"}
    ]


async def picture(page: Page, name: str) -> None:
    await page.screenshot(path=ARTIFACTS / f"console-{name}.png", full_page=True)


async def test_a_link_opens_once_and_nobody_else_comes_in(page: Page, stack: Stack) -> None:
    await page.goto("/")
    await expect(page.get_by_test_id("outside")).to_contain_text("todo-ops page")
    await picture(page, "outside")
    url = await link(stack)
    await page.goto(url)
    await page.reload()
    await expect(page.get_by_test_id("who")).to_have_text("anna · viewer")
    assert "enter" not in page.url
    async with httpx.AsyncClient(base_url=stack.operators_url) as stranger:
        assert (await stranger.get("/api/overview")).status_code == 401
        code = {"code": url.partition("enter=")[2]}
        origin = {"origin": stack.operators_url}
        assert (await stranger.post("/api/enter", json=code, headers=origin)).status_code == 403
        assert (await stranger.post("/api/enter", json=code)).status_code == 403
        assert (await stranger.get("/", headers={"host": "evil.example"})).status_code == 421


async def test_why_a_reminder_rang_and_acting_on_another(page: Page, stack: Stack) -> None:
    async with Person.registered(stack.url) as person, person.listening() as ear:
        await person.add("Stretch", datetime.now(UTC) + timedelta(seconds=1))
        await ear.wait_for(1, within=60)
        await person.add("Pay the rent", datetime.now(UTC) + timedelta(hours=5))
        await come_in(page, stack, "--role", "operator")
        for app in ("chat-api", "reminder-actor", "scheduler", "console"):
            state = page.locator(f"[data-app={app}]").get_by_test_id("app-state")
            await expect(state).to_have_text("ready")
        await expect(page.get_by_test_id("actor-type")).to_have_text("ReminderActor")
        await picture(page, "applications")
        assert await violations(page) == []

        mine = page.get_by_test_id("reminder").filter(has_text=person.email).get_by_role("link")
        await page.get_by_role("link", name="Reminders").click()
        await page.get_by_test_id("filter-all").click()
        await page.get_by_test_id("search").fill("Stretch")
        await page.get_by_test_id("search").press("Enter")
        await expect(mine).to_have_count(1)  # what was shown before the search may still be there
        await mine.click()
        verdict = page.get_by_test_id("verdict")
        await expect(verdict).to_contain_text("It rang.")
        moments = page.get_by_test_id("moment")
        for said in ("Task created", "Armed", "Fired", "Shown on an open page"):
            await expect(moments.filter(has_text=said).first).to_be_visible()
        await expect(page.get_by_test_id("trace").first).to_have_text(re.compile("^[0-9a-f]{32}$"))
        await picture(page, "rang")
        assert await violations(page) == []

        await page.get_by_test_id("close").click()
        await page.get_by_test_id("filter-pending").click()
        await page.get_by_test_id("search").fill("Pay the rent")
        await page.get_by_test_id("search").press("Enter")
        await expect(mine).to_have_count(1)  # what was shown before the search may still be there
        await mine.click()
        await expect(verdict).to_contain_text("It is to ring")
        await expect(page.get_by_test_id("state-job")).to_contain_text("armed")
        await picture(page, "waiting")
        await expect(page.get_by_test_id("act-fire")).to_be_disabled()
        await page.get_by_test_id("actions-on").check()
        await page.get_by_test_id("act-fire").click()
        await picture(page, "confirm")
        await page.get_by_test_id("confirm-yes").click()
        await expect(page.get_by_test_id("said")).to_have_text("It rang.")
        heard = await ear.wait_for(2, within=60)
        assert heard[1].data["title"] == "Pay the rent"
        await expect(verdict).to_contain_text("by an operator's hand")
        await expect(moments.filter(has_text="anna: fire done")).to_be_visible()
        await page.emulate_media(color_scheme="dark")
        await picture(page, "fired-dark")
        assert await violations(page) == []


async def test_topics_components_and_a_small_screen(page: Page, stack: Stack) -> None:
    await come_in(page, stack)
    await page.get_by_role("link", name="Topics").click()
    await expect(page.get_by_test_id("topics")).to_contain_text("task-events")
    await expect(page.get_by_test_id("read-only")).to_be_visible()
    await picture(page, "topics")
    assert await violations(page) == []
    await page.get_by_role("link", name="Components").click()
    await expect(page.get_by_test_id("components")).to_contain_text("pubsub")
    await expect(page.get_by_test_id("subscriptions")).to_contain_text("task-events")
    await picture(page, "components")
    assert await violations(page) == []
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.get_by_role("link", name="Applications").click()
    await expect(page.locator("[data-app=scheduler]")).to_be_visible()
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390, "the page scrolls sideways"
    await picture(page, "small")


async def test_a_viewer_cannot_act_and_no_other_page_can(page: Page, stack: Stack) -> None:
    act = """async (csrf) => (await fetch('/api/actions', {method: 'POST', headers: {'content-type': 'application/json',
        'x-console-csrf': csrf ?? (await (await fetch('/api/me')).json()).csrf}, body: '{"kind": "repair"}'})).status"""
    await come_in(page, stack)
    assert await page.evaluate(act) == 403
    await page.goto("about:blank")
    await come_in(page, stack, "--role", "operator")
    assert await page.evaluate(act) == 200
    assert await page.evaluate(act, "guessed") == 403
    cookies = {one["name"]: one["value"] for one in await page.context.cookies()}
    csrf = (await (await page.request.get("/api/me")).json())["csrf"]
    async with httpx.AsyncClient(base_url=stack.operators_url, cookies=cookies) as other:
        headers = {"origin": "http://evil.example", "x-console-csrf": csrf}
        assert (await other.post("/api/actions", json={"kind": "repair"}, headers=headers)).status_code == 403
