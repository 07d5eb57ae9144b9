"""Mails and webhooks: what they say, how they are signed, where they may go; one errand at a time."""

import asyncio
import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from consumers.notification import mail
from consumers.notification.address import is_internal, parse_webhook
from consumers.notification.courier import Courier, Errand
from consumers.notification.delivery import (
    Answer,
    Outcome,
    Progress,
    Record,
    State,
    judge_mail,
    judge_webhook,
    summary,
)
from consumers.notification.signature import SigningKey, message_id, payload
from contracts.channels import Channel, DeliveryState, EmailTarget
from servicekit.errors import SidecarConflict, SidecarUnavailable
from tests.unit.consumers.test_delivery import NOW, wanted

TARGET = EmailTarget(
    address="a@example.org",
    timezone="Europe/Rome",
    page_url="https://todo.example",
    unsubscribe_url="https://todo.example/unsubscribe/t",
)
KEY = SigningKey.from_secret(base64.urlsafe_b64encode(b"k" * 32).decode())


@pytest.mark.parametrize(
    ("said", "result"),
    [
        (
            "binding email: INTERNAL error invoking output binding email: error from smtp binding, sending email "
            "failed: gomail: could not send email 1: 550 5.1.1 no such user",
            Outcome.REFUSED,
        ),
        ("error from smtp binding, sending email failed: gomail: could not send email 1: 451 later", Outcome.AGAIN),
        ("error from smtp binding, sending email failed: gomail: could not send email 1: 530 log in", Outcome.AGAIN),
        ("error from smtp binding, sending email failed: gomail: could not send email 1: EOF", Outcome.AGAIN),
        ("error from smtp binding, sending email failed: 535 5.7.8 wrong password", Outcome.AGAIN),
        ("error from smtp binding, sending email failed: dial tcp: connection refused", Outcome.AGAIN),
        ("smtp binding error: emailFrom property not supplied", Outcome.AGAIN),
        ('error from smtp binding, sending email failed: gomail: invalid address "x": y', Outcome.REFUSED),
        ("binding email: no answer within 30 s", Outcome.UNKNOWN),
        ("binding email: UNAVAILABLE connection reset", Outcome.UNKNOWN),
    ],
)
def test_what_an_error_of_the_mail_binding_means(said: str, result: Outcome) -> None:
    answer = judge_mail(said)
    assert answer.outcome == result
    assert answer.detail


@pytest.mark.parametrize(
    ("status", "result"),
    [(200, Outcome.DELIVERED), (204, Outcome.DELIVERED), (410, Outcome.GONE), (404, Outcome.REFUSED),
     (400, Outcome.REFUSED), (302, Outcome.REFUSED), (429, Outcome.AGAIN), (500, Outcome.AGAIN), (0, Outcome.REFUSED)],
)  # fmt: skip
def test_what_a_webhooks_answer_means(status: int, result: Outcome) -> None:
    assert judge_webhook(status) == result


def at(outcome: Outcome, seconds: int = 0, detail: str = "") -> Progress:
    return Progress(Answer(outcome, detail=detail), NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("found", "ended", "state"),
    [
        ([at(Outcome.REFUSED), at(Outcome.DELIVERED, 2), at(Outcome.AGAIN, 3)], False, DeliveryState.SENT),
        ([at(Outcome.REFUSED), at(Outcome.AGAIN, 3)], False, DeliveryState.WAITING),
        ([at(Outcome.UNDERWAY)], False, DeliveryState.WAITING),
        ([at(Outcome.UNKNOWN)], True, DeliveryState.FAILED),
        ([at(Outcome.REFUSED), at(Outcome.GONE)], False, DeliveryState.FAILED),
    ],
)
def test_a_channel_is_as_far_as_the_best_of_its_targets(
    found: list[Progress], ended: bool, state: DeliveryState
) -> None:
    result = summary(Channel.PUSH, found, ended=ended)
    assert result is not None
    assert result.state == state
    assert summary(Channel.PUSH, [], ended=True) is None


def test_only_a_webhook_that_is_gone_is_to_be_switched_off() -> None:
    for channel in Channel:
        result = summary(channel, [at(Outcome.GONE)], ended=False)
        assert result is not None
        assert result.gone == (channel == Channel.WEBHOOK)


def test_a_mail_names_the_time_on_the_users_clock_and_the_way_out() -> None:
    made = mail.reminder(wanted(title="call mum"), TARGET)
    assert made.subject == "Reminder: call mum"
    assert "Tuesday, 24 November 2026 at 18:00 (Europe/Rome)" in made.html
    assert 'href="https://todo.example/unsubscribe/t"' in made.html
    digest = mail.reminder(wanted(kind="digest", title="Your day: 2 due", body="1. milk\n2. mum"), TARGET)
    assert (digest.subject, "<p>2. mum</p>" in digest.html, "Due" in digest.html) == ("Your day: 2 due", True, False)
    without = mail.reminder(wanted(), EmailTarget(address="a@example.org", timezone="No/Where"))
    assert "href" not in without.html
    assert "17:00 (UTC)" in without.html


