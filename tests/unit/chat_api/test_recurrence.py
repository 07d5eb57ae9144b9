"""Recurrence on the wall clock: clock changes, missed occurrences, rules that end or never match."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from chat_api.tasks.recurrence import next_occurrence, validate

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
