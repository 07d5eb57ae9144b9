"""Bodies of the chat endpoint."""

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from chat_api.tasks.schemas import TaskView, Zone
from contracts.base import Identifier


class ChatRequest(BaseModel):
    """What the user wrote."""

    message: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
    timezone: Zone = Field(description="The user's IANA time zone, as the browser knows it.")
    conversation_id: Identifier | None = Field(default=None, description="From the last answer, to continue it.")


class ChatAnswer(BaseModel):
    """What the assistant says, and the tasks it is about as they are now."""

    reply: str
    conversation_id: str
    tasks: list[TaskView]
    choices: list[str] = Field(default_factory=list, description="Answers offered to a question.")
