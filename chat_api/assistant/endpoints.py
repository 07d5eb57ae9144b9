"""The chat."""

from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request

from chat_api.assistant.schemas import ChatAnswer, ChatRequest
from chat_api.assistant.service import Assistant
from chat_api.auth.dependencies import CurrentUser
from chat_api.identifiers import new_id
from chat_api.requests import IdempotencyKey
from chat_api.tasks.endpoints import task_view

router = APIRouter(prefix="/api/v1", tags=["chat"])


@router.post("/chat")
async def chat(
    body: ChatRequest, user: CurrentUser, request: Request, idempotency_key: IdempotencyKey = None
) -> ChatAnswer:
    """Say something to the assistant. With an `Idempotency-Key`, a repetition adds no second task."""
    assistant: Assistant = request.app.state.services.assistant
    conversation_id = body.conversation_id or new_id()
    said = await assistant.answer(
        user.id,
        body.message,
        zone=ZoneInfo(body.timezone),
        conversation_id=conversation_id,
        request_key=idempotency_key,
    )
    return ChatAnswer(
        reply=said.reply,
        conversation_id=conversation_id,
        tasks=[task_view(item) for item in said.tasks],
        choices=list(said.choices),
    )
