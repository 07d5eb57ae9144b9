"""The dialog that edits a task."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page, expect

from tests.support.page import add, at, choose, item, register, request, reread, tasks

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

NEW_YORK = ZoneInfo("America/New_York")


def local(instant: str) -> str:
    return f"{datetime.fromisoformat(instant).astimezone(NEW_YORK):%Y-%m-%d %H:%M}"


async def test_everything_about_a_task_is_edited(page: Page) -> None:
    await register(page)
    await add(page, "Dentist")
    await reread(page)
    await item(page, "Dentist").locator(".task-text").click()
    day = at(5, 12)[:10]
    await page.get_by_test_id("editor-title").fill("Dentist, bring the X-ray")
    await page.get_by_test_id("editor-notes").fill("Second floor")
    await page.get_by_test_id("editor-date").fill(day)
    await page.get_by_test_id("editor-time").fill("14:30")
    for distance in ("1440", "60"):
        await page.get_by_test_id("reminder-add").click()
        await page.get_by_test_id("reminder-when").last.select_option(distance)
    await page.get_by_test_id("editor-repeat").select_option("FREQ=YEARLY")
    await page.get_by_test_id("editor-priority").select_option("2")
    await page.get_by_test_id("editor-list").fill("Health")
    await page.get_by_test_id("editor-tags").fill("#teeth, Body")
    await page.get_by_test_id("editor-save").click()
    await expect(page.get_by_test_id("editor")).to_have_count(0)
    await expect(item(page, "bring the X-ray")).to_contain_text("Every year")

    [task] = await tasks(page)
    assert (task["notes"], task["priority"], task["list"]) == ("Second floor", 2, "Health")
    assert sorted(task["tags"]) == ["body", "teeth"]
    assert local(task["due_at"]) == f"{day} 14:30"
    eve = at(4, 12)[:10]
    assert [local(reminder["due_at"]) for reminder in task["reminders"]] == [f"{eve} 14:30", f"{day} 13:30"]


async def test_without_a_time_it_is_for_the_whole_day(page: Page) -> None:
    await register(page)
    await add(page, "Pay the rent", due_at=at(2, 9))
    await reread(page)
    await choose(page, item(page, "Pay the rent"), "edit")
    await page.get_by_test_id("editor-time").fill("")
    await page.get_by_test_id("editor-save").click()
    await expect(page.get_by_test_id("editor")).to_have_count(0)
    [task] = await tasks(page)
    assert (task["due_at"], task["due_on"]) == (None, at(2, 9)[:10])

    await choose(page, item(page, "Pay the rent"), "edit")
    await page.get_by_test_id("editor-date").fill("")
    await page.get_by_test_id("editor-save").click()
    await expect(page.get_by_test_id("editor")).to_have_count(0)
    [task] = await tasks(page)
    assert (task["due_at"], task["due_on"]) == (None, None)


async def test_a_recurring_task_is_moved_once_or_for_good(page: Page) -> None:
    await register(page)
    await add(page, "Stand-up", due_at=at(1, 9), recurrence="FREQ=DAILY", timezone="America/New_York")
    await reread(page)

    async def move_to(time: str, answer: str) -> None:
        await choose(page, item(page, "Stand-up"), "edit")
        await page.get_by_test_id("editor-time").fill(time)
        await page.get_by_test_id("editor-save").click()
        await page.get_by_test_id(f"ask-{answer}").click()
        await expect(page.get_by_test_id("editor")).to_have_count(0)

    async def after_it() -> str:
        [task] = await tasks(page)
        following = await request(page, "POST", f"/tasks/{task['id']}/skip")
        return local(following["due_at"])

    await move_to("10:15", "this")
    assert local((await tasks(page))[0]["due_at"]) == f"{at(1, 9)[:10]} 10:15"
    assert await after_it() == f"{at(2, 9)[:10]} 09:00"
    await reread(page)
    await move_to("10:15", "series")
    assert await after_it() == f"{at(3, 9)[:10]} 10:15"


async def test_a_question_that_is_cancelled_changes_nothing(page: Page) -> None:
    await register(page)
    await add(page, "Stand-up", due_at=at(1, 9), recurrence="FREQ=DAILY", timezone="America/New_York")
    await reread(page)
    [before] = await tasks(page)
    await choose(page, item(page, "Stand-up"), "edit")
    await page.get_by_test_id("editor-time").fill("10:15")
    await page.get_by_test_id("editor-save").click()
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("ask-this")).to_have_count(0)
    await expect(page.get_by_test_id("editor")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("editor")).to_have_count(0)
    assert (await tasks(page))[0]["due_at"] == before["due_at"]


async def test_a_task_changed_elsewhere_meanwhile_is_not_overwritten(page: Page) -> None:
    await register(page)
    task = await add(page, "Shared plan")
    await reread(page)
    await choose(page, item(page, "Shared plan"), "edit")
    await expect(page.get_by_test_id("editor-title")).to_have_value("Shared plan")
    await request(page, "PATCH", f"/tasks/{task['id']}", {"title": "Another plan"})
    await page.get_by_test_id("editor-title").fill("My plan")
    await page.get_by_test_id("editor-save").click()
    await expect(page.get_by_test_id("editor-error")).to_contain_text("changed meanwhile")
    assert (await tasks(page))[0]["title"] == "Another plan"


async def test_what_cannot_be_saved_says_why_and_stays_open(page: Page) -> None:
    await register(page)
    await page.get_by_test_id("quick-add-input").fill("Choir")
    await page.get_by_test_id("quick-add-details").click()
    await expect(page.get_by_test_id("editor-title")).to_have_value("Choir")
    error = page.get_by_test_id("editor-error")
    await page.get_by_test_id("editor-repeat").select_option("FREQ=DAILY")
    await page.get_by_test_id("editor-save").click()
    await expect(error).to_contain_text("needs a date")
    await page.get_by_test_id("editor-date").fill("2020-01-01")
    await page.get_by_test_id("editor-time").fill("09:00")
    await page.get_by_test_id("editor-save").click()
    await expect(error).to_contain_text("has passed")
    await page.get_by_test_id("editor-date").fill(at(1, 9)[:10])
    await page.get_by_test_id("editor-save").click()
    await expect(page.get_by_test_id("editor")).to_have_count(0)
    await expect(item(page, "Choir")).to_contain_text("Every day")
    await expect(page.get_by_test_id("quick-add-input")).to_have_value("")
