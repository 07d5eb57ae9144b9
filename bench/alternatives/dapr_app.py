"""The smallest apps on Dapr: `jobs` handles OnJobEvent, `reminders` hosts actors with Dapr's own reminders."""

import asyncio
import base64
import json
import os
import sys
from abc import abstractmethod
from datetime import timedelta
from typing import Any

import grpc.aio
from dapr.actor import Actor, ActorInterface, Remindable, actormethod
from dapr.actor.runtime.grpc_host import ActorGrpcHost
from dapr.proto import appcallback_service_v1, appcallback_v1

from bench.alternatives.ledger import Ledger

ACTOR = "Reminded"


async def _effect(data: bytes) -> None:
    body = json.loads(data)
    await asyncio.to_thread(Ledgers.get().write, body["id"], body["due"])


class Ledgers:
    """The one handle of this process."""

    _open: list[Ledger] = []  # noqa: RUF012

    @classmethod
    def get(cls) -> Ledger:
        """Opened when it is first needed."""
        if not cls._open:
            cls._open.append(Ledger.of_worker())
        return cls._open[0]


class Callbacks(appcallback_service_v1.AppCallbackServicer):  # type: ignore[misc]
    """What daprd calls."""

    async def ListTopicSubscriptions(self, request: Any, context: Any) -> Any:  # noqa: N802
        """None."""
        return appcallback_v1.ListTopicSubscriptionsResponse()

    async def ListInputBindings(self, request: Any, context: Any) -> Any:  # noqa: N802
        """None."""
        return appcallback_v1.ListInputBindingsResponse()

    async def OnJobEvent(self, request: Any, context: Any) -> Any:  # noqa: N802
        """The effect; an error has the job triggered again."""
        await _effect(bytes(request.data.value))
        return appcallback_v1.JobEventResponse()


class RemindedInterface(ActorInterface):  # type: ignore[misc]
    """The SDK wants one."""

    @abstractmethod
    @actormethod(name="Nothing")
    async def nothing(self) -> None:
        """Nobody calls it."""


class Reminded(Actor, RemindedInterface, Remindable):  # type: ignore[misc]
    """An actor that has a reminder."""

    async def nothing(self) -> None:
        """Nobody calls it."""

    async def receive_reminder(
        self, name: str, state: bytes, due_time: timedelta, period: timedelta, ttl: timedelta | None = None
    ) -> None:
        """The effect."""
        await _effect(state if state.startswith(b"{") else base64.b64decode(state))


async def main() -> None:
    """Until ended."""
    server = grpc.aio.server()
    appcallback_service_v1.add_AppCallbackServicer_to_server(Callbacks(), server)
    server.add_insecure_port(f"127.0.0.1:{os.environ['APP_PORT']}")
    await server.start()
    if sys.argv[1] == "reminders":
        host = ActorGrpcHost(address=f"127.0.0.1:{os.environ['DAPR_GRPC_PORT']}", app_port=0)
        await host.register_actor(Reminded)
        while True:  # daprd may not be there yet
            try:
                await host.start()
                break
            except Exception as error:  # noqa: BLE001 - bare errors of the SDK
                print(f"not hosted yet: {error!r}", flush=True)
                await asyncio.sleep(0.2)
    await server.wait_for_termination()


if __name__ == "__main__":
    asyncio.run(main())
