"""Which task some words mean."""

from datetime import UTC, datetime

import pytest

from chat_api.assistant.matching import matches
from chat_api.tasks.models import Task

TITLES = ("buy milk", "buy oat milk", "call the dentist", "dentist appointment", "stretch")


def tasks() -> list[Task]:
    now = datetime.now(UTC)
    return [Task(id=title, user_id="u", title=title, created_at=now, updated_at=now) for title in TITLES]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("stretch", ["stretch"]),
        ("Stretch!", ["stretch"]),
        ("the stretch thing", ["stretch"]),
        ("buy milk", ["buy milk"]),
        ("oat", ["buy oat milk"]),
        ("milk", ["buy milk", "buy oat milk"]),
        ("dentist", ["call the dentist", "dentist appointment"]),
        ("dentist call", ["call the dentist"]),
        ("appointment with dentist", ["dentist appointment"]),
        ("groceries", []),
        ("", []),
        ("???", []),
    ],
)
def test_words_mean_tasks(words: str, expected: list[str]) -> None:
    assert [task.title for task in matches(words, tasks())] == expected
