"""Says, in the transaction that puts something into the inbox, that its user is to hear of it wherever they are."""

from datetime import UTC, datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from chat_api import outbox
from chat_api.channels.models import ItemDelivery
from chat_api.channels.repository import ChannelRepository
from chat_api.inbox.models import InboxItem
from chat_api.push.repository import PushRepository
from contracts.channels import Channel, DeliveryState
from contracts.events import NotificationWanted


async def want_notification(session: AsyncSession, item: InboxItem, *, not_before: datetime | None) -> bool:
    """Put the event into the outbox, for `not_before` or for now; whether there is any channel to reach the user by.

    The item must have its id. A user without a channel costs no event: a new channel is asked for here.
    """
    channels = await chosen_channels(session, item.user_id)
    if not channels:
        return False
    now = datetime.now(UTC)
    for channel in channels:
        session.add(ItemDelivery(item_id=item.id or 0, channel=channel, state=DeliveryState.WAITING, at=now))
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


async def chosen_channels(session: AsyncSession, user_id: str) -> list[Channel]:
    """By which channels the user wants to be reached."""
    channels = ChannelRepository(session)
    webhook = await channels.webhook(user_id)
    chosen = {
        Channel.PUSH: await PushRepository(session).any_of(user_id),
        Channel.EMAIL: await channels.mailed_to(user_id) is not None,
        Channel.WEBHOOK: webhook is not None and webhook.enabled,
    }
    return [channel for channel, is_chosen in chosen.items() if is_chosen]
