"""Starts the servers, Dapr's control plane, and a sidecar and an app for each entry of the run file; keeps them up."""

import asyncio
import contextlib
import fcntl
import functools
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from contracts import names as contract
from runtime import commands, leases, names_file, scrape_targets, secrets_file, tracing
from runtime.backing import Backing, Secrets, Tasks
from runtime.console import NOTICE, LogFiles
from runtime.errors import AlreadyRunning, GaveUp, StartFailed
from runtime.install import Binaries
from runtime.layout import Layout
from runtime.parts import server_names, servers
from runtime.parts.part import Launch, Part
from runtime.ports import Ports
from runtime.processes import Child, Command, Sink, tail
from runtime.readiness import Probe, first, hosts_actor, wait_all
from runtime.run_record import RunRecord, SidecarRecord
from runtime.tokens import Tokens
from runtime.topology import App, Topology

BROKER = "broker"
PLACEMENT = "placement"
SCHEDULER = "dapr-scheduler"
_APP_GRACE = 10.0
_SIDECAR_GRACE = 8.0
_CONTROL_GRACE = 15.0
_LOOK = 0.1
# The first start compiles every module that is used, in all services at once, and two cores may have other work.
_START_PATIENCE = 180.0
# How much they give way while reminders ring. Nobody waits for a record; and firing is done ahead of the due time, when
# telling of what is due now must not wait for it.
_NICENESS = {
    contract.AUDIT: 15,
    contract.RECURRING: 10,
    contract.REMINDER_ACTOR: 5,
    contract.SCHEDULER: 5,
    contract.CONSOLE: 5,
    SCHEDULER: 5,
}


def process_names(topology: Topology, backing: Backing) -> tuple[str, ...]:
    """All processes of a run, in the order in which they start."""
    return (
        *server_names(backing),
        *(PLACEMENT, SCHEDULER),
        *(n for a in topology.apps for n in (a.name, sidecar_name(a.name))),
    )


def sidecar_name(app: str) -> str:
    """What the daprd of an app, by its name, is called."""
    return f"{app}.daprd"


