"""What to do about one push: pure decisions."""

from datetime import UTC, datetime, timedelta

import pytest

from consumers.notification.address import parse
from consumers.notification.delivery import (
    MAX_AGE,
    Outcome,
    Record,
    State,
    asked_wait,
    is_stale,
    judge,
    may_send,
    next_try,
    time_to_live,
    urgency,
)
from contracts.events import NotificationWanted

NOW = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)


def wanted(**fields: object) -> NotificationWanted:
    body = {
        "user_id": "u1",
        "item_id": 7,
        "kind": "reminder",
        "title": "stretch",
        "due_at": NOW,
        "task_id": "t1",
        "occurrence": "20261124T170000Z",
        **fields,
    }
    return NotificationWanted.model_validate(body)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (201, Outcome.DELIVERED),
        (204, Outcome.DELIVERED),
        (404, Outcome.GONE),
        (410, Outcome.GONE),
        (429, Outcome.AGAIN),
        (408, Outcome.AGAIN),
        (500, Outcome.AGAIN),
        (503, Outcome.AGAIN),
        (400, Outcome.REFUSED),
        (403, Outcome.REFUSED),
        (413, Outcome.REFUSED),
        (307, Outcome.REFUSED),
        (0, Outcome.REFUSED),
    ],
)
def test_what_a_status_means(status: int, outcome: Outcome) -> None:
    assert judge(status) == outcome


@pytest.mark.parametrize(
    ("state", "at_least_once", "at_most_once"),
    [
        (None, True, True),
        (State.FAILED, True, True),
        (State.SENDING, True, False),  # a crash, or no answer: it may have arrived
        (State.DELIVERED, False, False),
        (State.REFUSED, False, False),
    ],
)
def test_what_is_recorded_decides_whether_to_send(state: State | None, at_least_once: bool, at_most_once: bool) -> None:
    record = Record(state=state) if state else None
    assert may_send(record, at_most_once=False) == at_least_once
    assert may_send(record, at_most_once=True) == at_most_once


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 0),
        ("", 0),
        ("120", 120),
        ("Tue, 24 Nov 2026 17:01:30 GMT", 90),
        ("Tue, 24 Nov 2026 16:00:00 GMT", 0),
        ("soon", 0),
        ("-5", 0),
        ("9" * 40, MAX_AGE.total_seconds()),
    ],
)
def test_what_a_service_asks_to_be_left_alone(header: str | None, seconds: float) -> None:
    assert asked_wait(header, NOW) == seconds


def test_the_next_try_is_later_than_what_was_asked_for() -> None:
    assert next_try(wanted(), 60, 3, NOW) == NOW + timedelta(seconds=63)


def test_nothing_is_tried_after_a_day() -> None:
    almost = NOW + MAX_AGE - timedelta(seconds=10)
    assert next_try(wanted(), 0, 9, almost) is not None
    assert next_try(wanted(), 0, 10, almost) is None
    assert next_try(wanted(), 3600, 1, almost) is None
    assert not is_stale(wanted(), almost)
    assert is_stale(wanted(), NOW + MAX_AGE)


def test_a_push_service_keeps_it_no_longer_than_it_matters() -> None:
    assert time_to_live(wanted(), NOW + timedelta(hours=1)) == 23 * 3600
    assert time_to_live(wanted(), NOW + timedelta(hours=25)) == 0


def test_only_a_reminder_wakes_a_sleeping_phone() -> None:
    assert (urgency(wanted()), urgency(wanted(kind="digest"))) == ("high", "normal")


def test_an_attempt_is_an_event_and_an_item_a_partition() -> None:
    first, second = wanted(), wanted(attempt=1)
    assert first.event_id() == wanted().event_id() != second.event_id()
    assert first.partition_key() == second.partition_key()


@pytest.mark.parametrize(
    ("endpoint", "binding", "origin", "path"),
    [
        (
            "https://fcm.googleapis.com/fcm/send/abc:APA91b-_x",
            "push-fcm.googleapis.com",
            "https://fcm.googleapis.com",
            "/fcm/send/abc:APA91b-_x",
        ),
        (
            "https://Updates.push.services.mozilla.com:443/wpush/v2/gAAA?x=1",
            "push-updates.push.services.mozilla.com",
            "https://updates.push.services.mozilla.com",
            "/wpush/v2/gAAA?x=1",
        ),
        ("https://127.0.0.1:8099/p/1", "push-127.0.0.1-8099", "https://127.0.0.1:8099", "/p/1"),
        ("https://push.example/a@b", "push-push.example", "https://push.example", "/a@b"),
    ],
)
def test_an_endpoint_names_its_binding(endpoint: str, binding: str, origin: str, path: str) -> None:
    address = parse(endpoint)
    assert (address.binding, address.origin, address.path) == (binding, origin, path)


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "http://fcm.googleapis.com/x",
        "file:///etc/passwd",
        "https://fcm.googleapis.com",
        "https://fcm.googleapis.com/",
        "https://fcm.googleapis.com@127.0.0.1/x",
        "https://user:secret@fcm.googleapis.com/x",
        "https://fcm.googleapis.com:99999/x",
        "https://[::1]/x",
        "https://fcm.googleapis.com/x#y",
        "https://fcm.googleapis.com/x y",
        "https://fcm.googleapis.com/x\r\nHost: y",
        "https:///x",
        "https://-/x",
    ],
)
def test_what_is_no_endpoint_is_refused_with_a_reason(endpoint: str) -> None:
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        parse(endpoint)
