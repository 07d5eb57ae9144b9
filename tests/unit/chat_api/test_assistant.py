"""What the assistant does with a message, on real tasks."""

from datetime import UTC, datetime, timedelta

import pytest

from chat_api.tasks.due import day_of
from chat_api.tasks.models import TaskStatus
from chat_api.tasks.schemas import TaskCreate
from chat_api.tasks.service import TaskService
from tests.unit.chat_api.chatting import ROME, Chat, titles
from tests.unit.chat_api.conftest import ALICE, BOB


async def test_a_reminder_is_set_and_its_exact_time_is_told(chat: Chat) -> None:
    before = datetime.now(UTC)
    said = await chat.say("remind me in 20 seconds to stretch")
    (added,) = said.tasks
    assert added.task.due_at is not None
    assert timedelta(seconds=20) <= added.task.due_at - before < timedelta(seconds=22)
    assert [reminder.due_at for reminder in added.reminders] == [added.task.due_at]
    local = added.task.due_at.astimezone(ROME)
    assert f"{local:%H:%M:%S}".removesuffix(":00") in said.reply
    assert "Europe/Rome" in said.reply


async def test_a_task_without_a_time_is_added_without_a_reminder(chat: Chat) -> None:
    (added,) = (await chat.say("buy milk p1 #home")).tasks
    assert (added.task.title, added.task.priority, added.task.tags) == ("buy milk", 1, ["home"])
    assert added.reminders == []


async def test_a_reminder_before_the_due_time_is_set_too(chat: Chat) -> None:
    said = await chat.say("dentist tomorrow at 3pm, remind me an hour before")
    (added,) = said.tasks
    assert added.task.due_at is not None
    assert [reminder.due_at for reminder in added.reminders] == [added.task.due_at - timedelta(hours=1)]
    assert "14:00" in said.reply
    assert "15:00" in said.reply


@pytest.mark.parametrize("message", ["water the plants every 3 days", "buy bread today", "pay rent today"])
async def test_a_day_without_a_time_never_lies_in_the_past(chat: Chat, message: str) -> None:
    said = await chat.say(message)
    (added,) = said.tasks
    day = day_of(added.task)
    assert day is not None
    assert day >= datetime.now(ROME).date()
    assert "You gave no time" in said.reply


async def test_a_recurring_task_keeps_its_rule_and_zone(chat: Chat) -> None:
    (added,) = (await chat.say("every day at 9 take pills")).tasks
    assert added.task.recurrence == "FREQ=DAILY;BYHOUR=9;BYMINUTE=0"
    assert added.task.timezone == "Europe/Rome"


async def test_what_is_missing_is_asked_and_the_answer_continues(chat: Chat) -> None:
    asked = await chat.say("remind me to call mum")
    assert asked.reply.endswith("?")
    assert asked.tasks == ()
    (added,) = (await chat.say("tomorrow at 5pm")).tasks
    assert added.task.title == "call mum"
    assert added.task.due_at is not None
    assert added.task.due_at.astimezone(ROME).hour == 17


async def test_a_new_command_ends_the_question(chat: Chat, tasks: TaskService) -> None:
    await chat.say("remind me to call mum")
    await chat.say("buy milk")
    assert await titles(tasks) == ["buy milk"]
    assert "milk" in (await chat.say("list")).reply


async def test_a_question_is_the_users_own(chat: Chat, tasks: TaskService) -> None:
    await chat.say("remind me to call mum")
    await chat.say("tomorrow at 5pm", user=BOB)
    assert await titles(tasks) == []
    assert "call mum" not in [item.task.title for item in await tasks.list(BOB)]


async def test_which_of_two_is_asked_and_the_choice_decides(chat: Chat, tasks: TaskService) -> None:
    for title in ("call the dentist", "pay the dentist"):
        await tasks.create(ALICE, TaskCreate(title=title))
    asked = await chat.say("done with dentist")
    assert set(asked.choices) == {"call the dentist", "pay the dentist"}
    await chat.say("pay the dentist")
    assert await titles(tasks, TaskStatus.COMPLETED) == ["pay the dentist"]
    await chat.say("delete dentist")
    assert await titles(tasks) == []


async def test_a_position_means_the_list_that_was_shown(chat: Chat, tasks: TaskService) -> None:
    for title in ("one", "two", "three"):
        await tasks.create(ALICE, TaskCreate(title=title))
    listed = await chat.say("list")
    assert listed.reply.splitlines() == ["1. one", "2. two", "3. three"]
    await chat.say("complete 2")
    assert await titles(tasks, TaskStatus.COMPLETED) == ["two"]
    await chat.say("delete 3")
    assert await titles(tasks) == ["one"]


async def test_a_task_is_moved(chat: Chat) -> None:
    await chat.say("dentist tomorrow at 9am")
    said = await chat.say("move dentist to tomorrow 3pm")
    (moved,) = said.tasks
    assert moved.task.due_at is not None
    assert moved.task.due_at.astimezone(ROME).hour == 15
    assert "15:00" in said.reply


@pytest.mark.parametrize("message", ["delete groceries", "done with groceries", "complete 7", "move groceries to 5pm"])
async def test_what_is_not_there_is_said(chat: Chat, message: str) -> None:
    said = await chat.say(message)
    assert said.tasks == ()
    assert "find no" in said.reply


@pytest.mark.parametrize("message", ["hi", "help", "?", "asdf qwer", "…", "a" * 2000])
async def test_small_talk_and_nonsense_make_no_task(chat: Chat, tasks: TaskService, message: str) -> None:
    said = await chat.say(message)
    assert said.reply
    assert await titles(tasks) == []


async def test_nobody_elses_tasks_are_touched(chat: Chat, tasks: TaskService) -> None:
    await tasks.create(BOB, TaskCreate(title="bob's secret"))
    for message in ("list", "delete secret", "done with bob's secret", "complete 1"):
        assert "bob" not in (await chat.say(message)).reply.replace("“bob's secret”", "").lower()
    assert len(await tasks.list(BOB)) == 1
