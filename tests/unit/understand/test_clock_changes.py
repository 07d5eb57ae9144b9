"""Wall-clock times where the clocks change, and how instants are told."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from chat_api.understand import describe_instant, understand

ROME = ZoneInfo("Europe/Rome")
NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("text", "now", "zone", "due", "skipped"),
    [
        # Rome skips 02:00-03:00 on 28 March 2027 and repeats 02:00-03:00 on 31 October 2027.
        ("call bob tomorrow at 2:30am", "2027-03-27T12:00:00+01:00", ROME, "2027-03-28T03:30:00+02:00", True),
        ("call bob tomorrow at 3am", "2027-03-27T12:00:00+01:00", ROME, "2027-03-28T03:00:00+02:00", False),
        ("call bob tomorrow at 2:30am", "2027-10-30T12:00:00+02:00", ROME, "2027-10-31T02:30:00+02:00", False),
        ("every day at 2:30am check", "2027-03-27T12:00:00+01:00", ROME, "2027-03-28T03:30:00+02:00", True),
        # An exact length is exact across the change; a day is a calendar day.
        ("in 24 hours call bob", "2027-03-27T12:00:00+01:00", ROME, "2027-03-28T13:00:00+02:00", False),
        ("in 1 day at 12:00 call bob", "2027-03-27T12:00:00+01:00", ROME, "2027-03-28T12:00:00+02:00", False),
        ("in 2 hours call bob", "2027-10-31T01:30:00+02:00", ROME, "2027-10-31T02:30:00+01:00", False),
        ("call bob tomorrow at 2:30am", "2027-03-13T12:00:00-05:00", NEW_YORK, "2027-03-14T03:30:00-04:00", True),
    ],
)
def test_clock_changes(text: str, now: str, zone: ZoneInfo, due: str, skipped: bool) -> None:
    found = understand(text, now=datetime.fromisoformat(now), zone=zone)
    assert isinstance(found.due, datetime)
    assert found.due.isoformat() == due
    assert any("skip" in remark for remark in found.remarks) is skipped


def test_the_reminder_before_counts_real_time() -> None:
    now = datetime.fromisoformat("2027-03-27T12:00:00+01:00")
    found = understand("train tomorrow at 4am remind me 2 hours before", now=now, zone=ROME)
    assert [instant.isoformat() for instant in found.remind_at] == ["2027-03-28T01:00:00+01:00"]


def test_now_may_be_in_any_zone() -> None:
    now = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    found = understand("call bob tomorrow at 9am", now=now, zone=ROME)
    assert isinstance(found.due, datetime)
    assert found.due.isoformat() == "2026-11-26T09:00:00+01:00"


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ("2026-11-24T16:00:20+00:00", "today, Tue 24 Nov 2026, at 17:00:20 (Europe/Rome)"),
        ("2026-11-25T16:00:00+00:00", "tomorrow, Wed 25 Nov 2026, at 17:00 (Europe/Rome)"),
        ("2026-11-23T23:30:00+00:00", "today, Tue 24 Nov 2026, at 00:30 (Europe/Rome)"),
        ("2027-03-03T13:30:00+00:00", "Wed 3 Mar 2027, at 14:30 (Europe/Rome)"),
    ],
)
def test_instants_are_told_with_date_and_zone(when: str, told: str) -> None:
    now = datetime(2026, 11, 24, 14, 20, tzinfo=UTC)
    assert describe_instant(datetime.fromisoformat(when), now=now, zone=ROME) == told
