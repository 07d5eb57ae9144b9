"""Wires the service: calls in (schedule, cancel), job callbacks in, the repair sweep, the dead letters."""

import asyncio

from contracts.access import OPERATORS
from contracts.dead_letters import ListLetters, ReplayLetter, ShowLetter
from contracts.jobs import CancelJob, ScheduleJob
from contracts.names import (
    CANCEL_METHOD,
    DEAD_LETTERS,
    JOBS_METHOD,
    LETTER_METHOD,
    LETTERS_METHOD,
    REPLAY_METHOD,
    SCHEDULE_METHOD,
    SCHEDULER,
    SWEEP_METHOD,
)
from contracts.operations import AskJobs, SweepNow
from scheduler import metrics
from scheduler.callbacks import JobCallbacks
from scheduler.dead_letters import DeadLetters
from scheduler.due_order import DueOrder
from scheduler.jobs import ReminderJobs, RepairJob
from scheduler.letter_archive import LetterArchive
from scheduler.lookout import Lookout
from scheduler.repair import Repair, keep_repair_job
from scheduler.settings import Settings
from servicekit import service
from servicekit.callbacks import AppChannel, Method
from servicekit.health import Health
from servicekit.monitoring import serve_monitoring
from servicekit.reporting import Reporter
from servicekit.sidecar import Sidecar
from servicekit.subscriptions import Subscriber


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Run until `stop` is set."""
    async with Sidecar(settings) as sidecar:
        jobs = ReminderJobs(sidecar, retry_interval=settings.retry_interval, fire_ahead=settings.fire_ahead)
        repair = Repair(
            sidecar,
            jobs,
            interval=settings.repair_interval,
            grace=settings.repair_grace,
            patience=settings.repair_patience,
            horizon=settings.repair_horizon,
        )
        order = DueOrder(
            settings.max_callbacks_in_flight,
            late_limit=settings.max_late_in_flight,
            max_waiting=settings.max_waiting,
        )
        callbacks = JobCallbacks(sidecar, repair.sweep, order)
        letters = DeadLetters(sidecar, LetterArchive(sidecar), callbacks.handle)
        lookout = Lookout(sidecar, interval=settings.look_interval, patience=settings.look_patience)
        subscriber = Subscriber(sidecar, DEAD_LETTERS, letters.handle, service=SCHEDULER)
        health = Health(
            {
                "sidecar": lambda: sidecar.up,
                "actors": lambda: not lookout.lost,
                DEAD_LETTERS: lambda: subscriber.active,
            }
        )
        channel = AppChannel(
            settings,
            healthy=health.ready,
            on_job=callbacks.handle,
            methods={
                JOBS_METHOD: Method(AskJobs, jobs.find, OPERATORS),
                LETTERS_METHOD: Method(ListLetters, letters.list, OPERATORS),
                LETTER_METHOD: Method(ShowLetter, letters.show, OPERATORS),
                REPLAY_METHOD: Method(ReplayLetter, letters.replay, OPERATORS),
                SWEEP_METHOD: Method(SweepNow, repair.sweep_now, OPERATORS),
                SCHEDULE_METHOD: Method(ScheduleJob, jobs.schedule),
                CANCEL_METHOD: Method(CancelJob, jobs.cancel),
            },
        )
        await channel.start()
        try:
            await service.run_parts(
                stop,
                subscriber.run(),
                lookout.run(),
                keep_repair_job(sidecar, RepairJob(sidecar, interval=settings.repair_interval)),
                serve_monitoring(settings, health, metrics.REGISTRY),
                Reporter(sidecar, SCHEDULER, health, readers=[subscriber]).run(),
            )
        finally:
            await channel.stop()


def main() -> None:
    """Entry point."""
    settings = Settings.load()
    service.run(SCHEDULER, settings, lambda stop: serve(settings, stop))
