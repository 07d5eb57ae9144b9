"""The end of an account: everything of a user's goes, and the services that act for them hear of it."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chat_api import outbox
from chat_api.assistant.conversation import Conversations
from chat_api.auth.models import User
from chat_api.auth.service import AuthService
from chat_api.database import Database, in_batches
from chat_api.errors import NotAuthenticated
from chat_api.outbox import OutboxRelay
from chat_api.tasks.models import Reminder, Task
from chat_api.tasks.record import remove
from chat_api.tasks.repository import TaskRepository
from chat_api.tasks.signals import TaskSignal
from contracts.events import AccountClosed
from servicekit.logs import get_logger

log = get_logger(__name__)


class AccountClosing:
    """Deletes accounts."""

    def __init__(self, database: Database, relay: OutboxRelay, auth: AuthService, conversations: Conversations) -> None:
        self._database = database
        self._relay = relay
        self._auth = auth
        self._conversations = conversations

    async def close(self, user: User, password: str, conversation_id: str | None) -> None:
        """Delete the account if this is its password.

        In one transaction: each task with the event by which its reminders' actors and jobs end, the user with all
        that refers to it (lists, sessions, tokens, the calendar feed, channels, push subscriptions, the inbox, what
        could be taken back), and the event by which the audit service erases what the user wrote. The conversation of
        `conversation_id` goes, too; others end an hour after their last word.

        Raises:
            Invalid: another password.
            TooManyAttempts: that was so too often lately.
            NotAuthenticated: it is deleted already.
        """
        await self._auth.confirm(user, password)
        now = datetime.now(UTC)
        async with self._database.writing(user.id) as session:
            row = (await session.exec(select(User).where(User.id == user.id).with_for_update())).first()
            if row is None:
                raise NotAuthenticated("This account is deleted already.")
            number = await _remove_tasks(session, user.id, now)
            await session.flush()
            await session.exec(delete(TaskSignal).where(col(TaskSignal.user_id) == user.id))
            await session.delete(row)
            outbox.put(session, AccountClosed(user_id=user.id, closed_at=now))
        self._relay.wake()
        log.info("account deleted", user_id=user.id, tasks=number)
        if conversation_id is not None:
            await self._conversations.forget(user.id, conversation_id)


async def _remove_tasks(session: AsyncSession, user_id: str, now: datetime) -> int:
    """All tasks, the hidden one of the digest included; parts before what they belong to."""
    repository = TaskRepository(session)
    query = select(Task).where(Task.user_id == user_id).order_by(col(Task.parent_id).is_(None), col(Task.id))
    tasks: Sequence[Task] = (await session.exec(query.with_for_update())).all()
    for some in in_batches(tasks):
        of_task: dict[str, list[Reminder]] = {task.id: [] for task in some}
        for reminder in await repository.reminders([task.id for task in some]):
            of_task[reminder.task_id].append(reminder)
        for task in some:
            await remove(session, task, of_task[task.id], now)
    return len(tasks)
