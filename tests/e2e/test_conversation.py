"""What a conversation remembers, on the real state store: many messages at once, and a restart in between."""

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest

from chat_api.assistant.conversation import Conversation, ConversationStore, Overtaken
from contracts.names import CONVERSATION_STORE
from servicekit.settings import ServiceSettings
from servicekit.sidecar import Sidecar
from tests.support.person import Person
from tests.support.stack import Stack

pytestmark = pytest.mark.e2e

AT_ONCE = 20


async def titles(person: Person) -> Counter[str]:
    answer = await person.client.get("/api/v1/tasks")
    assert answer.status_code == 200, answer.text
    return Counter(task["title"] for task in answer.json())


async def remembered(stack: Stack, person: Person, conversation_id: str) -> dict[str, Any]:
    """What is in the store."""
    user_id = (await person.client.get("/api/v1/auth/me")).json()["id"]
    port = stack.ports("chat-api.daprd")["http"]
    url = f"http://127.0.0.1:{port}/v1.0/state/{CONVERSATION_STORE}/{user_id}-{conversation_id}"
    async with httpx.AsyncClient(headers=dict(stack.token_headers("chat-api"))) as client:
        answer = await client.get(url)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_the_store_keeps_only_what_was_made_of_its_newest_version(stack: Stack) -> None:
    ports = stack.ports("chat-api.daprd")
    settings = ServiceSettings(
        app_id="chat-api",
        dapr_grpc_port=ports["grpc"],
        dapr_http_port=ports["http"],
        dapr_api_token=stack.token_headers("chat-api")["dapr-api-token"],
    )
    async with Sidecar(settings) as sidecar:
        await asyncio.wait_for(sidecar.wait_up(), 20)
        store = ConversationStore(sidecar, ttl=60, timeout=5)
        empty, none = await store.load("user", "c")
        assert (empty, none) == (Conversation(), None)
        await store.save("user", "c", Conversation(last="first"), None)
        with pytest.raises(Overtaken):  # there was nothing when it was read, and now there is
            await store.save("user", "c", Conversation(last="late"), None)
        first, tag = await store.load("user", "c")
        assert first.last == "first"
        await store.save("user", "c", Conversation(last="second"), tag)
        with pytest.raises(Overtaken):
            await store.save("user", "c", Conversation(last="late"), tag)
        assert (await store.load("user", "c"))[0].last == "second"


async def test_a_question_is_answered_once_however_many_answers_come_at_once(stack: Stack) -> None:
    async with Person.registered(stack.url) as person:
        asked = await person.say("remind me to call mum", "c1")
        assert asked["reply"].endswith("?")
        await asyncio.gather(*(person.say("tomorrow at 5pm", "c1") for _ in range(AT_ONCE)))
        assert (await titles(person))["call mum"] == 1
        assert (await remembered(stack, person, "c1"))["answering"] is None


async def test_many_messages_at_once_are_all_carried_out_and_leave_a_whole_memory(stack: Stack) -> None:
    async with Person.registered(stack.url) as person:
        answers = await asyncio.gather(
            *(person.say(f"remind me tomorrow at 5pm to do number {number}", "c2") for number in range(AT_ONCE))
        )
        assert all(len(answer["tasks"]) == 1 for answer in answers)
        assert await titles(person) == {f"do number {number}": 1 for number in range(AT_ONCE)}
        assert (await remembered(stack, person, "c2"))["last"] in {answer["tasks"][0]["id"] for answer in answers}
        # It goes on as if they had come one after the other.
        listed = await person.say("list", "c2")
        done = await person.say("done with 2", "c2")
        assert done["tasks"][0]["id"] == listed["tasks"][1]["id"]


async def test_a_question_asked_before_a_kill_is_answered_after_it(stack: Stack) -> None:
    async with Person.registered(stack.url) as person:
        asked = await person.say("remind me to call mum", "c3")
        assert asked["reply"].endswith("?")
        await asyncio.to_thread(stack.kill, "chat-api")
        await asyncio.to_thread(stack.wait_ready)
        answer = await person.say("tomorrow at 5pm", "c3")
        (task,) = answer["tasks"]
        assert task["title"] == "call mum"
        assert "17:00" in answer["reply"]
