"""What takes the last change back: kept with the conversation, carried out by the same commands as everything else."""

from typing import Any

from pydantic import BaseModel

from chat_api.tasks.repository import WAITING
from chat_api.tasks.schemas import TaskCreate, TaskUpdate
from chat_api.tasks.service import TaskService, TaskWithReminders


class Undo(BaseModel):
    """How to take one change back. Exactly one of the three ways is set."""

    said: str
    """What to tell the person once it is done."""
    remove: str | None = None
    """The id of a task that was added."""
    restore: dict[str, Any] | None = None
    """The task that was deleted, as a `TaskCreate`."""
    update: tuple[str, dict[str, Any]] | None = None
    """The id of a task that was changed, and what it was before as a `TaskUpdate`."""


def of_adding(added: TaskWithReminders) -> Undo:
    """Take a new task away again."""
    return Undo(said=f"Taken back: “{added.task.title}” is gone.", remove=added.task.id)


def of_deleting(gone: TaskWithReminders) -> Undo:
    """Bring a task back, under a new id."""
    return Undo(said=f"“{gone.task.title}” is back.", restore=_facts(gone) | {"timezone": gone.task.timezone})


def of_changing(before: TaskWithReminders) -> Undo:
    """Make a task what it was."""
    facts = _facts(before) | {"status": before.task.status}
    return Undo(said=f"“{before.task.title}” is as it was.", update=(before.task.id, facts))


async def take_back(tasks: TaskService, user_id: str, undo: Undo) -> TaskWithReminders | None:
    """Carry it out; the task as it is then, if there is one.

    Raises:
        NotFound: the task is gone.
        Invalid: its times have passed meanwhile.
    """
    if undo.remove is not None:
        await tasks.delete(user_id, undo.remove)
        return None
    if undo.restore is not None:
        return await tasks.create(user_id, TaskCreate.model_validate(undo.restore))
    if undo.update is not None:
        task_id, facts = undo.update
        return await tasks.update(user_id, task_id, TaskUpdate.model_validate(facts))
    return None


def _facts(found: TaskWithReminders) -> dict[str, Any]:
    """The fields that a change may have touched; reminders are those that still wait."""
    task = found.task
    facts: dict[str, Any] = {
        "title": task.title,
        "notes": task.notes,
        "priority": task.priority,
        "tags": task.tags,
        "recurrence": task.recurrence,
        "from_completion": task.from_completion,
        "due_at": task.due_at and task.due_at.isoformat(),
        "reminders": [row.due_at.isoformat() for row in found.reminders if row.status in WAITING],
    }
    return facts
