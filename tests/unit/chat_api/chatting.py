"""Somebody who talks to the assistant, on real tasks; the conversation is kept in a dictionary."""

from zoneinfo import ZoneInfo

from chat_api.assistant.conversation import Conversation, Conversations
from chat_api.assistant.exchange import Said
from chat_api.assistant.service import Assistant
from chat_api.tasks.models import TaskStatus
from chat_api.tasks.service import TaskService
from tests.unit.chat_api.conftest import ALICE

ROME = ZoneInfo("Europe/Rome")


class Memory(Conversations):
    """A state store in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Conversation] = {}

    async def load(self, user_id: str, conversation_id: str) -> tuple[Conversation, str | None]:
        return self.kept.get((user_id, conversation_id), Conversation()), None

    async def save(self, user_id: str, conversation_id: str, conversation: Conversation, etag: str | None) -> None:
        self.kept[user_id, conversation_id] = conversation


class Chat:
    """Alice talks."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    async def say(self, message: str, user: str = ALICE, zone: ZoneInfo = ROME) -> Said:
        return await self._assistant.answer(user, message, zone=zone, conversation_id="c")


async def titles(tasks: TaskService, status: TaskStatus = TaskStatus.OPEN) -> list[str]:
    return [item.task.title for item in await tasks.list(ALICE, status=status)]
