"""Whatever is written: never an error, never slow, and always an answer that keeps its promises."""

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chat_api.understand import IntentName, Understanding, continue_with, understand
from tests.unit.understand import sentences

ZONES = [ZoneInfo(name) for name in ("Europe/Rome", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC")]
# A sanity bound on a busy machine, not a measurement.
SECONDS_EACH = 0.05
ATTEMPTS = 3

FEATURES = [
    "add milk to the groceries list", "put call plumber on my home list", "buy milk in list shopping", "list:work",
    "what's on my groceries list?", "show my lists", "move milk from the work list to the home list",
    "groceries list: milk", "add candles to birthday party as a subtask", "add a subtask to trip: pack socks",
    "add a subtask", "under trip: pack socks", "skip the next gym", "skip gym this week", "skip",
    "move gym to thursday just this once", "move gym to 6pm from now on", "move the next gym to friday",
    "send me a digest every day at 8", "send me a daily digest", "stop the daily digest", "turn the digest on at 8",
    "quiet hours from 10pm to 7am", "no quiet hours", "don't disturb me from 10 to 7", "quiet hours",
    "rename milk to oat milk", "buy milk tomorrow, note: two litres", "add a note to milk: two litres",
    "add a note to milk", "standup every weekday at 9 except on public holidays", "call at 5pm EST", "17:00 UTC+2 call",
    "every monday at 5pm PST standup", "every month on the 1st at 8pm PST", "what do I have this week",
    "what's due by friday", "tasks between monday and friday", "show tasks in the next 3 days", "overdue tasks",
    "sort tasks by priority", "show tasks sorted by due date", "dentist friday 3pm remind me 1 day and 1 hour before",
]  # fmt: skip
TEXTS = [
    *FEATURES,
    *(line[0] for line in sentences.ONCE),
    *(line[0] for line in sentences.RECURRING),
    *(line[0] for line in sentences.LISTS),
    *(line[0] for line in sentences.CHANGES),
    *(line[0] for line in sentences.QUESTIONS),
    *(line[0] for line in sentences.COMMANDS),
    *(line[0] for line in sentences.SHIFTS),
    *(line[0] for line in sentences.SNOOZES),
    *(line[0] for line in sentences.SEARCHES),
    *(line[0] for line in sentences.FROM_COMPLETION),
    *sentences.UNDOS,
    *sentences.ACKNOWLEDGEMENTS,
    *sentences.NO_TIME,
]
WORDS = sorted(
    {word for text in TEXTS for word in text.split()}
    | {
        "every",
        "other",
        "except",
        "between",
        "until",
        "29",
        "feb",
        "99999999",
        "1e9",
        "²",
        "½",
        "31/12/9999",
        "!",
        "“",
        "'",
    }
)
pieces = st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join)
messages = st.one_of(st.text(max_size=600), pieces, st.lists(st.one_of(pieces, st.text(max_size=20))).map("".join))
instants = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1)).map(  # noqa: DTZ001 - gets UTC
    lambda value: value.replace(tzinfo=UTC)
)


def timed(text: str, now: datetime, zone: ZoneInfo) -> Understanding:
    """Understand, within the bound of computing time at least once: what else the machine does does not count."""
    for _ in range(ATTEMPTS):
        start = time.thread_time()
        found = understand(text, now=now, zone=zone)
        if time.thread_time() - start < SECONDS_EACH:
            return found
    pytest.fail(f"slow: {text!r}")


@given(text=messages, answer=messages, now=instants, zone=st.sampled_from(ZONES))
@example(text="monday at 5pm " * 6, answer="9" * 500, now=datetime(2026, 11, 24, tzinfo=UTC), zone=ZONES[0])
@example(text="every 29 feb at 2:30 " * 20, answer='"' * 500, now=datetime(2026, 11, 24, tzinfo=UTC), zone=ZONES[1])
@example(text="to " * 166, answer="move " + "to 5 " * 90, now=datetime(2026, 11, 24, tzinfo=UTC), zone=ZONES[2])
@example(text="move x" + " to friday" * 49, answer="a " * 250, now=datetime(2026, 11, 24, tzinfo=UTC), zone=ZONES[2])
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text(text: str, answer: str, now: datetime, zone: ZoneInfo) -> None:
    found = timed(text, now, zone)
    check(found, text, now)
    if found.question:
        check(continue_with(found, answer, now=now, zone=zone), None, now)


def check(found: Understanding, text: str | None, now: datetime) -> None:
    assert found.intent in IntentName
    if isinstance(found.due, datetime):
        assert found.due.utcoffset() is not None
        assert found.due.microsecond == 0
        if found.needs is None and found.intent is not IntentName.LIST:
            assert found.due > now
    if found.needs is not None:
        assert found.question
    elif found.intent is IntentName.DIGEST:
        assert found.off != (found.digest_at is not None)
    elif found.intent is IntentName.QUIET:
        assert found.off != (found.quiet is not None)
    elif found.intent is IntentName.SKIP:
        assert found.target or found.target_index or found.refers_back
    assert found.due_from is None or found.due_until is None or found.due_from <= found.due_until
    for words in (found.list_name, found.parent, found.notes, found.new_title):
        assert words is None or words.strip() == words != ""
    if found.rrule is not None:
        assert found.due is not None
        assert ("BYHOUR" in found.rrule) <= ("BYMINUTE" in found.rrule)
        if "UNTIL" not in found.rrule:
            rrulestr(found.rrule, dtstart=datetime(2026, 1, 1))  # noqa: DTZ001 - only whether it parses
    assert all(instant > now for instant in found.remind_at)
    assert found.title is None or found.title.strip() == found.title != ""
    if text is not None:
        assert all(0 <= span.start < span.end <= len(text) for span in found.spans)


# What repeats without an end, alone and behind a command's first words.
REPEATED = [
    "in a ", "1 hour ", "3 days ", "a half ", "mon wed ", "1st and ", "10-", "1, ", "from ", "until friday ", "3/4 ",
    "24.12. ", "dec 20-", "after it ", "a week before ", "10 more ", "got it ", "undo ", "every! ", "reminder ", "!!! ",
    "quarter to ", "between 1 and ", "() ", ") ( ", '"', "' ", "to friday ", "remind me ", "is done ",
    "push back 1h by ", "#a ", "9", "to the a list ", "list:a ", "as a subtask ", "this week ", "just this once ",
    "note: ", "5pm EST ", "by priority ", "1 day and 1 hour before ", "from 10 to ", "except holidays ", "digest ",
]  # fmt: skip
STARTS = [
    "",
    "move x ",
    "snooze ",
    "remind me ",
    "every day ",
    "find ",
    "postpone x by ",
    "add x ",
    "show ",
    "skip ",
    "quiet hours ",
]


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("piece", REPEATED)
def test_repetition_is_no_weapon(start: str, piece: str) -> None:
    text = start + piece * (500 // len(piece) + 1)
    now = datetime(2026, 11, 24, tzinfo=UTC)
    check(timed(text, now, ZONES[0]), text, now)


@pytest.mark.parametrize(
    "now",
    [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(9999, 12, 1, tzinfo=UTC)],
)
@pytest.mark.parametrize("zone", ZONES)
def test_the_edges_of_the_calendar(now: datetime, zone: ZoneInfo) -> None:
    for text in TEXTS:
        assert understand(text, now=now, zone=zone).intent in IntentName
