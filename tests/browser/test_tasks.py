"""The tasks on the page: adding, finding, subtasks, lists, doing, moving, and taking it back."""

import asyncio
from datetime import date, timedelta

import pytest
from playwright.async_api import Page, Route, expect

from tests.support.page import add, at, choose, item, register, reread, say, tasks

pytestmark = [pytest.mark.e2e, pytest.mark.browser]


async def test_a_recurring_task_that_is_done_shows_when_it_is_next_due(page: Page) -> None:
    await register(page)
    await add(page, "Water the plants", due_at=at(1, 9), recurrence="FREQ=DAILY", timezone="America/New_York")
    await reread(page)
    row = item(page, "Water the plants")
    await expect(row).to_contain_text("Every day")
    await row.get_by_test_id("task-complete").click()
    await expect(page.get_by_test_id("toast")).to_contain_text("is next due")
    await expect(row).to_contain_text("at 9:00")
    [task] = await tasks(page, status="open")
    assert task["due_at"] > at(2, 0)


async def test_a_task_is_added_without_the_chat(page: Page) -> None:
    await register(page)
    await page.get_by_test_id("quick-add-input").fill("Buy milk")
    await page.get_by_test_id("quick-add-input").press("Enter")
    await expect(item(page, "Buy milk")).to_be_visible()
    await expect(page.get_by_test_id("quick-add-input")).to_have_value("")
    assert [task["title"] for task in await tasks(page)] == ["Buy milk"]


async def test_tasks_are_searched_filtered_and_sorted_by_the_server(page: Page) -> None:
    await register(page)
    await add(page, "Zebra stripes", due_at=at(1, 9), priority=3, tags=["zoo"])
    await add(page, "apple pie", due_at=at(2, 9), priority=1, notes="with cinnamon")
    await add(page, "Mango", tags=["fruit"])
    await reread(page)
    shown = page.get_by_test_id("task-list").get_by_test_id("task-item").locator(".task-title")
    await expect(shown).to_have_text(["Zebra stripes", "apple pie", "Mango"])

    await page.get_by_test_id("task-search").press_sequentially("CINN")
    await expect(shown).to_have_text(["apple pie"])
    await page.get_by_test_id("task-search").fill("nothing like it")
    await expect(page.get_by_test_id("task-list")).to_contain_text("Nothing matches")
    await page.get_by_test_id("nothing-clear").click()
    await expect(shown).to_have_count(3)

    await page.get_by_test_id("filters-toggle").click()
    await page.get_by_test_id("filter-tag").select_option("fruit")
    await expect(shown).to_have_text(["Mango"])
    await page.get_by_test_id("filter-tag").select_option("")
    await page.get_by_test_id("filter-priority").select_option("1")
    await expect(shown).to_have_text(["apple pie"])
    await page.get_by_test_id("filter-priority").select_option("")
    await page.get_by_test_id("filter-due").select_option("week")
    await expect(shown).to_have_text(["Zebra stripes", "apple pie"])
    await page.get_by_test_id("filters-clear").click()
    await page.get_by_test_id("filter-sort").select_option("title")
    await expect(shown).to_have_text(["apple pie", "Mango", "Zebra stripes"])
    await page.get_by_test_id("filter-sort").select_option("priority")
    await expect(shown).to_have_text(["apple pie", "Zebra stripes", "Mango"])


async def test_more_tasks_than_a_page_are_loaded_when_asked_for(page: Page) -> None:
    await register(page)
    for number in range(105):
        await add(page, f"Task {number:03}")
    await reread(page)
    shown = page.get_by_test_id("task-list").get_by_test_id("task-item")
    await expect(shown).to_have_count(100)
    # A reading that began before and ends later changes nothing about it.
    held, go_on = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        if not held.is_set():
            held.set()
            await go_on.wait()
        await route.continue_()

    await page.route("**/api/v1/tasks?*status=open*", hold)
    await add(page, "Task 105")  # the stream tells of it
    await held.wait()
    await page.get_by_test_id("load-more").click()
    await expect(shown).to_have_count(106)
    go_on.set()
    await add(page, "Task 106")
    await expect(shown).to_have_count(107)
    await expect(page.get_by_test_id("load-more")).to_be_hidden()


