"""E-mail and webhooks: proving an address, what the notification service is told, what the user sees of it."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlmodel import select

from chat_api.auth.dependencies import current_user, session_user
from chat_api.auth.models import User
from chat_api.channels import codes, endpoints, unsubscribing
from chat_api.channels.codes import MAX_MAILED, MAX_WRONG
from chat_api.channels.models import EmailAddress, MailedCodes
from chat_api.channels.notifications import NotificationDesk
from chat_api.channels.service import ChannelService
from chat_api.database import Database
from chat_api.errors import Invalid, NotFound, TooOften, Unavailable, install_handlers
from chat_api.inbox.models import ItemKind
from chat_api.outbox import OutboxRelay
from chat_api.paths import loggable_path
from chat_api.tasks.service import TaskService
from contracts.channels import (
    Channel,
    CodeVerdict,
    Delivery,
    DeliveryState,
    ListTargets,
    RecordDeliveries,
)
from tests.support.inbox import HearingInbox
from tests.unit.chat_api.chatting import Chat
from tests.unit.chat_api.conftest import ALICE, BOB, FakeNotifying, FakePublisher
from tests.unit.chat_api.test_push import fired, published

ADDRESS = "alice@mail.example"
URL = "https://hooks.example/alice"


Fire = Callable[[], Awaitable[int]]


@pytest.fixture
def fire(tasks: TaskService, inbox: HearingInbox) -> Fire:
    """Fires a reminder of Alice's; the inbox item."""
    return lambda: fired(tasks, inbox)


async def confirmed(channels: ChannelService, notifying: FakeNotifying, address: str = ADDRESS) -> None:
    """Alice proves an address."""
    await channels.mail_code(ALICE, address)
    await channels.confirm(ALICE, notifying.mailed[-1].code)


def outcome(channel: Channel, state: DeliveryState, detail: str = "", *, gone: bool = False) -> Delivery:
    return Delivery(channel=channel, state=state, at=datetime.now(UTC), detail=detail, gone=gone)


async def states(channels: ChannelService) -> dict[str, str]:
    return {row.channel: row.state for row in await channels.deliveries(ALICE, 10)}


async def test_an_address_gets_nothing_before_its_code_has_come_back(
    channels: ChannelService,
    notifying: FakeNotifying,
    desk: NotificationDesk,
    fire: Fire,
) -> None:
    await channels.mail_code(ALICE, ADDRESS)
    request = ListTargets(user_id=ALICE, item_id=await fire())
    assert (await desk.targets(request)).email is None
    assert await channels.deliveries(ALICE, 10) == []
    assert re.fullmatch(r"\d{6}", notifying.mailed[0].code)
    await channels.confirm(ALICE, notifying.mailed[0].code)
    request = ListTargets(user_id=ALICE, item_id=await fire())
    target = (await desk.targets(request)).email
    assert target is not None
    assert (target.address, target.timezone, target.page_url) == (ADDRESS, "UTC", "https://todo.example")
    assert target.unsubscribe_url.startswith("https://todo.example/unsubscribe/")
    assert await states(channels) == {"email": "waiting"}


async def test_a_channel_is_reason_enough_for_the_event(
    channels: ChannelService, fire: Fire, relay: OutboxRelay, publisher: FakePublisher
) -> None:
    await fire()
    await channels.set_webhook(ALICE, URL)
    item_id = await fire()
    assert [event.item_id for event in await published(publisher, relay, 1)] == [item_id]


async def test_a_code_is_good_once_for_one_user_and_not_for_ever(
    channels: ChannelService, notifying: FakeNotifying, database: Database
) -> None:
    await channels.mail_code(ALICE, ADDRESS)
    code = notifying.mailed[-1].code
    with pytest.raises(Invalid):
        await channels.confirm(BOB, code)
    async with database.writing() as session:
        row = (await session.exec(select(EmailAddress))).one()
        assert code not in (row.code_hash or "")
        row.code_expires_at = datetime.now(UTC) - timedelta(seconds=1)
        session.add(row)
    with pytest.raises(Invalid, match="too old"):
        await channels.confirm(ALICE, code)
    await confirmed(channels, notifying)
    with pytest.raises(Invalid):
        await channels.confirm(ALICE, notifying.mailed[-1].code)


