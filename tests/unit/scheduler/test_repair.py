"""Which reminders the sweep puts right."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.jobs import ReminderJob
from contracts.reminders import PendingReminder
from scheduler.repair import broken

NOW = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
GRACE = timedelta(seconds=10)
PATIENCE = timedelta(seconds=120)


def pending(reminder_id: str, due_in: float) -> PendingReminder:
    return PendingReminder(
        reminder_id=reminder_id,
        task_id="t",
        user_id="u",
        title="x",
        version=1,
        due_at=NOW + timedelta(seconds=due_in),
    )


def job_for(due_in: float) -> bytes:
    job = ReminderJob(reminder_id="a", due_at=NOW + timedelta(seconds=due_in), traceparent="")
    return job.model_dump_json().encode()


def found(reminders: list[PendingReminder], armed: dict[str, bytes]) -> list[str]:
    return [one.reminder_id for one in broken(reminders, armed, now=NOW, grace=GRACE, patience=PATIENCE)]


@pytest.mark.parametrize("due_in", [60, -5, -11])
def test_one_without_a_job_is_broken(due_in: float) -> None:
    assert found([pending("a", due_in)], {}) == ["a"]
    assert found([pending("a", due_in)], {"b": job_for(due_in)}) == ["a"]


@pytest.mark.parametrize("due_in", [60, -5, -11, -119])
def test_one_whose_job_is_there_is_on_its_way(due_in: float) -> None:
    assert found([pending("a", due_in)], {"a": job_for(due_in)}) == []


@pytest.mark.parametrize("job", [job_for(3600), job_for(-3600), b"", b"{}"])
def test_a_late_one_whose_job_is_for_another_time_is_broken(job: bytes) -> None:
    assert found([pending("a", -11)], {"a": job}) == ["a"]
    assert found([pending("a", -9)], {"a": job}) == []


def test_of_many_whose_jobs_are_late_the_longest_overdue_are_armed_anew() -> None:
    late = [pending(f"late-{number}", -121 - number) for number in range(300)]
    lost = pending("lost", 60)
    repaired = found([lost, *late], {one.reminder_id: job_for((one.due_at - NOW).total_seconds()) for one in late})
    assert repaired == ["lost", *(f"late-{number}" for number in range(299, 299 - 256, -1))]
