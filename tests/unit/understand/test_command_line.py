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
    {"text": "call at 5", "now": "2026-11-24T15:20:00", "timezone": "Europe/Rome"},
    {"text": "zähne putzen um 🦷 \u2028 tomorrow", "now": "2026-11-24T15:20:00Z"},
    {"text": "list", "now": "2026-11-24T15:20:00Z", "timezone": "Mars/Olympus"},
    {"text": "list", "now": "yesterday", "timezone": "Europe/Rome"},
    {"text": "list", "now": "0001-01-01T00:00:00+14:00", "timezone": "Europe/Rome", "more": 1},
    {"text": "list", "timezone": 5},
    {"text": "list", "now": "2026-11-24T15:20:00Z", "timezone": "../../etc/passwd"},
    {"text": 5},
    [],
)


def test_one_answer_a_line() -> None:
    bad = (b"no json", b"[" * 5000, b'{"text": "\xff"}', b"", json.dumps({"text": "x" * 1_000_000}).encode())
    last = json.dumps({"text": "milk", "now": "2026-11-24T15:20:00Z", "timezone": "Asia/Tokyo"}).encode()
    done = _run(b"\n".join([*(json.dumps(line).encode() for line in LINES), *bad, last]))
    assert (done.returncode, done.stderr) == (0, b"")
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
    assert len(answers) == len(LINES) + len(bad) + 1
    assert (answers[2]["intent"], answers[2]["due"]) == ("list", "2026-11-30")
    # Without an offset, now is local time; without a zone, it is UTC.
    assert (answers[3]["due"], answers[4]["due"]) == ("2026-11-24T17:00:00+01:00", "2026-11-25")
    readable = {7}
    assert all((set(answers[at]) == {"error"}) == (at not in readable) for at in range(5, len(answers) - 1))
    assert answers[-1]["title"] == "milk"


def test_help_and_exit_statuses() -> None:
    assert b"--strict" in _run(b"", "--help").stdout
    assert _run(b"no json\n", "--strict").returncode == 1
    assert _run(json.dumps(LINES[0]).encode(), "--strict").returncode == 0
    assert _run(b"", "--nonsense").returncode == 2


def _run(given: bytes, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "chat_api.understand", *arguments]
    return subprocess.run(command, input=given, capture_output=True, timeout=30, check=False)
