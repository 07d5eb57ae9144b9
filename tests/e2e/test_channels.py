"""E-mail and webhooks on the real runtime: from a reminder that fires to an SMTP server and an HTTP receiver."""

import asyncio
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from runtime import secrets_file
from runtime.install import Binaries
from tests.support.broker import dead_letters
from tests.support.channels import running_with_channels
from tests.support.mail_server import PASSWORD, SENDER, MailServer, Says
from tests.support.person import Person
from tests.support.push_service import Browser, PushService, Reply
from tests.support.stack import Stack

pytestmark = pytest.mark.e2e

_ENV = {
    "LOG_FORMAT": "json",
    "LOG_LEVEL": "DEBUG",
    "PUSH_RETRY_BASE": "0.5",
    "PUSH_RETRY_CAP": "1",
    "EMAIL_TIMEOUT": "3",
    "WEBHOOK_TIMEOUT": "3",
}


@pytest.fixture(scope="module")
def stack(
    mails: MailServer, receiver: PushService, binaries: Binaries, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """The whole system, and what switches both channels on: components, that of e-mail as it is shipped."""
    with running_with_channels(mails, receiver, binaries, tmp_path_factory, _ENV) as running:
        yield running


async def mailed(person: Person, mails: MailServer) -> str:
    """Have reminders mailed to the person's own address, as they do it: with the code that was mailed."""
    answer = await person.client.put("/api/v1/channels/email", json={"address": person.email})
    if answer.status_code == 503:  # the machine is busy: as it says, once more
        answer = await person.client.put("/api/v1/channels/email", json={"address": person.email})
    assert answer.status_code == 202, answer.text
    body = {"code": await mails.code(person.email)}
    answer = await person.client.post("/api/v1/channels/email/confirm", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["email"]["enabled"]
    return person.email


async def hooked(person: Person, receiver: PushService, *replies: Reply) -> tuple[Browser, str]:
    """Have reminders posted to a receiver that answers so; its secret."""
    hook = receiver.browser(*replies)
    url = f"http://127.0.0.1:{receiver.port}{hook.path}"
    answer = await person.client.put("/api/v1/channels/webhook", json={"url": url})
    assert answer.status_code == 200, answer.text
    return hook, answer.json()["secret"]


async def remind(person: Person, title: str) -> datetime:
    due_at = datetime.now(UTC) + timedelta(seconds=1)
    await person.add(title, due_at)
    return due_at


async def deliveries(person: Person) -> Sequence[dict[str, Any]]:
    answer = await person.client.get("/api/v1/deliveries")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


async def settled(person: Person, count: int, *, within: float = 30) -> dict[str, dict[str, Any]]:
    """What became of the person's reminders, once so many deliveries are final; by channel, the newest."""
    async with asyncio.timeout(within):
        while True:
            found = [one for one in await deliveries(person) if one["state"] != "waiting"]
            if len(found) >= count:
                return {one["channel"]: one for one in found}
            await asyncio.sleep(0.1)


async def test_a_reminder_is_mailed_and_posted_once_and_the_user_sees_when(
    stack: Stack, mails: MailServer, receiver: PushService
) -> None:
    async with Person.registered(stack.url) as person:
        channels = (await person.client.get("/api/v1/channels")).json()
        assert channels["email"]["offered"]
        assert channels["webhook"]["offered_hosts"] == [f"127.0.0.1-{receiver.port}"]
        address = await mailed(person, mails)
        hook, secret = await hooked(person, receiver)
        due_at = await remind(person, "call “mum” 😀\r\nBcc: victim@mail.example")
        (mail,) = await mails.wait_for(address, 1, within=15)
        (post,) = await receiver.wait_for(hook, 1, within=15)
        found = await settled(person, 2)
        await asyncio.sleep(6)  # a redelivery would come within the broker's five seconds
    assert (len(mails.to(address)), len(receiver.to(hook))) == (1, 1)
    assert mail.to == (address,), "the title names no further recipient"
    assert mails.to("victim@mail.example") == []
    assert (mail.message["From"], mail.message["To"]) == (SENDER, address)
    assert mail.message["Bcc"] is None
    assert mail.message["Subject"] == "Reminder: call “mum” 😀 Bcc: victim@mail.example"
    assert mail.message.get_content_type() == "text/html"
    assert f"{stack.url}/unsubscribe/" in mail.html
    assert mail.at >= due_at
    assert mails.log_ins
    assert all(mails.log_ins)
    told: Any = Webhook(secret).verify(post.body, {name.lower(): value for name, value in post.headers.items()})
    assert (told["type"], told["data"]["title"]) == ("reminder.fired", "call “mum” 😀\r\nBcc: victim@mail.example")
    for channel in ("email", "webhook"):
        assert (found[channel]["state"], found[channel]["detail"]) == ("sent", "")
        lag = datetime.fromisoformat(found[channel]["at"]) - due_at
        assert timedelta(0) < lag < timedelta(seconds=60)


async def test_the_link_in_a_mail_ends_them(stack: Stack, mails: MailServer) -> None:
    async with Person.registered(stack.url) as person:
        address = await mailed(person, mails)
        await remind(person, "with a way out")
        (mail,) = await mails.wait_for(address, 1, within=15)
        (link,) = re.findall(r'href="([^"]+/unsubscribe/[^"]+)"', mail.html)
        assert "Stop these mails" in (await person.client.get(link)).text
        assert "No more reminders" in (await person.client.post(link)).text
        assert not (await person.client.get("/api/v1/channels")).json()["email"]["enabled"]
        await settled(person, 1)
        await remind(person, "nobody is told")
        async with asyncio.timeout(15):
            while len(await person.inbox()) < 2:
                await asyncio.sleep(0.1)
        await asyncio.sleep(1)
    assert len(mails.to(address)) == 1


@pytest.mark.parametrize("at_recipient", [True, False])
async def test_what_the_mail_server_refuses_is_not_sent_again_and_the_inbox_says_so(
    stack: Stack, mails: MailServer, at_recipient: bool
) -> None:
    async with Person.registered(stack.url) as person, person.listening() as ear:
        address = await mailed(person, mails)
        mails.says(address, Says("550 5.1.1 no such user", at_recipient=at_recipient))
        await remind(person, "refused")
        heard = await ear.wait_for(2, within=20)
        found = await settled(person, 1)
    assert (found["email"]["state"], found["email"]["detail"]) == ("failed", "the mail server refused it (550)")
    assert (heard[1].data["kind"], heard[1].data["title"]) == ("notice", "Could not be sent to you: refused")
    assert heard[1].data["body"] == "E-mail: the mail server refused it (550)."
    assert len(mails.to(address)) == (0 if at_recipient else 1)


async def test_busy_receivers_are_asked_again_and_those_who_took_it_are_not(
    stack: Stack, mails: MailServer, receiver: PushService
) -> None:
    async with Person.registered(stack.url) as person:
        address = await mailed(person, mails)
        mails.says(address, Says("451 4.7.1 come back"))
        hook, secret = await hooked(person, receiver, Reply(503), Reply(429, {"Retry-After": "2"}))
        await remind(person, "again")
        posts = await receiver.wait_for(hook, 3, within=30)
        found = await settled(person, 2)
        await asyncio.sleep(2)
    assert [found[channel]["state"] for channel in ("email", "webhook")] == ["sent", "sent"]
    assert (posts[2].at - posts[1].at).total_seconds() >= 2, "it said when to come back"
    assert len(receiver.to(hook)) == 3
    assert len({(post.headers["Webhook-Id"], post.body) for post in posts}) == 1, "so that a receiver knows it"
    for post in posts:
        Webhook(secret).verify(post.body, {name.lower(): value for name, value in post.headers.items()})
    assert len(mails.to(address)) == 2


@pytest.mark.parametrize(("status", "enabled"), [(410, False), (404, True)])
async def test_a_webhook_that_wants_nothing_is_asked_once_and_switched_off_when_it_says_so(
    stack: Stack, receiver: PushService, status: int, enabled: bool
) -> None:
    async with Person.registered(stack.url) as person, person.listening() as ear:
        hook, _ = await hooked(person, receiver, Reply(status))
        await remind(person, "unwanted")
        heard = await ear.wait_for(2, within=20)
        found = await settled(person, 1)
        webhook = (await person.client.get("/api/v1/channels")).json()["webhook"]
    assert (found["webhook"]["state"], f"it answered {status}" in found["webhook"]["detail"]) == ("failed", True)
    assert f"Webhook: it answered {status}" in heard[1].data["body"]
    assert (webhook["enabled"], f"it answered {status}" in webhook["problem"]) == (enabled, not enabled)
    assert len(receiver.to(hook)) == 1


async def test_a_slow_mail_server_gets_a_mail_once_and_holds_up_nobody(
    stack: Stack, mails: MailServer, receiver: PushService
) -> None:
    async with Person.registered(stack.url) as person, Person.registered(stack.url) as other:
        address = await mailed(person, mails)
        mails.says(address, Says(delay=2.5))
        hook, _ = await hooked(other, receiver)
        await remind(person, "slow")
        await mails.wait_for(address, 1, within=15)
        due_at = await remind(other, "prompt")
        (post,) = await receiver.wait_for(hook, 1, within=15)
        found = await settled(person, 1)
        await asyncio.sleep(5)
    assert (post.at - due_at).total_seconds() < 3
    assert found["email"]["state"] == "sent"
    assert len(mails.to(address)) == 1


async def test_a_mail_server_that_was_down_gets_it_when_it_is_back(stack: Stack, mails: MailServer) -> None:
    async with Person.registered(stack.url) as person:
        address = await mailed(person, mails)
        mails.stop()
        try:
            await remind(person, "meanwhile")
            async with asyncio.timeout(15):
                while not any(one["detail"] for one in await deliveries(person)):
                    await asyncio.sleep(0.1)
            (waiting,) = await deliveries(person)
            assert (waiting["state"], waiting["detail"]) == ("waiting", "the mail server could not be reached")
        finally:
            mails.start()
        await mails.wait_for(address, 1, within=20)
        assert (await settled(person, 1))["email"]["state"] == "sent"
    assert len(mails.to(address)) == 1


@pytest.mark.parametrize("process", ["notification", "notification.daprd"])
async def test_a_kill_while_it_is_sent_delays_it(
    stack: Stack, mails: MailServer, receiver: PushService, process: str
) -> None:
    """Both receivers have it and have not answered yet; nobody is told that it arrived."""
    async with Person.registered(stack.url) as person:
        address = await mailed(person, mails)
        mails.says(address, Says("451 busy", delay=1.5))
        hook, _ = await hooked(person, receiver, Reply(503, delay=1.5))
        await remind(person, f"survives {process}")
        await mails.wait_for(address, 1, within=15)
        await receiver.wait_for(hook, 1, within=15)
        await asyncio.to_thread(stack.kill, process)
        await mails.wait_for(address, 2, within=60)
        await receiver.wait_for(hook, 2, within=60)
        await asyncio.to_thread(stack.wait_ready)
        found = await settled(person, 2)
    assert [found[channel]["state"] for channel in ("email", "webhook")] == ["sent", "sent"]
    assert len({post.headers["Webhook-Id"] for post in receiver.to(hook)}) == 1


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("https://169.254.169.254/latest/meta-data", "the server's own network"),
        ("http://127.0.0.1:1/x", "the server's own network"),
        ("http://localhost/x", "the server's own network"),
        ("http://2130706433/x", "the server's own network"),
        ("https://hooks.example/x", "is not on this server's list"),
        ("https://hooks.example@127.0.0.1/x", "no host"),
        ("http://hooks.example/x", "begins with https://"),
    ],
)
async def test_a_webhook_that_no_component_leads_to_is_refused(stack: Stack, url: str, says: str) -> None:
    async with Person.registered(stack.url) as person:
        answer = await person.client.put("/api/v1/channels/webhook", json={"url": url})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "url")
    assert says in answer.json()["detail"]


