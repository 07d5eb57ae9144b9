"""Two replicas of chat_api, each with a sidecar of its own, on one database behind one address."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from runtime.install import Binaries
from tests.support.person import ZONE, Ear, Person
from tests.support.proxy import RoundRobin
from tests.support.stack import Stack

pytestmark = pytest.mark.e2e

SECOND = "chat-api-2"


@pytest.fixture(scope="module")
def replicated(binaries: Binaries, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The system with a second replica of chat_api."""
    env = {"LOG_FORMAT": "json", "LOG_LEVEL": "INFO", "REPAIR_INTERVAL": "5", "REPAIR_GRACE": "5"}
    with Stack(tmp_path_factory.mktemp("replicas"), binaries, env, replicas={"chat-api": 2}) as running:
        yield running


def in_seconds(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


def once_each(ear: Ear, titles: set[str]) -> None:
    assert Counter(ear.titles) == dict.fromkeys(titles, 1)


def received(stack: Stack) -> list[int]:
    """How many reminders each replica has put into the inbox."""
    return [stack.log_file(name).count('"reminder received"') for name in ("chat-api", SECOND)]


async def test_each_stream_brings_each_reminder_once_whichever_replica_it_is_on(replicated: Stack) -> None:
    first, second = replicated.urls
    async with (
        RoundRobin.before(replicated.urls) as proxy,
        Person.registered(first) as person,
        person.at(first) as here,
        person.at(second) as there,
        person.at(proxy.url) as anywhere,
        here.listening() as ear,
        there.listening() as other,
        anywhere.listening() as third,
    ):
        wanted = {f"number {number}" for number in range(20)}
        await asyncio.gather(*(anywhere.add(title, in_seconds(2 + len(title) / 10)) for title in wanted))
        for one in (ear, other, third):
            await one.wait_for(len(wanted), within=20)
        await asyncio.sleep(2)  # nothing may follow
        for one in (ear, other, third):
            once_each(one, wanted)
        assert all(proxy.served[url] > 5 for url in replicated.urls)
        # Both take part in what is no request of anybody's, too. Which one is first is up to them and the broker.
        async with asyncio.timeout(60):
            while not all(received(replicated)):
                title = f"number {len(wanted)}"
                wanted.add(title)
                await anywhere.add(title, in_seconds(1))
                await ear.wait_for(len(wanted), within=20)
        for one in (ear, other, third):
            await one.wait_for(len(wanted), within=20)
            once_each(one, wanted)


async def test_a_stream_goes_on_at_the_other_replica_where_it_was(replicated: Stack) -> None:
    first, second = replicated.urls
    async with Person.registered(first) as person, person.at(second) as there:
        async with person.listening() as ear:
            await person.add("before", in_seconds(1.5))
            (heard,) = await ear.wait_for(1, within=20)
        for title in ("between one", "between two"):
            await person.add(title, in_seconds(1.5))
        async with asyncio.timeout(20):
            while len(await there.inbox()) < 3:
                await asyncio.sleep(0.1)
        async with there.listening(after=heard.id) as ear:
            await ear.wait_for(2, within=10)
            await there.add("after", in_seconds(1.5))
            await ear.wait_for(3, within=20)
            once_each(ear, {"between one", "between two", "after"})


async def test_a_stream_tells_what_was_changed_at_the_other_replica(replicated: Stack) -> None:
    async with (
        Person.registered(replicated.urls[0]) as here,
        here.at(replicated.urls[1]) as there,
        here.listening() as ear,
    ):
        task = await there.add("milk", in_seconds(3600))
        await ear.wait_for_change(task["id"], within=10)


async def test_a_conversation_goes_on_at_the_other_replica(replicated: Stack) -> None:
    first, second = replicated.urls
    async with Person.registered(first) as person, person.at(second) as there:
        asked = await person.say("remind me to call mum", "c")
        assert asked["reply"].endswith("?")
        answer = await there.say("tomorrow at 5pm", "c")
        assert [task["title"] for task in answer["tasks"]] == ["call mum"]
        await there.say("remind me tomorrow at 6pm to call dad", "c")
        await there.say("list", "c")
        done = await person.say("done with 2", "c")
        assert [task["title"] for task in done["tasks"]] == ["call dad"]


async def test_a_question_is_answered_once_on_whichever_replica(replicated: Stack) -> None:
    async with Person.registered(replicated.url) as person:
        for number in range(5):
            conversation = f"c{number}"
            await person.say(f"remind me to call number {number}", conversation)
            async with person.at(replicated.urls[0]) as here, person.at(replicated.urls[1]) as there:
                await asyncio.gather(*(one.say("tomorrow at 5pm", conversation) for one in (here, there) * 4))
        titles = Counter(task["title"] for task in (await person.client.get("/api/v1/tasks")).json())
        assert {title: titles[title] for title in titles if title.startswith("call")} == {
            f"call number {number}": 1 for number in range(5)
        }


async def test_a_repetition_at_the_other_replica_adds_nothing(replicated: Stack) -> None:
    async with Person.registered(replicated.url) as person:
        async with person.at(replicated.urls[0]) as here, person.at(replicated.urls[1]) as there:
            headers = {"Idempotency-Key": "one"}
            tasks = await asyncio.gather(
                *(
                    one.client.post("/api/v1/tasks", json={"title": "milk"}, headers=headers)
                    for one in (here, there) * 5
                )
            )
            assert {answer.status_code for answer in tasks} == {201}
            assert len({answer.json()["id"] for answer in tasks}) == 1
            body = {"message": "remind me in 1 hour to breathe", "timezone": ZONE}
            headers = {"Idempotency-Key": "two"}
            said = await asyncio.gather(
                *(one.client.post("/api/v1/chat", json=body, headers=headers) for one in (here, there) * 5)
            )
            assert len({answer.json()["tasks"][0]["id"] for answer in said}) == 1
        assert len((await person.client.get("/api/v1/tasks")).json()) == 2


async def test_both_replicas_write_at_once(replicated: Stack) -> None:
    """One database that two processes write to: each waits for the other, and none is refused."""
    async with Person.registered(replicated.url) as person:
        async with person.at(replicated.urls[0]) as here, person.at(replicated.urls[1]) as there:
            await asyncio.gather(*(one.add("x", in_seconds(3600)) for one in (here, there) * 100))
        assert len((await person.client.get("/api/v1/tasks")).json()) == 200


async def test_nothing_is_lost_when_a_replica_is_killed(replicated: Stack) -> None:
    # Two connections one after the other: one on each replica.
    async with (
        RoundRobin.before(replicated.urls) as proxy,
        Person.registered(replicated.url) as person,
        person.at(proxy.url) as one,
        person.at(proxy.url) as two,
        one.listening() as ear,
        two.listening() as other,
    ):
        wanted = {f"number {number}" for number in range(30)}
        start = in_seconds(6)
        for number, title in enumerate(sorted(wanted)):
            await one.add(title, start + timedelta(seconds=number / 10))
        await asyncio.sleep(max(0.0, (start - datetime.now(UTC)).total_seconds() + 1))
        await asyncio.to_thread(replicated.hold, SECOND)
        try:
            await asyncio.gather(*(heard.wait_for(len(wanted), within=25) for heard in (ear, other)))
            await one.add("while it is away", in_seconds(1))
            await asyncio.gather(*(heard.wait_for(len(wanted) + 1, within=20) for heard in (ear, other)))
        finally:
            await asyncio.to_thread(replicated.release, SECOND)
            await asyncio.to_thread(replicated.wait_ready)
        assert ear.connections + other.connections == 3  # the one on the killed replica came back
        for heard in (ear, other):
            once_each(heard, wanted | {"while it is away"})
