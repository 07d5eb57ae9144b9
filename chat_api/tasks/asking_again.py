"""Asks for next occurrences again that nobody has answered: a task that was done must not stay so for ever.

The question or the answer may have become a dead letter. Asking again is a version of the task more, whose event the
recurring worker answers as any; the one before is void then, should an operator replay it. The pauses double, so that
a question without an answer (a rule that no longer is one) costs little.
"""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlmodel import col, select

from chat_api.database import Database
from chat_api.outbox import OutboxRelay
from chat_api.tasks.models import Task, TaskStatus
from chat_api.tasks.record import keep
from chat_api.tasks.repeating import awaited
from chat_api.tasks.repository import TaskRepository
from contracts.events import TaskChange
from servicekit.logs import get_logger

log = get_logger(__name__)

_LOOK: Final = 30.0  # seconds
_AT_ONCE: Final = 100  # tasks in one look


def overdue(task: Task, now: datetime, patience: timedelta) -> bool:
    """Whether its next occurrence was asked for too long ago: by `patience`, and by as long as it waits altogether."""
    if task.done_at is None or awaited(task) is None or task.status != TaskStatus.COMPLETED:
        return False
    return now - task.updated_at >= max(patience, task.updated_at - task.done_at)


class AskingAgain:
    """Looks through all users' tasks; any number of replicas may do so."""

    def __init__(self, database: Database, relay: OutboxRelay, *, patience: timedelta) -> None:
        self._database = database
        self._relay = relay
        self._patience = patience

    async def run(self) -> None:
        """Look until cancelled; the database may be away meanwhile."""
        while True:
            await asyncio.sleep(_LOOK * random.uniform(0.8, 1.2))  # noqa: S311 - spreads load
            try:
                await self.look(datetime.now(UTC))
            except Exception as error:  # noqa: BLE001 - the database may be away; the watch must outlive that
                log.warning("next occurrences not looked after", error=str(error) or repr(error))

    async def look(self, now: datetime) -> int:
        """Look once; how many were asked for again."""
        query = (
            select(Task)
            .where(col(Task.done_at).is_not(None), Task.updated_at <= now - self._patience)
            .order_by(col(Task.updated_at))
        )
        async with self._database.reading() as session:
            found = [task for task in await session.exec(query) if overdue(task, now, self._patience)][:_AT_ONCE]
        asked = [task.id for task in found if await self._ask(task.user_id, task.id, now)]
        if asked:
            log.warning("asked for next occurrences again", tasks=asked)
            self._relay.wake()
        return len(asked)

    async def _ask(self, user_id: str, task_id: str, now: datetime) -> bool:
        async with self._database.writing(user_id, first=True) as session:
            repository = TaskRepository(session)
            task = await repository.get(user_id, task_id, lock=True)
            if task is None or not overdue(task, now, self._patience):
                return False
            keep(session, task, list(await repository.reminders([task_id])), TaskChange.UPDATED, now)
        return True