@pytest.mark.parametrize(
    "title",
    ["a\r\nBcc: victim@example.org", "a\nSubject: b", "a\x00b", "a\u2028b", "a\x85b", "\r\n\r\n", "<script>x</script>",
     "=?utf-8?q?a=0D=0ABcc:x?=", "x" * 500, "“ünïcödé” 😀"],
)  # fmt: skip
def test_a_title_cannot_become_a_header_or_markup(title: str) -> None:
    made = mail.reminder(wanted(title=title), TARGET)
    assert not set(made.subject) & set("\r\n\x00\x85\u2028")
    assert 0 < len(made.subject) <= mail.MAX_SUBJECT
    assert "<script>" not in made.html


def test_a_code_stands_in_its_mail() -> None:
    made = mail.code("012345")
    assert "012345" in made.html
    assert made.subject == "Your code is 012345"


def test_a_webhook_is_signed_so_that_another_implementation_verifies_it() -> None:
    body, secret = payload(wanted(title="call “mum”")), KEY.secret("w1")
    headers = KEY.headers("w1", message_id(wanted()), body, datetime.now(UTC))
    told: Any = Webhook(secret).verify(body, headers)
    assert told == {
        "type": "reminder.fired",
        "timestamp": "2026-11-24T17:00:00+00:00",
        "data": {
            "item_id": 7,
            "task_id": "t1",
            "title": "call “mum”",
            "body": "",
            "due_at": "2026-11-24T17:00:00+00:00",
            "occurrence": "20261124T170000Z",
        },
    }
    assert json.loads(body) == told
    for wrong in (Webhook(KEY.secret("w2")), Webhook(SigningKey(b"x" * 32).secret("w1"))):
        with pytest.raises(WebhookVerificationError):
            wrong.verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body + b" ", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body, KEY.headers("w1", "item-7", body, datetime.now(UTC) - timedelta(minutes=6)))


@pytest.mark.parametrize("secret", ["", "short", "ü" * 43, "a" * 42])
def test_what_is_no_signing_key_is_refused(secret: str) -> None:
    with pytest.raises(ValueError, match="webhook key"):
        SigningKey.from_secret(secret)


def test_each_attempt_has_the_same_id_and_body() -> None:
    again = wanted(attempt=3)
    assert (message_id(wanted()), payload(wanted())) == (message_id(again), payload(again))


@pytest.mark.parametrize(
    ("url", "binding", "path"),
    [
        ("https://hooks.example/a/b?c=d", "webhook-hooks.example", "/a/b?c=d"),
        ("https://HOOKS.example", "webhook-hooks.example", "/"),
        ("https://hooks.example:8443/x", "webhook-hooks.example-8443", "/x"),
        ("http://127.0.0.1:9000/x", "webhook-127.0.0.1-9000", "/x"),
        ("http://receiver:9000/x", "webhook-receiver-9000", "/x"),
    ],
)
def test_a_webhook_names_its_binding(url: str, binding: str, path: str) -> None:
    address = parse_webhook(url)
    assert (address.binding, address.path) == (binding, path)


@pytest.mark.parametrize(
    "url",
    ["", "hooks.example/x", "http://hooks.example/x", "ftp://hooks.example/x", "https://a@hooks.example/x",
     "https://hooks.example/x y", "https://hooks.example/x\r\nHost: y", "https://[::1]/x", "https://hooks.example\\@b/",
     "https://hooks.example#@127.0.0.1/", "https://hooks.example:0x50/"],
)  # fmt: skip
def test_what_is_no_webhook_is_refused_with_a_reason(url: str) -> None:
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        parse_webhook(url)


@pytest.mark.parametrize(
    ("host", "internal"),
    [("127.0.0.1", True), ("10.1.2.3", True), ("169.254.169.254", True), ("192.168.0.1", True), ("100.64.0.1", True),
     ("0.0.0.0", True), ("localhost", True), ("db", True), ("a.localhost", True), ("x.internal", True),  # noqa: S104
     ("127.1", True), ("2130706433", True), ("0x7f.1", True),
     ("8.8.8.8", False), ("hooks.example", False), ("1.example.com", False)],
)  # fmt: skip
def test_hosts_of_the_own_network_are_known_by_their_names(host: str, internal: bool) -> None:
    assert is_internal(host) == internal


