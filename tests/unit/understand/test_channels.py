"""Reminders by e-mail, and tasks that are about e-mail."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from chat_api.understand import IntentName, understand

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def read(text: str) -> tuple[IntentName, bool]:
    found = understand(text, now=NOW, zone=ZoneInfo("Europe/Rome"))
    return found.intent, found.off


@pytest.mark.parametrize(
    "text",
    ["email me my reminders", "E-mail me my reminders, please", "please email me the reminders from now on",
     "send my reminders by email", "send me reminders via e-mail", "turn on email notifications",
     "turn email reminders back on", "start emailing me", "remind me by email", "enable email reminders",
     "I want my reminders by email", "mail me all my reminders too", "hey, could you email me my reminders?"],
)  # fmt: skip
def test_reminders_by_mail(text: str) -> None:
    assert read(text) == (IntentName.EMAIL, False)


@pytest.mark.parametrize(
    "text",
    ["stop emailing me", "Stop e-mailing me!", "don't email me anymore", "no more emails", "stop sending me emails",
     "turn off email notifications", "turn email reminders off", "unsubscribe me from emails", "stop the emails",
     "please stop sending me reminders by email", "do not e-mail me my reminders any more", "stop mailing me"],
)  # fmt: skip
def test_no_reminders_by_mail(text: str) -> None:
    assert read(text) == (IntentName.EMAIL, True)


@pytest.mark.parametrize(
    "text",
    ["email me the report tomorrow", "remind me by email to call mum at 5pm", "stop the newsletter emails",
     "email Anna about the reminders", "send the invoice by email", "remind me to stop emailing Bob at 5pm",
     "reply to emails", "email me a digest at 8", "delete the email task", "mail the letter tomorrow",
     "turn on the mail server at 5", "no emails today from Bob"],
)  # fmt: skip
def test_what_only_speaks_of_mail(text: str) -> None:
    assert read(text)[0] is not IntentName.EMAIL
