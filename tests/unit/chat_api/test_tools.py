"""What a language model may call, and what its calls mean."""

import contextlib
import json
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_api.assistant.meaning import Numbered, command_of, meaning_of
from chat_api.assistant.tools import BadCall, checked, offered
from chat_api.understand import IntentName, Need, Order, Scope, Understanding
from tests.unit.chat_api.chatting import ROME

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=ROME)  # a Tuesday
GIVEN = [Numbered("a", "pay the rent"), Numbered("b", "call the dentist")]


def meaning(name: str, arguments: dict[str, Any] | str = "") -> Understanding:
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    command, meant = command_of(name, text, GIVEN, now=NOW, zone=ROME)
    assert meaning_of(type(command).model_validate_json(command.model_dump_json())) == meant, "read back, it differs"
    return meant


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ROME)


@pytest.mark.parametrize(
    ("arguments", "due"),
    [
        ({"when": "tomorrow at 5pm"}, at(25, 17)),
        ({"when": "in 2 hours"}, at(24, 12)),
        ({"when": "friday"}, date(2026, 11, 27)),
        ({"due": "2026-11-25T17:00"}, at(25, 17)),
        ({"due": "2026-11-25T17:00:30"}, at(25, 17).replace(second=30)),
        ({"due": "2026-11-25"}, date(2026, 11, 25)),
        ({"when": "when the kids are asleep", "due": "2026-11-24T20:30"}, at(24, 20, 30)),
        ({"when": "tomorrow at 5pm", "due": "2026-11-25T05:00"}, at(25, 17)),
        ({}, None),
        ({"when": None, "due": None}, None),
    ],
)
def test_the_grammar_reads_the_words_and_a_written_time_stands_in(arguments: dict[str, Any], due: object) -> None:
    found = meaning("add_task", {"title": "call mum", **arguments})
    assert (found.intent, found.title, found.due) == (IntentName.ADD, "call mum", due)


def test_a_written_time_is_the_zones_wall_clock_over_a_clock_change() -> None:
    found = meaning("add_task", {"title": "x", "due": "2027-03-28T02:30"})
    assert isinstance(found.due, datetime)
    assert (found.due.hour, found.due.utcoffset()) == (3, timedelta(hours=2))
    assert "skip" in found.remarks[0]


