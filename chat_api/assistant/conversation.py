"""What a conversation remembers between two messages, in the Dapr state store.

Memory is a convenience: when the store is away or slow the assistant answers without it.
"""

import json
from datetime import datetime
from typing import Any, Protocol

from dapr.clients.grpc._state import Concurrency, Consistency, StateOptions
from pydantic import BaseModel, Field, ValidationError

from chat_api.metrics import FALLBACKS
from contracts.names import CONVERSATION_STORE
from servicekit.errors import SidecarConflict, SidecarError
from servicekit.logs import get_logger
from servicekit.sidecar import Sidecar

log = get_logger(__name__)


class Command(BaseModel):
    """A call of a tool by the language model, checked and ready to be carried out (`meaning`)."""

    tool: str
    arguments: str = Field(description="JSON.")
    now: datetime
    timezone: str
    task_id: str | None = Field(default=None, description="The task it is about.")
    title: str | None = Field(default=None, description="That task's title.")


class Turn(BaseModel):
    """A message of the user's that a question was asked about."""

    text: str
    now: datetime
    timezone: str
    command: Command | None = Field(default=None, description="What the language model made of it.")


class Spoken(BaseModel):
    """Something that was said, clipped: what the language model gets of the conversation."""

    user: str
    assistant: str


class Conversation(BaseModel):
    """The memory. Empty: nothing was asked and nothing was shown."""

    pending: list[Turn] = Field(default_factory=list, description="The intent being asked about, and its answers.")
    choices: dict[str, str] = Field(default_factory=dict, description="Offered answers that name a task: its id.")
    asked_scope: str | None = Field(
        default=None, description="The recurring task of which it was asked whether one occurrence or all are meant."
    )
    zone_asked: str | None = Field(default=None, description="The zone about which it was asked whether to move there.")
    shown: list[str] = Field(default_factory=list, description="Task ids in the order they were listed last.")
    last: str | None = Field(default=None, description="The id of the task last spoken of: what “it” means.")
    waiting: list[Command] = Field(
        default_factory=list,
        description="Commands to go on with after the answer to what is pending; with nothing pending, after a yes.",
    )
    spoken: list[Spoken] = Field(
        default_factory=list, description="The last exchanges; kept only where there is a language model."
    )
    answering: str | None = Field(
        default=None, description="The message that is answering the question; for all others, none is asked."
    )

    @property
    def asks(self) -> bool:
        """Whether an answer is waited for."""
        return bool(self.pending or self.waiting)

    def question(self) -> dict[str, Any]:
        """The fields that belong to the question."""
        return {name: getattr(self, name) for name in _QUESTION}

    def without_question(self) -> "Conversation":
        """The same when nothing was asked."""
        return self.model_copy(update=Conversation().question())


_QUESTION = ("pending", "choices", "asked_scope", "waiting", "answering")


class Overtaken(Exception):
    """The conversation was changed since it was read: nothing was saved."""


class Conversations(Protocol):
    """Where conversations are kept; each belongs to one user."""

    async def load(self, user_id: str, conversation_id: str) -> tuple[Conversation, str | None]:
        """The conversation and its ETag; an empty one when there is none, or it cannot be had."""

    async def save(self, user_id: str, conversation_id: str, conversation: Conversation, etag: str | None) -> None:
        """Keep it if `etag` is still its tag, or, for None, if there is none yet.

        Raises:
            Overtaken: another message of the same conversation was faster.
        """

    async def forget(self, user_id: str, conversation_id: str) -> None:
        """Drop it; one that is not there is no error, and where that fails it ends by itself."""


class ConversationStore(Conversations):
    """The Dapr state store."""

    def __init__(self, sidecar: Sidecar, *, ttl: int, timeout: float) -> None:
        self._sidecar = sidecar
        self._ttl = ttl
        self._timeout = timeout

    async def load(self, user_id: str, conversation_id: str) -> tuple[Conversation, str | None]:
        """The conversation and its ETag; an empty one when there is none, or it cannot be had."""
        key = _key(user_id, conversation_id)
        try:
            response = await self._sidecar.call(
                "read conversation",
                lambda client: client.get_state(CONVERSATION_STORE, key),
                deadline=self._timeout,
            )
        except SidecarError as error:
            FALLBACKS.labels("memory").inc()
            log.warning("conversation not read, answering without it", error=str(error))
            return Conversation(), None
        if not response.data:
            return Conversation(), None
        try:
            return Conversation.model_validate(json.loads(response.data)), response.etag or None
        except (ValueError, ValidationError) as error:
            log.warning("stored conversation does not parse, starting anew", error=str(error))
            return Conversation(), response.etag

    async def save(self, user_id: str, conversation_id: str, conversation: Conversation, etag: str | None) -> None:
        """Keep it if `etag` is still its tag, or, for None, if there is none yet.

        Raises:
            Overtaken: another message of the same conversation was faster.
        """
        key = _key(user_id, conversation_id)
        try:
            await self._sidecar.call(
                "write conversation",
                lambda client: client.save_state(
                    CONVERSATION_STORE,
                    key,
                    conversation.model_dump_json(),
                    etag=etag,
                    # Without it, a state that has no tag yet is overwritten.
                    options=StateOptions(concurrency=Concurrency.first_write, consistency=Consistency.strong),
                    state_metadata={"ttlInSeconds": str(self._ttl)},
                ),
                deadline=self._timeout,
            )
        except SidecarConflict as error:
            raise Overtaken from error
        except SidecarError as error:
            log.warning("conversation not kept", error=str(error))

    async def forget(self, user_id: str, conversation_id: str) -> None:
        """Drop it; one that is not there is no error, and where that fails it ends by itself."""
        key = _key(user_id, conversation_id)
        try:
            await self._sidecar.call(
                "drop conversation",
                lambda client: client.delete_state(CONVERSATION_STORE, key),
                deadline=self._timeout,
            )
        except SidecarError as error:
            log.warning("conversation not dropped, it ends by itself", error=str(error))


def _key(user_id: str, conversation_id: str) -> str:
    return f"{user_id}-{conversation_id}"
