"""Dapr's own reminders and jobs, without anything of ours: placement, scheduler, one sidecar, one app."""

import asyncio
import json
import sys
import time
from abc import abstractmethod
from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

import grpc.aio
import httpx
from dapr.proto import api_service_v1, api_v1, common_v1
from google.protobuf.any_pb2 import Any as GrpcAny

from bench.alternatives.alternative import Family, Reminder
from bench.alternatives.dapr_app import ACTOR
from runtime import commands
from runtime.install import install
from runtime.layout import Layout
from runtime.topology import App

_AT_ONCE = 64
_STATE_STORE = """\
apiVersion: dapr.io/v1alpha1
kind: Component
metadata: {name: statestore}
spec:
  type: state.sqlite
  version: v1
  metadata:
    - {name: connectionString, value: actors.db}
    - {name: actorStateStore, value: "true"}
    - {name: disableWAL, value: "false"}
"""


class DaprAlone(Family):
    """What both have in common."""

    mode: ClassVar[str]

    async def __aenter__(self) -> "DaprAlone":
        binaries = await asyncio.to_thread(install)
        resources, layout = self.root / "resources", Layout(self.root)
        layout.create()
        resources.mkdir()
        (resources / "statestore.yaml").write_text(_STATE_STORE)
        pick = self.ports.pick
        placement = commands.PlacementPorts(*(pick() for _ in range(3)))
        scheduler = commands.SchedulerPorts(*(pick() for _ in range(5)))
        sidecar = commands.SidecarPorts(*(pick() for _ in range(4)))
        app_port = pick()
        self.sidecar_http = sidecar.http
        app = App("bench", (), self.root, (resources,), ())
        env = commands.runtime_environment({})
        await self.start("placement", *commands.placement(binaries.placement, placement), env=env)
        await self.start("scheduler", *commands.scheduler(binaries.scheduler, scheduler, layout), env=env)
        await self.until("the scheduler", lambda: _healthy(f"http://127.0.0.1:{scheduler.healthz}/healthz"))
        await self.start(
            "app", sys.executable, "-m", "bench.alternatives.dapr_app", self.mode,
            env={"APP_PORT": str(app_port), "DAPR_GRPC_PORT": str(sidecar.grpc), "DAPR_HTTP_PORT": str(sidecar.http)},
        )  # fmt: skip
        await self.start(
            "daprd",
            *commands.sidecar(
                binaries.daprd, app, app_port=app_port, ports=sidecar, placement_port=placement.grpc,
                scheduler_port=scheduler.grpc,
            ),
            env=env,
        )  # fmt: skip
        await self.until("daprd", lambda: _healthy(f"http://127.0.0.1:{sidecar.http}/v1.0/healthz"))
        await self.until("the app", self._hosted)
        self._channel = grpc.aio.insecure_channel(f"127.0.0.1:{sidecar.grpc}")
        self._stub = api_service_v1.DaprStub(self._channel)
        return self

    async def __aexit__(self, *_: object) -> None:
        if hasattr(self, "_channel"):
            await self._channel.close()
        await self.end()

    async def _hosted(self) -> bool:
        return True

    @abstractmethod
    def _accept(self, stub: Any, reminder: Reminder, due: str, data: bytes) -> Awaitable[Any]:
        """One."""

    async def schedule(self, reminders: Sequence[Reminder]) -> float:
        """64 at a time."""
        slots = asyncio.Semaphore(_AT_ONCE)

        async def one(reminder: Reminder) -> None:
            due = datetime.fromtimestamp(reminder.due, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
            data = json.dumps({"id": reminder.id, "due": reminder.due}).encode()
            async with slots:
                await self._accept(self._stub, reminder, due, data)

        began = time.perf_counter()
        await asyncio.gather(*(one(reminder) for reminder in reminders))
        return time.perf_counter() - began

    async def kill_worker(self) -> None:
        """The app; its sidecar stays."""
        await self.kill("app")


def _forever() -> Any:
    """A failure policy that tries again each second without end; the default gives up after three times."""
    constant = common_v1.JobFailurePolicyConstant()
    constant.interval.FromSeconds(1)
    return common_v1.JobFailurePolicy(constant=constant)


class DaprReminders(DaprAlone):
    """An actor for each, with one reminder of Dapr's."""

    name: ClassVar[str] = "Dapr actor reminders"
    promise: ClassVar[str] = (
        "accepted: in the Dapr scheduler's etcd, synced; done: the actor's turn returned; failure policy: each "
        "second without end "
        "(the default drops a reminder after three tries)"
    )
    mode: ClassVar[str] = "reminders"

    def _accept(self, stub: Any, reminder: Reminder, due: str, data: bytes) -> Awaitable[Any]:
        request = api_v1.RegisterActorReminderRequest(
            actor_type=ACTOR, actor_id=reminder.id, name="due", due_time=due, data=data, failure_policy=_forever()
        )
        answer: Awaitable[Any] = stub.RegisterActorReminder(request, timeout=30)
        return answer

    async def _hosted(self) -> bool:
        async with httpx.AsyncClient(timeout=2) as client:
            metadata = (await client.get(f"http://127.0.0.1:{self.sidecar_http}/v1.0/metadata")).json()
        runtime = metadata.get("actorRuntime") or {}
        return bool(runtime.get("hostReady")) and ACTOR in {one["type"] for one in runtime.get("activeActors") or ()}


class DaprJobs(DaprAlone):
    """A job for each: what ours stands on, without actors, topics and people."""

    name: ClassVar[str] = "Dapr jobs alone"
    promise: ClassVar[str] = (
        "accepted: in the Dapr scheduler's etcd, synced; done: OnJobEvent returned; failure policy: each second "
        "without end"
    )
    mode: ClassVar[str] = "jobs"

    def _accept(self, stub: Any, reminder: Reminder, due: str, data: bytes) -> Awaitable[Any]:
        payload = GrpcAny(type_url="type.googleapis.com/google.protobuf.BytesValue", value=data)
        job = api_v1.Job(name=reminder.id, due_time=due, data=payload, failure_policy=_forever())
        answer: Awaitable[Any] = stub.ScheduleJobAlpha1(api_v1.ScheduleJobRequest(job=job), timeout=30)
        return answer


async def _healthy(url: str) -> bool:
    async with httpx.AsyncClient(timeout=2) as client:
        try:
            return (await client.get(url)).is_success
        except httpx.HTTPError:
            return False
