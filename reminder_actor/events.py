"""Task events in, actor calls out: each reminder is told what the user wants of it now, or did when it had fired."""

import asyncio

from contracts.events import AccountClosed, CloudEvent, ReminderResponded, ReminderSpec, TaskEvent
from contracts.names import REMINDER_ACTOR_TYPE
from contracts.reminders import ApplyAnswer, ApplyReminder, RespondAnswer, RespondReminder
from servicekit.sidecar import Sidecar
from servicekit.subscriptions import Reject
from servicekit.tracing import current_traceparent


class TaskEvents:
    """Handles the `task-events` topic."""

    def __init__(self, sidecar: Sidecar) -> None:
        self._sidecar = sidecar

    async def handle(self, event: CloudEvent) -> None:
        """Tell each reminder that the event is about; returns when all have it.

        Raises:
            Reject: this event belongs elsewhere.
            SidecarUnavailable: at least one reminder does not have it; the event must come again.
        """
        match event.data:
            case TaskEvent() as changed:
                await self._changed(changed)
            case ReminderResponded() as responded:
                await self._responded(responded)
            case AccountClosed():
                pass  # each of its tasks has an event by which its reminders end
            case _:
                raise Reject(f"{event.type} does not belong on this topic")

    async def _changed(self, body: TaskEvent) -> None:
        results = await asyncio.gather(*(self._apply(body, spec) for spec in body.reminders), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def _responded(self, body: ReminderResponded) -> None:
        told = RespondReminder(
            due_at=body.due_at,
            title=body.title,
            response=body.response,
            at=body.occurred_at,
            snoozed_until=body.snoozed_until,
            traceparent=current_traceparent(),
        )
        await self._sidecar.invoke_actor(REMINDER_ACTOR_TYPE, body.reminder_id, "Respond", told, RespondAnswer)

    async def _apply(self, body: TaskEvent, spec: ReminderSpec) -> None:
        wish = ApplyReminder(
            task_id=body.task_id,
            user_id=body.user_id,
            title=body.title,
            version=body.version,
            due_at=spec.due_at,
            active=spec.active,
            traceparent=current_traceparent(),
        )
        await self._sidecar.invoke_actor(REMINDER_ACTOR_TYPE, spec.reminder_id, "Apply", wish, ApplyAnswer)
