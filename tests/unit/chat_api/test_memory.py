"""Messages of one conversation at the same time, and repeated ones."""

import asyncio
from collections import Counter
from datetime import UTC, datetime

import pytest

from chat_api.assistant.conversation import Conversation, Turn
from chat_api.assistant.exchange import Services
from chat_api.assistant.memory import Memory, merged
from chat_api.assistant.service import Assistant
from chat_api.tasks.service import TaskService
from tests.unit.chat_api.chatting import ROME, Store, titles
from tests.unit.chat_api.conftest import ALICE

ASKED = [Turn(text="remind me to call mum", now=datetime(2026, 11, 24, tzinfo=UTC), timezone="Europe/Rome")]


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def assistant(store: Store, services: Services) -> Assistant:
    return Assistant(services, store)


async def say(assistant: Assistant, message: str, key: str | None = None) -> str:
    return (await assistant.answer(ALICE, message, zone=ROME, conversation_id="c", request_key=key)).reply


async def test_a_question_is_answered_by_one_of_many(assistant: Assistant, tasks: TaskService) -> None:
    await say(assistant, "remind me to call mum")
    await asyncio.gather(*(say(assistant, "tomorrow at 5pm") for _ in range(8)))
    assert Counter(await titles(tasks))["call mum"] == 1


async def test_messages_at_once_are_all_carried_out(assistant: Assistant, tasks: TaskService, store: Store) -> None:
    await asyncio.gather(*(say(assistant, f"remind me tomorrow at 5pm to do {number}") for number in range(8)))
    assert sorted(await titles(tasks)) == [f"do {number}" for number in range(8)]
    conversation, _ = await store.load(ALICE, "c")
    assert conversation.last in {item.task.id for item in await tasks.list(ALICE)}


async def test_a_repetition_answers_the_question_that_its_first_try_was_answering(
    assistant: Assistant, tasks: TaskService, store: Store
) -> None:
    await say(assistant, "remind me to call mum", "first")
    # The process ends here, in the middle of "tomorrow at 5pm".
    await Memory.recall(store, ALICE, "c", "second")
    await say(assistant, "tomorrow at 5pm", "second")
    assert await titles(tasks) == ["call mum"]
    assert not (await store.load(ALICE, "c"))[0].pending


async def test_a_message_beside_the_answer_leaves_the_question_to_it(store: Store) -> None:
    await store.save(ALICE, "c", Conversation(pending=ASKED), None)
    answer = await Memory.recall(store, ALICE, "c", "answer")
    beside = await Memory.recall(store, ALICE, "c", "beside")
    assert (answer.before.pending, beside.before.pending) == (ASKED, [])
    await beside.keep(Conversation(last="other"))
    stored, _ = await store.load(ALICE, "c")
    assert (stored.pending, stored.answering, stored.last) == (ASKED, "answer", "other")
    await answer.keep(Conversation(shown=["a"]))
    assert (await store.load(ALICE, "c"))[0] == Conversation(shown=["a"], last="other")


async def test_nothing_is_written_when_nothing_changed(store: Store) -> None:
    memory = await Memory.recall(store, ALICE, "c", "k")
    await memory.keep(Conversation())
    assert store.kept == {}


def test_of_two_questions_the_last_counts() -> None:
    theirs, ours = ASKED, [ASKED[0].model_copy(update={"text": "remind me to call dad"})]
    latest = Conversation(pending=theirs, choices={"x": "1"}, answering="somebody", last="a")
    assert merged(latest, Conversation(), Conversation(pending=ours), "k") == Conversation(pending=ours, last="a")
