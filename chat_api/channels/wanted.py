"""Says, in the transaction that puts something into the inbox, that its user is to hear of it wherever they are."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import literal, union_all
from sqlmodel.ext.asyncio.session import AsyncSession

from chat_api import outbox
from chat_api.channels.models import ItemDelivery
from chat_api.channels.repository import mailed_to, with_webhook
from chat_api.inbox.models import InboxItem
from chat_api.push.repository import subscribed
from contracts.channels import Channel, DeliveryState
from contracts.events import NotificationWanted


def want_notification(
    session: AsyncSession, item: InboxItem, channels: Sequence[Channel], *, not_before: datetime | None, now: datetime
) -> bool:
    """Put the event into the outbox, for `not_before` or for `now`; whether there is any channel to reach the user by.

    The item must have its id. A user without a channel costs no event: a new channel is asked for here.
    """
    if not channels:
        return False
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


async def chosen_channels(session: AsyncSession, user_ids: Collection[str]) -> Mapping[str, Sequence[Channel]]:
    """By which channels each of these users wants to be reached."""
    ways = {
        Channel.PUSH: subscribed(user_ids),
        Channel.EMAIL: mailed_to(user_ids),
        Channel.WEBHOOK: with_webhook(user_ids),
    }
    query = union_all(*(users.add_columns(literal(channel.value)) for channel, users in ways.items()))
    found = set((await (await session.connection()).execute(query)).all())
    return {user_id: [channel for channel in ways if (user_id, channel) in found] for user_id in user_ids}
