"""Lists, parts, single occurrences, days, notes and preferences, as somebody says them."""

from datetime import datetime, time, timedelta

import pytest

from chat_api.preferences.service import PreferencesService
from chat_api.tasks.due import day_of
from chat_api.tasks.lists import ListService
from chat_api.tasks.models import TaskStatus
from chat_api.tasks.service import TaskService, TaskWithReminders
from tests.unit.chat_api.chatting import ROME, Chat
from tests.unit.chat_api.conftest import ALICE


async def only(tasks: TaskService, title: str) -> TaskWithReminders:
    (found,) = [item for item in await tasks.list(ALICE) if item.task.title == title]
    return found


def clock(item: TaskWithReminders) -> str:
    assert item.task.due_at is not None
    return f"{item.task.due_at.astimezone(ROME):%H:%M}"


async def test_a_list_is_filled_shown_and_emptied(chat: Chat, tasks: TaskService, lists: ListService) -> None:
    said = await chat.say("add milk to the groceries list")
    assert "groceries" in said.reply
    await chat.say("put bread on my groceries list")
    await chat.say("buy paint")
    shown = await chat.say("what's on my groceries list?")
    assert [item.task.title for item in shown.tasks] == ["milk", "bread"]
    assert "groceries: 2 to do" in (await chat.say("show my lists")).reply
    await chat.say("done with 1")
    assert [one.open_tasks for one in await lists.all(ALICE)] == [1]
    moved = await chat.say("move paint to the home list")
    assert "home" in moved.reply
    assert (await only(tasks, "buy paint")).list_name == "home"
    assert "no list called" in (await chat.say("show the garden list")).reply


async def test_parts_are_added_by_name_by_number_and_to_what_was_spoken_of(chat: Chat, tasks: TaskService) -> None:
    await chat.say("birthday party on saturday")
    whole = (await only(tasks, "birthday party")).task.id
    await chat.say("add candles to birthday party as a subtask")
    await chat.say("list tasks")
    await chat.say("add a subtask to 1: buy balloons")
    parts = [item.task.title for item in await tasks.list(ALICE) if item.task.parent_id == whole]
    assert sorted(parts) == ["buy balloons", "candles"]
    shown = await chat.say("list tasks")
    assert "candles (part of “birthday party”)" in shown.reply


async def test_a_task_that_is_there_becomes_a_part(chat: Chat, tasks: TaskService) -> None:
    await chat.say("birthday party on saturday")
    await chat.say("buy cake")
    await chat.say("add cake")
    said = await chat.say("make cake a subtask of birthday party")
    assert said.reply == "“cake” is a part of “birthday party” now."
    assert (await only(tasks, "cake")).task.parent_id == (await only(tasks, "birthday party")).task.id
    await chat.say("make candles a subtask of birthday party")
    assert (await only(tasks, "candles")).task.parent_id == (await only(tasks, "birthday party")).task.id
    assert (await only(tasks, "buy cake")).task.parent_id is None


async def test_lists_are_made_renamed_and_deleted(chat: Chat, tasks: TaskService, lists: ListService) -> None:
    assert (await chat.say("create a list called camping")).reply == "You have a list “camping” now."
    assert "already" in (await chat.say("new list: Camping")).reply
    await chat.say("add tent to the camping list")
    assert "“glamping” now" in (await chat.say("rename the camping list to glamping")).reply
    assert [one.name for one in await lists.all(ALICE)] == ["glamping"]
    assert (await chat.say("rename the glamping list")).reply == "What should the list be called?"
    assert "“hiking” now" in (await chat.say("hiking")).reply
    deleted = await chat.say("delete the hiking list")
    assert deleted.reply == "Deleted the list “hiking”. Its tasks stay, in no list."
    assert await lists.all(ALICE) == []
    assert (await only(tasks, "tent")).list_name is None
    await chat.say("undo")
    assert [one.name for one in await lists.all(ALICE)] == ["hiking"]


async def test_a_list_that_is_not_there_may_be_a_task(chat: Chat, tasks: TaskService) -> None:
    await chat.say("write packing list")
    assert "no list called" in (await chat.say("rename the packing list to bags")).reply
    assert "Deleted “write packing list”" in (await chat.say("delete the packing list")).reply


async def test_the_next_occurrence_is_skipped(chat: Chat, tasks: TaskService) -> None:
    await chat.say("every day at 9: gym")
    before = (await only(tasks, "gym")).task.due_at
    said = await chat.say("skip the next gym")
    assert said.reply.startswith("Skipped.")
    after = (await only(tasks, "gym")).task.due_at
    assert before is not None
    assert after == before + timedelta(days=1)


