"""Dapr jobs: one one-shot job a reminder, and one recurring job for the repair sweep.

A job whose callback fails is triggered again at a constant interval without end: the default policy would drop it
after three tries. Jobs that can never succeed are answered with success and dead-lettered by the callback.
"""

import asyncio
import zlib
from datetime import datetime, timedelta
from typing import Any

from dapr.clients import ConstantFailurePolicy, DropFailurePolicy, Job
from dapr.proto import api_v1
from google.protobuf.any_pb2 import Any as GrpcAny
from pydantic import ValidationError

from contracts.jobs import CancelJob, Done, ReminderJob, ScheduleJob
from contracts.names import REMINDER_JOB_PREFIX, REPAIR_JOB, reminder_job
from contracts.operations import AskJobs, JobFact, Jobs
from scheduler.job_pages import JobPages
from scheduler.metrics import ARMED
from servicekit.errors import SidecarRefused, SidecarUnavailable
from servicekit.logs import get_logger
from servicekit.sidecar import Sidecar
from servicekit.tracing import current_traceparent

log = get_logger(__name__)

_PAYLOAD_TYPE = "type.googleapis.com/google.protobuf.BytesValue"
_LIST_TIMEOUT = 30.0
_GET_TIMEOUT = 3.0
_PARALLEL = 16


class ReminderJobs:
    """The jobs of all reminders."""

    def __init__(self, sidecar: Sidecar, *, retry_interval: int, fire_ahead: float) -> None:
        self._sidecar = sidecar
        self._ahead = timedelta(seconds=fire_ahead)
        self._retry_interval = retry_interval
        self._pages = JobPages(self._list)

    async def schedule(self, request: ScheduleJob) -> Done:
        """Arm the job, replacing the reminder's former one. A time that has passed triggers at once.

        Raises:
            SidecarUnavailable: not known to be armed; ask again.
        """
        payload = ReminderJob(reminder_id=request.reminder_id, due_at=request.due_at, traceparent=current_traceparent())
        job = Job(
            name=reminder_job(request.reminder_id),
            due_time=_rfc3339(trigger_time(request.reminder_id, request.due_at, self._ahead)),
            data=GrpcAny(type_url=_PAYLOAD_TYPE, value=payload.model_dump_json().encode()),
            failure_policy=ConstantFailurePolicy(max_retries=None, interval_seconds=self._retry_interval),
        )
        await self._sidecar.call(f"schedule {job.name}", lambda client: client.schedule_job(job, overwrite=True))
        ARMED.inc()
        log.info("job armed", job=job.name, due_at=request.due_at.isoformat())
        return Done()

    async def cancel(self, request: CancelJob) -> Done:
        """Drop the job, if there is one.

        Raises:
            SidecarUnavailable: not known to be dropped; ask again.
        """
        name = reminder_job(request.reminder_id)
        await self._sidecar.call(f"delete {name}", lambda client: client.delete_job(name))
        log.info("job dropped", job=name)
        return Done()

    async def armed(self) -> dict[str, bytes]:
        """By the ids of the reminders that have a job, its payload.

        Raises:
            SidecarUnavailable: the list cannot be had now.
        """
        return {
            job.name.removeprefix(REMINDER_JOB_PREFIX): job.data.value
            for job in await self._list()
            if job.name.startswith(REMINDER_JOB_PREFIX)
        }

    async def find(self, request: AskJobs) -> Jobs:
        """The jobs of some reminders, or a page of all of them by name, or with a limit of 0 how many there are.

        Raises:
            SidecarUnavailable: they cannot be had now.
        """
        if request.reminder_ids:
            slots = asyncio.Semaphore(_PARALLEL)
            found = await asyncio.gather(*(self._get(reminder_id, slots) for reminder_id in request.reminder_ids))
            return Jobs(jobs=tuple(job_fact(job) for job in found if job is not None))
        if request.limit == 0:
            return Jobs(jobs=(), total=len(await self.armed()))
        page = await self._pages.page(request.after, request.limit)
        return Jobs(jobs=tuple(job_fact(job) for job in page))

    async def _list(self) -> Any:
        stub = self._sidecar.stub()
        response: Any = await self._sidecar.call(
            "list jobs",
            lambda _: stub.ListJobs(api_v1.ListJobsRequest(), timeout=_LIST_TIMEOUT),
            deadline=_LIST_TIMEOUT,
        )
        return response.jobs

    async def _get(self, reminder_id: str, slots: asyncio.Semaphore) -> Any:
        """The job as the protocol has it; None when there is none."""
        stub = self._sidecar.stub()
        name = reminder_job(reminder_id)
        async with slots:
            try:
                response: Any = await self._sidecar.call(
                    f"get {name}", lambda _: stub.GetJob(api_v1.GetJobRequest(name=name), timeout=_GET_TIMEOUT)
                )
            except SidecarRefused:
                return None
            except SidecarUnavailable as error:
                if "not found" in str(error).lower():
                    return None
                raise
        return response.job


class RepairJob:
    """The recurring job that triggers the sweep."""

    def __init__(self, sidecar: Sidecar, *, interval: int) -> None:
        self._sidecar = sidecar
        self._interval = interval

    async def exists(self) -> bool:
        """Whether Dapr's scheduler still has it; it is gone when the scheduler lost its data."""
        try:
            await self._sidecar.call("get repair job", lambda client: client.get_job(REPAIR_JOB))
        except SidecarRefused:
            return False
        except SidecarUnavailable as error:
            if "not found" in str(error).lower():
                return False
            raise
        return True

    async def schedule(self) -> None:
        """Schedule it anew: now, and then every interval. A missed sweep is not made up for, the next one does."""
        job = Job(
            name=REPAIR_JOB,
            schedule=f"@every {self._interval}s",
            due_time="0s",
            data=GrpcAny(type_url=_PAYLOAD_TYPE),
            failure_policy=DropFailurePolicy(),
        )
        await self._sidecar.call("schedule the repair job", lambda client: client.schedule_job(job, overwrite=True))
        log.info("repair sweep scheduled", every_seconds=self._interval)


def trigger_time(reminder_id: str, due_at: datetime, ahead: timedelta) -> datetime:
    """When the job of a reminder is to come: `ahead` of its due time, or up to two thirds of that later.

    Many reminders are due at one instant, on the hour: their jobs are spread, each by what its id comes to. Others are
    due one after the other: their jobs come on whole seconds, for what is worked off together is cheaper.
    """
    if not ahead:
        return due_at
    share = zlib.crc32(reminder_id.encode()) / 2**32
    return (due_at - ahead * (1 - share * 2 / 3)).replace(microsecond=0)


def job_fact(job: Any) -> JobFact:
    """A job of the protocol's, as operators see it."""
    is_reminders = job.name.startswith(REMINDER_JOB_PREFIX)
    due_at, traceparent, wrong = None, None, ""
    if is_reminders:
        try:
            payload = ReminderJob.model_validate_json(job.data.value)
        except ValidationError as error:
            wrong = f"the payload does not parse: {error.error_count()} invalid fields"
        else:
            due_at, traceparent = payload.due_at, payload.traceparent
    return JobFact(
        name=job.name,
        reminder_id=job.name.removeprefix(REMINDER_JOB_PREFIX) if is_reminders else None,
        due_at=due_at,
        schedule=job.schedule,
        traceparent=traceparent,
        payload_error=wrong,
    )


def _rfc3339(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