class FakeRecords:
    """The state store in a dictionary, with ETags."""

    def __init__(self) -> None:
        self.kept: dict[tuple[int, str], tuple[Record, int]] = {}
        self.settles = True

    async def load(self, item_id: int, target_id: str) -> tuple[Record | None, str | None]:
        record, tag = self.kept.get((item_id, target_id), (None, None))
        return record, None if tag is None else str(tag)

    async def claim(self, item_id: int, target_id: str, record: Record, etag: str | None) -> None:
        _, tag = self.kept.get((item_id, target_id), (None, None))
        if etag != (None if tag is None else str(tag)):
            raise SidecarConflict("somebody was faster")
        self.kept[item_id, target_id] = (record, (tag or 0) + 1)

    async def settle(self, item_id: int, target_id: str, record: Record) -> None:
        if not self.settles:
            raise SidecarUnavailable("away")
        self.kept[item_id, target_id] = (record, self.kept[item_id, target_id][1] + 1)


class Receiver:
    """Answers when it is let; counts."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes = list(outcomes)
        self.calls = 0
        self.at_once = 0
        self.most_at_once = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def send(self) -> Answer:
        self.calls += 1
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        await self.gate.wait()
        self.at_once -= 1
        return Answer(self.outcomes.pop(0) if self.outcomes else Outcome.DELIVERED)


async def never(_: Progress) -> None:
    raise AssertionError("it was not late")


def errand(receiver: Receiver, item_id: int = 7, **fields: Any) -> Errand:
    return Errand(item_id, "email", receiver.send, **{"patience": 5.0, **fields})


@pytest.fixture
def records() -> FakeRecords:
    return FakeRecords()


@pytest.fixture
def courier(records: FakeRecords) -> Courier:
    return Courier(records)  # type: ignore[arg-type]


async def test_what_was_delivered_is_not_sent_again(courier: Courier) -> None:
    receiver = Receiver()
    first = await courier.deliver(errand(receiver), never)
    again = await courier.deliver(errand(receiver), never)
    assert (receiver.calls, first.outcome, again.outcome) == (1, Outcome.DELIVERED, Outcome.DELIVERED)
    assert again.at == first.at, "it says when it was sent, not when it was asked"


async def test_what_failed_is_sent_again_and_what_was_refused_is_not(courier: Courier) -> None:
    receiver = Receiver(Outcome.AGAIN, Outcome.REFUSED)
    outcomes = [(await courier.deliver(errand(receiver), never)).outcome for _ in range(3)]
    assert outcomes == [Outcome.AGAIN, Outcome.REFUSED, Outcome.REFUSED]
    assert receiver.calls == 2


async def test_a_slow_receiver_holds_up_nobody_and_is_not_asked_twice(courier: Courier, records: FakeRecords) -> None:
    receiver, told = Receiver(), asyncio.Queue[Progress]()
    receiver.gate.clear()
    for _ in range(2):
        progress = await courier.deliver(errand(receiver, patience=0.01), told.put)
        assert progress.outcome == Outcome.UNDERWAY
    receiver.gate.set()
    async with asyncio.timeout(5):
        assert (await told.get()).outcome == Outcome.DELIVERED
    assert records.kept[7, "email"][0].state == State.DELIVERED
    assert (await courier.deliver(errand(receiver), never)).outcome == Outcome.DELIVERED
    assert receiver.calls == 1


async def test_in_a_lane_one_goes_at_a_time(courier: Courier) -> None:
    receiver, lane = Receiver(), asyncio.Lock()
    receiver.gate.clear()
    waiting = [asyncio.create_task(courier.deliver(errand(receiver, number, lane=lane), never)) for number in range(5)]
    await asyncio.sleep(0.01)
    receiver.gate.set()
    assert {(await one).outcome for one in waiting} == {Outcome.DELIVERED}
    assert (receiver.calls, receiver.most_at_once) == (5, 1)


async def test_without_an_answer_it_is_sent_again_but_not_for_ever(courier: Courier) -> None:
    receiver = Receiver(*[Outcome.UNKNOWN] * 9)
    outcomes = [(await courier.deliver(errand(receiver, tries_in_the_dark=3), never)).outcome for _ in range(5)]
    assert outcomes == [Outcome.UNKNOWN] * 3 + [Outcome.REFUSED] * 2
    assert receiver.calls == 3


async def test_whoever_was_not_faster_does_not_send(records: FakeRecords) -> None:
    receiver = Receiver()
    receiver.gate.clear()
    one, other = Courier(records), Courier(records)  # type: ignore[arg-type]
    first = asyncio.create_task(one.deliver(errand(receiver), never))
    await asyncio.sleep(0.01)
    load = records.load
    records.load = lambda *_: load(0, "")  # type: ignore[method-assign] # read before the other claimed
    with pytest.raises(SidecarConflict):
        await other.deliver(errand(receiver), never)
    records.load = load  # type: ignore[method-assign]
    receiver.gate.set()
    assert (await first).outcome == Outcome.DELIVERED
    assert receiver.calls == 1
