"""Web push on the real runtime: from a reminder that fires to a push service, through a binding of a real daprd."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from py_vapid import Vapid02

from consumers.notification.webpush import decode
from runtime.install import Binaries
from tests.support.broker import dead_letters
from tests.support.person import Person
from tests.support.push_service import Browser, Push, PushService, Reply, serving_in_a_thread
from tests.support.stack import Stack

pytestmark = pytest.mark.e2e

_ENV = {"LOG_FORMAT": "json", "LOG_LEVEL": "INFO", "PUSH_RETRY_BASE": "0.5", "PUSH_RETRY_CAP": "1"}


@pytest.fixture(scope="module")
def push_service() -> Iterator[PushService]:
    with serving_in_a_thread() as service:
        yield service


@pytest.fixture(scope="module")
def stack(push_service: PushService, binaries: Binaries, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole system, with one more push service than it ships with."""
    resources = tmp_path_factory.mktemp("push-components")
    push_service.write_component(resources)
    with Stack(tmp_path_factory.mktemp("push-stack"), binaries, _ENV, resources=resources) as running:
        yield running


async def subscribe(person: Person, browser: Browser) -> None:
    answer = await person.client.post("/api/v1/push/subscriptions", json=browser.subscription)
    assert answer.status_code == 201, answer.text


async def remind(person: Person, title: str, *, seconds: float = 1.0) -> datetime:
    due_at = datetime.now(UTC) + timedelta(seconds=seconds)
    await person.add(title, due_at)
    return due_at


async def item_of(person: Person, title: str) -> dict[str, Any]:
    (item,) = [item for item in await person.inbox() if item["title"] == title]
    return item


def check_headers(push: Push, public_key: str, item_id: int) -> None:
    """As RFC 8030, 8188 and 8292 have it."""
    headers = {name.lower(): value for name, value in push.headers.items()}
    assert headers["content-encoding"] == "aes128gcm"
    assert headers["content-type"] == "application/octet-stream"
    assert headers["urgency"] == "high"
    assert headers["topic"] == f"item-{item_id}"
    assert 86_000 < int(headers["ttl"]) <= 86_400
    assert f"k={public_key}" in headers["authorization"]
    assert Vapid02.verify(headers["authorization"])


async def test_a_reminder_reaches_a_browser_whose_page_is_closed(stack: Stack, push_service: PushService) -> None:
    browser = push_service.browser()
    async with Person.registered(stack.url) as person:
        public_key = (await person.client.get("/api/v1/push/key")).json()["public_key"]
        assert len(decode(public_key)) == 65
        await subscribe(person, browser)
        due_at = await remind(person, "stretch 😀")
        (push,) = await push_service.wait_for(browser, 1, within=15)
        item = await item_of(person, "stretch 😀")
    check_headers(push, public_key, item["id"])
    told = browser.read(push)
    assert (told["id"], told["kind"], told["title"], told["task_id"]) == (
        item["id"],
        "reminder",
        "stretch 😀",
        item["task_id"],
    )
    assert datetime.fromisoformat(told["due_at"]) == due_at
    assert b"stretch" not in push.body
    assert push.at >= due_at
    await asyncio.sleep(6)  # a redelivery would come within the broker's five seconds
    assert len(push_service.to(browser)) == 1


async def test_every_browser_of_the_user_hears_of_it_and_nobody_elses(stack: Stack, push_service: PushService) -> None:
    laptop, phone, stranger = (push_service.browser() for _ in range(3))
    async with Person.registered(stack.url) as person, Person.registered(stack.url) as other:
        await subscribe(person, laptop)
        await subscribe(person, phone)
        await subscribe(other, stranger)
        await remind(person, "two of them")
        for browser in (laptop, phone):
            (push,) = await push_service.wait_for(browser, 1, within=15)
            assert browser.read(push)["title"] == "two of them"
        assert push_service.to(stranger) == []


@pytest.mark.parametrize("status", [404, 410])
async def test_a_subscription_that_is_gone_is_removed(stack: Stack, push_service: PushService, status: int) -> None:
    gone, other = push_service.browser(Reply(status)), push_service.browser()
    async with Person.registered(stack.url) as person:
        await subscribe(person, gone)
        await subscribe(person, other)
        await remind(person, "first")
        await push_service.wait_for(gone, 1, within=15)
        await push_service.wait_for(other, 1, within=15)
        await remind(person, "second")
        await push_service.wait_for(other, 2, within=15)
    assert len(push_service.to(gone)) == 1


async def test_a_busy_push_service_is_asked_again_and_the_others_only_once(
    stack: Stack, push_service: PushService
) -> None:
    busy = push_service.browser(Reply(429, {"Retry-After": "2"}), Reply(500), Reply(503))
    calm = push_service.browser()
    async with Person.registered(stack.url) as person:
        await subscribe(person, busy)
        await subscribe(person, calm)
        await remind(person, "again")
        pushes = await push_service.wait_for(busy, 4, within=30)
        assert (pushes[1].at - pushes[0].at).total_seconds() >= 2, "it said when to come back"
        assert [browser_title(busy, push) for push in pushes] == ["again"] * 4
        assert len({push.headers["Topic"] for push in pushes}) == 1
        await asyncio.sleep(3)
    assert len(push_service.to(busy)) == 4
    assert len(push_service.to(calm)) == 1


def browser_title(browser: Browser, push: Push) -> str:
    return str(browser.read(push)["title"])


