"""Reads the database file and the broker's streams by themselves, past every service."""

import json
import sqlite3
from datetime import UTC, datetime

from contracts.names import DEAD_LETTERS, REMINDERS, TASK_EVENTS
from tests.campaign.checker import FiredMessage, InboxRow, Readings, TaskMessage, TaskRow
from tests.support.broker import messages
from tests.support.stack import Stack

_FIRED = "todo.reminder.fired.v1"
_CHANGED = "todo.task.changed.v1"


async def read(stack: Stack) -> Readings:
    """Everything as it is now."""
    events = [json.loads(raw) for raw in await messages(stack, TASK_EVENTS)]
    reminders = [json.loads(raw) for raw in await messages(stack, REMINDERS)]
    letters = await messages(stack, DEAD_LETTERS)
    database = sqlite3.connect(f"file:{stack.layout.data / 'tasks.db'}?mode=ro", uri=True)
    try:
        tasks = database.execute("SELECT id, title, version FROM tasks WHERE kind = 'task'").fetchall()
        inbox = database.execute("SELECT title, due_at FROM inbox WHERE kind = 'reminder' ORDER BY id").fetchall()
        (waiting,) = database.execute("SELECT count(*) FROM outbox WHERE not_before IS NULL").fetchone()
    finally:
        database.close()
    return Readings(
        tasks=[TaskRow(*row) for row in tasks],
        inbox=[InboxRow(title, _utc(due_at)) for title, due_at in inbox],
        waiting=waiting,
        task_messages=[
            TaskMessage(event["id"], data["task_id"], data["title"], data["version"], data["change"])
            for event in events
            if event["type"] == _CHANGED
            for data in (event["data"],)
        ],
        fired_messages=[
            FiredMessage(event["id"], event["data"]["title"], datetime.fromisoformat(event["data"]["due_at"]))
            for event in reminders
            if event["type"] == _FIRED
        ],
        dead_letters=len(letters),
    )


def _utc(stored: str) -> datetime:
    return datetime.fromisoformat(stored).replace(tzinfo=UTC)
