"""All queries on push subscriptions."""

from collections.abc import Collection, Sequence

from sqlalchemy import Select
from sqlalchemy import select as sa_select
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chat_api.push.models import PushSubscription


def subscribed(user_ids: Collection[str]) -> Select[str]:
    """Finds those of these users who have a subscription."""
    return sa_select(col(PushSubscription.user_id)).where(col(PushSubscription.user_id).in_(user_ids)).distinct()


class PushRepository:
    """Push subscriptions within one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of_user(self, user_id: str) -> Sequence[PushSubscription]:
        """The user's, the oldest first."""
        query = select(PushSubscription).where(PushSubscription.user_id == user_id)
        return (await self._session.exec(query.order_by(col(PushSubscription.id)))).all()

    async def by_endpoint(self, endpoint: str) -> PushSubscription | None:
        """Whoever's it is."""
        query = select(PushSubscription).where(PushSubscription.endpoint == endpoint)
        return (await self._session.exec(query)).first()

    def add(self, subscription: PushSubscription) -> None:
        """Put it in."""
        self._session.add(subscription)

    async def delete(self, ids: Sequence[str]) -> None:
        """Remove them."""
        await self._session.exec(delete(PushSubscription).where(col(PushSubscription.id).in_(ids)))

    async def delete_endpoint(self, endpoint: str, *, user_id: str | None = None, subscription_id: str = "") -> None:
        """Remove the one with this endpoint, if it is this user's, or still the subscription of this id."""
        query = delete(PushSubscription).where(col(PushSubscription.endpoint) == endpoint)
        if user_id is not None:
            query = query.where(col(PushSubscription.user_id) == user_id)
        if subscription_id:
            query = query.where(col(PushSubscription.id) == subscription_id)
        await self._session.exec(query)
