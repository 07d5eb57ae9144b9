"""Files of other apps: what is read of them, what is refused, and what hostile ones do not do."""

import contextlib
import time
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from chat_api.errors import Invalid
from chat_api.portability.calendar_reading import Tasks, read_calendar
from chat_api.portability.reader import FileReader
from chat_api.portability.reading import bounded, read_file
from chat_api.portability.rules import outward
from chat_api.tasks.models import TaskStatus
from chat_api.tasks.whole import WholePart, WholeTask
from tests.unit.chat_api import calendar_files as files

ROME = ZoneInfo("Europe/Rome")
HEAD, TAIL = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//EN\r\n", "END:VCALENDAR\r\n"


def read(text: str) -> Tasks:
    return read_calendar(text.encode(), ROME)


def todo(*lines: str, uid: str = "1", title: str = "x") -> str:
    return "\r\n".join(["BEGIN:VTODO", f"UID:{uid}", f"SUMMARY:{title}", *lines, "END:VTODO", ""])


def only(*lines: str) -> WholeTask:
    found = read(HEAD + todo(*lines) + TAIL)
    assert found.refused == []
    (task,) = found.tasks
    return task


def refusal(*lines: str) -> str:
    found = read(HEAD + todo(*lines) + TAIL)
    assert found.tasks == []
    ((_, reason),) = found.refused
    return reason


def rings(task: WholePart) -> list[datetime]:
    return [one.due_at for one in task.reminders]


def utc(*fields: int) -> datetime:
    return datetime(*fields, tzinfo=UTC)  # type: ignore[misc,arg-type]


def test_apple_reminders() -> None:
    found = read(files.APPLE)
    assert found.refused == []
    milk, rent = found.tasks
    assert milk.title.endswith("on the lowest shelf; two of them")
    assert milk.notes == "First line\nsecond line"
    assert (milk.priority, milk.list, milk.timezone) == (1, "Shopping", "Europe/Berlin")
    assert milk.due_at == utc(2099, 7, 6, 16)
    assert rings(milk) == [milk.due_at]
    assert milk.created_at == utc(2026, 1, 1, 9)
    assert (rent.due_on, rent.recurrence, rent.reminders) == (date(2099, 8, 1), "FREQ=MONTHLY", [])


def test_thunderbird_a_done_occurrence_moves_the_series_on() -> None:
    found = read(files.THUNDERBIRD)
    plants, passport = found.tasks
    assert plants.due_at == datetime(2099, 6, 8, 9, tzinfo=ROME).astimezone(UTC)
    assert rings(plants) == [datetime(2099, 6, 8, 7, 45, tzinfo=ROME).astimezone(UTC)]
    assert plants.recurrence == "FREQ=WEEKLY;UNTIL=20990730T220000Z"
    assert (passport.status, passport.updated_at) == (TaskStatus.COMPLETED, utc(2025, 12, 24, 12))
    assert passport.tags == ["travel", "paper work"]
    assert found.refused == [("Dentist", "it is an event, not a task")]


def test_nextcloud_floating_times_and_subtasks_one_level_deep() -> None:
    found = read(files.NEXTCLOUD)
    flat, itself, orphan = found.tasks
    assert flat.due_at == datetime(2099, 7, 6, 18, tzinfo=ROME).astimezone(UTC)
    assert (flat.priority, flat.tags, flat.timezone) == (3, ["home", "d-i-y"], "Europe/Rome")
    assert [part.title for part in flat.subtasks] == ["Buy paint", "Choose a colour"]
    paint = flat.subtasks[0]
    assert (paint.due_on, paint.status) == (date(2099, 7, 1), TaskStatus.OPEN)
    assert rings(paint) == [datetime(2099, 6, 30, tzinfo=ROME).astimezone(UTC)]
    assert [itself.title, orphan.title] == ["Part of itself", "Part of nothing"]
    assert found.refused == [("Not any more", "it is cancelled")]


def test_vikunja_utc_times_are_meant_on_the_users_clock() -> None:
    (standup,) = read(files.VIKUNJA).tasks
    assert (standup.timezone, standup.list, standup.priority) == ("Europe/Rome", "Inbox", 1)
    assert rings(standup) == [utc(2099, 7, 6, 6)]
    assert (standup.recurrence, standup.tags) == ("FREQ=DAILY", ["work, mostly"])
    assert [part.title for part in standup.subtasks] == ["Notes"]


