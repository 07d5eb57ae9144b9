"""All queries on preferences."""

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from chat_api.preferences.models import Preferences


async def preferences_of(session: AsyncSession, user_id: str, *, lock: bool = False) -> Preferences:
    """The user's choices; the defaults, as a new row that is not stored yet, for who has made none."""
    query = select(Preferences).where(Preferences.user_id == user_id)
    found = (await session.exec(query.with_for_update() if lock else query)).first()
    return found or Preferences(user_id=user_id)
