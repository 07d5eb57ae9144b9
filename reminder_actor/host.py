"""Keeps the actors hosted over the gRPC stream for as long as the process lives.

The SDK's host gives up quietly when daprd stays away, and one that reconnected by itself would keep actor objects
whose cached state another replica may have changed meanwhile. So each connection to daprd gets a host of its own,
with no actor in memory.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from dapr.actor import ActorId
from dapr.actor.runtime.config import ActorRuntimeConfig
from dapr.actor.runtime.context import ActorRuntimeContext
from dapr.actor.runtime.grpc_host import ActorGrpcHost
from dapr.actor.runtime.runtime import ActorRuntime
from dapr.clients.grpc._channel import create_aio_channel

from contracts.reminders import HostAgain, HostedAgain
from reminder_actor.actor import ReminderActor
from servicekit.logs import get_logger
from servicekit.retry import Backoff
from servicekit.sidecar import Sidecar

log = get_logger(__name__)


class _Host(ActorGrpcHost):
    """The SDK's host, telling when it stopped serving."""

    def __init__(self, address: str, timeout_seconds: int, interceptors: Sequence[Any]) -> None:
        # No listener of the SDK's: the app channel is ours (servicekit.callbacks).
        super().__init__(address=address, timeout_seconds=timeout_seconds, app_port=0)
        # The host would make the same channel, without a way to add to it.
        self._channel = create_aio_channel(address, interceptors=interceptors)
        self.ended = asyncio.Event()

    def _on_run_task_done(self, task: "asyncio.Task[None]") -> None:
        super()._on_run_task_done(task)
        self.ended.set()


class ActorHosting:
    """Registers `ReminderActor` with daprd, again and again."""

    def __init__(self, sidecar: Sidecar, *, address: str, timeout: float) -> None:
        self._sidecar = sidecar
        self._address = address
        self._timeout = max(1, round(timeout))
        self._serving = False
        self._again = asyncio.Event()
        ActorRuntime.set_actor_config(
            ActorRuntimeConfig(
                # A pending reminder needs no memory: its state is read back when its job fires.
                actor_idle_timeout=timedelta(minutes=5),
                actor_scan_interval=timedelta(seconds=30),
                # Without a limit the runtime would wait for ever at shutdown.
                drain_ongoing_call_timeout=timedelta(seconds=10),
                drain_rebalanced_actors=True,
            )
        )

    @property
    def serving(self) -> bool:
        """Whether daprd is there and has the actor type registered on an open stream; the SDK goes on without one."""
        return self._serving and self._sidecar.up

    async def host_again(self, _: HostAgain) -> HostedAgain:
        """Register the actors anew, because another service's daprd does not find them.

        When a network was cut for some seconds, placement may have given this daprd up while daprd takes the connection
        for a live one: it only listens on it, so nothing tells it otherwise. What it sends now to register anew does.
        """
        if not self._serving:
            return HostedAgain(hosted=False)
        log.warning("actors are not found elsewhere, registering them anew")
        self._again.set()
        return HostedAgain(hosted=True)

    async def run(self) -> None:
        """Serve until cancelled."""
        backoff, failures = Backoff(base=0.2, cap=3.0), 0
        while True:
            await self._sidecar.wait_up()
            host = _Host(self._address, self._timeout, self._sidecar.host_interceptors)
            try:
                await host.register_actor(ReminderActor, actor_factory=self._create)
                await host.start()
            except Exception as error:  # noqa: BLE001 - bare errors of the SDK; hosting must outlive all of them
                log.warning("actors not hosted yet", error=str(error) or repr(error))
                await asyncio.sleep(backoff.delay(failures))
                failures += 1
                continue
            failures = 0
            self._again.clear()
            self._serving = True
            log.info("actors hosted", connection=self._sidecar.generation)
            try:
                await self._until_over(host, self._sidecar.generation)
            finally:
                self._serving = False
                await host.close()
            log.warning("actor stream over, opening it again")

    async def _until_over(self, host: _Host, generation: int) -> None:
        while not (host.ended.is_set() or self._again.is_set()) and self._sidecar.generation == generation:
            try:
                async with asyncio.timeout(0.5):
                    await host.ended.wait()
            except TimeoutError:
                continue

    def _create(self, ctx: ActorRuntimeContext, actor_id: ActorId) -> ReminderActor:
        return ReminderActor(ctx, actor_id, self._sidecar)
