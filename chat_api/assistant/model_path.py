"""Answers with a language model where one is configured, and without it whenever that does not work out.

One round for each message: the model is asked once, what it calls is checked and carried out by the same code that
carries out what the grammar understood, and it never sees a result on which it could act. What is missing is asked;
the answer continues the model's command as it would continue the grammar's.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from chat_api.assistant import prompting, tools
from chat_api.assistant.conversation import Command
from chat_api.assistant.exchange import Exchange, Said, Services
from chat_api.assistant.meaning import Numbered, command_of, meaning_of
from chat_api.assistant.model import LanguageModel, ModelFailed
from chat_api.assistant.plausible import needs_a_yes
from chat_api.assistant.tools import BadCall
from chat_api.metrics import FALLBACKS
from chat_api.tasks.history import as_one
from chat_api.tasks.models import TaskStatus
from chat_api.understand import IntentName, Understanding, understand
from servicekit.conversation import ModelAnswer
from servicekit.logs import get_logger

log = get_logger(__name__)

CarryOut = Callable[[Exchange, Understanding], Awaitable[Said]]

YES, NO = "Yes", "No"
_YES_WORDS = frozenset(
    {"yes", "y", "yeah", "yep", "sure", "ok", "okay", "do it", "go ahead", "please do", "yes please"}
)
_NO_WORDS = frozenset({"no", "n", "nope", "don't", "do not", "stop", "cancel", "never mind", "no thanks", "leave it"})
_COMMANDS_AT_MOST = 5
_TOO_MANY = f"I do {_COMMANDS_AT_MOST} things at a time; please tell me the rest again."
_LEFT = "All right, I left it."
_REPLY_AT_MOST = 600
_OFFLINE = frozenset({IntentName.UNDO, IntentName.HELP, IntentName.CLOSE_ACCOUNT})
_TALKING = frozenset({tools.Ask.NAME, tools.Reply.NAME})
_DONE = (
    "added|cancell?ed|changed|completed|created|deleted|done|marked|moved|postponed|removed|renamed|rescheduled|saved"
    "|scheduled|set|skipped|snoozed|updated"
)
# A model that calls nothing has done nothing, whatever it says; a question may speak of doing.
_CLAIM = re.compile(rf"\b({_DONE}|will remind|ll remind)\b", re.IGNORECASE)
_OWN_CLAIM = re.compile(rf"\bI(.ve| have)?( just)? ({_DONE})\b|\bI( wi|.)ll remind\b", re.IGNORECASE)
_VERBS = {
    IntentName.ADD: "add",
    IntentName.CHANGE: "change",
    IntentName.COMPLETE: "complete",
    IntentName.DELETE: "delete",
    IntentName.REOPEN: "reopen",
    IntentName.SKIP: "skip the next",
    IntentName.ADD_LIST: "make the list",
    IntentName.RENAME_LIST: "rename the list",
    IntentName.DELETE_LIST: "delete the list",
    IntentName.SNOOZE: "snooze the last reminder",
    IntentName.ACKNOWLEDGE: "take the last reminder off your screen",
    IntentName.UNDO: "take back the last change",
    IntentName.DIGEST: "change your daily digest",
    IntentName.QUIET: "change your quiet hours",
    IntentName.EMAIL: "change whether reminders go by e-mail",
}
_OF_LISTS = frozenset({IntentName.ADD_LIST, IntentName.RENAME_LIST, IntentName.DELETE_LIST})
_NAMED = frozenset(
    {
        IntentName.ADD,
        IntentName.CHANGE,
        IntentName.COMPLETE,
        IntentName.DELETE,
        IntentName.REOPEN,
        IntentName.SKIP,
    }
)


class ModelPath:
    """Between the assistant and what carries its commands out."""

    def __init__(self, services: Services, model: LanguageModel) -> None:
        self._services = services
        self._model = model

    async def answer(self, exchange: Exchange, offline: Understanding, carry_out: CarryOut) -> Said:
        """Carry out what the model makes of the message, else `offline`, which is what the grammar made of it."""
        available = await self._model.available()
        said = await _settled(exchange, offline, carry_out)
        if said is None and available and not _stays_offline(exchange, offline):
            said = await self._asked(exchange, offline, carry_out)
        if said is None:
            said = await carry_out(exchange, offline)
        if available:
            exchange.after.spoken = prompting.remembered(exchange.before, exchange.request.text, said.reply)
        return said

    async def _asked(self, exchange: Exchange, offline: Understanding, carry_out: CarryOut) -> Said | None:
        """What the model makes of it; None, with one line in the log, when that is nothing to go by."""
        request, before = exchange.request, exchange.before
        found = await self._services.tasks.list(request.user_id, status=TaskStatus.OPEN)
        tasks = prompting.in_order(found, before)
        given = [Numbered(one.task.id, one.task.title) for one in tasks]
        try:
            answer = await self._model.ask(prompting.messages_for(request, before, tasks), tools.offered())
            return await self._followed(exchange, offline, answer, given, carry_out)
        except (ModelFailed, BadCall) as reason:
            FALLBACKS.labels("language model").inc()
            log.warning("answering without the language model", reason=str(reason))
            return None

    async def _followed(
        self,
        exchange: Exchange,
        offline: Understanding,
        answer: ModelAnswer,
        given: Sequence[Numbered],
        carry_out: CarryOut,
    ) -> Said | None:
        request = exchange.request
        talk = _talk_of(answer)
        if talk is not None:
            if offline.intent is not IntentName.UNKNOWN:
                raise BadCall("it only talked, and the message is understood without it")
            return talk
        calls = [call for call in dict.fromkeys(answer.calls) if call.name not in _TALKING]
        commands = [
            command_of(call.name, call.arguments, given, now=request.now, zone=request.zone)
            for call in calls[:_COMMANDS_AT_MOST]
        ]
        said = [request.text, *(one.user for one in reversed(exchange.before.spoken[-2:]))]
        if needs_a_yes(commands, said=said, offline=understand(request.text, now=request.now, zone=request.zone)):
            exchange.after.waiting = [command for command, _ in commands]
            return Said(f"Should I {_enumerated(commands)}?", choices=[YES, NO])
        done = await _carry_out_all(exchange, [command for command, _ in commands], carry_out)
        return replace(done, reply=f"{done.reply}\n{_TOO_MANY}") if len(calls) > _COMMANDS_AT_MOST else done


async def _settled(exchange: Exchange, offline: Understanding, carry_out: CarryOut) -> Said | None:
    """What is said to an answer that needs no model: a yes or no, or what was missing of an earlier command."""
    before = exchange.before
    if not before.pending:
        words = exchange.request.text.strip().rstrip(".!").casefold()
        if before.waiting and words in _YES_WORDS:
            return await _carry_out_all(exchange, before.waiting, carry_out)
        return Said(_LEFT) if before.waiting and words in _NO_WORDS else None
    command = before.pending[0].command
    if command is None or not _completes(exchange, offline):
        return None
    if offline.intent is not IntentName.UNKNOWN:
        exchange = replace(exchange, chosen=exchange.chosen or command.task_id)
    said = await carry_out(exchange, offline)
    if exchange.after.pending:
        exchange.after.waiting = before.waiting
        return said
    if not before.waiting or offline.intent is IntentName.UNKNOWN:
        return said
    return _together([said, await _carry_out_all(exchange, before.waiting, carry_out)])


def _stays_offline(exchange: Exchange, offline: Understanding) -> bool:
    """Whether the grammar is to answer alone: to what it asked itself, and to what is a button as much as a word."""
    if exchange.before.pending and _completes(exchange, offline):
        return True
    return offline.intent in _OFFLINE and offline.needs is None


def _completes(exchange: Exchange, offline: Understanding) -> bool:
    """Whether the message answers what is pending: it picks a choice, says what was missing, or ends the question."""
    request = exchange.request
    if exchange.chosen is not None:
        return True
    return offline.needs is None and offline != understand(request.text, now=request.now, zone=request.zone)


async def _carry_out_all(exchange: Exchange, commands: Sequence[Command], carry_out: CarryOut) -> Said:
    """One after the other. At a question the others wait for its answer."""
    if len(commands) > 1:
        with as_one():
            return await _each_in_turn(exchange, commands, carry_out)
    return await _each_in_turn(exchange, commands, carry_out)


async def _each_in_turn(exchange: Exchange, commands: Sequence[Command], carry_out: CarryOut) -> Said:
    said: list[Said] = []
    for place, command in enumerate(commands):
        request = replace(exchange.request, key=_own_key(exchange.request.key, place))
        one = Exchange(request, exchange.before, exchange.after, command.task_id, command)
        said.append(await carry_out(one, meaning_of(command)))
        if exchange.after.pending:
            exchange.after.waiting = list(commands[place + 1 :])
            break
    return _together(said)


def _own_key(key: str | None, place: int) -> str | None:
    """A key for each command of one request: a repetition of the request repeats none of them."""
    if key is None or place == 0:
        return key
    return hashlib.sha256(f"{place} {key}".encode()).hexdigest()


def _together(said: Sequence[Said]) -> Said:
    tasks = {one.task.id: one for each in said for one in each.tasks}
    return Said("\n".join(each.reply for each in said), list(tasks.values()), said[-1].choices)


def _talk_of(answer: ModelAnswer) -> Said | None:
    """What the model says when it calls no command.

    Raises:
        BadCall: nothing, or that something was done.
    """
    if any(call.name not in _TALKING for call in answer.calls):
        return None
    call = tools.checked(answer.calls[0].name, answer.calls[0].arguments) if answer.calls else None
    if isinstance(call, tools.Ask):
        text, choices, claim = call.question, call.choices or [], _OWN_CLAIM
    else:
        text, choices, claim = call.text if isinstance(call, tools.Reply) else answer.text, [], _CLAIM
    lines = ("".join(sign for sign in line if sign.isprintable()).strip() for line in text.splitlines())
    plain = "\n".join(line for line in lines if line)
    if not plain:
        raise BadCall("no tool call and no text")
    if claim.search(plain):
        raise BadCall("it claims to have done something without a tool call")
    return Said(plain if len(plain) <= _REPLY_AT_MOST else f"{plain[: _REPLY_AT_MOST - 1]}…", choices=choices)


def _enumerated(commands: Sequence[tuple[Command, Understanding]]) -> str:
    parts = []
    for command, meaning in commands:
        verb = _VERBS.get(meaning.intent, "show what you have")
        about = meaning.title if meaning.intent is IntentName.ADD else command.title or meaning.target
        about = meaning.list_name if meaning.intent in _OF_LISTS else about
        named = about if meaning.intent in _NAMED | _OF_LISTS else None
        parts.append(f"{verb} “{named}”" if named else verb)
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
