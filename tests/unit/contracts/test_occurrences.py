"""Which occurrence follows when one is done: by the calendar or from when it was done, early, late, moved alone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from contracts.occurrences import DoneOccurrence, RecurrenceBasis, following

ROME = ZoneInfo("Europe/Rome")
CALENDAR, COMPLETION = RecurrenceBasis


def rome(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ROME).astimezone(UTC)


def done(due: str, at: str, rule: str = "FREQ=DAILY", **fields: object) -> DoneOccurrence:
    all_of_it = {
        "due_at": rome(due),
        "occurrence_at": rome(due),
        "recurrence": rule,
        "recurs_from": rome("2026-11-02T09:00"),
        "timezone": "Europe/Rome",
        "done_at": rome(at),
        **fields,
    }
    return DoneOccurrence.model_validate(all_of_it)


@pytest.mark.parametrize(
    ("occurrence", "expected"),
    [
        (done("2026-11-24T09:00", "2026-11-24T10:00"), "2026-11-25T09:00"),
        (done("2026-11-24T09:00", "2026-11-23T10:00"), "2026-11-25T09:00"),  # early
        (done("2026-11-24T09:00", "2026-11-27T10:00"), "2026-11-28T09:00"),  # late: what was missed is skipped
        (done("2026-11-24T20:00", "2026-11-24T10:00", occurrence_at=rome("2026-11-24T09:00")), "2026-11-25T09:00"),
        (done("2026-11-24T08:00", "2026-11-24T08:30", occurrence_at=rome("2026-11-24T09:00")), "2026-11-25T09:00"),
        (done("2026-11-24T09:00", "2026-11-26T20:00", basis=COMPLETION), "2026-11-27T09:00"),
        (done("2026-11-24T09:00", "2026-11-22T08:00", basis=COMPLETION), "2026-11-23T09:00"),
        (done("2026-11-24T09:00", "2026-11-24T10:07", "FREQ=HOURLY;INTERVAL=4", basis=COMPLETION), "2026-11-24T14:07"),
        (done("2026-10-24T09:00", "2026-10-24T10:00", recurs_from=rome("2026-10-01T09:00")), "2026-10-25T09:00"),
    ],
)
def test_the_one_that_follows(occurrence: DoneOccurrence, expected: str) -> None:
    assert following(occurrence) == rome(expected)


@pytest.mark.parametrize("rule", ["FREQ=DAILY;COUNT=23", "FREQ=DAILY;UNTIL=20261124T230000Z"])
def test_after_the_last_one_there_is_none(rule: str) -> None:
    assert following(done("2026-11-24T09:00", "2026-11-24T10:00", rule)) is None


def test_it_survives_the_wire_and_is_named_by_the_rules_instant() -> None:
    occurrence = done("2026-11-24T20:00", "2026-11-24T10:00", occurrence_at=rome("2026-11-24T09:00"))
    assert occurrence.key == "20261124T080000Z"
    again = DoneOccurrence.model_validate_json(occurrence.model_dump_json())
    assert following(again) == following(occurrence)


def test_a_zone_that_is_none_is_an_error() -> None:
    with pytest.raises(ValueError, match="time zone"):
        following(done("2026-11-24T09:00", "2026-11-24T10:00", timezone="Mars/Olympus"))
