"""Wires the service: the `task-events` subscription, and the app channel that daprd wants."""

import asyncio

from consumers.recurring.events import TaskEvents
from consumers.recurring.settings import Settings
from contracts.names import RECURRING, TASK_EVENTS
from servicekit import service
from servicekit.callbacks import AppChannel
from servicekit.health import Health
from servicekit.monitoring import serve_monitoring
from servicekit.reporting import Reporter
from servicekit.sidecar import Sidecar
from servicekit.subscriptions import Subscriber


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Run until `stop` is set."""
    async with Sidecar(settings) as sidecar:
        subscriber = Subscriber(
            sidecar,
            TASK_EVENTS,
            TaskEvents(sidecar).handle,
            service=RECURRING,
            max_in_flight=settings.max_events_in_flight,
        )
        health = Health({"sidecar": lambda: sidecar.up, TASK_EVENTS: lambda: subscriber.active})
        channel = AppChannel(settings, healthy=health.ready)
        await channel.start()
        try:
            await service.run_parts(
                stop,
                subscriber.run(),
                serve_monitoring(settings, health),
                Reporter(sidecar, RECURRING, health, readers=[subscriber]).run(),
            )
        finally:
            await channel.stop()


def main() -> None:
    """Entry point."""
    settings = Settings.load()
    service.run(RECURRING, settings, lambda stop: serve(settings, stop))
