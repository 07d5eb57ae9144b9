"""Understand JSON lines: ``{"text", "now", "timezone"}`` in, what was understood out, line for line.

    echo '{"text": "tomorrow at 5pm: call", "now": "2026-11-24T10:00:00+01:00", "timezone": "Europe/Rome"}' \\
        | python -m chat_api.understand

For a list of a range of days ("this week") ``due`` is its first day.
"""

import json
import sys
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chat_api.understand import understand


def answer(line: str) -> dict[str, Any]:
    """The meaning of one line, or ``{"error"}`` with what is wrong with the line."""
    try:
        request = json.loads(line)
        if not isinstance(request, dict) or not all(
            isinstance(request.get(k), str) for k in ("text", "now", "timezone")
        ):
            return {"error": "each line needs the strings text, now and timezone"}
        zone = ZoneInfo(request["timezone"])
        found = understand(request["text"], now=datetime.fromisoformat(request["now"]), zone=zone)
    except (ValueError, OSError, RecursionError, ZoneInfoNotFoundError) as error:
        return {"error": f"cannot read the line: {error}"}
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


def main() -> None:
    """Answer standard input until it ends."""
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(line)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
