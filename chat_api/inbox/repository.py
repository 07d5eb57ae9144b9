"""All queries on the inbox."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import and_, insert, or_, tuple_
from sqlmodel import col, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from chat_api.auth.models import User
from chat_api.database import in_batches
from chat_api.inbox.models import InboxItem

_OCCURRENCE = tuple_(col(InboxItem.reminder_id), col(InboxItem.occurrence))


class InboxRepository:
    """The inbox within one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, item: InboxItem) -> None:
        """Put it in."""
        self._session.add(item)

    async def add_all(self, items: Sequence[InboxItem]) -> None:
        """Put them in, in this order, by one statement: the objects do not learn their ids. See `ids`."""
        # SQLite returns ids only one by one.
        rows = [item.model_dump(exclude={"id"}) for item in items]
        await (await self._session.connection()).execute(insert(InboxItem), rows)

    async def ids(self, named: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], int]:
        """The ids of the items of those of these occurrences, reminder id and key, that are in it."""
        query = select(InboxItem.id, InboxItem.reminder_id, InboxItem.occurrence).where(_OCCURRENCE.in_(named))
        rows = await self._session.exec(query)
        return {(reminder_id, occurrence): item_id for item_id, reminder_id, occurrence in rows if item_id is not None}

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

    async def newest_id(self, user_id: str) -> int:
        """The user's highest id; 0 when there is none."""
        return (await self._session.exec(select(func.max(InboxItem.id)).where(InboxItem.user_id == user_id))).one() or 0

    async def newest_ids(self, user_ids: Sequence[str]) -> Mapping[str, int]:
        """The highest id of each of these users; those who have none are left out.

        For each user alone: only within one user's are the ids in the order of their commits (`Database.writing`).
        """
        newest = select(func.max(InboxItem.id)).where(col(InboxItem.user_id) == col(User.id)).scalar_subquery()
        found: dict[str, int] = {}
        for some in in_batches(user_ids):
            rows = await self._session.exec(select(User.id, newest).where(col(User.id).in_(some)))
            found.update({user_id: item_id for user_id, item_id in rows if item_id is not None})
        return found

    async def later_than(self, ids: Mapping[str, int]) -> Sequence[InboxItem]:
        """These users' items later than the id that is named for each, by id."""
        found: list[InboxItem] = []
        for some in in_batches(list(ids)):
            query = select(InboxItem).where(
                col(InboxItem.user_id).in_(some), col(InboxItem.id) > min(ids[user_id] for user_id in some)
            )
            rows = await self._session.exec(query.order_by(col(InboxItem.id)))
            found += [item for item in rows if (item.id or 0) > ids[item.user_id]]
        return found

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
