"""Which of the user's tasks a message is about; when several fit, a question with choices."""

from collections.abc import Sequence

from chat_api.assistant.conversation import Conversation
from chat_api.assistant.exchange import Exchange, Said
from chat_api.assistant.matching import matches
from chat_api.tasks.models import Task, TaskStatus
from chat_api.tasks.service import TaskWithReminders
from chat_api.understand import IntentName, Understanding

_CHOICES_AT_MOST = 5


def wanted_status(intent: IntentName) -> TaskStatus:
    """Which tasks a command is for."""
    return TaskStatus.COMPLETED if intent is IntentName.REOPEN else TaskStatus.OPEN


def may_be_done(exchange: Exchange, understood: Understanding, candidates: Sequence[TaskWithReminders]) -> bool:
    """Whether a deletion that fits no open task can be of a done one: a number only if a list was shown."""
    numbered = understood.target_index is not None and not exchange.before.shown
    if understood.intent is not IntentName.DELETE or numbered:
        return False
    return not _find([item.task for item in candidates], understood, exchange)


def one_of(
    exchange: Exchange, understood: Understanding, candidates: Sequence[TaskWithReminders]
) -> TaskWithReminders | Said:
    """The task that is meant, or what to say instead."""
    request = exchange.request
    found = _find([item.task for item in candidates], understood, exchange)
    if not found:
        state = "completed" if understood.intent is IntentName.REOPEN else "open"
        return Said(f"I find no {state} task like “{understood.target or understood.parent or request.text}”.")
    if len(found) > 1:
        exchange.after.choices = {request.line(task): task.id for task in found[:_CHOICES_AT_MOST]}
        return exchange.ask("Which one do you mean?", list(exchange.after.choices))
    return next(item for item in candidates if item.task.id == found[0].id)


def _find(tasks: Sequence[Task], understood: Understanding, exchange: Exchange) -> Sequence[Task]:
    if exchange.chosen is not None:
        return [task for task in tasks if task.id == exchange.chosen]
    if understood.target_index is not None:
        order = exchange.before.shown or [task.id for task in tasks]
        position = understood.target_index - 1 if understood.target_index > 0 else len(order) + understood.target_index
        return [task for task in tasks if 0 <= position < len(order) and task.id == order[position]]
    words = understood.parent if understood.intent is IntentName.ADD else understood.target
    if understood.refers_back and (words is None or understood.intent is IntentName.ADD):
        return [task for task in tasks if task.id == exchange.before.last]
    return matches(words or understood.title or "", tasks)


def picked(text: str, conversation: Conversation) -> str | None:
    """The id of the task that an answer picks from those offered, by its line or its number."""
    labels = list(conversation.choices)
    if text in conversation.choices:
        return conversation.choices[text]
    if text.isdecimal() and 1 <= int(text[:4]) <= len(labels):
        return conversation.choices[labels[int(text[:4]) - 1]]
    return None
