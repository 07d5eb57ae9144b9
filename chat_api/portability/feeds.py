"""A user's private calendar feed: a secret address, and what is read there."""

import asyncio
import secrets
from datetime import UTC, datetime
from enum import StrEnum

from sqlmodel import select

from chat_api.auth.hashing import hash_secret
from chat_api.database import Database
from chat_api.errors import NotFound
from chat_api.portability.collecting import all_tasks, whole_tasks
from chat_api.portability.feed_writing import write_feed
from chat_api.portability.models import CalendarFeed
from chat_api.tasks.models import TaskStatus
from chat_api.tasks.service import TaskService


class FeedContent(StrEnum):
    """What an app wants of the feed."""

    ALL = "all"
    EVENTS = "events"
    TASKS = "tasks"


class FeedService:
    """Makes, ends and answers feeds."""

    def __init__(self, database: Database, tasks: TaskService) -> None:
        self._database = database
        self._tasks = tasks

    async def get(self, user_id: str) -> CalendarFeed | None:
        """The user's feed, if there is one."""
        async with self._database.reading() as session:
            return await session.get(CalendarFeed, user_id)

    async def renew(self, user_id: str) -> str:
        """A new secret; the one before opens nothing any more."""
        secret = secrets.token_urlsafe(32)
        async with self._database.writing(user_id) as session:
            feed = await session.get(CalendarFeed, user_id)
            feed = feed or CalendarFeed(user_id=user_id, secret_hash="", created_at=datetime.now(UTC))
            feed.secret_hash, feed.created_at = hash_secret(secret), datetime.now(UTC)
            session.add(feed)
        return secret

    async def end(self, user_id: str) -> None:
        """No feed any more; that there is none is no error."""
        async with self._database.writing(user_id) as session:
            feed = await session.get(CalendarFeed, user_id)
            if feed is not None:
                await session.delete(feed)

    async def read(self, secret: str, content: FeedContent) -> bytes:
        """The open tasks of whose secret it is, as a calendar. What has not changed reads the same, byte for byte.

        Raises:
            NotFound: nobody's, or not any more.
        """
        async with self._database.reading() as session:
            query = select(CalendarFeed).where(CalendarFeed.secret_hash == hash_secret(secret))
            feed = (await session.exec(query)).first()
        if feed is None:
            raise NotFound("There is no calendar feed at this address.")
        found = [one async for one in all_tasks(self._tasks, feed.user_id, status=TaskStatus.OPEN)]
        return await asyncio.to_thread(
            lambda: write_feed(
                whole_tasks(found), with_events=content != FeedContent.TASKS, with_tasks=content != FeedContent.EVENTS
            )
        )
