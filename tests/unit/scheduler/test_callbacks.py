"""When a triggered job is done, and when it has to come again."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from contracts.jobs import ReminderJob
from contracts.names import reminder_job
from contracts.reminders import FireAnswer, FireOutcome, FireReminder
from scheduler.callbacks import JobCallbacks
from scheduler.due_order import DueOrder
from servicekit.errors import SidecarUnavailable
from servicekit.sidecar import Sidecar


class Answering:
    """A sidecar behind which each actor answers the same."""

    def __init__(self, outcome: FireOutcome) -> None:
        self.outcome = outcome
        self.asked: list[FireReminder] = []

    async def invoke_actor(self, kind: str, actor_id: str, method: str, request: FireReminder, answer: Any) -> Any:
        self.asked.append(request)
        return FireAnswer(outcome=self.outcome)


async def nothing() -> None:
    """No sweep."""


async def triggered(outcome: FireOutcome, due_in: float) -> FireReminder:
    """What the actor was asked when the job of a reminder came that is due so many seconds from now."""
    actors = Answering(outcome)
    callbacks = JobCallbacks(cast(Sidecar, actors), nothing, DueOrder(8, late_limit=4, max_waiting=8))
    job = ReminderJob(reminder_id="r1", due_at=datetime.now(UTC) + timedelta(seconds=due_in))
    await callbacks.handle(reminder_job("r1"), job.model_dump_json().encode())
    (asked,) = actors.asked
    assert asked.not_before == job.due_at
    return asked


@pytest.mark.parametrize("due_in", [40.0, -1.0, -3600.0])
@pytest.mark.parametrize("outcome", [FireOutcome.FIRED, FireOutcome.ALREADY_FIRED])
async def test_what_fired_is_done(outcome: FireOutcome, due_in: float) -> None:
    await triggered(outcome, due_in)


@pytest.mark.parametrize("due_in", [40.0, 0.0, -10.0])
@pytest.mark.parametrize("outcome", [FireOutcome.UNKNOWN, FireOutcome.STALE])
async def test_a_job_that_was_here_before_its_actor_had_saved_comes_again(outcome: FireOutcome, due_in: float) -> None:
    with pytest.raises(SidecarUnavailable):
        await triggered(outcome, due_in)


@pytest.mark.parametrize("outcome", [FireOutcome.UNKNOWN, FireOutcome.STALE])
async def test_what_nobody_waits_for_is_done_in_the_end(outcome: FireOutcome) -> None:
    await triggered(outcome, -16.0)
