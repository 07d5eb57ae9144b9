"""Commands on preferences. The daily digest is a hidden recurring task: it rings as every reminder does."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from chat_api.database import Database
from chat_api.errors import Invalid
from chat_api.identifiers import new_id
from chat_api.outbox import OutboxRelay
from chat_api.preferences.models import Preferences
from chat_api.preferences.repository import preferences_of
from chat_api.preferences.schemas import PreferencesUpdate
from chat_api.preferences.zone_move import move_all
from chat_api.tasks.models import Task, TaskKind
from chat_api.tasks.record import add, keep, remove
from chat_api.tasks.reminding import new_reminder, shift
from chat_api.tasks.repeating import set_rule
from chat_api.tasks.repository import TaskRepository
from contracts.events import TaskChange

DIGEST_TITLE = "Your day"
_DAILY = "FREQ=DAILY"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a user has chosen; wall-clock times are in ``timezone``."""

    timezone: str | None
    zone_declined: str | None
    digest_at: time | None
    quiet_from: time | None
    quiet_until: time | None
    all_day_at: time


class PreferencesService:
    """What people may choose."""

    def __init__(self, database: Database, relay: OutboxRelay) -> None:
        self._database = database
        self._relay = relay

    async def get(self, user_id: str) -> Chosen:
        """The user's choices."""
        async with self._database.reading() as session:
            return await _chosen(session, await preferences_of(session, user_id))

    async def update(self, user_id: str, wish: PreferencesUpdate) -> Chosen:
        """Change what is given and leave the rest.

        Raises:
            Invalid: a digest without a time zone.
        """
        changes = wish.model_dump(exclude_unset=True)
        async with self._database.writing(user_id) as session:
            chosen = await preferences_of(session, user_id, lock=True)
            digest = await TaskRepository(session).digest(user_id, lock=True)
            at = changes.pop("digest_at", _wall_time(digest))
            for name, value in changes.items():
                setattr(chosen, name, value)
            session.add(chosen)
            await session.flush()
            await _set_digest(session, chosen, digest, at)
            answer = await _chosen(session, chosen)
        self._relay.wake()
        return answer

    async def know_zone(self, user_id: str, zone: ZoneInfo) -> Chosen:
        """Take a zone that the user was seen in, if none is known yet."""
        chosen = await self.get(user_id)
        if chosen.timezone is not None:
            return chosen
        return await self.update(user_id, PreferencesUpdate(timezone=zone.key))

    async def settle_zone(self, user_id: str, zone: ZoneInfo, *, move: bool) -> Chosen:
        """The user is in `zone`: move all that is to come there, at the same wall-clock times; or leave it."""
        now = datetime.now(UTC)
        async with self._database.writing(user_id) as session:
            chosen = await preferences_of(session, user_id, lock=True)
            if move:
                await move_all(session, user_id, chosen.timezone, zone, now)
                chosen.timezone, chosen.zone_declined = zone.key, None
            else:
                chosen.zone_declined = zone.key
            session.add(chosen)
            await session.flush()
            answer = await _chosen(session, chosen)
        self._relay.wake()
        return answer


async def _chosen(session: AsyncSession, chosen: Preferences) -> Chosen:
    digest = await TaskRepository(session).digest(chosen.user_id)
    return Chosen(
        timezone=chosen.timezone,
        zone_declined=chosen.zone_declined,
        digest_at=_wall_time(digest),
        quiet_from=chosen.quiet_from,
        quiet_until=chosen.quiet_until,
        all_day_at=chosen.all_day_at,
    )


def _wall_time(digest: Task | None) -> time | None:
    if digest is None or digest.recurs_from is None:
        return None
    return digest.recurs_from.astimezone(ZoneInfo(digest.timezone)).time()


async def _set_digest(session: AsyncSession, chosen: Preferences, digest: Task | None, at: time | None) -> None:
    """Make the hidden task what is wanted; the row and its reminder keep their ids while there is a digest."""
    now = datetime.now(UTC)
    repository = TaskRepository(session)
    if at is None:
        if digest is not None:
            await remove(session, digest, await repository.reminders([digest.id]), now)
            await session.flush()
        return
    if chosen.timezone is None:
        raise Invalid("timezone", "a daily digest needs your time zone; send it too")
    if digest is not None and digest.timezone == chosen.timezone and _wall_time(digest) == at:
        return
    zone = ZoneInfo(chosen.timezone)
    due_at = _next(at, zone, now)
    if digest is None:
        digest = Task(
            id=new_id(),
            user_id=chosen.user_id,
            title=DIGEST_TITLE,
            kind=TaskKind.DIGEST,
            due_at=due_at,
            timezone=zone.key,
            created_at=now,
            updated_at=now,
        )
        set_rule(digest, _DAILY)
        await add(session, digest, [new_reminder(digest, due_at)], now)
        return
    reminders = await repository.reminders([digest.id])
    if digest.due_at is not None:
        shift(reminders, digest.due_at, due_at, zone, now)
    digest.due_at, digest.timezone = due_at, zone.key
    set_rule(digest, _DAILY)
    keep(session, digest, reminders, TaskChange.UPDATED, now)
    await session.flush()


def _next(at: time, zone: ZoneInfo, now: datetime) -> datetime:
    today = now.astimezone(zone).date()
    due_at = datetime.combine(today, at, tzinfo=zone).astimezone(UTC)
    return due_at if due_at > now else datetime.combine(today + timedelta(days=1), at, tzinfo=zone).astimezone(UTC)
