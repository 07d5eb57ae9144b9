"""The assistant: understands a message, carries it out, says what it did with the exact time."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from chat_api.assistant import adding, changing, listing, lists, past, personal, zones
from chat_api.assistant.conversation import Conversation, Conversations
from chat_api.assistant.exchange import Exchange, Request, Said, Services
from chat_api.assistant.meaning import first_meaning
from chat_api.assistant.memory import Memory
from chat_api.assistant.model import LanguageModel
from chat_api.assistant.model_path import ModelPath
from chat_api.assistant.targets import picked
from chat_api.errors import Invalid, NotFound
from chat_api.identifiers import new_id
from chat_api.understand import IntentName, Scope, Understanding, continue_with, understand

HELP = (
    "Tell me what to do and when, and I will remind you. For example:\n"
    "• remind me in 20 minutes to check the oven\n"
    "• call mum tomorrow at 5pm\n"
    "• every other Tuesday at 9: bins\n"
    "• add milk to the groceries list, or: create a list called camping\n"
    "• what do I have today?\n"
    "• move the dentist to Friday 3pm\n"
    "• done with milk, or: delete 2\n"
    "• skip the next gym\n"
    "• snooze 10 minutes\n"
    "• send me a digest every day at 8\n"
    "• quiet hours from 10pm to 7am\n"
    "• email me my reminders, or: stop emailing me\n"
    "• what happened to the groceries?\n"
    "• undo"
)
_NOT_UNDERSTOOD = "I did not understand that. Tell me what to do and when, or write “help”."
_THIS_WORDS = frozenset({changing.ONLY_THIS.lower(), "1", "this", "this one", "just this one", "only this", "one"})
_SERIES_WORDS = frozenset({changing.SERIES.lower(), "2", "all", "all of them", "series", "the series", "every one"})


class Assistant:
    """Answers messages."""

    def __init__(
        self, services: Services, conversations: Conversations, language_model: LanguageModel | None = None
    ) -> None:
        self._services = services
        self._model_path = ModelPath(services, language_model) if language_model is not None else None
        self._conversations = conversations

    async def answer(
        self, user_id: str, message: str, *, zone: ZoneInfo, conversation_id: str, request_key: str | None = None
    ) -> Said:
        """Carry out a message, or ask back. Never raises for what the message says.

        A repetition with the same `request_key` adds no second task. Of messages that arrive at once, one answers the
        question that was asked; each is carried out.
        """
        preferences = await self._services.preferences.know_zone(user_id, zone)
        request = Request(user_id, message, datetime.now(UTC), zone, preferences, request_key)
        memory = await Memory.recall(self._conversations, user_id, conversation_id, request_key or new_id())
        conversation = memory.before
        after = Conversation(shown=conversation.shown, last=conversation.last, zone_asked=conversation.zone_asked)
        said = await zones.settle(self._services, request)
        if said is None:
            understood, chosen = interpret(request, conversation)
            exchange = Exchange(request, conversation, after, chosen)
            if self._model_path is not None:
                said = await self._model_path.answer(exchange, understood, self._carry_out)
            else:
                said = await self._carry_out(exchange, understood)
            said = zones.with_question(request, said, after)
        if len(said.tasks) == 1:
            after.last = said.tasks[0].task.id
        await memory.keep(after)
        return said

    async def _carry_out(self, exchange: Exchange, understood: Understanding) -> Said:
        """One command; what it refuses is said."""
        try:
            return await self._act(exchange, understood)
        except Invalid as error:
            return Said(f"I can't do that: {error.message}.")
        except NotFound:
            return Said("That task is gone.")

    async def _act(self, exchange: Exchange, understood: Understanding) -> Said:
        services, request = self._services, exchange.request
        if understood.needs is not None:
            return exchange.ask(understood.question or _NOT_UNDERSTOOD, understood.choices)
        match understood.intent:
            case IntentName.ADD:
                said = await adding.add(services, exchange, understood)
            case IntentName.LIST | IntentName.SEARCH:
                said = await listing.show(services, exchange, understood)
            case IntentName.LISTS:
                said = await listing.show_lists(services, request)
            case IntentName.ADD_LIST | IntentName.RENAME_LIST | IntentName.DELETE_LIST:
                said = await lists.command(services, exchange, understood)
            case IntentName.COMPLETE | IntentName.REOPEN | IntentName.DELETE | IntentName.CHANGE | IntentName.SKIP:
                said = await changing.change(services, exchange, understood)
            case IntentName.SNOOZE:
                said = await personal.snooze(services, request, understood)
            case IntentName.ACKNOWLEDGE:
                said = await personal.acknowledge(services, request)
            case IntentName.DIGEST | IntentName.QUIET | IntentName.EMAIL:
                said = await personal.prefer(services, request, understood)
            case IntentName.HISTORY | IntentName.CLOSE_ACCOUNT:
                said = await past.answer(services, exchange, understood)
            case IntentName.UNDO:
                said = await self._undo(request)
            case IntentName.HELP | IntentName.UNKNOWN:
                helping = understood.intent is IntentName.HELP
                said = Said(understood.question or (HELP if helping else _NOT_UNDERSTOOD), choices=understood.choices)
        return said

    async def _undo(self, request: Request) -> Said:
        try:
            taken = await self._services.tasks.undo(request.user_id)
        except NotFound as error:
            return Said(str(error))
        return Said(taken.said, taken.tasks)


def interpret(request: Request, conversation: Conversation) -> tuple[Understanding, str | None]:
    """What the message means after what was asked, and the task id when it picks an offered one."""
    if not conversation.pending:
        return understand(request.text, now=request.now, zone=request.zone), None
    first, *answers = conversation.pending
    understood = first_meaning(first)
    for turn in answers:
        understood = continue_with(understood, turn.text, now=turn.now, zone=ZoneInfo(turn.timezone))
    if conversation.asked_scope is not None:
        scope = _scope(request.text)
        if scope is not None:
            return replace(understood, scope=scope, needs=None), conversation.asked_scope
        return understand(request.text, now=request.now, zone=request.zone), None
    task_id = picked(request.text, conversation)
    if task_id is not None:
        return replace(understood, needs=None), task_id
    return continue_with(understood, request.text, now=request.now, zone=request.zone), None


def _scope(text: str) -> Scope | None:
    words = text.strip().strip(".!").lower()
    if words in _THIS_WORDS:
        return Scope.THIS
    return Scope.SERIES if words in _SERIES_WORDS else None