@pytest.mark.filterwarnings("ignore:Timezone")
def test_tasks_org_and_zones_of_other_names() -> None:
    found = read(files.TASKS_ORG)
    lawn, york, outlook = found.tasks
    # It begins on Saturdays and is due on Mondays: here it repeats when it is due.
    assert (lawn.due_on, lawn.recurrence) == (date(2099, 10, 12), "FREQ=WEEKLY;BYDAY=MO")
    assert lawn.tags == ["home", "garden", "weekly"]
    assert (york.timezone, york.due_at) == ("America/New_York", utc(2099, 7, 6, 13))
    assert (outlook.timezone, outlook.due_at) == ("Europe/Berlin", utc(2099, 7, 6, 7))
    assert found.refused == [("Nobody's zone", "its time zone is not known: Mars/Olympus")]


@pytest.mark.filterwarnings("ignore:Timezone")
@pytest.mark.parametrize("name", files.EVERY_FILE)
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_how_lines_end_makes_no_difference(name: str, ending: str) -> None:
    text = files.EVERY_FILE[name]
    assert read(text.replace("\r\n", "\n").replace("\n", ending)) == read(text)


def test_a_task_without_due_and_one_that_only_starts() -> None:
    assert only().due() is None
    assert only("DTSTART:20990101T090000Z").due() is None
    assert only("DTSTART:20990101T090000Z", "DURATION:PT2H").due_at == utc(2099, 1, 1, 11)
    assert only("DTSTART:20990101T090000Z", "RRULE:FREQ=DAILY").due_at == utc(2099, 1, 1, 9)


@pytest.mark.parametrize(("value", "priority"), [(0, None), (1, 1), (4, 1), (5, 2), (6, 3), (9, 3), (10, None)])
def test_priorities(value: int, priority: int | None) -> None:
    assert only(f"PRIORITY:{value}").priority == priority


def test_a_last_day_counts_whole() -> None:
    task = only("DUE;TZID=Europe/Rome:20990101T200000", "RRULE:FREQ=DAILY;UNTIL=20990103")
    assert task.recurrence == "FREQ=DAILY;UNTIL=20990103T225959Z"


@pytest.mark.parametrize(
    ("rule", "all_day", "told"),
    [
        ("FREQ=DAILY;COUNT=10", False, "FREQ=DAILY;COUNT=7"),
        ("FREQ=DAILY;COUNT=3", False, "FREQ=DAILY;COUNT=1"),
        ("FREQ=DAILY;UNTIL=20990701", False, "FREQ=DAILY;UNTIL=20990701T215959Z"),
        ("FREQ=DAILY;UNTIL=20990701T220000Z", True, "FREQ=DAILY;UNTIL=20990702"),
        ("FREQ=DAILY;UNTIL=99991231T235959Z", False, "FREQ=DAILY"),
    ],
)
def test_a_rule_goes_out_as_it_goes_on(rule: str, all_day: bool, told: str) -> None:
    start = datetime(2099, 3, 27, 9, tzinfo=ROME)  # the clocks change two days later
    current = datetime(2099, 3, 30, 9, tzinfo=ROME)
    assert outward(rule, start=start, current=current.astimezone(UTC), zone=ROME, all_day=all_day) == told


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["DUE:20990101T090000Z", "RRULE:FREQ=SECONDLY"], "FREQ must be"),
        (["DUE:20990101T090000Z", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"], "never"),
        (["DUE:20990101T090000Z", "RRULE:FREQ=YEARLY;BYWEEKNO=20"], "not supported"),
        (["DUE:20990101T090000Z", "RRULE:FREQ=DAILY", "EXDATE:20990103T090000Z"], "EXDATE"),
        (["DUE:20990101T090000Z", "RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY"], "more than one rule"),
        (["DUE:20990101T090000Z", "RDATE:20990103T090000Z"], "list of dates"),
        (["DUE:tomorrow"], ""),
        (["DUE:99999999T999999Z"], ""),
        (["BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT5M", "END:VALARM"], "relative to a time"),
        (["BEGIN:VALARM", "ACTION:DISPLAY", "END:VALARM"], "TRIGGER"),
        (["DESCRIPTION:" + "x" * 10_001], "notes"),
        (["CATEGORIES:" + ",".join(map(str, range(30)))], "tags"),
        (["X-TODO-TIMEZONE:../../etc/passwd"], "time zone"),
        (["X-OTHER:1"] * 10 + ["RELATED-TO:y"] * 3000, "too many lines"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_the_reason(lines: list[str], words: str) -> None:
    reason = refusal(*lines)
    assert reason
    assert words in reason


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "calendar"),
        ("hello", "BEGIN:VCALENDAR"),
        ("BEGIN:VTODO\r\nEND:VTODO\r\n", "BEGIN:VCALENDAR"),
        (HEAD, "ends in the middle"),
        (HEAD + "BEGIN:VTODO\r\n" + TAIL, "ends nothing"),
        (HEAD + "BEGIN:X\r\n" * 100_000, "too deep"),
        (HEAD + "BEGIN:VTODO\r\nBEGIN:VTODO\r\n", "within another"),
        (HEAD + todo() * 5001 + TAIL, "more than 5000"),
    ],
)
def test_a_file_that_is_none_is_a_problem(text: str, words: str) -> None:
    problem = read_file(text.encode(), "ics", "UTC").problem
    assert problem is not None
    assert words in problem


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "JSON"),
        (b"[" * 5_000_000, "JSON"),
        (b"[]", "export"),
        (b"{}", "export"),
        (b'{"format": "todo-assistant", "version": 2}', "version"),
        (b'{"format": "todo-assistant", "version": 1, "tasks": [' + b"1," * 5001 + b"1]}", "more than 5000"),
        (b'{"format": "todo-assistant", "version": 1, "lists": 5}', "lists"),
        (b"\xff\xfe", "JSON"),
    ],
)
def test_a_json_file_that_is_none_is_a_problem(raw: bytes, words: str) -> None:
    problem = read_file(raw, "json", "UTC").problem
    assert problem is not None
    assert words in problem