async def test_guessing_ends_the_code(channels: ChannelService, notifying: FakeNotifying) -> None:
    await channels.mail_code(ALICE, ADDRESS)
    right = notifying.mailed[-1].code
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for _ in range(MAX_WRONG):
        with pytest.raises(Invalid):
            await channels.confirm(ALICE, wrong)
    with pytest.raises(Invalid):
        await channels.confirm(ALICE, right)


async def test_only_so_many_codes_are_mailed_for_a_user_and_to_an_address(
    channels: ChannelService, notifying: FakeNotifying, database: Database
) -> None:
    for number in range(MAX_MAILED):
        await channels.mail_code(ALICE, f"{number}@mail.example")
    with pytest.raises(TooOften, match="Try again in 3"):
        await channels.mail_code(ALICE, ADDRESS)
    async with database.writing() as session:
        for number in range(MAX_MAILED):
            await codes.count_mailed(session, f"user {number}", "Victim@mail.example", datetime.now(UTC))
    with pytest.raises(TooOften):
        await channels.mail_code(BOB, "victim@mail.example")
    assert len(notifying.mailed) == MAX_MAILED
    async with database.writing() as session:
        for row in (await session.exec(select(MailedCodes))).all():
            row.since = datetime.now(UTC) - timedelta(hours=1)
            session.add(row)
    await channels.mail_code(ALICE, ADDRESS)


async def test_a_new_address_takes_the_place_of_the_old_one_when_it_is_confirmed(
    channels: ChannelService, notifying: FakeNotifying
) -> None:
    await confirmed(channels, notifying)
    await channels.mail_code(ALICE, "new@mail.example")
    found = await channels.get(ALICE)
    assert found.email is not None
    assert found.unconfirmed is not None
    assert (found.email.address, found.unconfirmed.address) == (ADDRESS, "new@mail.example")
    await channels.confirm(ALICE, notifying.mailed[-1].code)
    found = await channels.get(ALICE)
    assert found.email is not None
    assert (found.email.address, found.unconfirmed) == ("new@mail.example", None)


async def test_what_cannot_be_mailed_is_said(channels: ChannelService, notifying: FakeNotifying) -> None:
    notifying.verdict = CodeVerdict(sent=False, refused=True)
    with pytest.raises(Invalid, match="takes no mail"):
        await channels.mail_code(ALICE, ADDRESS)
    notifying.verdict = CodeVerdict(sent=False)
    with pytest.raises(Unavailable):
        await channels.mail_code(ALICE, ADDRESS)
    notifying.email = False
    with pytest.raises(NotFound, match="not set up"):
        await channels.mail_code(ALICE, ADDRESS)
    notifying.away = True
    with pytest.raises(Unavailable):
        await channels.get(ALICE)
    with pytest.raises(NotFound):
        await channels.switch_email(ALICE, enabled=True)


async def test_switched_off_means_that_nothing_is_sent(
    channels: ChannelService, notifying: FakeNotifying, desk: NotificationDesk, fire: Fire, inbox: HearingInbox
) -> None:
    await confirmed(channels, notifying)
    await channels.set_webhook(ALICE, URL)
    item_id = await fire()
    assert await states(channels) == {"email": "waiting", "webhook": "waiting"}
    await channels.switch_email(ALICE, enabled=False)
    await channels.switch_webhook(ALICE, enabled=False)
    found = await desk.targets(ListTargets(user_id=ALICE, item_id=item_id))
    assert (found.wanted, found.email, found.webhook) == (True, None, None)
    assert await states(channels) == {}, "nobody waits for what was switched off"
    await channels.switch_email(ALICE, enabled=True)
    await channels.switch_webhook(ALICE, enabled=True)
    found = await desk.targets(ListTargets(user_id=ALICE, item_id=item_id))
    assert found.email is not None
    assert found.webhook is not None
    assert found.webhook.url == URL
    await channels.forget_email(ALICE)
    await channels.forget_webhook(ALICE)
    await fire()
    assert await channels.deliveries(ALICE, 1) == []


