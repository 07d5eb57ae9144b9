"""Everything without a mouse: the shortcuts, and that they keep out of the way."""

import pytest
from playwright.async_api import Page, expect

from tests.support.page import add, at, item, register, reread, tasks

pytestmark = [pytest.mark.e2e, pytest.mark.browser]


async def leave_field(page: Page) -> None:
    await page.keyboard.press("Escape")
    assert await page.evaluate("document.activeElement === document.body")


async def test_a_person_without_a_mouse_adds_edits_moves_and_takes_back(page: Page) -> None:
    await register(page)
    press = page.keyboard.press
    await expect(page.get_by_test_id("chat-input")).to_be_focused()
    await leave_field(page)

    await press("q")
    await page.keyboard.type("Write the letter")
    await press("Enter")
    await expect(item(page, "Write the letter")).to_be_visible()
    await page.keyboard.type("Post the letter")
    await press("Enter")
    await expect(page.get_by_test_id("task-item")).to_have_count(2)
    await leave_field(page)

    await press("j")
    await expect(item(page, "Write the letter").get_by_test_id("task-complete")).to_be_focused()
    await press("1")
    await expect(item(page, "Write the letter")).to_contain_text("Priority 1")
    await press("s")
    await expect(page.get_by_test_id("menu-hour")).to_be_focused()
    await press("ArrowUp")  # round to the last entry
    await expect(page.get_by_test_id("menu-week")).to_be_focused()
    await press("Enter")
    await expect(item(page, "Write the letter").locator(".due")).to_be_visible()
    await expect(item(page, "Write the letter").get_by_test_id("task-menu")).to_be_focused()

    await press("e")
    await expect(page.get_by_test_id("editor-title")).to_be_focused()
    await press("End")
    await page.keyboard.type(" to Anna")
    await press("Enter")
    await expect(item(page, "Write the letter to Anna")).to_be_visible()
    await expect(page.get_by_test_id("editor")).to_have_count(0)

    await press("j")
    await expect(item(page, "Post the letter").locator("button:focus")).to_have_count(1)
    await press("k")
    await press("x")
    await expect(item(page, "Write the letter to Anna")).to_have_count(0)
    await expect(item(page, "Post the letter").get_by_test_id("task-complete")).to_be_focused()
    await press("Delete")
    await expect(page.get_by_test_id("task-item")).to_have_count(0)
    await press("u")
    await expect(item(page, "Post the letter")).to_be_visible()
    await press("Control+z")
    await expect(page.get_by_test_id("task-item")).to_have_count(2)
    assert {task["status"] for task in await tasks(page)} == {"open"}


async def test_a_person_without_a_mouse_finds_their_way(page: Page) -> None:
    await register(page)
    await add(page, "Write to Anna")
    await add(page, "Post the letter")
    await reread(page)
    press = page.keyboard.press
    await leave_field(page)
    await press("/")
    await page.keyboard.type("anna")
    await expect(page.get_by_test_id("task-item")).to_have_count(1)
    await press("Escape")  # empties the search
    await expect(page.get_by_test_id("task-item")).to_have_count(2)
    await leave_field(page)
    await press("ArrowDown")
    assert await page.evaluate("document.activeElement === document.body"), "arrows scroll until a task has the focus"
    await press("j")
    await press("ArrowDown")
    await expect(item(page, "Post the letter").get_by_test_id("task-complete")).to_be_focused()
    await press("Space")
    await expect(item(page, "Post the letter")).to_have_count(0)

    await press("?")
    await expect(page.get_by_test_id("help")).to_contain_text("Next, previous task")
    await press("Escape")
    await expect(page.get_by_test_id("help")).to_have_count(0)
    await press("c")
    await expect(page.get_by_test_id("chat-input")).to_be_focused()


async def test_keys_are_letters_in_a_field_and_with_a_modifier(page: Page) -> None:
    await register(page)
    await add(page, "Untouched", due_at=at(1, 9))
    await reread(page)
    await page.get_by_test_id("chat-input").fill("")
    await page.keyboard.type("xjq/u1?")
    await expect(page.get_by_test_id("chat-input")).to_have_value("xjq/u1?")
    await page.keyboard.press("Escape")
    await page.keyboard.press("j")
    for key in ("Control+x", "Alt+x", "Meta+e", "Control+1", "Control+q"):
        await page.keyboard.press(key)
    await expect(page.locator("dialog")).to_have_count(0)
    [task] = await tasks(page)
    assert (task["status"], task["priority"]) == ("open", None)


async def test_shortcuts_can_be_switched_off(page: Page) -> None:
    await register(page)
    await add(page, "Untouched")
    await reread(page)
    await page.get_by_test_id("settings-open").click()
    await page.get_by_test_id("shortcuts-on").uncheck()
    await page.get_by_test_id("settings-close").click()
    await page.get_by_test_id("task-complete").focus()
    for key in ("x", "e", "1", "Delete", "q", "?"):
        await page.keyboard.press(key)
    await expect(page.locator("dialog")).to_have_count(0)
    [task] = await tasks(page)
    assert (task["status"], task["priority"]) == ("open", None)
    # A browser's own keys go on working.
    await page.get_by_test_id("task-complete").press("Enter")
    await expect(page.get_by_test_id("toast")).to_contain_text("Completed")


async def test_the_menu_closes_and_gives_the_focus_back(page: Page) -> None:
    await register(page)
    await add(page, "Something")
    await reread(page)
    button = page.get_by_test_id("task-menu")
    await button.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("menu-edit")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("menu")).to_have_count(0)
    await expect(button).to_be_focused()


async def test_a_key_right_after_a_menu_was_closed_counts(page: Page) -> None:
    """The browser takes the menu away a moment after it has closed it."""
    await register(page)
    await add(page, "Stand-up")
    await reread(page)
    await page.get_by_test_id("task-menu").click()
    await page.evaluate(
        """() => {
            document.querySelector('.menu').hidePopover();
            document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '?', bubbles: true}));
        }"""
    )
    await expect(page.get_by_test_id("help")).to_be_visible()
