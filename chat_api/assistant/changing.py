"""Completes, reopens, changes, skips and deletes a task that the message names."""

from datetime import datetime
from typing import Any

from chat_api.assistant.exchange import Exchange, Request, Said, Services, enumerate_words, moved_due, with_remarks
from chat_api.assistant.targets import may_be_done, one_of, wanted_status
from chat_api.tasks.due import Due, day_of
from chat_api.tasks.models import TaskStatus
from chat_api.tasks.repeating import recurs
from chat_api.tasks.schemas import TaskUpdate
from chat_api.tasks.service import TaskWithReminders
from chat_api.understand import IntentName, Scope, Understanding

ONLY_THIS, SERIES = "Only this one", "The whole series"
_DUE = frozenset({"due_at", "due_on"})


async def change(services: Services, exchange: Exchange, understood: Understanding) -> Said:
    """Find the task and do what is wanted with it; or ask which one is meant.

    Raises:
        Invalid: it cannot be as it was said.
        NotFound: the task has gone meanwhile.
    """
    user_id = exchange.request.user_id
    candidates = await services.tasks.list(user_id, status=wanted_status(understood.intent))
    if may_be_done(exchange, understood, candidates):
        candidates = await services.tasks.list(user_id, status=TaskStatus.COMPLETED)
    if understood.intent is IntentName.SKIP:
        candidates = [item for item in candidates if recurs(item.task)]
    target = one_of(exchange, understood, candidates)
    return target if isinstance(target, Said) else await _carry_out(services, exchange, understood, target)


async def _carry_out(
    services: Services, exchange: Exchange, understood: Understanding, target: TaskWithReminders
) -> Said:
    user_id = exchange.request.user_id
    match understood.intent:
        case IntentName.COMPLETE:
            return await _complete(services, exchange.request, target)
        case IntentName.REOPEN:
            reopened = await services.tasks.update(user_id, target.task.id, TaskUpdate(status=TaskStatus.OPEN))
            return Said(f"“{target.task.title}” is open again.", [reopened])
        case IntentName.DELETE:
            await services.tasks.delete(user_id, target.task.id)
            done = target.task.status == TaskStatus.COMPLETED
            return Said(
                f"Deleted “{target.task.title}”" + (", which was done." if done else ". Its reminders will not fire.")
            )
        case IntentName.SKIP:
            return await _skip(services, exchange.request, understood, target)
        case _:
            return await _update(services, exchange, understood, target)


def _is_later(request: Request, understood: Understanding, target: TaskWithReminders) -> Said | None:
    """What to say when another occurrence than the coming one is to be skipped; None when it is that one."""
    task = target.task
    due = understood.due
    wanted = due.astimezone(request.zone).date() if isinstance(due, datetime) else due
    first, last = understood.due_from or wanted, understood.due_until or wanted
    if task.due_at is None or first is None or last is None:
        return None
    day = day_of(task) or task.due_at.astimezone(request.zone).date()
    if first <= day <= last:
        return None
    return Said(f"I can only skip the next one: “{task.title}” is next {request.due_words(task)}.", [target])


async def _skip(services: Services, request: Request, understood: Understanding, target: TaskWithReminders) -> Said:
    later = _is_later(request, understood, target)
    if later is not None:
        return later
    skipped = await services.tasks.skip(request.user_id, target.task.id)
    return Said(f"Skipped. “{skipped.task.title}” is next {request.due_words(skipped.task)}.", [skipped])


async def _complete(services: Services, request: Request, target: TaskWithReminders) -> Said:
    done = await services.tasks.update(request.user_id, target.task.id, TaskUpdate(status=TaskStatus.COMPLETED))
    # Moved on already by what has rung, or about to be by a worker.
    next_due = Due.of(done.task) if done.task.status == TaskStatus.OPEN else done.next_due
    ending = f" The next one is {request.words(next_due, done.task)}." if next_due is not None else ""
    return Said(f"Done: “{target.task.title}”.{ending}", [done])


async def _update(services: Services, exchange: Exchange, understood: Understanding, target: TaskWithReminders) -> Said:
    request, task = exchange.request, target.task
    fields = _fields(request, understood, target)
    if not fields:
        return Said(f"What should change about “{task.title}”? Give me a new time, for example.")
    moves = bool(_DUE & fields.keys()) and "recurrence" not in fields
    if moves and recurs(task) and not task.from_completion and ("due_on" in fields) == task.all_day:
        if understood.scope is None:
            exchange.after.asked_scope = task.id
            return exchange.ask(f"“{task.title}” repeats. Should I move only this one, or all?", [ONLY_THIS, SERIES])
        fields["scope"] = understood.scope.value
    changed = await services.tasks.update(request.user_id, task.id, TaskUpdate.model_validate(fields))
    return with_remarks([_told(request, changed, fields)], understood, [changed])


def _fields(request: Request, understood: Understanding, target: TaskWithReminders) -> dict[str, Any]:
    fields = moved_due(request, understood, target.task)
    if understood.rrule is not None:
        fields |= {
            "recurrence": understood.rrule,
            "from_completion": understood.from_completion,
            "timezone": request.zone.key,
        }
    if understood.remind_at:
        fields["reminders"] = list(understood.remind_at)
    if understood.notes:
        fields["notes"] = "\n".join(part for part in (target.task.notes, understood.notes) if part)[:10_000]
    plain = {
        "priority": understood.priority,
        "tags": list(understood.tags),
        "title": understood.new_title,
        "list": understood.list_name,
    }
    return fields | {name: value for name, value in plain.items() if value}


def _told(request: Request, changed: TaskWithReminders, fields: dict[str, Any]) -> str:
    title = changed.task.title
    waiting = [reminder.due_at for reminder in changed.reminders if reminder.due_at > request.now]
    if fields.keys() == {"list"}:
        return f"“{title}” is on your list “{changed.list_name}” now."
    if fields.keys() <= {"title", "notes"}:
        return f"Changed: “{title}”."
    series = " The series goes on as before." if fields.get("scope") == Scope.THIS else ""
    if waiting:
        times = enumerate_words([request.when(due) for due in waiting])
        return f"Changed. I will remind you: “{title}”, {times}.{series}"
    if changed.task.due_at:
        return f"Changed. “{title}” is due {request.due_words(changed.task)}.{series}"
    return f"Changed “{title}”."