async def test_a_webhook_that_leads_elsewhere_is_refused_and_not_kept(
    channels: ChannelService, notifying: FakeNotifying
) -> None:
    secret = await channels.set_webhook(ALICE, URL)
    notifying.allowed = False
    with pytest.raises(Invalid, match="no"):
        await channels.set_webhook(ALICE, "https://169.254.169.254/")
    webhook = (await channels.get(ALICE)).webhook
    assert webhook is not None
    assert (webhook.url, secret) == (URL, f"whsec_{webhook.id}")
    notifying.allowed = True
    assert await channels.set_webhook(ALICE, URL) != secret, "set again, it has a new secret"


async def test_what_became_of_an_item_is_kept_once_and_a_success_stays(
    channels: ChannelService, notifying: FakeNotifying, desk: NotificationDesk, fire: Fire, inbox: HearingInbox
) -> None:
    await confirmed(channels, notifying)
    await channels.set_webhook(ALICE, URL)
    item_id = await fire()

    async def record(*deliveries: Delivery, user: str = ALICE) -> None:
        await desk.record(RecordDeliveries(user_id=user, item_id=item_id, deliveries=deliveries))

    sent = outcome(Channel.EMAIL, DeliveryState.SENT)
    waits = outcome(Channel.WEBHOOK, DeliveryState.WAITING, "it answered 503")
    for _ in range(2):
        await record(sent, waits)
    await record(outcome(Channel.EMAIL, DeliveryState.FAILED, "a day has passed"))
    await record(outcome(Channel.WEBHOOK, DeliveryState.SENT), user=BOB)
    rows = {row.channel: row for row in await channels.deliveries(ALICE, 10)}
    assert (rows["email"].state, rows["email"].at, rows["email"].detail) == ("sent", sent.at, "")
    assert (rows["webhook"].state, rows["webhook"].detail) == ("waiting", "it answered 503")
    await record(outcome(Channel.WEBHOOK, DeliveryState.FAILED, "it answered 503"))
    await record(waits)
    assert (await states(channels))["webhook"] == "failed"
    assert len(await inbox.latest(ALICE, 10)) == 1, "one channel reached her: no notice"
    assert await channels.deliveries(BOB, 10) == []


async def test_when_all_channels_have_failed_the_inbox_says_so_once(
    channels: ChannelService, notifying: FakeNotifying, desk: NotificationDesk, fire: Fire, inbox: HearingInbox
) -> None:
    await confirmed(channels, notifying)
    await channels.set_webhook(ALICE, URL)
    item_id = await fire()
    failed = (
        outcome(Channel.EMAIL, DeliveryState.FAILED, "the mail server refused it (550)"),
        outcome(Channel.WEBHOOK, DeliveryState.FAILED, "it answered 410 and wants no more", gone=True),
    )
    await desk.record(RecordDeliveries(user_id=ALICE, item_id=item_id, deliveries=failed[:1]))
    assert len(await inbox.latest(ALICE, 10)) == 1, "the webhook may still reach her"
    for _ in range(3):
        await desk.record(RecordDeliveries(user_id=ALICE, item_id=item_id, deliveries=failed))
    item, notice = await inbox.latest(ALICE, 10)
    assert (notice.kind, notice.title, notice.reminder_id) == (
        ItemKind.NOTICE,
        "Could not be sent to you: stretch",
        item.reminder_id,
    )
    assert notice.body.splitlines() == [
        "E-mail: the mail server refused it (550).",
        "Webhook: it answered 410 and wants no more.",
    ]
    webhook = (await channels.get(ALICE)).webhook
    assert webhook is not None
    assert (webhook.enabled, webhook.problem) == (False, "It was switched off: it answered 410 and wants no more.")


@pytest.fixture
def app(channels: ChannelService) -> FastAPI:
    app = FastAPI()
    install_handlers(app)
    app.include_router(endpoints.router)
    app.include_router(unsubscribing.router)
    app.state.services = type("Services", (), {"channels": channels})()
    alice = User(id=ALICE, email="a@example.org", password_hash="-", created_at=datetime.now(UTC))
    app.dependency_overrides[current_user] = app.dependency_overrides[session_user] = lambda: alice
    return app


