"""Wires the service: the actor host, the task-events subscription, and the app channel that daprd wants."""

import asyncio

from contracts.access import OPERATORS
from contracts.names import (
    ACTOR_STATES_METHOD,
    FIRE_METHOD,
    HOST_AGAIN_METHOD,
    REMINDER_ACTOR,
    RESTORE_ACTORS_METHOD,
    TASK_EVENTS,
)
from contracts.operations import AskActorStates, FireNow, RestoreActors
from contracts.reminders import HostAgain
from reminder_actor import metrics
from reminder_actor.events import TaskEvents
from reminder_actor.host import ActorHosting
from reminder_actor.operations import ActorOperations
from reminder_actor.settings import Settings
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
        operations = ActorOperations(sidecar)
        channel = AppChannel(
            settings,
            healthy=health.ready,
            methods={
                ACTOR_STATES_METHOD: Method(AskActorStates, operations.states, OPERATORS),
                HOST_AGAIN_METHOD: Method(HostAgain, hosting.host_again),
                FIRE_METHOD: Method(FireNow, operations.fire, OPERATORS),
                RESTORE_ACTORS_METHOD: Method(RestoreActors, operations.restore, OPERATORS),
            },
        )
        await channel.start()
        try:
            await service.run_parts(
                stop,
                subscriber.run(),
                hosting.run(),
                serve_monitoring(settings, health, metrics.REGISTRY),
                Reporter(sidecar, REMINDER_ACTOR, health, readers=[subscriber]).run(),
            )
        finally:
            await channel.stop()


def main() -> None:
    """Entry point."""
    settings = Settings.load()
    service.run(REMINDER_ACTOR, settings, lambda stop: serve(settings, stop))
