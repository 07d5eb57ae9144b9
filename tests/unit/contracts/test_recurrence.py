"""Recurrence on the wall clock: clock changes, missed occurrences, rules that end or never match."""

from datetime import UTC, datetime
from time import process_time
from zoneinfo import ZoneInfo

import pytest

from contracts.recurrence import next_occurrence, validate

ROME = ZoneInfo("Europe/Rome")


def rome(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ROME).astimezone(UTC)


@pytest.mark.parametrize(
    ("rule", "start", "after", "expected"),
    [
        ("FREQ=DAILY", "2026-03-28T09:00", "2026-03-28T09:00", "2026-03-29T09:00"),
        ("FREQ=DAILY", "2026-03-28T02:30", "2026-03-28T02:30", "2026-03-29T03:30"),
        ("FREQ=DAILY", "2026-10-24T09:00", "2026-10-24T09:00", "2026-10-25T09:00"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "2026-11-24T09:00", "2026-11-24T09:00", "2026-12-08T09:00"),
        ("FREQ=MONTHLY;BYMONTHDAY=31", "2026-10-31T09:00", "2026-10-31T09:00", "2026-12-31T09:00"),
        ("FREQ=MONTHLY;BYDAY=1MO", "2026-11-02T09:00", "2026-11-24T09:00", "2026-12-07T09:00"),
        ("FREQ=DAILY", "2026-11-01T09:00", "2026-11-20T12:00", "2026-11-21T09:00"),
    ],
)
def test_the_next_one(rule: str, start: str, after: str, expected: str) -> None:
    assert next_occurrence(rule, start=rome(start), after=rome(after), zone=ROME) == rome(expected)


@pytest.mark.parametrize(
    ("rule", "after", "expected"),
    [
        ("FREQ=HOURLY;INTERVAL=12", "2026-03-28T19:00", "2026-03-29T08:00"),  # 12 hours, over a clock change
        ("FREQ=HOURLY", "2026-03-30T09:30", "2026-03-30T10:00"),
        ("FREQ=MINUTELY;INTERVAL=30", "2026-03-28T19:10", "2026-03-28T19:30"),
    ],
)
def test_hours_and_minutes_are_elapsed_time(rule: str, after: str, expected: str) -> None:
    found = next_occurrence(rule, start=rome("2026-03-28T19:00"), after=rome(after), zone=ROME)
    assert found == rome(expected)


def test_elapsed_time_ends_too() -> None:
    start = rome("2026-11-01T09:00")
    twice = "FREQ=HOURLY;COUNT=2"
    assert next_occurrence(twice, start=start, after=start, zone=ROME) == rome("2026-11-01T10:00")
    assert next_occurrence(twice, start=start, after=rome("2026-11-01T10:00"), zone=ROME) is None
    until = "FREQ=HOURLY;UNTIL=20261101T090000Z"
    assert next_occurrence(until, start=start, after=rome("2026-11-01T10:00"), zone=ROME) is None


def test_a_count_is_counted_from_the_start() -> None:
    rule = "FREQ=DAILY;COUNT=3"
    start = rome("2026-11-01T09:00")
    assert next_occurrence(rule, start=start, after=rome("2026-11-02T09:00"), zone=ROME) == rome("2026-11-03T09:00")
    assert next_occurrence(rule, start=start, after=rome("2026-11-03T09:00"), zone=ROME) is None


def test_until_in_utc_ends_on_the_right_day() -> None:
    rule = "FREQ=DAILY;UNTIL=20261103T080000Z"
    start = rome("2026-11-01T09:00")
    assert next_occurrence(rule, start=start, after=rome("2026-11-02T09:00"), zone=ROME) == rome("2026-11-03T09:00")
    assert next_occurrence(rule, start=start, after=rome("2026-11-03T09:00"), zone=ROME) is None


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "every day",
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;BYMONTHDAY=31;BYMONTH=2",
        "FREQ=DAILY;BYEASTER=1",
        "FREQ=HOURLY;BYMONTH=2",
        "FREQ=HOURLY;INTERVAL=0",
        "FREQ=HOURLY;UNTIL=tomorrow",
        "FREQ=DAILY;INTERVAL=x",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=-1",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=3;UNTIL=20271103T080000Z",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY\nEXDATE:20261103T080000Z",
        "FREQ=DAILY;" + "BYMONTH=1," * 200,
    ],
)
def test_what_is_no_usable_rule_is_refused(rule: str) -> None:
    with pytest.raises(ValueError, match=r"recurrence|FREQ"):
        validate(rule, start=rome("2026-11-01T09:00"), zone=ROME)