def test_all_details_arrive() -> None:
    found = meaning(
        "add_task",
        {
            "title": " quarterly\n report ", "due": "2026-11-30T09:00", "recurrence": "RRULE:FREQ=MONTHLY;BYDAY=1MO",
            "remind_before_minutes": [60, 10], "priority": 1, "tags": ["#Work", "work"], "list_name": "Office",
            "notes": "as\nlast time", "part_of": 2,
        },
    )  # fmt: skip
    assert found.title == "quarterly report"
    assert found.rrule == "FREQ=MONTHLY;BYDAY=1MO"
    assert found.due == datetime(2026, 12, 7, 9, tzinfo=ROME), "the rule's first occurrence"
    assert [found.due - instant for instant in found.remind_at] == [timedelta(hours=1), timedelta(minutes=10)]
    assert (found.priority, found.tags, found.list_name, found.parent) == (1, ("work",), "Office", "call the dentist")
    assert found.notes == "as\nlast time"


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("complete_task", {"task": 2}, Understanding(IntentName.COMPLETE, target="call the dentist")),
        ("delete_task", {"task": 1}, Understanding(IntentName.DELETE, target="pay the rent")),
        ("skip_occurrence", {"task": 1}, Understanding(IntentName.SKIP, target="pay the rent")),
        ("reopen_task", {"title": "milk"}, Understanding(IntentName.REOPEN, target="milk")),
        ("show_lists", "", Understanding(IntentName.LISTS)),
        ("show_tasks", {}, Understanding(IntentName.LIST)),
        (
            "show_tasks", {"text": "rent", "order": "priority"},
            Understanding(IntentName.SEARCH, target="rent", order=Order.PRIORITY),
        ),
        (
            "show_tasks", {"day": "2026-11-25", "until": "2026-11-27"},
            Understanding(IntentName.LIST, due_from=date(2026, 11, 25), due_until=date(2026, 11, 27)),
        ),
        ("snooze_reminder", {"minutes": 15}, Understanding(IntentName.SNOOZE, due=at(24, 10, 15))),
        ("snooze_reminder", {"when": "tomorrow at 17:00"}, Understanding(IntentName.SNOOZE, due=at(25, 17))),
        ("snooze_reminder", {}, Understanding(IntentName.SNOOZE)),
        ("acknowledge_reminder", {}, Understanding(IntentName.ACKNOWLEDGE)),
        ("undo", "{}", Understanding(IntentName.UNDO)),
        ("set_daily_digest", {"at": "07:30"}, Understanding(IntentName.DIGEST, digest_at=time(7, 30))),
        ("set_daily_digest", {}, Understanding(IntentName.DIGEST, off=True)),
        (
            "set_quiet_hours", {"begin": "22:00", "end": "07:00"},
            Understanding(IntentName.QUIET, quiet=(time(22), time(7))),
        ),
        ("set_quiet_hours", {}, Understanding(IntentName.QUIET, off=True)),
        ("set_email_reminders", {"on": True}, Understanding(IntentName.EMAIL)),
        ("set_email_reminders", {"on": False}, Understanding(IntentName.EMAIL, off=True)),
        ("show_help", {}, Understanding(IntentName.HELP)),
    ],
)  # fmt: skip
def test_each_tool_is_a_command(name: str, arguments: Any, expected: Understanding) -> None:
    found = meaning(name, arguments)
    assert {**_fields(found), "spans": ()} == _fields(expected)


def _fields(understanding: Understanding) -> dict[str, object]:
    return {name: getattr(understanding, name) for name in Understanding.__dataclass_fields__}


def test_a_change_moves_by_the_grammars_words_or_by_minutes() -> None:
    moved = meaning("change_task", {"task": 2, "when": "5pm", "scope": "this"})
    assert (moved.target, moved.due, moved.scope, moved.target_index) == (
        "call the dentist", at(24, 17), Scope.THIS, None,
    )  # fmt: skip
    assert meaning("change_task", {"task": 2, "later_by_minutes": -30}).shift == timedelta(minutes=-30)
    assert meaning("change_task", {"task": 2, "when": "an hour later"}).shift == timedelta(hours=1)
    renamed = meaning("change_task", {"task": 1, "title": "pay the landlord", "priority": 2})
    assert (renamed.new_title, renamed.priority, renamed.due) == ("pay the landlord", 2, None)


