"""Adds a task, and says when it will be heard of."""

from collections.abc import Sequence

from chat_api.assistant.exchange import Exchange, Request, Said, Services, due_fields, enumerate_words, with_remarks
from chat_api.assistant.targets import one_of
from chat_api.preferences.quiet import describe, quiet_until
from chat_api.tasks.models import TaskStatus
from chat_api.tasks.schemas import TaskCreate, TaskUpdate
from chat_api.tasks.service import TaskWithReminders
from chat_api.understand import Understanding


async def add(services: Services, exchange: Exchange, understood: Understanding) -> Said:
    """Add it, under its parent and into its list where these were named.

    Raises:
        Invalid: it cannot be as it was said.
    """
    request = exchange.request
    parent: TaskWithReminders | None = None
    if understood.parent is not None:
        wholes = [
            item
            for item in await services.tasks.list(request.user_id, status=TaskStatus.OPEN)
            if item.task.parent_id is None
        ]
        found = one_of(exchange, understood, wholes)
        if isinstance(found, Said):
            return found
        parent = found
        there = _there_already(wholes, parent, understood)
        if there is not None:
            update = TaskUpdate(parent_id=parent.task.id)
            moved = await services.tasks.update(request.user_id, there.task.id, update)
            return Said(f"“{moved.task.title}” is a part of “{parent.task.title}” now.", [moved])
    wish = TaskCreate.model_validate(
        {
            "title": (understood.title or request.text)[:500],
            "notes": understood.notes or "",
            "priority": understood.priority,
            "tags": understood.tags,
            "list": understood.list_name if parent is None else None,
            "parent_id": parent.task.id if parent else None,
            **due_fields(request, understood),
            "reminders": list(understood.remind_at) or None,
            "recurrence": understood.rrule,
            "from_completion": understood.from_completion,
            "timezone": request.zone.key,
        }
    )
    added = await services.tasks.create(request.user_id, wish, request_key=request.key)
    return with_remarks(_sentences(request, wish, added, parent), understood, [added])


def _there_already(
    wholes: Sequence[TaskWithReminders], parent: TaskWithReminders, understood: Understanding
) -> TaskWithReminders | None:
    """The one task of this very title, where nothing but its place is said: it becomes the part."""
    if understood.due is not None or understood.rrule or understood.notes or understood.priority or understood.tags:
        return None
    title = (understood.title or "").casefold()
    named = [item for item in wholes if item.task.title.casefold() == title and item.task.id != parent.task.id]
    return named[0] if len(named) == 1 else None


def _sentences(
    request: Request, wish: TaskCreate, added: TaskWithReminders, parent: TaskWithReminders | None
) -> list[str]:
    title = added.task.title
    place = f" to “{parent.task.title}”" if parent else f" to your list “{added.list_name}”" if added.list_name else ""
    if not added.reminders:
        due = request.due_words(added.task)
        return [f"Added “{title}”{place}{due and f', due {due}'}."]
    times = enumerate_words([request.when(reminder.due_at) for reminder in added.reminders])
    sentences = [f"OK, I will remind you: “{title}”, {times}."]
    if place:
        sentences.append(f"Added{place}.")
    if wish.due_on is not None and not wish.reminders:
        sentences.append(f"You gave no time, so I took {added.reminders[0].due_at.astimezone(request.zone):%H:%M}.")
    elif wish.due_at is not None and all(reminder.due_at != wish.due_at for reminder in added.reminders):
        sentences.append(f"It is due {request.when(wish.due_at)}.")
    if added.task.recurrence:
        when = "when you have done this one" if added.task.from_completion else "each time"
        sentences.append(f"It repeats, and I will set the next one {when}.")
    return [*sentences, *_quiet(request, added)]


def _quiet(request: Request, added: TaskWithReminders) -> list[str]:
    chosen = request.preferences
    if chosen.quiet_from is None or chosen.quiet_until is None or added.task.priority == 1:
        return []
    if all(quiet_until(chosen, reminder.due_at) is None for reminder in added.reminders):
        return []
    hours = describe(chosen.quiet_from, chosen.quiet_until)
    return [f"That is in your quiet hours ({hours}), so it will make no sound; say “p1” to be woken."]
