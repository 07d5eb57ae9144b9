"""Task events in, actor calls out: every reminder a task has is told what the user wants of it now."""

import asyncio

from contracts.events import CloudEvent, ReminderSpec, TaskEvent
from contracts.names import REMINDER_ACTOR_TYPE
from contracts.reminders import ApplyAnswer, ApplyReminder
from servicekit.sidecar import Sidecar
from servicekit.subscriptions import Reject
from servicekit.tracing import current_traceparent


class TaskEvents:
    """Handles the `task-events` topic."""

    def __init__(self, sidecar: Sidecar) -> None:
        self._sidecar = sidecar

    async def handle(self, event: CloudEvent) -> None:
        """Apply the event to each of its reminders; returns when all have it.

        Raises:
            Reject: this is no task event.
            SidecarUnavailable: at least one reminder does not have it; the event must come again.
        """
        body = event.data
        if not isinstance(body, TaskEvent):
            raise Reject(f"{event.type} does not belong on this topic")
        results = await asyncio.gather(*(self._apply(body, spec) for spec in body.reminders), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result

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
