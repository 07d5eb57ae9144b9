"""Takes what the recurring worker says on `task-updates`: moves a task on whose occurrence was done, exactly once.

The answer counts for the version of the task that asked for it. Whatever the user did since wins: it made another
version, with a question of its own if the task still awaits its next occurrence.
"""

from datetime import UTC, datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from chat_api.database import Database
from chat_api.outbox import OutboxRelay
from chat_api.tasks import subtasks
from chat_api.tasks.history import History
from chat_api.tasks.models import Task
from chat_api.tasks.record import keep
from chat_api.tasks.repeating import awaited, go_to
from chat_api.tasks.repository import TaskRepository
from contracts.events import CloudEvent, NextOccurrence, TaskChange
from servicekit.logs import get_logger
from servicekit.subscriptions import Reject

log = get_logger(__name__)


class NextOccurrences:
    """Handles the `task-updates` topic."""

    def __init__(self, database: Database, relay: OutboxRelay) -> None:
        self._database = database
        self._relay = relay

    async def handle(self, event: CloudEvent) -> None:
        """Apply one; a repeated or outdated one changes nothing.

        Raises:
            Reject: this is no update of a task.
        """
        made = event.data
        if not isinstance(made, NextOccurrence):
            raise Reject(f"{event.type} does not belong on this topic")
        async with self._database.writing(made.user_id, first=True) as session:
            outcome = await _apply(session, made, datetime.now(UTC))
        self._relay.wake()
        log.info(
            "next occurrence received",
            task_id=made.task_id,
            occurrence=made.occurrence,
            version=made.version,
            outcome=outcome,
        )


async def _apply(session: AsyncSession, made: NextOccurrence, now: datetime) -> str:
    repository = TaskRepository(session)
    task = await repository.get(made.user_id, made.task_id, lock=True)
    if task is None:
        return "gone"
    done = awaited(task)
    if done is None or task.version != made.version or done.key != made.occurrence:
        return "no longer wanted"
    if made.next_due_at is None:
        task.done_at = None
        session.add(task)
        return "ended"
    await _move_on(session, task, made.next_due_at, done.done_at, now)
    return "moved on"


async def _move_on(session: AsyncSession, task: Task, next_due: datetime, done_at: datetime, now: datetime) -> None:
    """What fell due since it was done, while there was nobody to make the next one, rings late rather than never."""
    repository = TaskRepository(session)
    reminders, old_due = list(await repository.reminders([task.id])), task.due_at
    go_to(task, reminders, next_due, done_at)
    keep(session, task, reminders, TaskChange.UPDATED, now)
    parts = await repository.subtasks(task.id)
    # No change to be taken back by itself: taking the completion back takes this along.
    history = History(session, task.user_id)
    await subtasks.follow(session, task, parts, history, done_at, old_due=old_due, goes_on=True)
