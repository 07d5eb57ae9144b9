"""Understand JSON lines: ``{"text", "now", "timezone"}`` in, what was understood out, line for line.

    echo '{"text": "tomorrow at 5pm: call", "now": "2026-11-24T10:00:00+01:00", "timezone": "Europe/Rome"}' \\
        | python -m chat_api.understand

For a list of a range of days ("this week") ``due`` is its first day.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, BinaryIO, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chat_api.understand import understand

_BYTES_AT_MOST: Final = 64 * 1024
_MORE: Final = """\
A line is an object: "text" (the message; its first 500 characters are read), "now" (ISO 8601; without an offset it is
local time in the zone; without it, the present), "timezone" (an IANA name; without it, UTC). The answer has intent,
title, due (ISO 8601 with offset, or a date), rrule (RFC 5545), remind_at, priority, tags, needs (what would be asked),
list, parent, notes and scope. A line that cannot be read is answered by {"error": "..."} and the next one is read.
The exit status is 0 when the input has ended, 1 with --strict if a line could not be read, 2 for wrong usage."""


class Unreadable(Exception):
    """A line that cannot be read; the text says why."""


def answer(line: bytes) -> dict[str, Any]:
    """The meaning of one line, or ``{"error"}`` with what is wrong with the line. Never raises."""
    try:
        return _understood(*_request(line))
    except Unreadable as reason:
        return {"error": str(reason)}


def _request(line: bytes) -> tuple[str, datetime, ZoneInfo]:
    if len(line) > _BYTES_AT_MOST:
        raise Unreadable(f"the line is longer than {_BYTES_AT_MOST} bytes")
    try:
        fields = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"the line is no JSON: {error}") from error
    if not isinstance(fields, dict) or not isinstance(fields.get("text"), str):
        raise Unreadable('the line needs a string "text"')
    name, now = fields.get("timezone") or "UTC", fields.get("now") or datetime.now(UTC).isoformat()
    if not isinstance(name, str) or not isinstance(now, str):
        raise Unreadable('"now" and "timezone" are strings')
    try:
        zone = ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError) as error:
        raise Unreadable(f"unknown timezone {name[:60]!r}: it takes an IANA name such as Europe/Rome") from error
    try:
        moment = datetime.fromisoformat(now)
    except ValueError as error:
        raise Unreadable(f"cannot read now {now[:60]!r}: it takes ISO 8601") from error
    return fields["text"], moment if moment.tzinfo is not None else moment.replace(tzinfo=zone), zone


def _understood(text: str, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    try:
        found = understand(text, now=now, zone=zone)
    except (ValueError, OverflowError) as error:
        raise Unreadable(f"cannot work with that now: {error}") from error
    due = found.due or found.due_from
    return {
        "intent": found.intent,
        "title": found.title,
        "due": due.isoformat() if due else None,
        "rrule": found.rrule,
        "remind_at": [instant.isoformat() for instant in found.remind_at],
        "priority": found.priority,
        "tags": list(found.tags),
        "needs": found.needs,
        "list": found.list_name,
        "parent": found.parent,
        "notes": found.notes,
        "scope": found.scope,
    }


def _lines(source: BinaryIO) -> Iterator[bytes]:
    """The lines, each cut soon after what is read of one, so that a huge one costs no memory."""
    while True:
        line = source.readline(_BYTES_AT_MOST + 1)
        if not line:
            return
        rest = line
        while not rest.endswith(b"\n") and len(rest) > _BYTES_AT_MOST:
            rest = source.readline(_BYTES_AT_MOST + 1)
        yield line


def main(arguments: Sequence[str] | None = None) -> int:
    """Answer standard input until it ends; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m chat_api.understand",
        description="Reads JSON lines on standard input and writes what was understood, line for line.",
        epilog=_MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--strict", action="store_true", help="end with status 1 if a line could not be read")
    strict: bool = parser.parse_args(arguments).strict
    unread = False
    try:
        for line in _lines(sys.stdin.buffer):
            found = answer(line)
            unread |= "error" in found
            sys.stdout.write(json.dumps(found) + "\n")
            sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads has had enough; Python would complain of it once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1 if strict and unread else 0


if __name__ == "__main__":
    sys.exit(main())
