"""A message that no retry helps is kept, shown to an operator, and handled once its cause is gone; once."""

import asyncio
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from dapr.proto import api_v1
from google.protobuf.any_pb2 import Any as GrpcAny

from runtime.install import Binaries
from tests.support.broker import messages
from tests.support.dapr import dapr
from tests.support.operator import todo_ops
from tests.support.person import Person
from tests.support.stack import Stack

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def fault(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """While this file is there, reminder-actor takes every task event for poison."""
    return tmp_path_factory.mktemp("fault") / "fault"


@pytest.fixture(scope="module")
def faulty(binaries: Binaries, fault: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A system of its own, with that release; no sweep puts right what it gets wrong."""
    commands = {"reminder-actor": (sys.executable, "-m", "tests.support.faulty_actor")}
    env = {"FAULT": str(fault), "REPAIR_INTERVAL": "3600"}
    with Stack(tmp_path_factory.mktemp("letters"), binaries, env, commands=commands) as running:
        yield running


async def letters(stack: Stack, count: int, *options: str) -> list[dict[str, Any]]:
    """What `dead-letters list` shows, once it shows so many."""
    async with asyncio.timeout(20):
        while True:
            said = await todo_ops(stack, "--json", "dead-letters", "list", *options)
            assert said.status == 0, said.errors
            if len(said.document) >= count:
                found: list[dict[str, Any]] = said.document
                return found
            await asyncio.sleep(0.2)


async def test_a_poisoned_message_is_listed_replayed_and_handled_once(faulty: Stack, fault: Path) -> None:
    async with Person.registered(faulty.url) as person, person.listening() as ear:
        fault.touch()
        for title in ("first", "second"):
            await person.add(title, datetime.now(UTC) + timedelta(seconds=2))
        waiting = await letters(faulty, 2)
        assert [letter["source"] for letter in waiting] == ["topic/task-events"] * 2
        assert {letter["service"] for letter in waiting} == {"reminder-actor"}
        assert {letter["reason"] for letter in waiting} == {"this release has a fault"}
        shown = await todo_ops(faulty, "dead-letters", "show", waiting[0]["letter_id"])
        assert "second" in shown.output
        assert ear.heard == []

        # Replayed before the cause is gone, it comes back as another letter and is not lost.
        early = await todo_ops(faulty, "dead-letters", "replay", waiting[1]["letter_id"])
        assert (early.status, "replayed" in early.output) == (0, True)
        async with asyncio.timeout(20):
            while len(again := await letters(faulty, 2)) != 2 or waiting[1] in again:
                await asyncio.sleep(0.2)

        fault.unlink()
        done = await todo_ops(faulty, "--json", "dead-letters", "replay", "--all")
        assert [answer["outcome"] for answer in done.document] == ["replayed", "replayed"]
        await ear.wait_for(2, within=20)
        repeated = [await todo_ops(faulty, "--json", "dead-letters", "replay", letter["letter_id"]) for letter in again]
        assert [said.document[0]["outcome"] for said in repeated] == ["already replayed"] * 2
        await asyncio.sleep(1)  # an effect of those would be there by now
        assert sorted(ear.titles) == ["first", "second"]
        assert await letters(faulty, 0) == []
        assert len(await letters(faulty, 3, "--replayed")) == 3


async def test_a_replay_is_for_the_service_that_could_not(faulty: Stack) -> None:
    """The topic's other readers pass it over, and the message has the id that it had."""
    replays = [raw for raw in await messages(faulty, "task-events") if b"todo.message.replayed.v1" in raw]
    assert replays
    assert all(b'"service":"reminder-actor"' in raw for raw in replays)


async def test_a_letter_of_a_job_is_handled_as_if_the_job_had_been_triggered(faulty: Stack) -> None:
    name = f"nobody-knows-{uuid.uuid4().hex[:8]}"
    channel, stub = dapr(faulty, "scheduler")
    async with channel:
        job = api_v1.Job(name=name, due_time="0s", data=GrpcAny(type_url="type.googleapis.com/x", value=b"{}"))
        await stub.ScheduleJob(api_v1.ScheduleJobRequest(job=job, overwrite=True), timeout=5)
    (letter,) = await letters(faulty, 1, "--service", "scheduler")
    assert letter["source"] == f"job/{name}"
    answer = await todo_ops(faulty, "--json", "dead-letters", "replay", letter["letter_id"])
    assert answer.document[0]["outcome"] == "replayed"
    (again,) = await letters(faulty, 1, "--service", "scheduler")
    assert (again["source"], again["letter_id"] != letter["letter_id"]) == (f"job/{name}", True)


async def test_what_is_not_there_is_said_by_the_exit_status(faulty: Stack, tmp_path: Path) -> None:
    unknown = await todo_ops(faulty, "dead-letters", "replay", "no-such-letter")
    assert (unknown.status, "unknown" in unknown.output) == (1, True)
    assert (await todo_ops(faulty, "dead-letters", "show", "no-such-letter")).status == 1
    assert (await todo_ops(faulty, "dead-letters", "replay")).status == 2
    nowhere = await todo_ops(faulty, "--root", str(tmp_path), "dead-letters", "list")
    assert (nowhere.status, nowhere.output) == (3, "")
    assert "make run" in nowhere.errors
    faulty.hold("scheduler")
    try:
        silent = await todo_ops(faulty, "dead-letters", "list")
    finally:
        faulty.release("scheduler")
    assert (silent.status, "scheduler did not answer" in silent.errors) == (4, True)
