"""All queries for operators. They see every user's rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists
from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chat_api.auth.models import User
from chat_api.channels.models import ItemDelivery
from chat_api.database import has_come
from chat_api.inbox.intake import IntakeRow
from chat_api.inbox.models import InboxItem
from chat_api.outbox import OutboxMessage
from chat_api.tasks.models import Reminder, Task, TaskStatus
from chat_api.tasks.repository import WAITING
from contracts.channels import DeliveryState
from contracts.operations import FindReminders, ReminderFilter

Found = tuple[Reminder, Task, User]
Cursor = tuple[datetime, str]

_ITEMS = 50
_ESCAPE = "\\"


class OperationsRepository:
    """Reminders of all users within one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self, request: FindReminders, after: Cursor | None, now: datetime) -> Sequence[Found]:
        """A page, and one more when there is a next one."""
        query = select(Reminder, Task, User).join(Task, col(Task.id) == Reminder.task_id)
        query = query.join(User, col(User.id) == Task.user_id).where(*_conditions(request, now))
        due, key = col(Reminder.due_at), col(Reminder.id)
        if request.wanted in {ReminderFilter.PENDING, ReminderFilter.OVERDUE}:
            if after:
                query = query.where(or_(due > after[0], and_(due == after[0], key > after[1])))
            query = query.order_by(due, key)
        else:
            if after:
                query = query.where(or_(due < after[0], and_(due == after[0], key < after[1])))
            query = query.order_by(due.desc(), key.desc())
        rows = (await self._session.exec(query.limit(request.limit + 1))).all()
        return [(row[0], row[1], row[2]) for row in rows]

    async def get(self, reminder_id: str) -> Found | None:
        """One reminder."""
        query = select(Reminder, Task, User).join(Task, col(Task.id) == Reminder.task_id)
        query = query.join(User, col(User.id) == Task.user_id).where(Reminder.id == reminder_id)
        row = (await self._session.exec(query)).first()
        return (row[0], row[1], row[2]) if row else None

    async def items(self, reminder_id: str) -> Sequence[InboxItem]:
        """What of it reached the inbox, the newest first, fifty at most."""
        query = select(InboxItem).where(InboxItem.reminder_id == reminder_id).order_by(col(InboxItem.id).desc())
        return (await self._session.exec(query.limit(_ITEMS))).all()

    async def deliveries(self, item_ids: Sequence[int]) -> Sequence[ItemDelivery]:
        """How far these items have come."""
        query = select(ItemDelivery).where(col(ItemDelivery.item_id).in_(item_ids))
        return (await self._session.exec(query.order_by(col(ItemDelivery.at)))).all()

    async def unpublished(self, task_id: str) -> Sequence[OutboxMessage]:
        """The events of a task that are in the outbox, in their order."""
        query = select(OutboxMessage).where(OutboxMessage.key == task_id).order_by(col(OutboxMessage.id))
        return (await self._session.exec(query.limit(_ITEMS))).all()

    async def counts(self, now: datetime) -> tuple[int, int, int]:
        """How many users there are, reminders that are waited for, and those of them that are due."""
        users = (await self._session.exec(select(func.count()).select_from(User))).one()
        waited = select(func.count()).select_from(Reminder).join(Task).where(*_waited_for())
        pending = (await self._session.exec(waited)).one()
        overdue = (await self._session.exec(waited.where(Reminder.due_at <= now))).one()
        return users, pending, overdue

    async def outbox(self, now: datetime) -> tuple[int, int, datetime | None]:
        """How many events could be published, how many are for later, and since when the oldest waits."""
        later = col(OutboxMessage.not_before) > now
        ripe = has_come(col(OutboxMessage.not_before), now)
        count = select(func.count()).select_from(OutboxMessage)
        number = (await self._session.exec(count.where(ripe))).one()
        for_later = (await self._session.exec(count.where(later))).one()
        oldest = select(OutboxMessage.created_at).where(ripe).order_by(col(OutboxMessage.id)).limit(1)
        return number, for_later, (await self._session.exec(oldest)).first()

    async def intake(self, now: datetime) -> int:
        """How many announcements were taken in, could be worked off and are not."""
        ripe = has_come(col(IntakeRow.not_before), now)
        return (await self._session.exec(select(func.count()).select_from(IntakeRow).where(ripe))).one()


def _waited_for() -> list[Any]:
    return [col(Reminder.status).in_(WAITING), Task.status == TaskStatus.OPEN]


def _conditions(request: FindReminders, now: datetime) -> list[Any]:
    conditions: list[ColumnElement[bool] | bool] = []
    match request.wanted:
        case ReminderFilter.PENDING:
            conditions += _waited_for()
        case ReminderFilter.OVERDUE:
            conditions += [*_waited_for(), col(Reminder.due_at) <= now]
        case ReminderFilter.FAILED:
            conditions.append(_failed())
        case ReminderFilter.ALL:
            pass
    if request.user:
        conditions.append(or_(col(User.id) == request.user, col(User.email) == request.user.lower()))
    if request.search:
        text = request.search
        for special in (_ESCAPE, "%", "_"):
            text = text.replace(special, _ESCAPE + special)
        conditions.append(or_(col(Task.title).ilike(f"%{text}%", escape=_ESCAPE), col(Reminder.id) == request.search))
    return conditions


def _failed() -> ColumnElement[bool]:
    """It fired, and a channel of the user's failed for good with it."""
    item = and_(col(InboxItem.id) == col(ItemDelivery.item_id), col(InboxItem.reminder_id) == col(Reminder.id))
    return exists().where(item, col(ItemDelivery.state) == DeliveryState.FAILED)