async def test_a_later_occurrence_is_not_skipped_in_its_place(chat: Chat, tasks: TaskService) -> None:
    await chat.say("every day at 9: gym")
    before = (await only(tasks, "gym")).task.due_at
    said = await chat.say("skip gym next week")
    assert "can only skip the next one" in said.reply
    assert (await only(tasks, "gym")).task.due_at == before


async def test_the_scope_can_be_said_at_once(chat: Chat, tasks: TaskService) -> None:
    await chat.say("every day at 9: gym")
    said = await chat.say("move gym to 3pm just this once")
    assert "The series goes on as before." in said.reply
    moved = await only(tasks, "gym")
    assert (clock(moved), moved.task.occurrence_at is not None) == ("15:00", True)


async def test_only_a_time_keeps_the_tasks_own_day(chat: Chat, tasks: TaskService) -> None:
    day = datetime.now(ROME).date() + timedelta(days=5)
    await chat.say(f"dentist on {day:%d %B} at 9am")
    await chat.say("move dentist to 5pm")
    moved = (await only(tasks, "dentist")).task
    assert moved.due_at is not None
    assert moved.due_at == datetime.combine(day, time(17), tzinfo=ROME)


async def test_a_day_is_a_day(chat: Chat, tasks: TaskService) -> None:
    day = datetime.now(ROME).date() + timedelta(days=5)
    said = await chat.say(f"bins on {day:%d %B}")
    assert "I took 09:00" in said.reply
    found = await only(tasks, "bins")
    assert day_of(found.task) == day
    await chat.say("move bins by 2 days")
    assert day_of((await only(tasks, "bins")).task) == day + timedelta(days=2)


async def test_a_note_and_another_name(chat: Chat, tasks: TaskService) -> None:
    await chat.say("buy milk")
    await chat.say("add a note to milk: two litres")
    await chat.say("rename milk to oat milk")
    renamed = (await only(tasks, "oat milk")).task
    assert renamed.notes == "two litres"


async def test_what_is_overdue_is_listed(chat: Chat, tasks: TaskService) -> None:
    await chat.say("pay rent tomorrow")
    assert "no open task" in (await chat.say("what is overdue?")).reply


async def test_a_range_is_listed(chat: Chat) -> None:
    today = datetime.now(ROME).date()
    monday = today + timedelta(days=7 - today.weekday())
    await chat.say(f"call mum on {monday:%d %B} at 9am")
    await chat.say(f"call dad on {monday + timedelta(days=9):%d %B} at 9am")
    shown = await chat.say("what do I have next week?")
    assert [item.task.title for item in shown.tasks] == ["call mum"]


async def test_the_digest_is_switched_by_saying_so(chat: Chat, preferences: PreferencesService) -> None:
    said = await chat.say("send me a digest every day at 8")
    assert "08:00 (Europe/Rome)" in said.reply
    assert (await preferences.get(ALICE)).digest_at == time(8)
    await chat.say("stop the daily digest")
    assert (await preferences.get(ALICE)).digest_at is None


async def test_quiet_hours_are_set_told_and_ended(chat: Chat, preferences: PreferencesService) -> None:
    await chat.say("quiet hours from 10pm to 7am")
    chosen = await preferences.get(ALICE)
    assert (chosen.quiet_from, chosen.quiet_until) == (time(22), time(7))
    assert "quiet hours (22:00 to 07:00)" in (await chat.say("tomorrow at 11pm check the oven")).reply
    assert "quiet hours" not in (await chat.say("tomorrow at 11pm check the door p1")).reply
    await chat.say("no quiet hours")
    assert (await preferences.get(ALICE)).quiet_from is None


@pytest.mark.parametrize("message", ["read the to do list book", "buy skip hire", "watch the digest"])
async def test_a_plain_task_stays_one(chat: Chat, tasks: TaskService, message: str) -> None:
    said = await chat.say(message)
    assert [(item.task.title, item.task.status) for item in said.tasks] == [(message, TaskStatus.OPEN)]


async def test_a_part_is_added_to_what_was_just_spoken_of(chat: Chat, tasks: TaskService) -> None:
    await chat.say("plan the trip")
    await chat.say("add a subtask to it: pack socks")
    assert (await only(tasks, "pack socks")).task.parent_id == (await only(tasks, "plan the trip")).task.id