async def test_over_http(app: FastAPI, notifying: FakeNotifying) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test/api/v1") as client:
        none = (await client.get("/channels")).json()
        assert none == {
            "push": {"offered": True, "browsers": 0},
            "email": {"offered": True, "address": None, "enabled": False, "unconfirmed": None},
            "webhook": {"offered_hosts": ["hooks.example"], "url": None, "enabled": False, "problem": ""},
        }
        asked = await client.put("/channels/email", json={"address": f" {ADDRESS} "})
        assert (asked.status_code, asked.json()["email"]["unconfirmed"]) == (202, ADDRESS)
        assert (await client.post("/channels/email/confirm", json={"code": "12345"})).status_code == 422
        confirm = await client.post("/channels/email/confirm", json={"code": notifying.mailed[-1].code})
        assert confirm.json()["email"] == {"offered": True, "address": ADDRESS, "enabled": True, "unconfirmed": None}
        off = await client.patch("/channels/email", json={"enabled": False})
        assert not off.json()["email"]["enabled"]
        made = await client.put("/channels/webhook", json={"url": URL})
        assert made.json()["secret"].startswith("whsec_")
        assert made.headers["cache-control"] == "no-store"
        assert "secret" not in (await client.get("/channels")).json()["webhook"]
        assert (await client.delete("/channels/webhook")).status_code == 204
        assert (await client.delete("/channels/email")).status_code == 204
        assert (await client.patch("/channels/email", json={"enabled": True})).status_code == 404
        assert (await client.get("/channels")).json() == none


@pytest.mark.parametrize(
    "address",
    ["", "a", "a@b;c@d.example", "a@b.example,c@d.example", "a b@c.example", '"a"@b.example', "a@b.example\r\nBcc: c@d",
     "<a@b.example>", "a@-b.example", "a@b.example>", "ä@b.example"],
)  # fmt: skip
async def test_what_could_be_two_addresses_or_a_header_is_no_address(app: FastAPI, address: str) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test/api/v1") as client:
        assert (await client.put("/channels/email", json={"address": address})).status_code == 422


async def test_a_link_in_a_mail_ends_them_but_not_by_being_opened(
    app: FastAPI,
    channels: ChannelService,
    notifying: FakeNotifying,
    desk: NotificationDesk,
    fire: Fire,
) -> None:
    await confirmed(channels, notifying)
    target = (await desk.targets(ListTargets(user_id=ALICE, item_id=await fire()))).email
    assert target is not None
    path = target.unsubscribe_url.removeprefix("https://todo.example")
    assert loggable_path(path) == "/unsubscribe/…"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        asked = await client.get(path)
        assert (asked.status_code, 'method="post"' in asked.text) == (200, True)
        found = await channels.get(ALICE)
        assert found.email is not None
        assert found.email.enabled
        done = await client.post(path, data={"List-Unsubscribe": "One-Click"})
        assert f"No more reminders go to {ADDRESS}" in done.text
        found = await channels.get(ALICE)
        assert found.email is not None
        assert not found.email.enabled
        assert "of no use any more" in (await client.post("/unsubscribe/guessed")).text


async def test_the_chat_switches_mails_on_and_off_but_confirms_no_address(
    chat: Chat, channels: ChannelService, notifying: FakeNotifying
) -> None:
    asked = (await chat.say("email me my reminders")).reply
    assert "I have mailed a code to alice@example.org. Enter it in the settings" in asked
    assert (await chat.say("stop emailing me")).reply.startswith("OK, no reminders by e-mail.")
    await channels.confirm(ALICE, notifying.mailed[-1].code)
    off = (await chat.say("Stop e-mailing me!")).reply
    assert off == "OK, no reminders by e-mail. No more go to alice@example.org. They still come here."
    found = await channels.get(ALICE)
    assert found.email is not None
    assert not found.email.enabled
    assert (await chat.say("send my reminders by email")).reply == "OK, your reminders go to alice@example.org, too."
    await channels.forget_email(ALICE)
    notifying.email = False
    assert "E-mail is not set up on this server." in (await chat.say("email me my reminders")).reply