def test_a_rule_is_spelled_one_way() -> None:
    assert validate("rrule:freq=daily", start=rome("2026-11-01T09:00"), zone=ROME) == "FREQ=DAILY"


@pytest.mark.parametrize(
    ("rule", "after", "expected"),
    [
        # The gap of 29 March 2026 is 02:00-03:00. What it holds comes later by an hour, between what follows it.
        ("FREQ=DAILY;BYHOUR=2,3;BYMINUTE=0,45", "2026-03-29T01:50", ["03:00", "03:45"]),
        ("FREQ=DAILY;BYHOUR=2,3;BYMINUTE=15,30", "2026-03-29T01:50", ["03:15", "03:30"]),
        ("FREQ=DAILY;BYHOUR=2;BYMINUTE=45,50", "2026-03-29T03:46", ["03:50"]),
    ],
)
def test_times_in_a_gap_are_neither_lost_nor_doubled(rule: str, after: str, expected: list[str]) -> None:
    now, found = rome(after), []
    for _ in expected:
        following = next_occurrence(rule, start=rome("2026-03-01T02:15"), after=now, zone=ROME)
        assert following is not None
        now = following
        found.append(f"{now.astimezone(ROME):%H:%M}")
    assert found == expected


def test_an_end_within_a_doubled_hour_is_an_instant() -> None:
    """02:50 comes, and is over, before 02:10 comes for the second time."""
    rule = "FREQ=DAILY;UNTIL=20261025T011000Z"
    start = rome("2026-10-24T02:50")
    assert next_occurrence(rule, start=start, after=start, zone=ROME) == datetime(2026, 10, 25, 0, 50, tzinfo=UTC)


def test_a_date_as_the_end_is_the_whole_day() -> None:
    rule, start = "FREQ=DAILY;UNTIL=20261102", rome("2026-11-01T09:00")
    assert next_occurrence(rule, start=start, after=start, zone=ROME) == rome("2026-11-02T09:00")
    assert next_occurrence(rule, start=start, after=rome("2026-11-02T09:00"), zone=ROME) is None


@pytest.mark.parametrize("end", ["99991231", "99991231T235959Z"])
def test_the_year_9999_means_for_ever(end: str) -> None:
    start = rome("2026-11-01T09:00")
    rule = validate(f"FREQ=WEEKLY;UNTIL={end}", start=start, zone=ROME)
    assert next_occurrence(rule, start=start, after=start, zone=ROME) == rome("2026-11-08T09:00")


@pytest.mark.parametrize("rule", ["FREQ=HOURLY;INTERVAL=80000000", "FREQ=YEARLY;INTERVAL=9000"])
def test_after_the_end_of_the_calendar_there_is_nothing(rule: str) -> None:
    start = rome("2026-11-01T09:00")
    assert next_occurrence(validate(rule, start=start, zone=ROME), start=start, after=start, zone=ROME) is None


@pytest.mark.parametrize(
    "rule", ["FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;INTERVAL=7;BYDAY=MO", "FREQ=DAILY;BYSETPOS=2;BYHOUR=9"]
)
def test_a_rule_that_never_matches_is_found_out_at_once(rule: str) -> None:
    """Everybody waits meanwhile."""
    begun = process_time()
    with pytest.raises(ValueError, match="never matches"):
        validate(rule, start=rome("2026-11-01T09:00"), zone=ROME)
    assert process_time() - begun < 1
