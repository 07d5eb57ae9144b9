"""What chat_api makes of the audit service's answers."""

from datetime import UTC, datetime, timedelta

import pytest

from chat_api.activity.service import ActivityService
from chat_api.errors import Unavailable
from contracts.audit import Activity, ListActivity
from tests.support.recording import FakeRecording
from tests.unit.chat_api.chatting import Chat
from tests.unit.chat_api.conftest import ALICE


async def test_a_user_is_asked_for_by_the_id_of_the_session() -> None:
    recording = FakeRecording()
    page = await ActivityService(recording).page("u1", 7, 3)
    assert [one.number for one in page.entries] == [1]
    assert recording.asked == [ListActivity(user_id="u1", before=7, limit=3)]


async def test_while_the_audit_service_is_away_the_answer_says_when_to_try_again() -> None:
    recording = FakeRecording()
    recording.away = True
    with pytest.raises(Unavailable, match="Try again in a minute"):
        await ActivityService(recording).page("u1", None, 50)


HOUR = timedelta(hours=1)


async def _record(recording: FakeRecording, *said: tuple[str, str, str]) -> None:
    """(kind, task id, title), in the order they happened."""
    now = datetime.now(UTC)
    entries = [
        Activity(number=at, kind=kind, at=now - HOUR * (len(said) - at), task_id=task_id, title=title)
        for at, (kind, task_id, title) in enumerate(said, 1)
    ]
    recording.entries[ALICE] = tuple(reversed(entries))


async def test_the_chat_tells_what_happened_to_a_task(chat: Chat, recording: FakeRecording) -> None:
    await _record(
        recording,
        ("created", "t1", "groceries"), ("scheduled", "t1", "groceries"), ("created", "t2", "dentist"),
        ("fired", "t1", "groceries"), ("updated", "t1", "food shopping"), ("deleted", "t1", "food shopping"),
    )  # fmt: skip
    lines = (await chat.say("What happened to the groceries?")).reply.splitlines()
    assert [line.partition(": ")[2] for line in lines] == [
        "“groceries” added", "“groceries” the reminder came", "“food shopping” changed", "“food shopping” deleted",
    ]  # fmt: skip
    assert "no record about “rent”" in (await chat.say("what happened to the rent?")).reply
    assert "“dentist” added" in (await chat.say("what happened?")).reply


async def test_of_a_record_that_was_altered_the_chat_tells_nothing_else(chat: Chat, recording: FakeRecording) -> None:
    await _record(recording, ("created", "t1", "groceries"), ("damaged", "", ""))
    assert "has been altered" in (await chat.say("what happened?")).reply
    recording.away = True
    assert "Try again in a minute" in (await chat.say("what happened to the groceries?")).reply


async def test_the_chat_deletes_no_account_but_says_where_that_is_done(chat: Chat) -> None:
    assert "asks for your password" in (await chat.say("delete my account")).reply
