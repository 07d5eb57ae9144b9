"""What to do about one push: whether to send, what an answer means, when to try again. Pure.

    nothing, failed ──claim──▶ sending ──2xx──────▶ delivered
                                 │  └─────other 4xx─▶ refused
                                 ├──404, 410──▶ (the subscription is dropped)
                                 └──429, 5xx──▶ failed; the event comes back later

A crash, or no answer, leaves `sending`. Whether that is sent again is the service's choice: see `may_send`.
"""

import email.utils
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Final

from contracts.base import Contract
from contracts.events import NotificationWanted

MAX_AGE: Final = timedelta(hours=24)
RECORD_TTL: Final = timedelta(hours=48)  # outlives the last attempt
_SUCCESS: Final = 2
_SERVER_ERROR: Final = 5
_GONE: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_BUSY: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})
_URGENT: Final = "high"
_CALM: Final = "normal"


class State(StrEnum):
    """How far the push of one item to one subscription has come."""

    SENDING = "sending"
    DELIVERED = "delivered"
    REFUSED = "refused"
    FAILED = "failed"


class Record(Contract):
    """What is stored of it."""

    state: State


class Outcome(StrEnum):
    """What an answer of the push service means."""

    DELIVERED = "delivered"
    GONE = "gone"
    REFUSED = "refused"
    AGAIN = "again"
    UNKNOWN = "unknown"
    """No answer came: it may have arrived."""


def may_send(record: Record | None, *, at_most_once: bool) -> bool:
    """Whether to send, given what is stored of it."""
    if record is None or record.state == State.FAILED:
        return True
    return record.state == State.SENDING and not at_most_once


def judge(status: int) -> Outcome:
    """What the status of an answer means (RFC 8030, section 5)."""
    if status // 100 == _SUCCESS:
        return Outcome.DELIVERED
    if status in _GONE:
        return Outcome.GONE
    if status in _BUSY or status // 100 == _SERVER_ERROR:
        return Outcome.AGAIN
    return Outcome.REFUSED


def asked_wait(header: str | None, now: datetime) -> float:
    """The seconds that a Retry-After header asks for; 0 when there is none, or none that can be read."""
    if not header:
        return 0.0
    text = header.strip()
    if text.isdecimal():
        return min(float(text), MAX_AGE.total_seconds())
    try:
        at = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return max(0.0, (at - now).total_seconds())


def is_stale(event: NotificationWanted, now: datetime) -> bool:
    """Whether it is too late to say it at all."""
    return now - event.due_at >= MAX_AGE


def next_try(event: NotificationWanted, asked: float, delay: float, now: datetime) -> datetime | None:
    """When to try again: `delay` seconds (the backoff, with jitter) after the `asked` ones; None when that is too late.

    The jitter is on top of what was asked for, or all would come back at that very instant.
    """
    at = now + timedelta(seconds=asked + delay)
    return None if is_stale(event, at) else at


def time_to_live(event: NotificationWanted, now: datetime) -> int:
    """How long the push service may keep it for a browser that is not there, in seconds."""
    return max(0, int((event.due_at + MAX_AGE - now).total_seconds()))


def urgency(event: NotificationWanted) -> str:
    """RFC 8030, section 5.3: a reminder may wake a phone that saves its battery, a digest need not."""
    return _URGENT if event.kind == "reminder" else _CALM