def test_an_item_that_takes_too_long_is_given_up() -> None:
    began = time.process_time()

    def work() -> None:
        while time.process_time() < began + 30:
            with contextlib.suppress(Exception):  # as a library may do
                sum(range(1000))

    with pytest.raises(ValueError, match="too long"), bounded():
        work()
    assert time.process_time() - began < 2


def test_a_rule_that_never_matches_costs_only_its_item() -> None:
    hostile = ["DUE:20990101T090000Z", "RRULE:FREQ=DAILY;BYSETPOS=5"]
    file = HEAD + "".join(todo(*hostile, uid=str(number)) for number in range(3)) + todo(uid="good") + TAIL
    found = read_file(file.encode(), "ics", "UTC")
    assert [task.uid for task in found.tasks] == ["good"]
    assert [item for item, _ in found.refused] == ["x"] * 3


async def test_a_file_of_hostile_rules_ends_with_a_problem() -> None:
    rules = "".join(todo("DUE:20990101T090000Z", "RRULE:FREQ=DAILY;BYSETPOS=5", uid=str(n)) for n in range(5000))
    with pytest.raises(Invalid) as refused:
        await FileReader(seconds=2).read((HEAD + rules + TAIL).encode(), "ics", ROME)
    assert "too involved" in str(refused.value)


async def test_a_large_file_is_read_in_a_process_of_its_own() -> None:
    lines = ("DUE;TZID=Europe/Rome:20990706T180000", "RRULE:FREQ=WEEKLY", "DESCRIPTION:" + "n" * 750)
    alarm = ("BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER;RELATED=END:-PT5M", "END:VALARM")
    text = HEAD + "".join(todo(*lines, *alarm, uid=str(number)) for number in range(5000)) + TAIL
    assert 4_000_000 < len(text) < 5_000_000
    found = await FileReader().read(text.encode(), "ics", ROME)
    assert (len(found.tasks), found.refused) == (5000, [])


def test_what_is_written_is_what_others_read() -> None:
    """icalendar itself is the reader here: standard properties say it all but for what iCalendar has no word for."""
    from chat_api.portability.calendar_writing import write_tasks  # noqa: PLC0415

    task = WholeTask(
        uid="u",
        title="Bins",
        list="Home",
        priority=4,
        tags=["a,b", "c"],
        timezone="Europe/Rome",
        due_at=utc(2099, 7, 6, 16),
        recurrence="FREQ=WEEKLY",
        recurs_from=utc(2099, 6, 29, 16),
        reminders=[{"due_at": utc(2099, 7, 6, 15)}],
        subtasks=[WholePart(uid="p", title="Paper", due_on=date(2099, 7, 6))],
        updated_at=utc(2026, 1, 1),
    )
    calendar = Calendar.from_ical(write_tasks([task]))
    assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/Rome"]
    bins, paper = calendar.walk("VTODO")
    assert bins["DUE"].to_ical() == b"20990706T180000"
    assert bins["DUE"].params["TZID"] == bins["DTSTART"].params["TZID"] == "Europe/Rome"
    assert (bins["RRULE"].to_ical(), bins["PRIORITY"], bins["STATUS"]) == (b"FREQ=WEEKLY", 9, "NEEDS-ACTION")
    assert bins["CATEGORIES"].to_ical() == b"a\\,b,c"
    (alarm,) = bins.walk("VALARM")
    assert (alarm["TRIGGER"].to_ical(), alarm["TRIGGER"].params["RELATED"]) == (b"-PT1H", "END")
    assert (paper["RELATED-TO"], paper["DUE"].params["VALUE"]) == ("u", "DATE")