async def test_subtasks_stand_below_their_task_with_its_progress(page: Page) -> None:
    await register(page)
    await add(page, "Plan the trip", due_at=at(1, 9))
    await reread(page)
    trip = item(page, "Plan the trip")
    await choose(page, trip, "subtask")
    for part in ("Book the flight", "Book the flat"):
        await page.get_by_test_id("subtask-input").fill(part)
        await page.get_by_test_id("subtask-input").press("Enter")
        await expect(trip.get_by_test_id("subtask-item").filter(has_text=part)).to_be_visible()
    await page.get_by_test_id("subtask-input").press("Escape")
    await expect(page.get_by_test_id("subtask-input")).to_have_count(0)
    await expect(trip.locator(".progress")).to_have_text("0/2")

    await trip.get_by_test_id("subtask-item").first.get_by_test_id("task-complete").click()
    await expect(trip.locator(".progress")).to_have_text("1/2")
    await reread(page)
    await expect(trip.locator(".progress")).to_have_text("1/2")
    await say(page, "add buy a map to plan the trip as a subtask")
    await expect(trip.locator(".progress")).to_have_text("1/3")
    # The whole is done, and so are its parts.
    await trip.get_by_test_id("task-complete").first.click()
    await expect(trip).to_have_count(0)
    assert await tasks(page, status="open") == []


async def test_lists_are_added_chosen_renamed_and_deleted(page: Page) -> None:
    await register(page)
    await add(page, "Mow the lawn", list="Garden")
    await add(page, "Buy milk")
    await reread(page)
    tabs = page.get_by_test_id("list-tab")
    await expect(tabs).to_have_text(["All", "Garden1"])
    await tabs.nth(1).click()
    shown = page.get_by_test_id("task-list").get_by_test_id("task-item").locator(".task-title")
    await expect(shown).to_have_text(["Mow the lawn"])
    await page.get_by_test_id("quick-add-input").fill("Prune the roses")
    await page.get_by_test_id("quick-add-input").press("Enter")
    await expect(shown).to_have_count(2)

    await page.get_by_test_id("list-rename").click()
    await page.get_by_test_id("prompt-input").fill("Outside")
    await page.get_by_test_id("prompt-ok").click()
    await expect(tabs).to_have_text(["All", "Outside2"])
    await expect(shown).to_have_count(2)
    await page.get_by_test_id("list-delete").click()
    await expect(tabs).to_have_count(0)
    await expect(shown).to_have_count(3)
    await page.get_by_test_id("toast-action").click()
    await expect(tabs).to_have_text(["All", "Outside2"])

    await page.get_by_test_id("list-add").click()
    await page.get_by_test_id("prompt-input").fill("Work")
    await page.keyboard.press("Enter")
    await expect(tabs).to_have_text(["All", "Outside2", "Work0"])
    await expect(page.get_by_test_id("task-list")).to_contain_text("Nothing to do")


async def test_a_change_is_taken_back_from_its_toast(page: Page) -> None:
    await register(page)
    await add(page, "Call mum", due_at=at(1, 17), tags=["family"])
    await reread(page)
    row = item(page, "Call mum")
    undo = page.get_by_test_id("toast-action")

    await choose(page, row, "delete")
    await expect(row).to_have_count(0)
    await undo.click()
    await expect(row).to_contain_text("#family")

    await row.get_by_test_id("task-complete").click()
    await expect(row).to_have_count(0)
    await undo.click()
    await expect(row).to_be_visible()

    await choose(page, row, "week")
    await expect(page.get_by_test_id("toast")).to_contain_text("is due")
    assert (await tasks(page))[0]["due_at"] > at(1, 18)
    await undo.click()
    await expect(page.get_by_test_id("toast")).to_contain_text("as it was")
    [task] = await tasks(page)
    assert task["due_at"][:16] < at(1, 23)


async def test_one_occurrence_is_skipped(page: Page) -> None:
    await register(page)
    await add(page, "Gym", due_at=at(1, 18), recurrence="FREQ=DAILY", timezone="America/New_York")
    await reread(page)
    await choose(page, item(page, "Gym"), "skip")
    await expect(page.get_by_test_id("toast")).to_contain_text("Skipped. “Gym” is next due")
    [task] = await tasks(page)
    assert task["status"] == "open"
    assert task["due_at"] > at(2, 0)


async def test_a_completed_task_is_opened_again(page: Page) -> None:
    await register(page)
    await add(page, "Tax return")
    await reread(page)
    await item(page, "Tax return").get_by_test_id("task-complete").click()
    await page.get_by_test_id("completed").locator("summary").click()
    done = page.get_by_test_id("completed-list").get_by_test_id("completed-item")
    await expect(done).to_contain_text("Tax return")
    await done.get_by_test_id("task-reopen").click()
    await expect(item(page, "Tax return")).to_be_visible()


async def test_a_task_for_a_whole_day_shows_its_day_and_no_time(page: Page) -> None:
    await register(page)
    day = date.fromisoformat(at(3, 12)[:10])
    await add(page, "Birthday present", due_on=day.isoformat(), timezone="America/New_York")
    await reread(page)
    due = item(page, "Birthday present").locator(".due time")
    await expect(due).to_have_attribute("datetime", day.isoformat())
    await expect(due).to_have_text(f"{day:%A}")
    await choose(page, item(page, "Birthday present"), "tomorrow")
    await expect(due).to_have_attribute("datetime", (day - timedelta(days=2)).isoformat())
    await expect(due).to_have_text("All day")
