"""The decision: what a task event is answered with. Pure: a repeated event has the same answer, under the same id."""

from contracts.events import NextOccurrence, TaskEvent
from contracts.occurrences import following


def answer(event: TaskEvent) -> NextOccurrence | None:
    """What follows the occurrence that was done; None when none was.

    Raises:
        ValueError: its rule or its zone is none.
    """
    done = event.done_occurrence
    if done is None:
        return None
    return NextOccurrence(
        task_id=event.task_id,
        user_id=event.user_id,
        version=event.version,
        occurrence=done.key,
        next_due_at=following(done),
    )
