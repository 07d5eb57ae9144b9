"""The user writes from another time zone than their tasks are in: ask once whether the tasks are to move there."""

from dataclasses import replace

from chat_api.assistant.conversation import Conversation
from chat_api.assistant.exchange import Request, Said, Services

MOVE, STAY = "Move my tasks here", "Leave them as they are"


def _is_away(request: Request) -> bool:
    chosen, here = request.preferences, request.zone.key
    return chosen.timezone not in (None, here) and chosen.zone_declined != here


async def settle(services: Services, request: Request) -> Said | None:
    """Carry out an answer to the question; None when the message is none."""
    words = request.text.strip().rstrip(".!").casefold()
    if not _is_away(request) or words not in {MOVE.casefold(), STAY.casefold()}:
        return None
    move = words == MOVE.casefold()
    chosen = await services.preferences.settle_zone(request.user_id, request.zone, move=move)
    if move:
        return Said(f"OK, your tasks keep their times of day, in {request.zone.key} time from now on.")
    return Said(f"OK, your tasks stay in {chosen.timezone} time.")


def with_question(request: Request, said: Said, after: Conversation) -> Said:
    """The reply, and the question when it has not been asked in this conversation and nothing else is being asked."""
    if not _is_away(request) or after.zone_asked == request.zone.key or said.choices or after.pending:
        return said
    after.zone_asked = request.zone.key
    question = f"You seem to be in {request.zone.key} now; your tasks are in {request.preferences.timezone} time."
    return replace(said, reply=f"{said.reply}\n\n{question}", choices=[MOVE, STAY])
