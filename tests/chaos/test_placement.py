"""Sidecars that placement has given up, and that do not know."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from contracts.names import REMINDER_ACTOR, SCHEDULER
from runtime.supervisor import PLACEMENT, sidecar_name
from tests.campaign import network
from tests.campaign.network import Partitions
from tests.chaos.test_kills import assert_each_arrived_once
from tests.support.person import Person
from tests.support.stack import Stack

NO_PARTITIONS = network.usable()

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.chaos,
    pytest.mark.timeout(200),
    pytest.mark.skipif(NO_PARTITIONS is not None, reason=NO_PARTITIONS or ""),
]

GIVEN_UP = 6.5  # seconds after which placement has given a silent daprd up: its keepalive takes five


async def test_reminders_fire_again_when_placement_has_given_both_sidecars_up(stack: Stack) -> None:
    """First the actors' daprd: all others hear that there are no actors. Then scheduler's: it hears no more of them.

    With the connection between them and placement cut, and nothing else, neither daprd notices.
    """
    restarts = stack.restarts[sidecar_name(SCHEDULER)]
    before = {name: len(stack.log_file(name)) for name in (REMINDER_ACTOR, SCHEDULER)}
    port = stack.ports(PLACEMENT)["grpc"]
    with Partitions.prepared() as partitions:
        for app_id in (REMINDER_ACTOR, SCHEDULER):
            pid = stack.pid(sidecar_name(app_id))
            assert pid is not None
            async with partitions.from_port(pid, port):
                await asyncio.sleep(GIVEN_UP)
    async with Person.registered(stack.url) as person, person.listening() as ear:
        titles = [f"given up {number}" for number in range(10)]
        due_at = datetime.now(UTC) + timedelta(seconds=2)
        await asyncio.gather(*(person.add(title, due_at) for title in titles))
        await ear.wait_for(len(titles), within=60)
        await asyncio.sleep(4)  # a repetition would come now
        await assert_each_arrived_once(person, ear, titles)
    assert "registering them anew" in stack.log_file(REMINDER_ACTOR)[before[REMINDER_ACTOR] :]
    assert "restarting daprd" in stack.log_file(SCHEDULER)[before[SCHEDULER] :]
    assert stack.restarts[sidecar_name(SCHEDULER)] == restarts + 1
    await asyncio.to_thread(stack.wait_ready)
