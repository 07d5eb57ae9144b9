"""All queries on the inbox."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, or_
from sqlmodel import col, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from chat_api.inbox.models import InboxItem


class InboxRepository:
    """The inbox within one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def exists(self, reminder_id: str, occurrence: str) -> bool:
        """Whether this occurrence is in it."""
        query = select(InboxItem.id).where(InboxItem.reminder_id == reminder_id, InboxItem.occurrence == occurrence)
        return (await self._session.exec(query)).first() is not None

    def add(self, item: InboxItem) -> None:
        """Put it in."""
        self._session.add(item)

    async def latest(self, user_id: str, limit: int) -> Sequence[InboxItem]:
        """The user's newest items, oldest first."""
        query = select(InboxItem).where(InboxItem.user_id == user_id).order_by(col(InboxItem.id).desc()).limit(limit)
        return list(reversed((await self._session.exec(query)).all()))

    async def unsent(self, user_id: str, last_id: int, never_sent_after: int) -> Sequence[InboxItem]:
        """The user's items later than `last_id`, and those later than the other id that no stream has sent yet."""
        never_sent = and_(
            col(InboxItem.id) > never_sent_after,
            col(InboxItem.delivered_at).is_(None),
            col(InboxItem.acknowledged_at).is_(None),
        )
        query = select(InboxItem).where(InboxItem.user_id == user_id, or_(col(InboxItem.id) > last_id, never_sent))
        return (await self._session.exec(query.order_by(col(InboxItem.id)))).all()

    async def newest_id(self) -> int:
        """The highest id of all users; 0 when there is none."""
        return (await self._session.exec(select(func.max(InboxItem.id)))).one() or 0

    async def users_since(self, item_id: int | None) -> tuple[int, set[str]]:
        """The highest id, and whose items came later than `item_id`; nobody's for None."""
        if item_id is None:
            return await self.newest_id(), set()
        query = select(func.max(InboxItem.id), InboxItem.user_id).where(col(InboxItem.id) > item_id)
        rows = (await self._session.exec(query.group_by(col(InboxItem.user_id)))).all()
        return max([item_id, *(newest for newest, _ in rows if newest)]), {user_id for _, user_id in rows}

    async def mark_delivered(self, item_ids: Sequence[int], now: datetime) -> None:
        """They were sent on a stream."""
        await self._session.exec(
            update(InboxItem)
            .where(col(InboxItem.id).in_(item_ids), col(InboxItem.delivered_at).is_(None))
            .values(delivered_at=now)
        )

    async def get(self, user_id: str, item_id: int) -> InboxItem | None:
        """The user's item."""
        query = select(InboxItem).where(InboxItem.id == item_id, InboxItem.user_id == user_id)
        return (await self._session.exec(query)).first()

    def acknowledge(self, item: InboxItem, now: datetime) -> bool:
        """Mark it as seen to; False when it was before."""
        if item.acknowledged_at is not None:
            return False
        item.acknowledged_at = now
        self._session.add(item)
        return True
