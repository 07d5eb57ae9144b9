"""Somebody who talks to the assistant, on real tasks; the conversation is kept in a dictionary."""

import asyncio
from zoneinfo import ZoneInfo

from chat_api.assistant.conversation import Conversation, Conversations, Overtaken
from chat_api.assistant.exchange import Said
from chat_api.assistant.service import Assistant
from chat_api.tasks.models import TaskStatus
from chat_api.tasks.service import TaskService
from tests.unit.chat_api.conftest import ALICE

ROME = ZoneInfo("Europe/Rome")


class Store(Conversations):
    """A state store in a dictionary, with tags as the real one has them."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], tuple[Conversation, int]] = {}

    async def load(self, user_id: str, conversation_id: str) -> tuple[Conversation, str | None]:
        await asyncio.sleep(0)
        conversation, version = self.kept.get((user_id, conversation_id), (Conversation(), None))
        return conversation.model_copy(deep=True), None if version is None else str(version)

    async def save(self, user_id: str, conversation_id: str, conversation: Conversation, etag: str | None) -> None:
        await asyncio.sleep(0)
        _, version = self.kept.get((user_id, conversation_id), (None, None))
        if etag != (None if version is None else str(version)):
            raise Overtaken
        self.kept[user_id, conversation_id] = (conversation.model_copy(deep=True), (version or 0) + 1)

    async def forget(self, user_id: str, conversation_id: str) -> None:
        self.kept.pop((user_id, conversation_id), None)


class Chat:
    """Alice talks."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    async def say(self, message: str, user: str = ALICE, zone: ZoneInfo = ROME) -> Said:
        return await self._assistant.answer(user, message, zone=zone, conversation_id="c")


async def titles(tasks: TaskService, status: TaskStatus = TaskStatus.OPEN) -> list[str]:
    return [item.task.title for item in await tasks.list(ALICE, status=status)]
