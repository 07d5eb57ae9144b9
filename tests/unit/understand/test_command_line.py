"""`python -m chat_api.understand`: JSON lines in, JSON lines out."""

import json
import subprocess
import sys
from typing import Any

LINES: tuple[Any, ...] = (
    {
        "text": "remind me to call mum tomorrow at 5pm p1 #home",
        "now": "2026-11-24T15:20:00+01:00",
        "timezone": "Europe/Rome",
    },
    {"text": "every day at 9 take pills", "now": "2026-11-24T14:20:00Z", "timezone": "Europe/Rome"},
    {"text": "what do I have next week", "now": "2026-11-24T14:20:00Z", "timezone": "Europe/Rome"},
    {"text": "list", "now": "2026-11-24T15:20:00", "timezone": "Europe/Rome"},
    {"text": "list", "now": "2026-11-24T15:20:00Z", "timezone": "Mars/Olympus"},
    {"text": "list", "now": "2026-11-24T15:20:00Z", "timezone": "../../etc/passwd"},
    {"text": 5},
    [],
)


def test_one_answer_a_line() -> None:
    given = "\n".join([*(json.dumps(line) for line in LINES), "no json", "[" * 5000]) + "\n"
    done = subprocess.run(
        [sys.executable, "-m", "chat_api.understand"],
        input=given,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert answers[0] == {
        "intent": "add",
        "title": "call mum",
        "due": "2026-11-25T17:00:00+01:00",
        "rrule": None,
        "remind_at": [],
        "priority": 1,
        "tags": ["home"],
        "needs": None,
        "list": None,
        "parent": None,
        "notes": None,
        "scope": None,
    }
    assert answers[1]["rrule"] == "FREQ=DAILY;BYHOUR=9;BYMINUTE=0"
    assert len(answers) == len(LINES) + 2
    assert (answers[2]["intent"], answers[2]["due"]) == ("list", "2026-11-30")
    assert all(set(answer) == {"error"} for answer in answers[3:])
