"""Undo, search, and what is said about a reminder that fired."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from chat_api.tasks.due import day_of
from chat_api.tasks.models import TaskStatus
from chat_api.tasks.schemas import TaskCreate
from chat_api.tasks.service import TaskService
from chat_api.understand import describe_day
from tests.support.inbox import HearingInbox
from tests.unit.chat_api.chatting import ROME, Chat, titles
from tests.unit.chat_api.conftest import ALICE, Worker
from tests.unit.chat_api.test_inbox import announcement

TOKYO = ZoneInfo("Asia/Tokyo")


class TestUndo:
    async def test_a_new_task_is_taken_away(self, chat: Chat, tasks: TaskService) -> None:
        await chat.say("buy milk")
        assert "gone" in (await chat.say("undo")).reply
        assert await titles(tasks) == []
        assert "nothing to take back" in (await chat.say("undo")).reply

    async def test_a_deleted_task_comes_back_with_all_it_had(self, chat: Chat, tasks: TaskService) -> None:
        await chat.say("every day at 9 take pills p2 #health")
        (before,) = await tasks.list(ALICE)
        await chat.say("delete pills")
        await chat.say("undo")
        (restored,) = await tasks.list(ALICE)
        for field in ("title", "due_at", "recurrence", "timezone", "priority", "tags"):
            assert getattr(restored.task, field) == getattr(before.task, field)
        assert [row.due_at for row in restored.reminders] == [row.due_at for row in before.reminders]

    async def test_a_completed_task_is_open_again(self, chat: Chat, tasks: TaskService) -> None:
        await chat.say("dentist tomorrow at 3pm")
        await chat.say("done with dentist")
        await chat.say("undo")
        (item,) = await tasks.list(ALICE, status=TaskStatus.OPEN)
        assert len(item.reminders) == 1

    async def test_a_moved_task_goes_back(self, chat: Chat, tasks: TaskService) -> None:
        (added,) = (await chat.say("dentist tomorrow at 3pm, remind me an hour before")).tasks
        await chat.say("move dentist to tomorrow 5pm")
        await chat.say("undo")
        (item,) = await tasks.list(ALICE)
        assert item.task.due_at == added.task.due_at
        assert [row.due_at for row in item.reminders] == [row.due_at for row in added.reminders]


async def test_a_done_task_is_deleted_when_no_open_one_fits(chat: Chat, tasks: TaskService) -> None:
    for message in ("buy milk", "buy bread", "done with milk", "done with bread", "buy oat milk"):
        await chat.say(message)
    assert (await chat.say("delete bread")).reply == "Deleted “buy bread”, which was done."
    await chat.say("delete milk")
    assert await titles(tasks, TaskStatus.COMPLETED) == ["buy milk"], "the open one was meant"
    assert "no open task" in (await chat.say("delete 2")).reply
    await chat.say("undo")
    await chat.say("undo")
    assert sorted(await titles(tasks, TaskStatus.COMPLETED)) == ["buy bread", "buy milk"]


async def test_open_tasks_are_searched(chat: Chat) -> None:
    for message in ("buy oat milk", "call mum", "buy bread #shop"):
        await chat.say(message)
    assert (await chat.say("find milk")).reply == "1. buy oat milk"
    assert "no open task" in (await chat.say("find cheese")).reply


class TestFiredReminder:
    @pytest.fixture(autouse=True)
    async def _one_has_fired(self, tasks: TaskService, inbox: HearingInbox) -> None:
        added = await tasks.create(ALICE, TaskCreate(title="stretch", due_at=datetime.now(UTC) + timedelta(seconds=1)))
        await inbox.handle(announcement(added))

    async def test_snoozing_is_about_the_last_one(self, chat: Chat) -> None:
        said = await chat.say("snooze 15 minutes")
        (item,) = said.tasks
        (waiting,) = [row for row in item.reminders if row.snoozed]
        assert timedelta(minutes=14) < waiting.due_at - datetime.now(UTC) < timedelta(minutes=16)
        assert "stretch" in said.reply
        assert "No reminder is waiting" in (await chat.say("snooze 15 minutes")).reply

    async def test_acknowledging_leaves_the_task_open(
        self, chat: Chat, tasks: TaskService, inbox: HearingInbox
    ) -> None:
        await chat.say("ok got it")
        assert await inbox.last_open(ALICE) is None
        assert await titles(tasks) == ["stretch"]


async def test_it_means_the_task_last_spoken_of(chat: Chat, tasks: TaskService) -> None:
    await chat.say("buy milk")
    await chat.say("dentist tomorrow at 3pm")
    await chat.say("move it to tomorrow 5pm")
    await chat.say("done with that one")
    assert await titles(tasks, TaskStatus.COMPLETED) == ["dentist"]


async def test_a_task_is_postponed_by_a_time(chat: Chat) -> None:
    (added,) = (await chat.say("dentist tomorrow at 3pm")).tasks
    (moved,) = (await chat.say("postpone the dentist by an hour")).tasks
    assert added.task.due_at is not None
    assert moved.task.due_at == added.task.due_at + timedelta(hours=1)


async def test_the_last_of_a_list_is_meant(chat: Chat, tasks: TaskService) -> None:
    for title in ("one", "two", "three"):
        await tasks.create(ALICE, TaskCreate(title=title))
    await chat.say("list")
    await chat.say("delete the last one")
    assert await titles(tasks) == ["one", "two"]


async def test_a_recurrence_from_completion_moves_on_when_it_is_done(
    chat: Chat, tasks: TaskService, worker: Worker
) -> None:
    (added,) = (await chat.say("water the plants every 3 days after I finish it")).tasks
    assert (added.task.recurrence, added.task.from_completion) == ("FREQ=DAILY;INTERVAL=3", True)
    said = await chat.say("done with the plants")
    # It is told before it is made, and is made as it was told.
    assert await titles(tasks) == []
    await worker.run()
    (made,) = await tasks.list(ALICE, status=TaskStatus.OPEN)
    day = day_of(made.task)
    assert day is not None
    words = describe_day(day, now=datetime.now(UTC), zone=ROME)
    assert said.reply == f"Done: “water the plants”. The next one is {words}."


class TestOneOccurrenceOrAll:
    """Moving a recurring task asks which; the answer may be the button, its number, or words."""

    @pytest.mark.parametrize("answer", ["Only this one", "1", "just this one"])
    async def test_only_this_one_moves(self, chat: Chat, tasks: TaskService, answer: str) -> None:
        (added,) = (await chat.say("every day at 9: gym")).tasks
        asked = await chat.say("move gym to friday at 3pm")
        assert asked.choices == ["Only this one", "The whole series"]
        (moved,) = (await chat.say(answer)).tasks
        assert moved.task.due_at is not None
        assert f"{moved.task.due_at.astimezone(ROME):%a %H:%M}" == "Fri 15:00"
        following = await tasks.skip(ALICE, added.task.id)
        assert following.task.due_at is not None
        assert f"{following.task.due_at.astimezone(ROME):%H:%M}" == "09:00"

    @pytest.mark.parametrize("answer", ["The whole series", "2", "all"])
    async def test_all_move(self, chat: Chat, tasks: TaskService, answer: str) -> None:
        (added,) = (await chat.say("every day at 9: gym")).tasks
        await chat.say("move gym to tomorrow at 3pm")
        await chat.say(answer)
        following = await tasks.skip(ALICE, added.task.id)
        assert following.task.due_at is not None
        assert f"{following.task.due_at.astimezone(ROME):%H:%M}" == "15:00"

    async def test_another_message_is_no_answer(self, chat: Chat, tasks: TaskService) -> None:
        await chat.say("every day at 9: gym")
        await chat.say("move gym to friday at 3pm")
        said = await chat.say("buy milk")
        assert [item.task.title for item in said.tasks] == ["buy milk"]
        await chat.say("only this one")
        (gym,) = [item.task for item in await tasks.list(ALICE) if item.task.title == "gym"]
        assert (gym.occurrence_at, gym.version) == (None, 1)

    async def test_the_question_comes_after_which_task(self, chat: Chat) -> None:
        await chat.say("every day at 9: gym with Ann")
        await chat.say("every day at 10: gym with Bob")
        which = await chat.say("move gym to friday at 3pm")
        assert len(which.choices) == 2
        scope = await chat.say("2")
        assert scope.choices == ["Only this one", "The whole series"]
        (moved,) = (await chat.say("1")).tasks
        assert moved.task.title == "gym with Bob"
        assert moved.task.occurrence_at is not None


class TestAnotherTimeZone:
    """Somebody who travels is asked once whether the tasks come along."""

    async def test_the_tasks_come_along(self, chat: Chat, tasks: TaskService) -> None:
        await chat.say("gym tomorrow at 9")
        asked = await chat.say("buy milk", zone=TOKYO)
        assert "Asia/Tokyo" in asked.reply
        assert asked.choices == ["Move my tasks here", "Leave them as they are"]
        await chat.say("Move my tasks here", zone=TOKYO)
        (gym,) = [item.task for item in await tasks.list(ALICE) if item.task.title == "gym"]
        assert gym.due_at is not None
        assert f"{gym.due_at.astimezone(TOKYO):%H:%M}" == "09:00"
        assert (await chat.say("buy bread", zone=TOKYO)).choices == ()

    async def test_they_stay_and_it_is_not_asked_again(self, chat: Chat, tasks: TaskService) -> None:
        await chat.say("gym tomorrow at 9")
        await chat.say("buy milk", zone=TOKYO)
        assert (await chat.say("buy bread", zone=TOKYO)).choices == ()
        assert "Europe/Rome" in (await chat.say("leave them as they are", zone=TOKYO)).reply
        (gym,) = [item.task for item in await tasks.list(ALICE) if item.task.title == "gym"]
        assert gym.due_at is not None
        assert f"{gym.due_at.astimezone(ROME):%H:%M}" == "09:00"
        assert (await chat.say("buy cheese", zone=TOKYO)).choices == ()
