"""E-mail and a webhook in the settings, and what a reminder's card says of them."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from runtime.install import Binaries
from tests.browser.test_quality import photograph, violations
from tests.support.channels import running_with_channels
from tests.support.mail_server import MailServer
from tests.support.page import add, register
from tests.support.push_service import PushService, Reply
from tests.support.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.browser]


@pytest.fixture(scope="module")
def stack(
    mails: MailServer, receiver: PushService, binaries: Binaries, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """The system with a mail server and a host for webhooks."""
    env = {"LOG_FORMAT": "json", "PUSH_RETRY_BASE": "60"}
    with running_with_channels(mails, receiver, binaries, tmp_path_factory, env) as running:
        yield running


async def test_an_address_and_a_webhook_are_set_up_and_the_card_says_what_came_of_it(
    page: Page, mails: MailServer, receiver: PushService
) -> None:
    email = await register(page)
    await page.get_by_test_id("settings-open").click()
    await page.get_by_test_id("email-address").fill("nobody")
    await page.get_by_test_id("email-form").get_by_role("button").click()
    await expect(page.get_by_test_id("channels").get_by_role("alert")).to_be_visible()
    await page.get_by_test_id("email-address").fill(email)
    await page.get_by_test_id("email-form").get_by_role("button").click()
    await expect(page.get_by_test_id("email-code")).to_be_visible()
    code = await mails.code(email)
    await page.get_by_test_id("email-code").fill(f"{(int(code) + 1) % 1_000_000:06d}")
    await page.get_by_test_id("email-code").press("Enter")
    await expect(page.get_by_test_id("channels").get_by_role("alert")).to_contain_text("that code is wrong")
    assert await violations(page) == [], "a wrong code"
    await page.get_by_test_id("email-code").fill(code)
    await page.get_by_test_id("email-code").press("Enter")
    await expect(page.get_by_test_id("email-on")).to_be_checked()

    hook = receiver.browser(Reply(503))
    await page.get_by_test_id("webhook-url").fill(f"https://elsewhere.example{hook.path}")
    await page.get_by_test_id("webhook-url").press("Enter")
    await expect(page.get_by_test_id("channels").get_by_role("alert")).to_contain_text("not on this server's list")
    await page.get_by_test_id("webhook-url").fill(f"http://127.0.0.1:{receiver.port}{hook.path}")
    await page.get_by_test_id("webhook-url").press("Enter")
    await expect(page.get_by_test_id("webhook-on")).to_be_checked()
    await expect(page.get_by_test_id("channels").get_by_test_id("secret")).to_have_value(re.compile("^whsec_"))
    assert await violations(page) == [], "channels"
    await page.get_by_test_id("channels").scroll_into_view_if_needed()
    await photograph(page, "channels")
    await page.get_by_test_id("settings-close").click()

    await add(page, "Water the plants", due_at=(datetime.now(UTC) + timedelta(seconds=1)).isoformat())
    sent = page.get_by_test_id("reminder-card").get_by_test_id("reminder-sent")
    await expect(sent).to_contain_text(
        re.compile(r"E-mail sent \d+:\d\d:\d\d.*Webhook: it answered 503"), timeout=20_000
    )
    await photograph(page, "sent")

    await page.get_by_test_id("settings-open").click()
    await expect(page.get_by_test_id("channels").get_by_test_id("secret")).to_have_count(0)
    await page.get_by_test_id("email-on").uncheck()
    await expect(page.get_by_test_id("email-on")).not_to_be_checked()
    await page.get_by_test_id("webhook-forget").click()
    await expect(page.get_by_test_id("webhook-on")).to_have_count(0)
