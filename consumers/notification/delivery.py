"""What to do about one item on one way: whether to send, what an answer means, when to try again. Pure.

    nothing, failed ──claim──▶ sending ──taken─────▶ delivered
                                 │  └────refused───▶ refused
                                 ├──gone──▶ refused (and the target is dropped)
                                 └──busy, away──▶ failed; the event comes back later

A crash, or no answer, leaves `sending`. Whether that is sent again is the channel's choice: see `may_send`.
"""

import email.utils
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Final

from pydantic import Field

from contracts.base import Contract, Instant
from contracts.channels import Channel, Delivery, DeliveryState
from contracts.events import NotificationWanted

MAX_AGE: Final = timedelta(hours=24)
RECORD_TTL: Final = timedelta(hours=48)  # outlives the last attempt
_SUCCESS: Final = 2
_SERVER_ERROR: Final = 5
_GONE: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_BUSY: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
_URGENT: Final = "high"
_CALM: Final = "normal"

# What gomail, inside bindings.smtp, says of an answer of the mail server's to this very message.
_SMTP_ANSWER: Final = re.compile(r"could not send email \d+: (\d{3})\b")
_SMTP_INVALID: Final = "gomail: invalid address"
_SMTP_SAID: Final = "smtp binding"
# Permanent by their number, but about this server's log-in, which its operator can put right (RFC 4954, section 6).
_SMTP_LOGIN: Final = frozenset({530, 534, 535, 538})


class State(StrEnum):
    """How far one item has come on its way to one target."""

    SENDING = "sending"
    DELIVERED = "delivered"
    REFUSED = "refused"
    FAILED = "failed"


class Record(Contract):
    """What is stored of it."""

    state: State
    at: Instant = Field(default_factory=lambda: datetime.now(UTC), description="Of the last change of state.")
    tries: int = Field(default=1, ge=0)
    detail: str = ""


class Outcome(StrEnum):
    """What an answer means."""

    DELIVERED = "delivered"
    GONE = "gone"
    REFUSED = "refused"
    AGAIN = "again"
    UNKNOWN = "unknown"
    """No answer came: it may have arrived."""
    UNDERWAY = "underway"
    """It is still being sent."""


UNSETTLED: Final = frozenset({Outcome.AGAIN, Outcome.UNKNOWN, Outcome.UNDERWAY})


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one attempt; `asked` is the seconds to leave the receiver alone, `detail` is for the user."""

    outcome: Outcome
    asked: float = 0.0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """An answer and when it came (UTC)."""

    answer: Answer
    at: datetime

    @property
    def outcome(self) -> Outcome:
        """What it means."""
        return self.answer.outcome


def may_send(record: Record | None, *, at_most_once: bool) -> bool:
    """Whether to send, given what is stored of it."""
    if record is None or record.state == State.FAILED:
        return True
    return record.state == State.SENDING and not at_most_once


def progress_of(record: Record) -> Progress:
    """What a record says that forbids to send."""
    if record.state == State.DELIVERED:
        return Progress(Answer(Outcome.DELIVERED), record.at)
    return Progress(Answer(Outcome.REFUSED, detail=record.detail or "it is not known whether it arrived"), record.at)


def judge(status: int) -> Outcome:
    """What the status of a push service's answer means (RFC 8030, section 5)."""
    if status in _GONE:
        return Outcome.GONE
    return _judge_http(status)


def judge_webhook(status: int) -> Outcome:
    """What the status of a webhook's answer means: 410 ends it (Standard Webhooks), 404 may be a receiver's mishap."""
    if status == HTTPStatus.GONE:
        return Outcome.GONE
    return _judge_http(status)


def _judge_http(status: int) -> Outcome:
    if status // 100 == _SUCCESS:
        return Outcome.DELIVERED
    if status in _BUSY or status // 100 == _SERVER_ERROR:
        return Outcome.AGAIN
    return Outcome.REFUSED


def judge_mail(said: str) -> Answer:
    """What an error of the mail binding means. It is a text, and may quote the server's answer."""
    found = _SMTP_ANSWER.search(said)
    if found is not None:
        code = int(found[1])
        if code // 100 == _SERVER_ERROR and code not in _SMTP_LOGIN:
            return Answer(Outcome.REFUSED, detail=f"the mail server refused it ({code})")
        return Answer(Outcome.AGAIN, detail=f"the mail server could not take it ({code})")
    if _SMTP_INVALID in said:
        return Answer(Outcome.REFUSED, detail="that is no address")
    if _SMTP_SAID in said:
        return Answer(Outcome.AGAIN, detail="the mail server could not be reached")
    return Answer(Outcome.UNKNOWN, detail="the mail server did not answer")


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


def summary(channel: Channel, found: Sequence[Progress], *, ended: bool) -> Delivery | None:
    """How far an item has come on a channel, given each of its targets: sent as soon as one has it.

    None when there is no target. `ended`: nothing is tried again, so what waits has failed.
    """
    if not found:
        return None
    sent = [one.at for one in found if one.outcome == Outcome.DELIVERED]
    if sent:
        return Delivery(channel=channel, state=DeliveryState.SENT, at=min(sent))
    last = max(found, key=lambda one: one.at)
    waits = any(one.outcome in UNSETTLED for one in found) and not ended
    return Delivery(
        channel=channel,
        state=DeliveryState.WAITING if waits else DeliveryState.FAILED,
        at=last.at,
        detail=last.answer.detail,
        gone=channel == Channel.WEBHOOK and last.outcome == Outcome.GONE,
    )


def time_to_live(event: NotificationWanted, now: datetime) -> int:
    """How long the push service may keep it for a browser that is not there, in seconds."""
    return max(0, int((event.due_at + MAX_AGE - now).total_seconds()))


def urgency(event: NotificationWanted) -> str:
    """RFC 8030, section 5.3: a reminder may wake a phone that saves its battery, a digest need not."""
    return _URGENT if event.kind == "reminder" else _CALM
