"""One message's share in the memory of its conversation, while other messages of it are under way elsewhere.

The store keeps only what was made of its newest version. So a question is answered by the one message that marks it
first; and what a slower message has to remember is put on top of what is there by then.
"""

import asyncio
import random
from dataclasses import dataclass

from chat_api.assistant.conversation import Conversation, Conversations, Overtaken
from servicekit.logs import get_logger

log = get_logger(__name__)

_TRIES = 10
_PAUSE = 0.03  # seconds at most, times the number of tries so far


@dataclass(slots=True)
class Memory:
    """What the message of `key` knows of the conversation, and what is stored of it."""

    conversations: Conversations
    user_id: str
    conversation_id: str
    key: str
    before: Conversation
    stored: Conversation
    etag: str | None

    @classmethod
    async def recall(cls, conversations: Conversations, user_id: str, conversation_id: str, key: str) -> "Memory":
        """The conversation. Its question is in it if this message may answer it; it is then marked as this one's.

        A repetition of the message with the same `key` may answer it again: its first try may not have got so far.
        """

        def known(before: Conversation, stored: Conversation, etag: str | None) -> Memory:
            return cls(conversations, user_id, conversation_id, key, before, stored, etag)

        for attempt in range(_TRIES):
            stored, etag = await conversations.load(user_id, conversation_id)
            if not stored.asks or stored.answering == key:
                return known(stored, stored, etag)
            if stored.answering is not None:
                break
            marked = stored.model_copy(update={"answering": key})
            try:
                await conversations.save(user_id, conversation_id, marked, etag)
            except Overtaken:
                await _pause(attempt)
                continue
            # Saving does not tell the new tag. Where the store is away, the question is answered all the same.
            current, etag = await conversations.load(user_id, conversation_id)
            return known(stored, current if current.answering == key else marked, etag)
        return known(stored.without_question(), stored, etag)

    async def keep(self, after: Conversation) -> None:
        """Remember what is in `after`; where other messages were faster, what this one changed, on top of theirs."""
        stored, etag = self.stored, self.etag
        for attempt in range(_TRIES):
            wanted = merged(stored, self.before, after, self.key)
            if wanted == stored:
                return
            try:
                await self.conversations.save(self.user_id, self.conversation_id, wanted, etag)
            except Overtaken:
                await _pause(attempt)
                stored, etag = await self.conversations.load(self.user_id, self.conversation_id)
            else:
                return
        log.warning("conversation not kept: other messages of it were faster", tries=_TRIES)


def merged(latest: Conversation, before: Conversation, after: Conversation, key: str) -> Conversation:
    """What the message of `key` made of `before`, on top of what others have made of it meanwhile.

    Of two questions, the one that is asked last counts.
    """
    if after.asks:
        base = latest.without_question().model_copy(update=after.question())
    elif latest.answering == key:
        base = latest.without_question()
    else:
        base = latest
    rest = Conversation.model_fields.keys() - after.question().keys()
    changed = {name: getattr(after, name) for name in rest if getattr(after, name) != getattr(before, name)}
    return base.model_copy(update=changed)


async def _pause(attempt: int) -> None:
    await asyncio.sleep(random.uniform(0, _PAUSE * (attempt + 1)))  # noqa: S311 - spreads load, hides nothing
