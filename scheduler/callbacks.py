"""What a triggered job comes to. Returning makes the job done; raising has Dapr trigger it again."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from opentelemetry.trace import SpanKind
from pydantic import ValidationError

from contracts.jobs import ReminderJob
from contracts.names import REMINDER_ACTOR_TYPE, REMINDER_JOB_PREFIX, REPAIR_JOB, SCHEDULER, reminder_job
from contracts.reminders import FireAnswer, FireOutcome, FireReminder
from scheduler.due_order import DueOrder
from scheduler.metrics import LAG, TRIGGERED
from servicekit.errors import SidecarError, SidecarUnavailable
from servicekit.logs import get_logger
from servicekit.metrics import seconds_since
from servicekit.sidecar import Sidecar
from servicekit.subscriptions import dead_letter
from servicekit.tracing import current_baggage, current_traceparent, span_of_its_own

log = get_logger(__name__)

# An actor arms its job before it saves, and a job that is due ahead comes at once: where calls time out and turns are
# repeated it may be here first. Taken for done then, it would be missing. What is really over loses its job anyway.
_NOT_YET = frozenset({FireOutcome.UNKNOWN, FireOutcome.STALE})
_SETTLED = timedelta(seconds=15)


class JobCallbacks:
    """Takes every `OnJobEvent`."""

    def __init__(self, sidecar: Sidecar, sweep: Callable[[], Awaitable[None]], order: DueOrder) -> None:
        self._sidecar = sidecar
        self._sweep = sweep
        self._order = order

    async def handle(self, name: str, data: bytes) -> None:
        """Run the job called `name`.

        Raises:
            SidecarError: it is not done and must come again.
        """
        if name == REPAIR_JOB:
            await self._sweep()
            return
        await self._fire(name, data)

    async def _fire(self, name: str, data: bytes) -> None:
        if not name.startswith(REMINDER_JOB_PREFIX):
            await self._park(name, data, "no handler for a job of this name")
            return
        try:
            job = ReminderJob.model_validate_json(data)
        except ValidationError as error:
            await self._park(name, data, f"the payload does not parse: {error.error_count()} invalid fields")
            return
        if reminder_job(job.reminder_id) != name:
            await self._park(name, data, "the payload belongs to another reminder")
            return
        LAG.labels("triggered").observe(seconds_since(job.due_at))
        async with self._order.turn(job.due_at):
            done = await self._fire_now(name, job)
        if not done:
            raise SidecarUnavailable("the actor does not wait for this occurrence, or not yet")

    async def _fire_now(self, name: str, job: ReminderJob) -> bool:
        """Whether it is done; it has to come again otherwise, which is no failure of the actors."""
        about = {"todo.reminder_id": job.reminder_id}
        with span_of_its_own("job trigger", job.traceparent, SpanKind.CONSUMER, attributes=about):
            request = FireReminder(
                occurrence=job.occurrence,
                not_before=job.due_at,
                traceparent=current_traceparent(),
                baggage=current_baggage(),
            )
            try:
                answer = await self._sidecar.invoke_actor(
                    REMINDER_ACTOR_TYPE, job.reminder_id, "Fire", request, FireAnswer
                )
            except SidecarError:
                TRIGGERED.labels("failed").inc()
                raise
            TRIGGERED.labels(answer.outcome).inc()
            done = answer.outcome not in _NOT_YET or datetime.now(UTC) >= job.due_at + _SETTLED
            log.info("job done" if done else "job to come again", job=name, outcome=answer.outcome)
            return done

    async def _park(self, name: str, data: bytes, reason: str) -> None:
        """Retrying cannot help: keep it for an operator instead of having it triggered for ever."""
        await dead_letter(self._sidecar, service=SCHEDULER, source=f"job/{name}", reason=reason, payload=data)
