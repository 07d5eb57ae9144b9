"""All queries on preferences."""

from collections.abc import Collection, Mapping

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chat_api.preferences.models import Preferences


async def preferences_of(session: AsyncSession, user_id: str, *, lock: bool = False) -> Preferences:
    """The user's choices; the defaults, as a new row that is not stored yet, for who has made none."""
    query = select(Preferences).where(Preferences.user_id == user_id)
    found = (await session.exec(query.with_for_update() if lock else query)).first()
    return found or Preferences(user_id=user_id)


async def preferences_of_all(session: AsyncSession, user_ids: Collection[str]) -> Mapping[str, Preferences]:
    """The choices of each of these users, by id; of who has made none, too."""
    rows = (await session.exec(select(Preferences).where(col(Preferences.user_id).in_(user_ids)))).all()
    found = {row.user_id: row for row in rows}
    return {user_id: found.get(user_id) or Preferences(user_id=user_id) for user_id in user_ids}
