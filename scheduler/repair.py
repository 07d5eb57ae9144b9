"""The repair sweep: finds reminders that are late or have no job, and has their actors arm or announce them again.

The truth is what the user asked for, which chat_api keeps; Dapr's scheduler may lose its data, a state store may be
restored from yesterday, an event may have been dead-lettered. The sweep compares and repairs; it holds no state.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError

from contracts.jobs import ReminderJob
from contracts.names import CHAT_API, PENDING_METHOD, REMINDER_ACTOR_TYPE
from contracts.operations import SweepAnswer, SweepNow
from contracts.reminders import ApplyAnswer, ApplyOutcome, ApplyReminder, ListPending, PendingReminder, PendingReminders
from scheduler import metrics
from scheduler.jobs import ReminderJobs, RepairJob
from servicekit.errors import SidecarError
from servicekit.logs import get_logger
from servicekit.sidecar import Sidecar
from servicekit.tracing import current_traceparent, span

log = get_logger(__name__)

_PARALLEL = 32
_AT_MOST_ARMED = 256
_KEEPER_INTERVAL = 10.0


def broken(
    pending: Iterable[PendingReminder],
    armed: Mapping[str, bytes],
    *,
    now: datetime,
    grace: timedelta,
    patience: timedelta,
) -> list[PendingReminder]:
    """Those that will not fire by themselves. `armed` has the payloads of their jobs.

    - Without a job. Some of them may have fired just now, ahead of their time: their actors know.
    - Late by more than `grace`, and the job is for another time.
    - Late by more than `patience`, and the job is there. It triggers until it is done; where many were due at once it
      waits for its turn, and arming it anew would only make work. Hence the longest overdue of these alone.
    """
    found: list[PendingReminder] = []
    patient: list[PendingReminder] = []
    for reminder in sorted(pending, key=lambda one: one.due_at):
        job = armed.get(reminder.reminder_id)
        if job is None:
            found.append(reminder)
        elif reminder.due_at >= now - grace:
            continue
        elif not _is_for(job, reminder.due_at):
            found.append(reminder)
        elif reminder.due_at < now - patience:
            patient.append(reminder)
    return found + patient[:_AT_MOST_ARMED]


def _is_for(job: bytes, due_at: datetime) -> bool:
    try:
        return ReminderJob.model_validate_json(job).due_at == due_at
    except ValidationError:
        return False


class Repair:
    """Runs sweeps, one at a time."""

    def __init__(
        self,
        sidecar: Sidecar,
        jobs: ReminderJobs,
        *,
        interval: float,
        grace: float,
        patience: float,
        horizon: float,
    ) -> None:
        self._sidecar = sidecar
        self._jobs = jobs
        self._interval = interval
        self._grace = timedelta(seconds=grace)
        self._patience = timedelta(seconds=patience)
        self._horizon = timedelta(seconds=horizon)
        self._lock = asyncio.Lock()
        self._finished_at = float("-inf")

    async def sweep(self) -> None:
        """Compare and repair.

        A recurring job makes up for missed ticks by triggering in quick succession; those find a sweep that has
        just finished and return at once.

        Raises:
            SidecarError: something could not be read or repaired; the next sweep tries again.
        """
        clock = asyncio.get_running_loop().time
        async with self._lock:
            if clock() - self._finished_at < self._interval / 2:
                return
            with span("repair sweep"):
                await self._sweep()
            self._finished_at = clock()

    async def sweep_now(self, _: SweepNow) -> SweepAnswer:
        """The same, also when one has just run; for an operator.

        Raises:
            SidecarError: something could not be read.
        """
        async with self._lock:
            with span("repair sweep"):
                answer = await self._sweep()
            self._finished_at = asyncio.get_running_loop().time()
        return answer

    async def _sweep(self) -> SweepAnswer:
        now = datetime.now(UTC)
        # The pending list first: a reminder fired in between is then merely announced again, never missed.
        pending = [reminder async for page in self._pending(now + self._horizon) for reminder in page]
        armed = await self._jobs.armed() if pending else {}
        repaired, failed = await self._repair(
            broken(pending, armed, now=now, grace=self._grace, patience=self._patience)
        )
        metrics.REPAIRED.inc(repaired)
        metrics.NOT_REPAIRED.inc(failed)
        metrics.SWEPT_AT.set_to_current_time()
        level = log.warning if repaired or failed else log.debug
        level("repair sweep done", checked=len(pending), repaired=repaired, failed=failed)
        return SweepAnswer(checked=len(pending), repaired=repaired, failed=failed)

    async def _pending(self, due_before: datetime) -> AsyncIterator[tuple[PendingReminder, ...]]:
        after = ""
        while True:
            request = ListPending(due_before=due_before, after=after)
            page = await self._sidecar.invoke(CHAT_API, PENDING_METHOD, request, PendingReminders)
            if not page.reminders:
                return
            yield page.reminders
            after = page.reminders[-1].reminder_id

    async def _repair(self, reminders: list[PendingReminder]) -> tuple[int, int]:
        """How many were repaired, and how many could not be. The others were in order: they have just fired."""
        slots = asyncio.Semaphore(_PARALLEL)

        async def one(reminder: PendingReminder) -> ApplyOutcome | None:
            wish = ApplyReminder(
                **reminder.model_dump(exclude={"reminder_id"}),
                active=True,
                repair=True,
                traceparent=current_traceparent(),
            )
            async with slots:
                try:
                    answer = await self._sidecar.invoke_actor(
                        REMINDER_ACTOR_TYPE, reminder.reminder_id, "Apply", wish, ApplyAnswer
                    )
                except SidecarError as error:
                    log.warning("not repaired", reminder_id=reminder.reminder_id, error=str(error))
                    return None
            if answer.outcome is ApplyOutcome.APPLIED:
                log.warning("repaired", reminder_id=reminder.reminder_id, due_at=reminder.due_at.isoformat())
            return answer.outcome

        outcomes = await asyncio.gather(*(one(reminder) for reminder in reminders))
        return outcomes.count(ApplyOutcome.APPLIED), outcomes.count(None)


async def keep_repair_job(sidecar: Sidecar, job: RepairJob) -> None:
    """Schedule the repair job at start, and again whenever it is found missing. Runs until cancelled."""
    scheduled = False
    while True:
        await sidecar.wait_up()
        try:
            if not scheduled:
                await job.schedule()
                scheduled = True
            elif not await job.exists():
                log.warning("the repair job is gone: Dapr's scheduler lost its data; scheduling it again")
                await job.schedule()
        except SidecarError as error:
            log.warning("the repair job could not be checked", error=str(error))
        await asyncio.sleep(_KEEPER_INTERVAL if scheduled else 1.0)