async def test_a_busy_push_service_holds_up_nobody_else(stack: Stack, push_service: PushService) -> None:
    busy = push_service.browser(*[Reply(503, {"Retry-After": "3600"})] * 3)
    quick = push_service.browser()
    async with Person.registered(stack.url) as person, Person.registered(stack.url) as other:
        await subscribe(person, busy)
        await subscribe(other, quick)
        await remind(person, "held up")
        await push_service.wait_for(busy, 1, within=15)
        due_at = await remind(other, "prompt")
        (push,) = await push_service.wait_for(quick, 1, within=15)
        assert (push.at - due_at).total_seconds() < 3


async def test_what_was_seen_to_before_the_next_attempt_is_not_sent(stack: Stack, push_service: PushService) -> None:
    browser = push_service.browser(Reply(429, {"Retry-After": "3"}))
    async with Person.registered(stack.url) as person:
        await subscribe(person, browser)
        await remind(person, "seen")
        await push_service.wait_for(browser, 1, within=15)
        item = await item_of(person, "seen")
        assert (await person.client.post(f"/api/v1/inbox/{item['id']}/acknowledge")).status_code == 204
        await asyncio.sleep(6)
    assert len(push_service.to(browser)) == 1


async def test_a_push_service_that_refuses_is_not_asked_again(stack: Stack, push_service: PushService) -> None:
    browser = push_service.browser(Reply(413))
    async with Person.registered(stack.url) as person:
        await subscribe(person, browser)
        await remind(person, "refused")
        await push_service.wait_for(browser, 1, within=15)
        await remind(person, "taken")
        await push_service.wait_for(browser, 2, within=15)
        await asyncio.sleep(3)
    assert [browser_title(browser, push) for push in push_service.to(browser)] == ["refused", "taken"]


@pytest.mark.parametrize("process", ["notification", "notification.daprd", "chat-api", "broker"])
async def test_a_kill_between_firing_and_push_delays_it(stack: Stack, push_service: PushService, process: str) -> None:
    """The push service has the request and keeps it waiting; nobody is told that it arrived."""
    browser = push_service.browser(Reply(500, delay=1.5))
    async with Person.registered(stack.url) as person:
        await subscribe(person, browser)
        await remind(person, f"survives {process}")
        await push_service.wait_for(browser, 1, within=15)
        await asyncio.to_thread(stack.kill, process)
        pushes = await push_service.wait_for(browser, 2, within=60)
        assert browser_title(browser, pushes[1]) == f"survives {process}"
    await asyncio.to_thread(stack.wait_ready)


async def test_it_is_delivered_once_the_service_is_back(stack: Stack, push_service: PushService) -> None:
    browser = push_service.browser()
    async with Person.registered(stack.url) as person:
        await subscribe(person, browser)
        await asyncio.to_thread(stack.hold, "notification")
        await remind(person, "meanwhile")
        async with asyncio.timeout(15):
            while not await person.inbox():
                await asyncio.sleep(0.1)
        assert push_service.to(browser) == []
        await asyncio.to_thread(stack.release, "notification")
        (push,) = await push_service.wait_for(browser, 1, within=60)
        assert browser_title(browser, push) == "meanwhile"
    await asyncio.to_thread(stack.wait_ready)


@pytest.mark.parametrize(
    ("endpoint", "says"),
    [
        ("https://169.254.169.254/latest/meta-data", "sends no notifications through https://169.254.169.254"),
        ("https://127.0.0.1:1/x", "sends no notifications through https://127.0.0.1:1"),
        ("https://fcm.googleapis.com.example.org/x", "sends no notifications through"),
        ("http://fcm.googleapis.com/x", "https://"),
        ("https://fcm.googleapis.com@127.0.0.1/x", "host"),
    ],
)
async def test_an_endpoint_that_no_component_leads_to_is_refused(
    stack: Stack, push_service: PushService, endpoint: str, says: str
) -> None:
    subscription = {**push_service.browser().subscription, "endpoint": endpoint}
    async with Person.registered(stack.url) as person:
        answer = await person.client.post("/api/v1/push/subscriptions", json=subscription)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.json()["detail"]
    assert answer.json()["errors"][0]["field"] == "endpoint"


async def test_the_push_services_of_browsers_are_accepted_and_keys_are_checked(
    stack: Stack, push_service: PushService
) -> None:
    subscription = push_service.browser().subscription
    async with Person.registered(stack.url) as person:
        for host in ("fcm.googleapis.com/fcm/send", "updates.push.services.mozilla.com/wpush/v2", "web.push.apple.com"):
            body = {**subscription, "endpoint": f"https://{host}/{person.email}"}
            answer = await person.client.post("/api/v1/push/subscriptions", json=body)
            assert answer.status_code == 201, answer.text
        wrong = {**subscription, "keys": {**subscription["keys"], "auth": "AAAA"}}
        answer = await person.client.post("/api/v1/push/subscriptions", json=wrong)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "keys")


async def test_no_log_tells_where_a_browser_is_or_what_it_was_told(stack: Stack, push_service: PushService) -> None:
    browser = push_service.browser(Reply(403))
    async with Person.registered(stack.url) as person:
        await subscribe(person, browser)
        await remind(person, "do not tell")
        await push_service.wait_for(browser, 1, within=15)
        await asyncio.sleep(0.5)
    for name in stack.names:
        assert browser.path not in stack.log_file(name), name
    assert "do not tell" not in stack.log_file("notification")
    assert "push refused" in stack.log_file("notification")


async def test_nothing_was_dead_lettered(stack: Stack) -> None:
    assert [letter["reason"] for letter in await dead_letters(stack)] == []
