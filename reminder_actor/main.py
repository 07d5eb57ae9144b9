"""Wires the service: the actor host, the task-events subscription, and the app channel that daprd wants."""

import asyncio

from contracts.names import HOST_AGAIN_METHOD, REMINDER_ACTOR, TASK_EVENTS
from contracts.reminders import HostAgain
from reminder_actor import metrics
from reminder_actor.events import TaskEvents
from reminder_actor.host import ActorHosting
from reminder_actor.settings import Settings
from servicekit import service
from servicekit.callbacks import AppChannel, Method
from servicekit.health import Health
from servicekit.monitoring import serve_monitoring
from servicekit.sidecar import Sidecar
from servicekit.subscriptions import Subscriber


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Run until `stop` is set."""
    async with Sidecar(settings) as sidecar:
        hosting = ActorHosting(
            sidecar, address=f"127.0.0.1:{settings.dapr_grpc_port}", timeout=settings.sidecar_timeout
        )
        subscriber = Subscriber(
            sidecar,
            TASK_EVENTS,
            TaskEvents(sidecar).handle,
            service=REMINDER_ACTOR,
            max_in_flight=settings.max_events_in_flight,
        )
        health = Health(
            {"sidecar": lambda: sidecar.up, "actors": lambda: hosting.serving, TASK_EVENTS: lambda: subscriber.active}
        )
        channel = AppChannel(
            settings,
            healthy=health.ready,
            methods={HOST_AGAIN_METHOD: Method(HostAgain, hosting.host_again)},
        )
        await channel.start()
        try:
            await service.run_parts(
                stop, subscriber.run(), hosting.run(), serve_monitoring(settings, health, metrics.REGISTRY)
            )
        finally:
            await channel.stop()


def main() -> None:
    """Entry point."""
    settings = Settings.load()
    service.run(REMINDER_ACTOR, settings, lambda stop: serve(settings, stop))
