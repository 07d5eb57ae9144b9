"""The settings dialog: preferences, this browser's choices, tokens, the calendar's address, import and export."""

import json
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.support.page import PASSWORD, add, at, item, register, request, reread, tasks
from tests.support.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.browser]


async def open_settings(page: Page) -> None:
    await page.get_by_test_id("settings-open").click()
    await expect(page.get_by_test_id("settings-zone")).to_have_value("America/New_York")


async def test_preferences_are_kept_by_the_server(page: Page) -> None:
    await register(page)
    await open_settings(page)
    await expect(page.get_by_test_id("digest-at")).to_be_disabled()
    await page.get_by_test_id("digest-on").check()
    await page.get_by_test_id("digest-at").fill("07:15")
    await page.get_by_test_id("quiet-on").check()
    await page.get_by_test_id("quiet-from").fill("22:30")
    await page.get_by_test_id("quiet-until").fill("06:45")
    await page.get_by_test_id("all-day-at").fill("10:00")
    await page.get_by_test_id("preferences-save").click()
    await expect(page.get_by_test_id("preferences-status")).to_have_text("Saved.")
    kept = await request(page, "GET", "/preferences")
    assert {name: kept[name] for name in ("digest_at", "quiet_from", "quiet_until", "all_day_at", "timezone")} == {
        "digest_at": "07:15",
        "quiet_from": "22:30",
        "quiet_until": "06:45",
        "all_day_at": "10:00",
        "timezone": "America/New_York",
    }

    await reread(page)
    await open_settings(page)
    await expect(page.get_by_test_id("digest-at")).to_have_value("07:15")
    await page.get_by_test_id("digest-on").uncheck()
    await page.get_by_test_id("quiet-on").uncheck()
    await page.get_by_test_id("preferences-save").click()
    await expect(page.get_by_test_id("preferences-status")).to_have_text("Saved.")
    kept = await request(page, "GET", "/preferences")
    assert (kept["digest_at"], kept["quiet_from"], kept["quiet_until"]) == (None, None, None)


async def test_another_time_zone_takes_the_tasks_along_when_asked_to(page: Page) -> None:
    await register(page)
    await add(page, "Breakfast", due_at=at(2, 8), timezone="America/New_York")
    await open_settings(page)
    await page.get_by_test_id("settings-zone").select_option("Asia/Tokyo")
    await page.get_by_test_id("preferences-save").click()
    await expect(page.get_by_test_id("preferences-status")).to_have_text("Saved.")
    [task] = await tasks(page)
    assert task["timezone"] == "Asia/Tokyo"
    assert task["due_at"][11:16] == "23:00"  # eight in the morning in Tokyo


async def test_colours_and_sound_are_this_browsers_own(page: Page) -> None:
    await register(page)
    await open_settings(page)
    await page.get_by_test_id("theme").select_option("dark")
    await page.get_by_test_id("sound-on").uncheck()
    await page.get_by_test_id("settings-close").click()
    await expect(page.locator('[data-part="sound"]')).to_have_attribute("aria-pressed", "false")
    await reread(page)
    assert await page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 24, 26)"
    await open_settings(page)
    await page.get_by_test_id("theme").select_option("light")
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(245, 243, 238)"


async def test_a_token_is_shown_once_works_and_is_revoked(page: Page, stack: Stack) -> None:
    await register(page)
    await open_settings(page)
    await page.get_by_test_id("token-name").fill("My script")
    await page.get_by_test_id("token-create").click()
    secret = page.get_by_test_id("secret")
    await expect(secret).to_be_visible()
    token = await secret.input_value()
    async with httpx.AsyncClient(base_url=stack.url, headers={"Authorization": f"Bearer {token}"}) as client:
        assert (await client.get("/api/v1/tasks")).status_code == 200
        await page.get_by_test_id("settings-close").click()
        await open_settings(page)
        await expect(page.get_by_test_id("token-item")).to_contain_text("My script")
        await expect(secret).to_have_count(0)
        await page.get_by_test_id("token-revoke").click()
        await expect(page.get_by_test_id("token-item")).to_have_count(0)
        assert (await client.get("/api/v1/tasks")).status_code == 401


async def test_the_calendar_address_is_made_and_ended(page: Page, stack: Stack) -> None:
    await register(page)
    await add(page, "Concert", due_at=at(3, 20))
    await open_settings(page)
    await page.get_by_test_id("feed-create").click()
    address = await page.get_by_test_id("secret").input_value()
    assert address.startswith(stack.url)
    async with httpx.AsyncClient() as client:
        answer = await client.get(address)
        assert "Concert" in answer.text
        await page.get_by_test_id("feed-end").click()
        await expect(page.get_by_test_id("feed-end")).to_have_count(0)
        assert (await client.get(address)).status_code == 404


async def test_what_is_exported_can_be_imported_again(page: Page, tmp_path: Path) -> None:
    await register(page)
    await add(page, "Keep me", list="Home", tags=["x"])
    await open_settings(page)
    async with page.expect_download() as started:
        await page.get_by_test_id("export-json").click()
    saved = tmp_path / "tasks.json"
    await (await started.value).save_as(saved)
    assert "Keep me" in json.dumps(json.loads(saved.read_text()))

    [task] = await tasks(page)
    await request(page, "DELETE", f"/tasks/{task['id']}")
    await page.get_by_test_id("import-file").set_input_files(saved)
    await expect(page.get_by_test_id("import-report")).to_contain_text("1 added")
    await page.get_by_test_id("settings-close").click()
    await expect(item(page, "Keep me")).to_contain_text("#x")


async def test_a_file_that_is_none_is_refused_with_a_sentence(page: Page, tmp_path: Path) -> None:
    await register(page)
    await open_settings(page)
    nonsense = tmp_path / "tasks.ics"
    nonsense.write_text("not a calendar")
    await page.get_by_test_id("import-file").set_input_files(nonsense)
    await expect(page.get_by_test_id("import-report")).to_contain_text("Nothing was imported.")


async def test_the_account_is_deleted_with_the_password_and_a_yes(page: Page) -> None:
    await register(page)
    await add(page, "Call the bank")
    await open_settings(page)
    await page.get_by_test_id("close-password").fill("not the password")
    await page.get_by_test_id("close-account").click()
    await page.get_by_test_id("ask-close").click()
    await expect(page.get_by_test_id("close-status")).to_contain_text("not your password")
    # Without a yes nothing happens.
    await page.get_by_test_id("close-password").fill(PASSWORD)
    await page.get_by_test_id("close-account").click()
    await page.get_by_role("button", name="Keep it").click()
    assert [task["title"] for task in await tasks(page)] == ["Call the bank"]
    await page.get_by_test_id("close-account").click()
    await page.get_by_test_id("ask-close").click()
    await expect(page.get_by_text("Your account is deleted.")).to_be_visible()
    await expect(page.get_by_test_id("auth-form")).to_be_visible()
