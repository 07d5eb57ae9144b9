"""Keeps the figures of how many reminders users wait for, and how many of them are overdue."""

import asyncio
from datetime import UTC, datetime
from typing import Final

from sqlmodel import col, func, select

from chat_api import metrics
from chat_api.database import Database
from chat_api.tasks.models import Reminder
from chat_api.tasks.repository import WAITING
from servicekit.logs import get_logger
from servicekit.metrics import seconds_since

log = get_logger(__name__)

_LOOK: Final = 5.0  # seconds
_SHARE: Final = 50  # of the time at most a 50th is spent with counting, however many there are


async def watch_reminders(database: Database) -> None:
    """Count until cancelled; the database may be away meanwhile."""
    clock = asyncio.get_running_loop().time
    while True:
        started = clock()
        try:
            await count_reminders(database)
        except Exception as error:  # noqa: BLE001 - the database may be away; the watch must outlive that
            log.warning("reminders not counted", error=str(error) or repr(error))
        await asyncio.sleep(max(_LOOK, _SHARE * (clock() - started)))


async def count_reminders(database: Database) -> None:
    """Count once."""
    waiting = col(Reminder.status).in_(WAITING)
    # Both by the index on (status, due_at).
    due = select(func.count(), func.min(Reminder.due_at)).where(waiting, Reminder.due_at <= datetime.now(UTC))
    async with database.reading() as session:
        pending = (await session.exec(select(func.count()).select_from(Reminder).where(waiting))).one()
        overdue, oldest = (await session.exec(due)).one()
    metrics.PENDING.set(pending)
    metrics.DUE.set(overdue)
    metrics.LATEST.set(seconds_since(oldest) if oldest is not None else 0)
