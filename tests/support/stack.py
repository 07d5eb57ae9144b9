"""The whole system on free ports below a temporary folder: real daprd, placement, scheduler and broker."""

import asyncio
import threading
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Self, TypeVar

from runtime.backing import Backing, Pubsub
from runtime.install import Binaries
from runtime.layout import PROJECT, Layout
from runtime.parts import kafka, redis
from runtime.secrets_file import NATS_TOKEN
from runtime.supervisor import Supervisor
from runtime.topology import Topology
from tests.support.leaks import leaks

Result = TypeVar("Result")

_CALL_TIMEOUT = 120.0


class Stack:
    """A supervisor in a thread with a loop of its own, so that a test's loop never stalls it.

    `resources` is a folder of further components, for every sidecar that they are scoped to; `replicas` says how many
    there are of an app-id, each with a sidecar of its own: "chat-api", "chat-api-2", …; `commands` runs something else
    as an app-id; `traces` is the URL of an OTLP receiver. What it stands on is the test run's choice (``--stack``);
    a test that is about one broker says so (the marker `needs`).
    """

    chosen: ClassVar[Backing] = Backing()

    def __init__(
        self,
        root: Path,
        binaries: Binaries,
        env: Mapping[str, str] | None = None,
        *,
        resources: Path | None = None,
        replicas: Mapping[str, int] | None = None,
        commands: Mapping[str, Sequence[str]] | None = None,
        traces: str = "",
    ) -> None:
        self.layout = Layout(root)
        self.backing = self.chosen
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="supervisor", daemon=True)
        self._thread.start()
        self._supervisor = self._call(
            self._create(
                root,
                binaries,
                env or {},
                resources=(resources,) if resources else (),
                replicas=replicas or {},
                commands=commands or {},
                traces=traces,
            )
        )

    async def _create(
        self,
        root: Path,
        binaries: Binaries,
        env: Mapping[str, str],
        *,
        resources: tuple[Path, ...],
        replicas: Mapping[str, int],
        commands: Mapping[str, Sequence[str]],
        traces: str,
    ) -> Supervisor:
        topology = Topology.load(PROJECT / "dapr.yaml").scaled(replicas).with_resources(resources)
        apps = tuple(replace(app, command=tuple(commands.get(app.app_id, app.command))) for app in topology.apps)
        topology = replace(topology, apps=apps)
        return Supervisor(topology, root=root, binaries=binaries, env=env, backing=self.backing, traces=traces)

    def __enter__(self) -> Self:
        try:
            self._call(self._supervisor.start())
        except BaseException:
            self._supervisor.remove_data()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, and fail if any log of this run holds a secret that was in use."""
        secrets = self._supervisor.secrets()
        self._call(self._supervisor.stop())
        self._supervisor.remove_data()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        found = leaks(self.layout.logs.iterdir(), secrets)
        assert not found, found

    @property
    def url(self) -> str:
        """Where people reach it."""
        return self._supervisor.url

    @property
    def operators_url(self) -> str:
        """Where operators reach their page."""
        return self._supervisor.operators_url

    @property
    def urls(self) -> tuple[str, ...]:
        """The address of each replica that people reach."""
        return self._supervisor.urls

    @property
    def broker_secret(self) -> str:
        """The name under which the broker's credentials are kept."""
        return {Pubsub.JETSTREAM: NATS_TOKEN, Pubsub.KAFKA: kafka.SECRET, Pubsub.REDIS: redis.PASSWORD}[
            self.backing.pubsub
        ]

    @property
    def tasks_url(self) -> str | None:
        """The tasks database as libpq wants it; None when it is the file in the layout."""
        return self._supervisor.tasks_url

    @property
    def names(self) -> tuple[str, ...]:
        """Its processes."""
        return self._supervisor.names

    @property
    def restarts(self) -> Mapping[str, int]:
        """How often each process was started again."""
        return dict(self._supervisor.restarts)

    def ports(self, name: str) -> Mapping[str, int]:
        """A process's ports."""
        return self._supervisor.ports(name)

    def token_headers(self, app_id: str) -> Mapping[str, str]:
        """What a caller of this app's daprd sends along."""
        return self._supervisor.token_headers(app_id)

    def pid(self, name: str) -> int | None:
        """A process's id, while it runs."""
        return self._supervisor.pid(name)

    def log_file(self, name: str) -> str:
        """All that a process printed in this run."""
        return (self.layout.logs / f"{name}.log").read_text()

    def kill(self, name: str) -> None:
        """SIGKILL; the supervisor starts it again."""
        self._call(self._supervisor.kill(name))

    def signal(self, name: str, signum: int) -> None:
        """A signal that it survives."""
        self._call(self._supervisor.kill(name, signum))

    def restart(self, name: str) -> None:
        """SIGTERM, and start again once it has ended by itself."""
        self._call(self._supervisor.restart(name))

    def hold(self, name: str) -> None:
        """SIGKILL, and keep it down."""
        self._call(self._supervisor.hold(name))

    def release(self, name: str) -> None:
        """Start what was held."""
        self._call(self._supervisor.release(name))

    def wait_ready(self) -> None:
        """Until every part answers again."""
        self._call(self._supervisor.wait_ready(60))

    def last_lines(self, count: int = 60) -> str:
        """The end of every process's log, for a failed test's report."""
        sections = []
        for name in self.names:
            path = self.layout.logs / f"{name}.log"
            lines = path.read_text(errors="replace").splitlines()[-count:] if path.exists() else []
            sections.append("\n".join([f"──── {name}", *lines]))
        return "\n".join(sections)

    def _call(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(_CALL_TIMEOUT)
