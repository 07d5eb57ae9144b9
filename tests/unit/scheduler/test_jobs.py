"""When a reminder's job comes."""

from datetime import UTC, datetime, timedelta

from scheduler.jobs import trigger_time

DUE = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
AHEAD = timedelta(seconds=60)


def test_jobs_of_one_instant_are_spread_over_two_thirds_of_the_time_ahead() -> None:
    leads = [(DUE - trigger_time(f"r{number}", DUE, AHEAD)).total_seconds() for number in range(4000)]
    assert min(leads) >= 20
    assert max(leads) < 61
    by_second = [sum(second <= lead < second + 4 for lead in leads) for second in range(21, 61, 4)]
    assert max(by_second) < 1.3 * min(by_second)


def test_a_reminder_has_one_time_whoever_asks() -> None:
    assert trigger_time("r1", DUE, AHEAD) == trigger_time("r1", DUE, AHEAD)


def test_jobs_come_on_whole_seconds_for_they_are_cheaper_together() -> None:
    due = [DUE + timedelta(milliseconds=10 * number) for number in range(100)]
    assert {trigger_time(f"r{number}", due[number], AHEAD).microsecond for number in range(100)} == {0}
    assert all(trigger_time(f"r{number}", due[number], AHEAD) <= due[number] - AHEAD / 3 for number in range(100))


def test_without_time_ahead_it_is_the_due_time() -> None:
    assert trigger_time("r1", DUE, timedelta(0)) == DUE
