"""What travels inside a Dapr job, and the calls by which the scheduler service is asked to arm or drop one."""

from typing import Literal

from contracts.base import Contract, Identifier, Instant, occurrence_key


class ReminderJob(Contract):
    """The payload of the job ``reminder-<id>``: enough to fire without asking anyone."""

    schema_version: Literal[1] = 1
    reminder_id: Identifier
    due_at: Instant
    traceparent: str | None = None

    @property
    def occurrence(self) -> str:
        """Which firing this job is for."""
        return occurrence_key(self.due_at)


class ScheduleJob(Contract):
    """Arm the one-shot job of a reminder, replacing the one it has."""

    reminder_id: Identifier
    due_at: Instant


class CancelJob(Contract):
    """Drop the job of a reminder; no job is no error."""

    reminder_id: Identifier


class Done(Contract):
    """The empty answer."""
