"""A question and its answer."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from chat_api.understand import IntentName, Need, Understanding, continue_with, understand
from tests.unit.understand.test_sentences import NOW, ROME, when


def ask(question: str, answer: str) -> Understanding:
    return continue_with(understand(question, now=NOW, zone=ROME), answer, now=NOW, zone=ROME)


@pytest.mark.parametrize(
    ("question", "answer", "title", "due"),
    [
        ("remind me to call mum", "tomorrow at 5", "call mum", "2026-11-25T17:00"),
        ("remind me to call mum", "5", "call mum", "2026-11-24T17:00"),
        ("remind me to call mum", "in 10 minutes", "call mum", "2026-11-24T15:30"),
        ("remind me to call mum", "10 minutes", "call mum", "2026-11-24T15:30"),
        ("remind me tomorrow to call mum", "9", "call mum", "2026-11-25T09:00"),
        ("remind me tomorrow to call mum", "at 9:30 please", "call mum", "2026-11-25T09:30"),
        ("set an alarm for 6", "pm", "Alarm", "2026-11-24T18:00"),
        ("set an alarm for 6", "in the morning", "Alarm", "2026-11-25T06:00"),
        ("set an alarm for 6", "6 pm", "Alarm", "2026-11-24T18:00"),
        ("remind me at 5pm", "call mum", "call mum", "2026-11-24T17:00"),
        ("remind me at 5pm", "to cancel Netflix", "cancel Netflix", "2026-11-24T17:00"),
        ("remind me", "call mum tomorrow at 5pm", "call mum", "2026-11-25T17:00"),
        ("remind me yesterday at 5 to eat", "tomorrow at 5pm", "eat", "2026-11-25T17:00"),
    ],
)
def test_an_answer_continues(question: str, answer: str, title: str, due: str) -> None:
    found = ask(question, answer)
    assert (found.intent, found.title, found.due, found.needs) == (IntentName.ADD, title, when(due), None)


def test_an_answer_may_lead_to_the_next_question() -> None:
    found = ask("remind me", "call mum")
    assert (found.title, found.needs) == ("call mum", Need.TIME)
    found = ask("remind me to call mum", "friday")
    assert (found.due, found.needs) == (date(2026, 11, 27), Need.TIME)
    found = continue_with(found, "3pm", now=NOW, zone=ROME)
    assert (found.due, found.needs) == (when("2026-11-27T15:00"), None)


def test_a_recurrence_gets_its_time() -> None:
    found = ask("remind me every 2 weeks on friday until 1 June to water plants", "at noon")
    assert found.rrule == "FREQ=WEEKLY;INTERVAL=2;UNTIL=20270601T215959Z;BYDAY=FR;BYHOUR=12;BYMINUTE=0"
    assert found.due == when("2026-11-27T12:00")
    assert ask("gym 3 times a week", "every day at 9am").rrule == "FREQ=DAILY;BYHOUR=9;BYMINUTE=0"


def test_a_recurrence_from_completion_stays_one() -> None:
    found = ask("remind me every! 3 days to water plants", "at 9am")
    assert (found.rrule, found.from_completion) == ("FREQ=DAILY;INTERVAL=3;BYHOUR=9;BYMINUTE=0", True)


def test_an_earlier_reminder_waits_for_the_time() -> None:
    found = ask("remind me an hour before the dentist", "friday 3pm")
    assert (found.title, found.due) == ("the dentist", when("2026-11-27T15:00"))
    assert (found.remind_at, found.remind_before) == ((when("2026-11-27T14:00"),), ())


@pytest.mark.parametrize(
    ("answer", "intent", "title"),
    [
        ("list", IntentName.LIST, None),
        ("delete milk", IntentName.DELETE, None),
        ("remind me to eat at 5pm", IntentName.ADD, "eat"),
        ("buy milk", IntentName.ADD, "buy milk"),
        ("never mind", IntentName.UNKNOWN, None),
    ],
)
def test_a_new_command_stands_alone(answer: str, intent: IntentName, title: str | None) -> None:
    found = ask("remind me to call mum", answer)
    assert (found.intent, found.title, found.needs) == (intent, title, None)


def test_an_answer_that_does_not_help_is_asked_again() -> None:
    assert ask("remind me to call mum", "blah blah") == understand("remind me to call mum", now=NOW, zone=ROME)


def test_targets() -> None:
    assert ask("complete", "2").target_index == 2
    assert ask("complete", "the milk").target == "milk"
    found = ask("reschedule dentist", "friday 3pm")
    assert (found.intent, found.target, found.due) == (IntentName.CHANGE, "dentist", when("2026-11-27T15:00"))


def test_yes_adds_what_was_offered() -> None:
    assert ask("asdf qwer", "yes") == Understanding(IntentName.ADD, title="asdf qwer")
    said = ask("she will leave in two weeks", "yes")
    assert (said.intent, said.title, said.due, said.needs) == (
        IntentName.ADD,
        "she will leave",
        when("2026-12-08"),
        None,
    )
    assert ask("asdf qwer", "no").intent is IntentName.UNKNOWN
    assert ask("asdf qwer", "buy milk").title == "buy milk"


@pytest.mark.parametrize(
    "question",
    ["remind me to call mum", "remind me tomorrow to call mum", "remind me every day to drink", "30 February dentist"],
)
def test_every_choice_is_understood(question: str) -> None:
    asked = understand(question, now=NOW, zone=ROME)
    assert asked.choices
    for choice in asked.choices:
        assert continue_with(asked, choice, now=NOW, zone=ROME).needs is None


def test_now_must_be_aware() -> None:
    asked = understand("remind me", now=NOW, zone=ROME)
    with pytest.raises(ValueError, match="aware"):
        continue_with(asked, "x", now=datetime(2026, 11, 24), zone=ZoneInfo("UTC"))  # noqa: DTZ001 - what is tested


@pytest.mark.parametrize("answer", ["create a list called camping", "delete the camping list"])
def test_a_list_is_no_answer(answer: str) -> None:
    found = ask("remind me to call mum", answer)
    assert (found.intent in {IntentName.ADD_LIST, IntentName.DELETE_LIST}, found.list_name) == (True, "camping")


def test_a_list_gets_its_name() -> None:
    found = ask("rename the camping list", "glamping")
    assert (found.intent, found.list_name, found.new_title) == (IntentName.RENAME_LIST, "camping", "glamping")
    assert found.needs is None