class Supervisor:
    """One running system below one root. Used once: `start`, then `stop`; both in the same event loop.

    The children end with the thread that runs that loop, whatever becomes of this process.

    Args:
        topology: what to run beside the servers and Dapr's control plane.
        root: where ``.data`` is; daprd's working directory.
        port: the page's port; 0 picks a free one.
        binaries: what to run it with.
        sink: hears every line as (process name, line); lines that begin with ``***`` are the supervisor's own.
        env: set for the apps, over everything else.
        log_format: how the apps log, "json" or "console".
        backing: the servers to stand on.
        traces: where apps and sidecars send spans, the URL of an OTLP receiver (gRPC); empty: nowhere.
    """

    def __init__(
        self,
        topology: Topology,
        *,
        root: Path,
        port: int = 0,
        binaries: Binaries,
        sink: Callable[[str, str], None] | None = None,
        env: Mapping[str, str] | None = None,
        log_format: str = "json",
        backing: Backing | None = None,
        traces: str = "",
    ) -> None:
        self._layout = Layout(root.resolve())
        self._topology = topology
        self._backing = backing or Backing()
        self._binaries = binaries
        self._sink = sink
        self._env = dict(env or {})
        self._log_format = log_format
        self._environ = tracing.environment(os.environ, traces)
        if traces:
            self._topology = topology.with_config(tracing.CONFIG)
        self._files = LogFiles(self._layout.logs)
        self._lock: TextIO | None = None
        self._failure: GaveUp | None = None
        self._failed = asyncio.Event()
        self._children: dict[str, Child] = {}
        self._chores: set[asyncio.Task[None]] = set()
        self.names = process_names(topology, self._backing)

        ports = Ports.from_environment()
        if port:
            ports.claim(port, f"stop it, or choose another with PORT, for example PORT={port + 1}")
        serving = [app.name for app in topology.apps if app.serves_people]
        self._page_ports = {name: (port if number == 0 else 0) or ports.pick() for number, name in enumerate(serving)}
        self._console_ports = {app.name: ports.pick() for app in topology.apps if app.serves_operators}
        self._parts = {part.name: part for part in servers(self._backing, self._layout, ports, binaries)}
        self._ready = {name: asyncio.Event() for name in self._parts}
        self._placement_ports = commands.PlacementPorts(*(ports.pick() for _ in range(3)))
        self._scheduler_ports = commands.SchedulerPorts(*(ports.pick() for _ in range(5)))
        self._app_ports = {app.name: ports.pick() for app in topology.apps}
        self._sidecar_ports = {
            app.name: commands.SidecarPorts(*(ports.pick() for _ in range(4))) for app in topology.apps
        }
        self._monitoring_ports = {app.name: ports.pick() for app in topology.apps}
        self._tokens = {app.name: Tokens() for app in topology.apps}
        self.urls = tuple(f"http://127.0.0.1:{page}" for page in self._page_ports.values())

    @property
    def url(self) -> str:
        """Where people reach it; `urls` has an address for each replica."""
        return self.urls[0]

    @property
    def operators_url(self) -> str:
        """Where operators reach their page; empty without a console."""
        return next((f"http://127.0.0.1:{port}" for port in self._console_ports.values()), "")

    # The run

    async def start(self, patience: float = _START_PATIENCE) -> None:
        """Start everything; returns when it is ready.

        Raises:
            AlreadyRunning: another supervisor runs on this root.
            StartFailed: a part did not come up within `patience` seconds; all is stopped again.
        """
        self._layout.create()
        self._acquire_lock()
        try:
            names_file.prepare(self._layout.names)
            self._topology = self._topology.on(self._backing, self._layout)
            launches = await asyncio.to_thread(lambda: [(part, part.prepare()) for part in self._parts.values()])
            self._create_children(launches)
            for name in self.names:
                if not name.endswith(".daprd"):
                    self._children[name].start()
            # A sidecar that finds no broker or store ends at once: that is worth a moment's wait.
            for name, ready in self._ready.items():
                await first(ready.wait(), self._raise_on_failure(), _late(patience, name))
            for app in self._topology.apps:
                self._children[sidecar_name(app.name)].start()
            await self.wait_ready(patience)
            self._record().write(self._layout)
            scrape_targets.write(self._layout, self._metrics_addresses())
        except GaveUp as error:
            await self.stop()
            raise StartFailed(str(error)) from error
        except BaseException:
            await self.stop()
            raise

    async def wait_ready(self, patience: float = 60) -> None:
        """Return when every part answers: health, the page's readiness, the actor type placed.

        Raises:
            StartFailed: not within `patience` seconds; names what did not, with its last lines.
            GaveUp: a part died too often.
        """
        waiting = [probe.name for probe in self._probes()]
        try:
            async with asyncio.timeout(patience):
                await first(wait_all(self._probes(), waiting.remove), self._raise_on_failure())
        except TimeoutError as error:
            reports = "\n".join(f"  {name}:\n{tail(self.log(name), 10)}" for name in dict.fromkeys(waiting))
            raise StartFailed(f"Not ready after {patience:g} s: {', '.join(waiting)}.\n{reports}") from error

    async def wait_failure(self) -> None:
        """Return never, unless by raising.

        Raises:
            GaveUp: a part died too often.
        """
        await self._raise_on_failure()

    async def stop(self) -> None:
        """Stop the apps, then the sidecars, then the rest; nothing is left. Harmless when nothing runs."""
        if self._lock is not None:
            self._layout.run_record.unlink(missing_ok=True)
            self._layout.scrape_targets.unlink(missing_ok=True)
        for chore in tuple(self._chores):
            chore.cancel()
        apps = {app.name for app in self._topology.apps}
        sidecars = {sidecar_name(name) for name in apps}
        for group, grace in (
            (apps, _APP_GRACE),
            (sidecars, _SIDECAR_GRACE),
            (set(self.names) - apps - sidecars, _CONTROL_GRACE),
        ):
            await asyncio.gather(*(child.stop(grace) for name, child in self._children.items() if name in group))
        self._files.close()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def remove_data(self) -> None:
        """Delete what the servers keep elsewhere than below the root; when all has stopped."""
        for part in self._parts.values():
            part.remove_data()

    def kill_now(self) -> None:
        """SIGKILL to everything, without waiting; `stop` must already be under way."""
        for child in self._children.values():
            child.signal_group(signal.SIGKILL)

    # One part

    @property
    def restarts(self) -> Mapping[str, int]:
        """How often each part was started again."""
        return {name: child.restarts for name, child in self._children.items()}

    def pid(self, name: str) -> int | None:
        """The process id of a part, while it runs."""
        return self._child(name).pid

    def log(self, name: str) -> list[str]:
        """The last 200 lines of a part."""
        return self._child(name).lines

    def ports(self, name: str) -> Mapping[str, int]:
        """The ports of a part by purpose; they stay the same over restarts."""
        if name in self._parts:
            return self._parts[name].ports
        if name == PLACEMENT:
            return asdict(self._placement_ports)
        if name == SCHEDULER:
            return asdict(self._scheduler_ports)
        if name.endswith(".daprd"):
            return asdict(self._sidecar_ports[name.removesuffix(".daprd")])
        page = self._page_ports.get(name) or self._console_ports.get(name)
        served = {"app": self._app_ports[name], "monitoring": self._monitoring_ports[name]}
        return {**served, **({"http": page} if page is not None else {})}

    def token_headers(self, app_id: str) -> Mapping[str, str]:
        """What a caller of this app's daprd sends along."""
        return self._tokens[app_id].headers

    def secrets(self) -> frozenset[str]:
        """What opens something in this run, and so belongs into no log: the secret store's content, and the tokens."""
        tokens = (one for pair in self._tokens.values() for one in (pair.dapr, pair.app))
        return secrets_file.confidential(self._layout.secrets).union(tokens)

    async def kill(self, name: str, sig: int = signal.SIGKILL) -> None:
        """Signal a part; if it ends, it is started again by the rule. After SIGKILL, returns when it is gone."""
        await self._child(name).kill(sig)

    async def restart(self, name: str) -> None:
        """End a part politely, as a rolling update does; it is started again. Returns when the old one is gone."""
        await self._child(name).restart(_SIDECAR_GRACE if name.endswith(".daprd") else _APP_GRACE)

    async def hold(self, name: str) -> None:
        """SIGKILL a part and keep it down."""
        await self._child(name).hold()

    async def release(self, name: str) -> None:
        """Let a held part start again."""
        self._child(name).release()

    # Inside

    def _record(self) -> RunRecord:
        sidecars = tuple(
            SidecarRecord(
                name=app.name,
                app_id=app.app_id,
                grpc_port=self._sidecar_ports[app.name].grpc,
                http_port=self._sidecar_ports[app.name].http,
                api_token=self._tokens[app.name].dapr,
            )
            for app in self._topology.apps
        )
        return RunRecord(pid=os.getpid(), url=self.url, sidecars=sidecars, operators_url=self.operators_url)

    def _metrics_addresses(self) -> Iterator[scrape_targets.Target]:
        for app in self._topology.apps:
            yield scrape_targets.Target("service", app.app_id, self._monitoring_ports[app.name], "/metrics")
            yield scrape_targets.Target("daprd", app.app_id, self._sidecar_ports[app.name].metrics)
        yield scrape_targets.Target("dapr", PLACEMENT, self._placement_ports.metrics)
        yield scrape_targets.Target("dapr", SCHEDULER, self._scheduler_ports.metrics)

    def _child(self, name: str) -> Child:
        try:
            return self._children[name]
        except KeyError:
            raise KeyError(f"{name} is not running; there are {', '.join(self._children) or 'none'}") from None

    def _acquire_lock(self) -> None:
        lock = self._layout.lock.open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            owner = lock.read().strip() or "unknown"
            lock.close()
            raise AlreadyRunning(
                f"The assistant already runs on {self._layout.root} (process {owner}). Stop that one first, "
                f"or give this one a folder of its own with --root."
            ) from error
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        self._lock = lock

    def _create_children(self, launches: Sequence[tuple[Part, Launch]]) -> None:
        for command, after_start in self._commands(launches):
            self._children[command.name] = Child(
                command,
                sink=self._take_line,
                notice=self._notice,
                on_give_up=self._give_up,
                after_start=after_start,
            )

    def _commands(
        self, launches: Sequence[tuple[Part, Launch]]
    ) -> Iterator[tuple[Command, Callable[[], "asyncio.Future[None]"] | None]]:
        layout, binaries = self._layout, self._binaries
        inherited = commands.runtime_environment(self._environ)
        secrets_file.ensure_keys(layout.secrets)
        runtime = functools.partial(Command, cwd=layout.root, env=inherited)
        for part, launch in launches:
            after_start = functools.partial(self._part_started, part)
            yield (
                Command(part.name, launch.argv, layout.root, {**inherited, **launch.env}),
                lambda started=after_start: asyncio.ensure_future(started()),  # type: ignore[misc]
            )
        for_sidecars = {key: value for _, launch in launches for key, value in launch.sidecar_env.items()}
        if self._backing.secrets is Secrets.ENVIRONMENT:
            for_sidecars |= secrets_file.as_environment(layout.secrets)
        yield runtime(PLACEMENT, commands.placement(binaries.placement, self._placement_ports)), None
        yield (
            runtime(
                SCHEDULER,
                commands.scheduler(binaries.scheduler, self._scheduler_ports, layout),
                niceness=_NICENESS[SCHEDULER],
            ),
            lambda: asyncio.ensure_future(self._scheduler_started()),
        )
        for app in self._topology.apps:
            yield self._app_command(app), None
            yield (
                Command(
                    sidecar_name(app.name),
                    commands.sidecar(
                        binaries.daprd,
                        app,
                        app_port=self._app_ports[app.name],
                        ports=self._sidecar_ports[app.name],
                        placement_port=self._placement_ports.grpc,
                        scheduler_port=self._scheduler_ports.grpc,
                    ),
                    layout.root,
                    {
                        **commands.sidecar_environment(self._environ, app),
                        **for_sidecars,
                        **self._tokens[app.name].environment,
                    },
                    _NICENESS.get(app.app_id, 0),
                ),
                None,
            )

    def _app_command(self, app: App) -> Command:
        env = commands.app_environment(
            self._environ,
            app,
            app_port=self._app_ports[app.name],
            sidecar_ports=self._sidecar_ports[app.name],
            port=self._page_ports.get(app.name, 0),
            monitoring_port=self._monitoring_ports[app.name],
            console_port=self._console_ports.get(app.name, 0),
            layout=self._layout,
            log_format=self._log_format,
            tasks_url=self.tasks_url,
        )
        program, *arguments = app.command
        if os.sep in program:
            program = str(app.directory / program)
        return Command(
            app.name,
            (program, *arguments),
            app.directory,
            {**env, **self._tokens[app.name].environment, **self._env},
            _NICENESS.get(app.app_id, 0),
        )

    @property
    def tasks_url(self) -> str | None:
        """The tasks database, where it is on a server."""
        if self._backing.tasks is Tasks.SQLITE:
            return None
        return next(part.tasks_url for part in self._parts.values() if part.tasks_url is not None)

    async def _part_started(self, part: Part) -> None:
        await part.started()
        while not await part.answers():  # noqa: ASYNC110 - another process: there is nothing to be woken by
            await asyncio.sleep(_LOOK)
        self._ready[part.name].set()
        ended_at = self._children[part.name].ended_at
        if part.patience is not None and ended_at is not None and time.monotonic() - ended_at > part.patience:
            for app in self._topology.apps:
                name = sidecar_name(app.name)
                self._notice(name, "the broker was away for so long that daprd gave up on it: restarting daprd")
                chore = asyncio.create_task(self._children[name].restart(_SIDECAR_GRACE))
                self._chores.add(chore)
                chore.add_done_callback(self._chores.discard)

    async def _scheduler_started(self) -> None:
        if await leases.revoke_stale(self._scheduler_ports.etcd_client):
            self._notice(SCHEDULER, "the one before it was killed: its leadership was ended, jobs are triggered again")

    def _probes(self) -> list[Probe]:
        probes = [
            *(Probe(name, ask=part.answers) for name, part in self._parts.items()),
            Probe(PLACEMENT, f"http://127.0.0.1:{self._placement_ports.healthz}/healthz"),
            Probe(SCHEDULER, f"http://127.0.0.1:{self._scheduler_ports.healthz}/healthz"),
        ]
        for app in self._topology.apps:
            http = f"http://127.0.0.1:{self._sidecar_ports[app.name].http}/v1.0"
            probes.append(Probe(sidecar_name(app.name), f"{http}/healthz"))
            if app.app_id == contract.REMINDER_ACTOR:
                hosts = hosts_actor(contract.REMINDER_ACTOR_TYPE)
                probes.append(Probe(app.name, f"{http}/metadata", hosts, self._tokens[app.name].headers))
            probes.append(Probe(app.name, f"http://127.0.0.1:{self._monitoring_ports[app.name]}/readyz"))
            if app.serves_people:
                probes.append(Probe(app.name, f"http://127.0.0.1:{self._page_ports[app.name]}/readyz"))
            if app.serves_operators:
                probes.append(Probe(app.name, f"http://127.0.0.1:{self._console_ports[app.name]}/healthz"))
        return probes

    async def _raise_on_failure(self) -> None:
        await self._failed.wait()
        if self._failure is not None:
            raise self._failure

    def _give_up(self, failure: GaveUp) -> None:
        self._failure = self._failure or failure
        self._failed.set()

    def _notice(self, name: str, text: str) -> None:
        self._take_line(name, f"{NOTICE}{text}")

    def _take_line(self, name: str, line: str) -> None:
        with contextlib.suppress(OSError):  # a full disk must not stop the run
            self._files.write(name, line)
        if self._sink is not None:
            self._sink(name, line)


async def _late(patience: float, what: str) -> None:
    await asyncio.sleep(patience)
    raise StartFailed(f"Not ready after {patience:g} s: {what}.")


__all__ = ["Sink", "Supervisor", "process_names", "sidecar_name"]