async def test_an_api_token_gives_reminders_no_new_place_to_go(stack: Stack) -> None:
    async with Person.registered(stack.url) as person:
        token = (await person.client.post("/api/v1/tokens", json={"name": "x"})).json()["token"]
        person.client.headers["Authorization"] = f"Bearer {token}"
        for method, path, body in (
            ("PUT", "email", {"address": "thief@mail.example"}),
            ("POST", "email/confirm", {"code": "123456"}),
            ("PUT", "webhook", {"url": "https://hooks.example/x"}),
        ):
            answer = await person.client.request(method, f"/api/v1/channels/{path}", json=body)
            assert answer.status_code == 403
        assert (await person.client.get("/api/v1/channels")).status_code == 200


async def test_no_log_holds_a_secret_an_address_or_what_was_said(
    stack: Stack, mails: MailServer, receiver: PushService
) -> None:
    async with Person.registered(stack.url) as person:
        address = await mailed(person, mails)
        hook, secret = await hooked(person, receiver, Reply(400))
        mails.says(address, Says(f"550 5.1.1 <{address}> is unknown", at_recipient=True))
        await remind(person, "do not tell")
        await settled(person, 2)
        code = await mails.code(address)
    signing = secrets_file.read(stack.layout.secrets)["webhook-signing-key"]
    for name in stack.names:
        log = stack.log_file(name)
        for hidden in (PASSWORD, secret, signing, hook.path, f'"{code}"'):
            assert hidden not in log, name
    notification = stack.log_file("notification")
    assert address not in notification
    assert "do not tell" not in notification
    assert "mail not sent" in notification


@pytest.mark.parametrize("app_id", ["chat-api", "notification"])
async def test_no_app_can_read_the_mail_servers_password(stack: Stack, app_id: str) -> None:
    url = f"http://127.0.0.1:{stack.ports(f'{app_id}.daprd')['http']}/v1.0/secrets/environment/SMTP_PASSWORD"
    async with httpx.AsyncClient() as client:
        assert (await client.get(url, headers=dict(stack.token_headers(app_id)))).status_code == 403


async def test_nothing_was_dead_lettered(stack: Stack) -> None:
    assert [letter["reason"] for letter in await dead_letters(stack)] == []
