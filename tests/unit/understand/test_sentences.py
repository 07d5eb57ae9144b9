"""The tables of `sentences`, each line a test."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from chat_api.understand import IntentName, Need, Understanding, understand
from tests.unit.understand import sentences

ROME = ZoneInfo("Europe/Rome")
NOW = datetime(2026, 11, 24, 15, 20, tzinfo=ROME)


def read(text: str) -> Understanding:
    return understand(text, now=NOW, zone=ROME)


def when(written: str | None) -> datetime | date | None:
    if written is None:
        return None
    return datetime.fromisoformat(written).replace(tzinfo=ROME) if "T" in written else date.fromisoformat(written)


@pytest.mark.parametrize(("text", "title", "due"), sentences.ONCE)
def test_a_task_with_a_time(text: str, title: str, due: str) -> None:
    found = read(text)
    assert (found.intent, found.title, found.due) == (IntentName.ADD, title, when(due))
    assert type(found.due) is type(when(due))
    assert found.needs is None
    assert found.rrule is None


@pytest.mark.parametrize(("text", "title", "rule", "first"), sentences.RECURRING)
def test_a_task_that_repeats(text: str, title: str, rule: str, first: str) -> None:
    found = read(text)
    assert (found.intent, found.title, found.rrule, found.due) == (IntentName.ADD, title, rule, when(first))
    assert found.needs is None


@pytest.mark.parametrize("text", sentences.NO_TIME)
def test_text_without_a_time_is_left_alone(text: str) -> None:
    found = read(text)
    assert (found.intent, found.title) == (IntentName.ADD, text)
    assert (found.due, found.rrule, found.needs, found.spans) == (None, None, None, ())


@pytest.mark.parametrize(("text", "intent"), sentences.TALK)
def test_talk_is_no_task_and_gets_a_sentence(text: str, intent: str) -> None:
    found = read(text)
    assert found.intent == intent
    assert found.due is None
    assert found.question


@pytest.mark.parametrize(("text", "intent", "target", "index"), sentences.COMMANDS)
def test_commands_name_their_task(text: str, intent: str, target: str | None, index: int | None) -> None:
    found = read(text)
    assert (found.intent, found.target, found.target_index) == (intent, target, index)
    assert found.needs is None


@pytest.mark.parametrize(("text", "target", "index", "due"), sentences.CHANGES)
def test_changes_carry_the_new_time(text: str, target: str | None, index: int | None, due: str) -> None:
    found = read(text)
    assert (found.intent, found.target, found.target_index, found.due) == (IntentName.CHANGE, target, index, when(due))
    assert found.needs is None


@pytest.mark.parametrize(("text", "target", "index", "back", "seconds"), sentences.SHIFTS)
def test_a_change_by_a_length(text: str, target: str | None, index: int | None, back: bool, seconds: int) -> None:
    found = read(text)
    assert (found.intent, found.target, found.target_index) == (IntentName.CHANGE, target, index)
    assert (found.refers_back, found.shift, found.due) == (back, timedelta(seconds=seconds), None)
    assert found.needs is None


@pytest.mark.parametrize(("text", "target", "due"), sentences.SNOOZES)
def test_snoozes(text: str, target: str | None, due: str | None) -> None:
    found = read(text)
    assert (found.intent, found.target, found.due, found.needs) == (IntentName.SNOOZE, target, when(due), None)


@pytest.mark.parametrize("text", sentences.ACKNOWLEDGEMENTS)
def test_acknowledgements(text: str) -> None:
    assert read(text).intent is IntentName.ACKNOWLEDGE


@pytest.mark.parametrize("text", sentences.UNDOS)
def test_undos(text: str) -> None:
    assert read(text).intent is IntentName.UNDO


@pytest.mark.parametrize(("text", "words", "tags", "priority", "day"), sentences.SEARCHES)
def test_searches(text: str, words: str | None, tags: tuple[str, ...], priority: int | None, day: str | None) -> None:
    found = read(text)
    assert (found.intent, found.target, found.tags) == (IntentName.SEARCH, words, tags)
    assert (found.priority, found.due, found.needs) == (priority, when(day), None)


@pytest.mark.parametrize("text", sentences.NO_SEARCHES)
def test_what_is_looked_for_in_the_world_is_a_task(text: str) -> None:
    assert (read(text).intent, read(text).title) == (IntentName.ADD, text)


@pytest.mark.parametrize(("text", "intent", "index"), sentences.REFERENCES)
def test_references(text: str, intent: str, index: int | None) -> None:
    found = read(text)
    assert (found.intent, found.target, found.target_index) == (intent, None, index)
    assert found.refers_back is (index is None)
    assert found.needs is None


@pytest.mark.parametrize(("text", "rule"), sentences.FROM_COMPLETION)
def test_recurrence_from_completion(text: str, rule: str) -> None:
    found = read(text)
    assert (found.intent, found.rrule, found.from_completion, found.needs) == (IntentName.ADD, rule, True, None)
    assert not read("every 3 days water the fern").from_completion


@pytest.mark.parametrize(("text", "day"), sentences.LISTS)
def test_lists(text: str, day: str | None) -> None:
    found = read(text)
    assert (found.intent, found.due, found.needs) == (IntentName.LIST, when(day), None)


@pytest.mark.parametrize(("text", "need", "part"), sentences.QUESTIONS)
def test_what_is_missing_or_wrong_is_asked(text: str, need: str, part: str) -> None:
    found = read(text)
    assert found.needs == need
    assert part in (found.question or "")


def test_labels() -> None:
    found = read("buy milk p1 #Home @errand")
    assert (found.title, found.priority, found.tags) == ("buy milk", 1, ("home", "errand"))
    assert [span.kind for span in found.spans] == ["priority", "tag", "tag"]
    assert read("show me #home tasks").tags == ("home",)
    assert read("change dentist to p1").priority == 1
    assert read("call bank, high priority").priority == 1
    assert read("read p3 of the report").priority is None


def test_spans_point_into_the_original_text() -> None:
    text = "Please remind me  to call Mum tomorrow at 5pm #home"
    found = {span.kind: text[span.start : span.end] for span in read(text).spans}
    assert found == {"cue": "remind me", "date": "tomorrow", "time": "at 5pm", "tag": "#home"}


def test_earlier_reminders() -> None:
    found = read("dentist friday 3pm remind me an hour before")
    assert found.due == when("2026-11-27T15:00")
    assert found.remind_at == (when("2026-11-27T14:00"),)
    assert found.wants_reminder
    found = read("remind me 10 minutes before the meeting tomorrow at 3pm")
    assert (found.title, found.remind_at) == ("the meeting", (when("2026-11-25T14:50"),))
    found = read("call bob at 4pm, remind me 2 hours before")
    assert found.remind_at == ()
    assert "past" in found.remarks[-1]


def test_rename() -> None:
    found = read("rename milk to Oat milk")
    assert (found.intent, found.target, found.title) == (IntentName.CHANGE, "milk", "Oat milk")


def test_a_passed_time_and_a_bare_hour_are_remarked() -> None:
    assert read("call bob at 9am").remarks == ("That time has passed today, so I took tomorrow.",)
    assert "16:00" in read("call bob at 4").remarks[0]
    assert read("call bob at 4pm").remarks == ()


def test_the_zone_decides_between_day_first_and_month_first() -> None:
    new_york = ZoneInfo("America/New_York")
    found = understand("pay rent on 3/4/2027", now=NOW, zone=new_york)
    assert found.due == date(2027, 3, 4)
    assert found.remarks == ("I read 3/4 as 4 March.",)


def test_seconds_are_rounded_up_never_down() -> None:
    now = datetime(2026, 11, 24, 15, 20, 0, 1, tzinfo=ROME)
    assert understand("in 20 seconds stretch", now=now, zone=ROME).due == datetime(
        2026, 11, 24, 15, 20, 21, tzinfo=ROME
    )


def test_hours_that_nobody_named_are_remarked() -> None:
    assert "9:00, 15:00 and 21:00" in read("take pills three times a day").remarks[0]
    assert read("run three times a week").needs is Need.RECURRENCE_SUPPORTED
    assert read("take pills 12 times a day").needs is Need.RECURRENCE_SUPPORTED


def test_a_weekday_that_no_month_has_is_refused() -> None:
    for text in ("swim every 9th monday in december", "swim every 6th monday of the month"):
        assert read(text).needs is Need.DATE_VALID


def test_an_unsure_title_is_offered() -> None:
    found = read("asdf qwer")
    assert (found.title, found.needs, found.choices) == ("asdf qwer", Need.TITLE, ("yes", "no"))


def test_a_long_text_is_cut_with_a_word_about_it() -> None:
    found = read("buy milk " + "and eggs " * 100)
    assert "500" in found.remarks[-1]


def test_a_naive_now_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        understand("list", now=datetime(2026, 11, 24), zone=ROME)  # noqa: DTZ001 - what is tested


@pytest.mark.parametrize(("text", "intent", "name", "new_name"), sentences.LIST_COMMANDS)
def test_lists_are_made_renamed_and_deleted(text: str, intent: str, name: str, new_name: str | None) -> None:
    found = read(text)
    assert (found.intent, found.list_name, found.new_title, found.needs) == (intent, name, new_name, None)


@pytest.mark.parametrize(
    "text", ["make cake a subtask of birthday", "turn cake into a step of birthday", "move cake under birthday"]
)
def test_a_task_is_made_a_part(text: str) -> None:
    found = read(text)
    assert (found.intent, found.title, found.parent) == (IntentName.ADD, "cake", "birthday")


@pytest.mark.parametrize("text", ["make it a subtask of birthday", "make 2 a subtask of birthday"])
def test_which_task_is_made_a_part_is_asked(text: str) -> None:
    found = read(text)
    assert (found.title, found.parent, found.needs) == (None, "birthday", Need.TITLE)


@pytest.mark.parametrize(
    ("text", "due", "choice"),
    [
        ("dentist friday 5/12", "2026-12-05", "5 December 2026"),
        ("Friday 31 December 2026 at 10 meeting", "2026-12-31T10:00", "31 December 2026 at 10:00"),
    ],
)
def test_what_was_most_likely_meant_is_the_first_choice(text: str, due: str, choice: str) -> None:
    found = read(text)
    assert (found.needs, found.due, found.choices[0]) == (Need.DATE_VALID, when(due), choice)


def test_the_first_of_the_next_month_is_said_to_be_a_guess() -> None:
    assert any("first day of the month" in remark for remark in read("renew passport next month").remarks)


def test_after_midnight_tonight_is_the_night_that_lasts() -> None:
    now = datetime(2026, 11, 25, 0, 20, tzinfo=ROME)
    assert understand("call bob tonight at 1", now=now, zone=ROME).due == when("2026-11-25T01:00")
    assert understand("call bob tonight at 8", now=now, zone=ROME).due == when("2026-11-25T20:00")
