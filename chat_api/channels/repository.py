"""All queries on the channels."""

from collections.abc import Collection, Sequence

from sqlalchemy import Select
from sqlalchemy import select as sa_select
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chat_api.channels.models import EmailAddress, ItemDelivery, Webhook
from chat_api.inbox.models import InboxItem
from contracts.channels import Channel, DeliveryState

_REMINDERS_GO_TO = (col(EmailAddress.verified_at).is_not(None), col(EmailAddress.enabled))


def mailed_to(user_ids: Collection[str]) -> Select[str]:
    """Finds those of these users who have an address that reminders go to."""
    return sa_select(col(EmailAddress.user_id)).where(col(EmailAddress.user_id).in_(user_ids), *_REMINDERS_GO_TO)


def with_webhook(user_ids: Collection[str]) -> Select[str]:
    """Finds those of these users whose webhook is on."""
    return sa_select(col(Webhook.user_id)).where(col(Webhook.user_id).in_(user_ids), col(Webhook.enabled))


class ChannelRepository:
    """The channels within one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def addresses(self, user_id: str, *, lock: bool = False) -> Sequence[EmailAddress]:
        """The user's, the oldest first: at most one that is verified and one that is not."""
        query = select(EmailAddress).where(EmailAddress.user_id == user_id).order_by(col(EmailAddress.id))
        return (await self._session.exec(query.with_for_update() if lock else query)).all()

    async def mailed_to(self, user_id: str) -> EmailAddress | None:
        """The address that reminders go to, if they do."""
        query = select(EmailAddress).where(EmailAddress.user_id == user_id, *_REMINDERS_GO_TO)
        return (await self._session.exec(query)).first()

    async def by_unsubscribe_token(self, token: str) -> EmailAddress | None:
        """Whoever's it is."""
        return (await self._session.exec(select(EmailAddress).where(EmailAddress.unsubscribe_token == token))).first()

    async def forget_addresses(self, ids: Sequence[str]) -> None:
        """Remove them."""
        await self._session.exec(delete(EmailAddress).where(col(EmailAddress.id).in_(ids)))

    async def webhook(self, user_id: str) -> Webhook | None:
        """The user's."""
        return (await self._session.exec(select(Webhook).where(Webhook.user_id == user_id))).first()

    async def forget_webhook(self, user_id: str) -> None:
        """Remove it."""
        await self._session.exec(delete(Webhook).where(col(Webhook.user_id) == user_id))

    def add(self, row: EmailAddress | Webhook | ItemDelivery) -> None:
        """Put it in, or keep its changes."""
        self._session.add(row)

    async def deliveries(self, item_id: int) -> Sequence[ItemDelivery]:
        """How far an item has come."""
        return (await self._session.exec(select(ItemDelivery).where(ItemDelivery.item_id == item_id))).all()

    async def latest_deliveries(self, user_id: str, items: int) -> Sequence[ItemDelivery]:
        """How far the user's newest items have come, oldest first."""
        newest = (
            select(InboxItem.id).where(InboxItem.user_id == user_id).order_by(col(InboxItem.id).desc()).limit(items)
        )
        query = select(ItemDelivery).where(col(ItemDelivery.item_id).in_(newest))
        return (await self._session.exec(query.order_by(col(ItemDelivery.item_id), col(ItemDelivery.channel)))).all()

    async def wait_no_more(self, item_id: int, channels: Sequence[Channel]) -> None:
        """An item waits for none but these channels."""
        await self._session.exec(
            delete(ItemDelivery).where(
                col(ItemDelivery.item_id) == item_id,
                col(ItemDelivery.state) == DeliveryState.WAITING,
                col(ItemDelivery.channel).not_in(channels),
            )
        )
