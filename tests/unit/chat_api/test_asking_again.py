"""A next occurrence that nobody makes is asked for again, ever more rarely; whoever answers first is heard."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from chat_api.database import Database
from chat_api.outbox import OutboxRelay
from chat_api.tasks.asking_again import AskingAgain
from chat_api.tasks.models import TaskStatus
from chat_api.tasks.service import TaskService
from tests.unit.chat_api.conftest import ALICE, Worker
from tests.unit.chat_api.test_next_occurrences import DONE, NEXT, daily, state

MINUTE = timedelta(minutes=1)


@pytest.fixture
def asking(database: Database, relay: OutboxRelay) -> AskingAgain:
    return AskingAgain(database, relay, patience=MINUTE)


async def test_an_answer_that_got_lost_is_made_again(tasks: TaskService, worker: Worker, asking: AskingAgain) -> None:
    task_id = await daily(tasks)
    await tasks.update(ALICE, task_id, DONE)
    (lost,) = await worker.answers()
    now = datetime.now(UTC)
    assert await asking.look(now + MINUTE * 0.9) == 0
    assert await asking.look(now + MINUTE * 1.1) == 1
    await worker.deliver((await worker.answers())[-1])
    assert state(await tasks.get(ALICE, task_id)) == NEXT
    # An operator replays the letter after all.
    await worker.deliver(lost)
    assert state(await tasks.get(ALICE, task_id)) == NEXT
    assert await asking.look(now + MINUTE * 60) == 0


async def test_the_pauses_double(tasks: TaskService, asking: AskingAgain) -> None:
    await tasks.update(ALICE, await daily(tasks), DONE)
    now = datetime.now(UTC)
    asked = [bool(await asking.look(now + timedelta(seconds=one))) for one in (59, 61, 121, 123, 245, 247)]
    assert asked == [False, True] * 3


async def test_it_is_asked_once_however_many_look(tasks: TaskService, asking: AskingAgain) -> None:
    await tasks.update(ALICE, await daily(tasks), DONE)
    later = datetime.now(UTC) + 2 * MINUTE
    assert sum(await asyncio.gather(*(asking.look(later) for _ in range(5)))) == 1


async def test_what_awaits_nothing_is_left_alone(tasks: TaskService, worker: Worker, asking: AskingAgain) -> None:
    later = datetime.now(UTC) + 2 * MINUTE
    await daily(tasks)
    ended = await daily(tasks, recurrence="FREQ=DAILY;COUNT=1")
    await tasks.update(ALICE, ended, DONE)
    await worker.run()
    assert (await tasks.get(ALICE, ended)).task.status == TaskStatus.COMPLETED
    taken_back = await daily(tasks)
    await tasks.update(ALICE, taken_back, DONE)
    await tasks.undo(ALICE)
    assert await asking.look(later) == 0


async def test_it_can_be_taken_back_after_it_was_asked_again(
    tasks: TaskService, worker: Worker, asking: AskingAgain
) -> None:
    task_id = await daily(tasks)
    before = state(await tasks.get(ALICE, task_id))
    await tasks.update(ALICE, task_id, DONE)
    assert await asking.look(datetime.now(UTC) + 2 * MINUTE) == 1
    await tasks.undo(ALICE)
    await worker.run()
    assert state(await tasks.get(ALICE, task_id)) == before