def test_what_the_grammar_would_ask_is_asked() -> None:
    found = meaning("add_task", {"title": "x", "when": "30 February"})
    assert found.needs is Need.DATE_VALID
    assert found.question is not None


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("run_shell", "{}"),
        ("", "{}"),
        ("Add_Task", '{"title": "x"}'),
        ("add_task", ""),
        ("add_task", "null"),
        ("add_task", "[]"),
        ("add_task", "title: x"),
        ("add_task", '{"title": "x"'),
        ("add_task", '{"title": "x"} and more'),
        ("add_task", '{"title": NaN}'),
        ("add_task", '{"title": 3}'),
        ("add_task", '{"title": ""}'),
        ("add_task", '{"title": " \\n "}'),
        ("add_task", '{"title": "x\\u0000y"}'),
        ("add_task", '{"title": "\\ud800"}'),
        ("add_task", '{"title": "\\u202egnp.exe"}'),
        ("add_task", json.dumps({"title": "x" * 501})),
        ("add_task", json.dumps({"title": "x", "notes": "y" * 9000})),
        ("add_task", '{"title": "x", "user_id": "bob"}'),
        ("add_task", '{"title": "x", "priority": 0}'),
        ("add_task", '{"title": "x", "priority": "1"}'),
        ("add_task", '{"title": "x", "priority": 1.5}'),
        ("add_task", '{"title": "x", "tags": "home"}'),
        ("add_task", '{"title": "x", "tags": ["\\"quoted\\""]}'),
        ("add_task", '{"title": "x", "when": "when the kids are asleep"}'),
        ("add_task", '{"title": "x", "when": "delete everything"}'),
        ("add_task", '{"title": "x", "due": "tomorrow"}'),
        ("add_task", '{"title": "x", "due": "2026-11-25T17:00Z"}'),
        ("add_task", '{"title": "x", "due": "2026-11-25T17:00+01:00"}'),
        ("add_task", '{"title": "x", "due": "2026-02-30"}'),
        ("add_task", '{"title": "x", "due": "2026-11-25T25:00"}'),
        ("add_task", '{"title": "x", "due": "2026-11-24T09:59"}'),
        ("add_task", '{"title": "x", "due": "2026-11-23"}'),
        ("add_task", '{"title": "x", "due": "9999-12-31T23:59"}'),
        ("add_task", '{"title": "x", "due": "0001-01-01T00:00"}'),
        ("add_task", '{"title": "x", "recurrence": "FREQ=DAILY"}'),
        ("add_task", '{"title": "x", "due": "2026-11-25T17:00", "recurrence": "every day"}'),
        ("add_task", '{"title": "x", "due": "2026-11-25T17:00", "recurrence": "FREQ=SECONDLY"}'),
        ("add_task", '{"title": "x", "due": "2026-11-25", "recurrence": "FREQ=HOURLY"}'),
        ("add_task", '{"title": "x", "due": "2026-11-25", "recurrence": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}'),
        ("add_task", '{"title": "x", "remind_before_minutes": [10]}'),
        ("add_task", '{"title": "x", "part_of": 3}'),
        ("complete_task", "{}"),
        ("complete_task", '{"task": 0}'),
        ("complete_task", '{"task": -1}'),
        ("complete_task", '{"task": 3}'),
        ("complete_task", '{"task": "1"}'),
        ("complete_task", '{"task": true}'),
        ("complete_task", '{"task": [1, 2]}'),
        ("complete_task", '{"task": 1e400}'),
        ("delete_task", '{"task": "all"}'),
        ("change_task", '{"task": 1, "scope": "all"}'),
        ("show_tasks", '{"day": "2026-11-27", "until": "2026-11-25"}'),
        ("set_daily_digest", '{"at": "7:30"}'),
        ("set_daily_digest", '{"at": "24:00"}'),
        ("set_quiet_hours", '{"begin": "22:00"}'),
        ("ask", '{"question": "which?"}'),
        ("reply", '{"text": "hello"}'),
    ],
)
def test_what_is_no_command_is_refused(name: str, arguments: str) -> None:
    with pytest.raises(BadCall) as refused:
        meaning(name, arguments)
    assert "kids" not in str(refused.value), "the reason goes to the log: it quotes nothing"


@given(
    st.sampled_from([tool.name for tool in offered()]),
    st.text() | st.dictionaries(st.text(), st.integers()).map(json.dumps),
)
def test_no_argument_does_anything_but_fit_or_be_refused(name: str, arguments: str) -> None:
    with contextlib.suppress(BadCall):
        command_of(name, arguments, GIVEN, now=NOW, zone=ROME)


def test_the_schemas_are_plain_and_agree_with_what_is_checked() -> None:
    for tool in offered():
        assert tool.description
        assert set(tool.parameters) == {"type", "properties", "required"}
        for name, one in tool.parameters["properties"].items():
            assert one["type"] in {"string", "integer", "boolean", "array"}, f"{tool.name}.{name}"
            assert set(one) <= {"type", "description", "enum", "items"}
            assert one["type"] != "array" or one["items"]["type"] in {"string", "integer"}
        if not tool.parameters["required"]:
            checked(tool.name, "{}")
