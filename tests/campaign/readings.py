"""Reads the tasks database and the broker's topics by themselves, past every service."""

import asyncio
import json
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

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
    url = stack.tasks_url
    query = (_from_file, stack.layout.data / "tasks.db") if url is None else (_from_server, url)
    tasks, inbox, ((waiting,),) = await asyncio.to_thread(*query)
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


_QUERIES = (
    "SELECT id, title, version FROM tasks WHERE kind = 'task'",
    "SELECT title, due_at FROM inbox WHERE kind = 'reminder' ORDER BY id",
    "SELECT count(*) FROM outbox WHERE not_before IS NULL",
)


def _from_file(path: Path) -> list[Sequence[Any]]:
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return [database.execute(query).fetchall() for query in _QUERIES]
    finally:
        database.close()


def _from_server(url: str) -> list[Sequence[Any]]:
    with psycopg.connect(url, connect_timeout=10) as connection:
        return [connection.execute(query).fetchall() for query in _QUERIES]


def _utc(stored: str | datetime) -> datetime:
    """SQLite gives the digits without the zone."""
    return (
        stored.astimezone(UTC) if isinstance(stored, datetime) else datetime.fromisoformat(stored).replace(tzinfo=UTC)
    )
