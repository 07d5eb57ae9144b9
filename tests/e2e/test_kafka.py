"""What only Kafka has: keys, partitions and consumer groups, on production's own component."""

import asyncio
import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from contracts.names import CHAT_API, NOTIFICATION, NOTIFICATIONS, REMINDER_ACTOR, REMINDERS, TASK_EVENTS
from tests.support.broker import kafka_options, kafka_records
from tests.support.person import Person
from tests.support.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.needs("kafka")]


async def test_the_events_of_a_task_are_in_one_partition_in_their_order(stack: Stack) -> None:
    changes = 8
    async with Person.registered(stack.url) as person:
        due_at = datetime.now(UTC) + timedelta(hours=1)
        tasks = [await person.add(f"ordered {number}", due_at) for number in range(12)]
        for change in range(changes):
            await asyncio.gather(*(person.change(task["id"], title=f"ordered {change}") for task in tasks))
        wanted = {task["id"] for task in tasks}
        async with asyncio.timeout(30):
            while True:
                by_task = defaultdict(list)
                for record in await kafka_records(stack, TASK_EVENTS):
                    if (key := (record.key or b"").decode()) in wanted:
                        by_task[key].append((record.partition, json.loads(record.value)["data"]["version"]))
                if {task: rows[-1][1] for task, rows in by_task.items()} == dict.fromkeys(wanted, changes + 1):
                    break
                await asyncio.sleep(0.3)
    partitions = set()
    for rows in by_task.values():
        assert len({partition for partition, _ in rows}) == 1
        versions = [version for _, version in rows]
        assert versions == sorted(versions)
        partitions.add(rows[0][0])
    assert len(partitions) > 1, "the keys do not spread over the partitions"


async def test_each_service_reads_as_a_group_of_its_own(stack: Stack) -> None:
    client = AIOKafkaAdminClient(**kafka_options(stack))
    await client.start()
    try:
        groups = {name for name, *_ in await client.list_consumer_groups()}
        assert {CHAT_API, REMINDER_ACTOR, NOTIFICATION} <= groups
        read = {
            group: {part.topic for part in await client.list_consumer_group_offsets(group)}
            for group in (CHAT_API, REMINDER_ACTOR)
        }
    finally:
        await client.close()
    assert read[REMINDER_ACTOR] >= {TASK_EVENTS}
    assert REMINDERS not in read[REMINDER_ACTOR]
    assert NOTIFICATIONS not in read[CHAT_API]


async def test_a_service_that_was_away_reads_on_where_it_was(stack: Stack) -> None:
    async with Person.registered(stack.url) as person:
        await asyncio.to_thread(stack.hold, "reminder-actor.daprd")
        try:
            tasks = [await person.add(f"meanwhile {n}", datetime.now(UTC) + timedelta(hours=2)) for n in range(10)]
        finally:
            await asyncio.to_thread(stack.release, "reminder-actor.daprd")
        async with asyncio.timeout(60):
            for task in tasks:
                while (await person.task(task["id"]))["reminders"][0]["status"] != "scheduled":
                    await asyncio.sleep(0.2)
    await asyncio.to_thread(stack.wait_ready)
