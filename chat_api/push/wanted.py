"""Says, in the transaction that puts something into the inbox, that its user is to hear of it wherever they are."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from chat_api import outbox
from chat_api.inbox.models import InboxItem
from chat_api.push.repository import PushRepository
from contracts.events import NotificationWanted


async def want_notification(session: AsyncSession, item: InboxItem, *, not_before: datetime | None) -> bool:
    """Put the event into the outbox, for `not_before` or for now; whether there is any channel to reach the user by.

    The item must have its id. A user without a channel costs no event: a new channel is asked for here.
    """
    if not await PushRepository(session).any_of(item.user_id):
        return False
    event = NotificationWanted(
        user_id=item.user_id,
        item_id=item.id or 0,
        kind=item.kind,
        title=item.title,
        body=item.body,
        due_at=item.due_at,
        task_id=item.task_id,
        occurrence=item.occurrence,
    )
    outbox.put(session, event, not_before=not_before)
    return True
