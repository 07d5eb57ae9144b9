"""Says, in the transaction that changes an inbox item, what its user did about that reminder."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from chat_api import outbox
from chat_api.inbox.models import InboxItem
from contracts.events import ReminderResponded, ReminderResponse


async def respond(
    session: AsyncSession,
    item: InboxItem,
    response: ReminderResponse,
    now: datetime,
    *,
    until: datetime | None = None,
) -> None:
    """Put the event into the outbox; the same response twice is one. `until` is when a snoozed one comes again."""
    event = ReminderResponded(
        reminder_id=item.reminder_id,
        task_id=item.task_id,
        user_id=item.user_id,
        title=item.title,
        due_at=item.due_at,
        response=response,
        snoozed_until=until,
        occurred_at=now,
    )
    if not await outbox.holds(session, event.event_id()):
        outbox.put(session, event)
