"""What the topic `reminders` says beside "fired": snoozed, acknowledged, missed; each by its reminder's own actor."""

import asyncio
import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from dapr.proto import api_v1

from contracts.base import occurrence_key
from contracts.names import REMINDER_ACTOR_TYPE
from contracts.reminders import ApplyReminder
from tests.support.broker import messages
from tests.support.dapr import dapr
from tests.support.person import Person
from tests.support.stack import Stack

pytestmark = pytest.mark.e2e


async def reminder_events(
    stack: Stack, reminder_id: str, enough: Callable[[list[dict[str, Any]]], bool]
) -> list[dict[str, Any]]:
    """The reminder's events on the topic, once there are enough of them."""
    async with asyncio.timeout(20):
        while True:
            events = [json.loads(raw) for raw in await messages(stack, "reminders") if reminder_id.encode() in raw]
            if enough(events):
                return events
            await asyncio.sleep(0.1)


def kinds(events: list[dict[str, Any]]) -> list[str]:
    return [event["type"].removeprefix("todo.reminder.").removesuffix(".v1") for event in events]


async def test_what_the_user_does_about_a_reminder_is_announced_once(stack: Stack) -> None:
    async with Person.registered(stack.url) as person, person.listening() as ear:
        await person.add("seen to", datetime.now(UTC) + timedelta(seconds=1))
        (heard,) = await ear.wait_for(1, within=20)
        again = {"until": (datetime.now(UTC) + timedelta(hours=1)).isoformat()}
        for _ in range(2):
            assert (await person.client.post(f"/api/v1/inbox/{heard.id}/snooze", json=again)).status_code == 200
            assert (await person.client.post(f"/api/v1/inbox/{heard.id}/acknowledge")).status_code == 204
        reminder_id = heard.data["reminder_id"]
        await person.add("acknowledged", datetime.now(UTC) + timedelta(seconds=1))
        (_, second) = await ear.wait_for(2, within=20)
        for _ in range(2):
            assert (await person.client.post(f"/api/v1/inbox/{second.id}/acknowledge")).status_code == 204
    other = second.data["reminder_id"]
    acknowledged = await reminder_events(stack, other, lambda events: "acknowledged" in kinds(events))
    snoozed = await reminder_events(stack, reminder_id, lambda events: "snoozed" in kinds(events))
    assert kinds(acknowledged) == ["scheduled", "fired", "acknowledged"]
    assert kinds(snoozed) == ["scheduled", "fired", "snoozed"]
    occurrence = occurrence_key(second.due_at)
    assert acknowledged[-1]["id"] == f"reminder/{other}/{occurrence}/acknowledged"
    assert acknowledged[-1]["data"]["task_id"] == second.data["task_id"]
    assert datetime.fromisoformat(snoozed[-1]["data"]["snoozed_until"]) == datetime.fromisoformat(again["until"])


async def test_what_fires_too_late_was_missed_and_fires_all_the_same(stack: Stack) -> None:
    """The wish arrives two minutes after its due time, as after an outage of the broker."""
    reminder_id = uuid.uuid4().hex
    due_at = datetime.now(UTC) - timedelta(minutes=2)
    wish = ApplyReminder(task_id="late", user_id="u", title="late", version=1, due_at=due_at, active=True)
    channel, stub = dapr(stack, "scheduler")
    async with channel:
        request = api_v1.InvokeActorRequest(
            actor_type=REMINDER_ACTOR_TYPE, actor_id=reminder_id, method="Apply", data=wish.model_dump_json().encode()
        )
        await stub.InvokeActor(request, timeout=5)
    events = await reminder_events(stack, reminder_id, lambda found: "missed" in kinds(found))
    assert sorted(kinds(events)) == ["fired", "missed", "scheduled"]
    assert kinds(events).index("fired") < kinds(events).index("missed")
    missed = events[kinds(events).index("missed")]
    assert missed["id"] == f"reminder/{reminder_id}/{occurrence_key(due_at)}/missed"
    assert missed["data"]["fired_at"] is not None
