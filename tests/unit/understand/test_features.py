"""Lists, parts of tasks, single occurrences, preferences, notes, ranges and orders: what the corpus cannot show."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from chat_api.understand import IntentName, Need, Scope, Span, Understanding, continue_with, understand
from chat_api.understand.places import ZONES_OF_PLACES
from tests.unit.understand.test_sentences import NOW, ROME, read


def ask(question: str, *answers: str) -> Understanding:
    found = read(question)
    for answer in answers:
        found = continue_with(found, answer, now=NOW, zone=ROME)
    return found


@pytest.mark.parametrize(
    "text",
    [
        "add a subtask",
        "add a subtask to trip",
        "add a note to milk",
        "skip",
        "send me a daily digest",
        "quiet hours",
        "no reminders after 10pm",
        "rename milk",
        "move to the groceries list",
        "reschedule gym just this once",
    ],
)
def test_every_question_has_words_and_choices_that_answer_it(text: str) -> None:
    asked = read(text)
    assert asked.needs is not None
    assert asked.question
    for choice in asked.choices:
        assert continue_with(asked, choice, now=NOW, zone=ROME).needs is None


def test_a_part_gets_its_title_and_its_whole() -> None:
    found = ask("add a subtask to trip", "pack socks tomorrow at 5pm")
    assert (found.intent, found.title, found.parent, found.needs) == (IntentName.ADD, "pack socks", "trip", None)
    assert found.due == datetime(2026, 11, 25, 17, tzinfo=ROME)
    found = ask("add a subtask: pack socks", "the trip")
    assert (found.title, found.parent, found.target, found.needs) == ("pack socks", "trip", None, None)
    found = ask("add a subtask", "trip", "pack socks")
    assert (found.title, found.parent, found.needs) == ("pack socks", "trip", None)


def test_a_part_of_what_was_shown_or_spoken_of() -> None:
    assert (read("add a subtask to 2: pack").target_index, read("add a subtask to 2: pack").parent) == (2, "2")
    assert (read("add a subtask to it: pack").refers_back, read("add a subtask to it: pack").parent) == (True, "it")


def test_a_note_is_kept_as_it_is_written() -> None:
    found = ask("add a note to milk", "Two litres, tomorrow at 5pm!")
    assert (found.intent, found.target, found.notes) == (IntentName.CHANGE, "milk", "Two litres, tomorrow at 5pm!")
    assert (found.due, found.needs) == (None, None)
    found = read("call mum at 5pm, note: her flight is at 9:00, gate B12 (#home)")
    assert (found.title, found.notes) == ("call mum", "her flight is at 9:00, gate B12 (#home)")
    assert (found.due, found.tags) == (datetime(2026, 11, 24, 17, tzinfo=ROME), ())


def test_a_skip_asks_which_and_says_which_occurrence() -> None:
    found = ask("skip", "the gym")
    assert (found.intent, found.target, found.needs) == (IntentName.SKIP, "gym", None)
    assert read("skip gym on friday").due == date(2026, 11, 27)
    assert (read("skip gym next week").due_from, read("skip gym next week").due_until) == (
        date(2026, 11, 30),
        date(2026, 12, 6),
    )


@pytest.mark.parametrize(
    ("answer", "at"),
    [("8", time(8)), ("at 7:30", time(7, 30)), ("8 pm", time(20)), ("yes", time(8)), ("noon", time(12))],
)
def test_the_digest_gets_its_time(answer: str, at: time) -> None:
    found = ask("send me a daily digest", answer)
    assert (found.intent, found.digest_at, found.off, found.needs) == (IntentName.DIGEST, at, False, None)


@pytest.mark.parametrize(
    ("text", "quiet"),
    [
        ("from 10 to 7", (time(22), time(7))),
        ("10pm - 7", (time(22), time(7))),
        ("22:30 until 6:15", (time(22, 30), time(6, 15))),
        ("between midnight and 7am", (time(0), time(7))),
        ("from 1 to 3pm", (time(13), time(15))),
        ("from 10 in the evening to 7 in the morning", (time(22), time(7))),
    ],
)
def test_quiet_hours_get_their_ends(text: str, quiet: tuple[time, time]) -> None:
    found = ask("set quiet hours", text)
    assert (found.intent, found.quiet, found.needs) == (IntentName.QUIET, quiet, None)


def test_what_cannot_be_is_said() -> None:
    for text in ("send me a digest every weekday at 7", "quiet hours from 10pm to 7am on weekdays"):
        assert any("every day" in remark for remark in read(text).remarks)
    assert any("holidays" in remark for remark in read("standup every weekday at 9am except holidays").remarks)
    assert not any("holidays" in remark for remark in read("standup every weekday at 9am").remarks)


def test_never_mind_and_a_new_command_end_a_question() -> None:
    assert ask("quiet hours", "never mind").intent is IntentName.UNKNOWN
    assert ask("add a note to milk", "show my lists").intent is IntentName.LISTS
    assert ask("send me a daily digest", "delete milk").intent is IntentName.DELETE


def test_a_changed_name_is_asked_for() -> None:
    found = ask("rename milk", "oat milk")
    assert (found.target, found.new_title, found.needs) == ("milk", "oat milk", None)


def test_a_time_that_is_asked_for_keeps_the_day_too() -> None:
    assert ask("reschedule gym", "5pm").time_only
    assert not ask("reschedule gym", "friday 5pm").time_only
    found = ask("reschedule gym just this once", "friday")
    assert (found.scope, found.target, found.due) == (Scope.THIS, "gym", date(2026, 11, 27))
    # "That time has passed today" would speak of a day that is not meant.
    assert read("move gym to 9am").remarks == ()


@pytest.mark.parametrize(
    ("text", "zone", "hour"),
    [
        ("call at 5pm IST", "Asia/Kolkata", 17),
        ("call at 5pm IST", "Asia/Jerusalem", 17),
        ("call at 5pm CST", "America/Chicago", 17),
        ("call at 5pm CST", "America/New_York", 18),
        ("call at 5pm BST", "Europe/London", 17),
        ("call at 9am ET", "America/Los_Angeles", 6),
        ("call at 17:00 UTC+1", "Europe/Rome", 17),
        ("call at 17:00 GMT-3:30", "UTC", 20),
    ],
)
def test_a_zone_is_the_persons_own_where_it_can_be(text: str, zone: str, hour: int) -> None:
    own = ZoneInfo(zone)
    found = understand(text, now=datetime(2026, 11, 24, 0, 5, tzinfo=own), zone=own)
    assert isinstance(found.due, datetime)
    assert (found.title, found.due.hour, found.remarks) == ("call", hour, ())


def test_a_name_of_many_zones_is_told() -> None:
    assert any("IST" in remark for remark in read("call at 5pm IST").remarks)


def test_a_rule_in_another_zone_that_has_no_like_here_is_asked_about() -> None:
    found = read("report on the 1st of every month at 8pm PST")
    assert (found.needs, found.rrule, found.due) == (Need.RECURRENCE_SUPPORTED, None, None)
    found = continue_with(found, "every month on the 2nd at 5am", now=NOW, zone=ROME)
    assert (found.rrule, found.needs) == ("FREQ=MONTHLY;BYMONTHDAY=2;BYHOUR=5;BYMINUTE=0", None)


def test_what_was_recognised_is_shown_where_it_stands() -> None:
    text = "please move gym to 6pm just this once"
    found = read(text)
    assert {(span.kind, text[span.start : span.end]) for span in found.spans} >= {("scope", "just this once")}
    text = "add milk to the groceries list"
    assert Span(9, 30, "list") in read(text).spans
    text = "buy milk, note: two litres"
    assert Span(8, 26, "note") in read(text).spans


def test_only_this_one_is_the_task_spoken_of() -> None:
    found = read("move only this one to friday")
    assert (found.intent, found.target, found.refers_back, found.scope) == (IntentName.CHANGE, None, True, Scope.THIS)
    assert (found.due, found.needs) == (date(2026, 11, 27), None)


def test_this_weeks_one_is_no_task_spoken_of() -> None:
    found = read("move this week's gym to friday")
    assert (found.target, found.refers_back, found.scope) == ("gym", False, Scope.THIS)


def test_a_list_in_an_answer_counts() -> None:
    found = ask("add a subtask to trip", "pack socks in my travel list")
    assert (found.title, found.parent, found.list_name) == ("pack socks", "trip", "travel")


def test_every_place_has_a_zone() -> None:
    assert all(ZoneInfo(zone).key == zone for zone in ZONES_OF_PLACES.values())
