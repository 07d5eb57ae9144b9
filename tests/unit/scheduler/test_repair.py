"""Which reminders the sweep puts right."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.reminders import PendingReminder
from scheduler.repair import broken

NOW = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
GRACE = timedelta(seconds=10)


def pending(reminder_id: str, due_in: float) -> PendingReminder:
    return PendingReminder(
        reminder_id=reminder_id,
        task_id="t",
        user_id="u",
        title="x",
        version=1,
        due_at=NOW + timedelta(seconds=due_in),
    )


@pytest.mark.parametrize(
    ("due_in", "armed", "is_broken"),
    [
        (60, True, False),
        (60, False, True),
        (-5, True, False),
        (-5, False, True),
        (-11, True, True),
        (-11, False, True),
    ],
)
def test_late_or_without_a_job(due_in: float, armed: bool, is_broken: bool) -> None:
    found = broken([pending("a", due_in)], frozenset({"a"} if armed else set()), now=NOW, grace=GRACE)
    assert bool(found) is is_broken
