"""The command lines of Dapr's processes and the environment of the services. Everything listens on loopback."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from contracts.names import REMINDER_ACTOR, SCHEDULER
from runtime.layout import Layout
from runtime.topology import App

_LOOPBACK = "127.0.0.1"
_SCHEDULER_ID = "dapr-scheduler-server-0"
_GRACE = 5  # seconds a sidecar may take to stop
# Of sidecars, without the pages of their program. What is due at one instant is in these two at once, some 15 kB each.
_MEMORY_GOAL = "80MiB"
_MEMORY_GOALS = {SCHEDULER: "256MiB", REMINDER_ACTOR: "256MiB"}
# Read by daprd's secret store alone (components/optional); no service has a use for it.
_FOR_SIDECARS = ("COHERE_API_KEY", "SMTP_HOST", "SMTP_PORT", "SMTP_USER", "SMTP_PASSWORD", "SMTP_FROM")
_OURS = (
    "PORT",
    "CONSOLE_PORT",
    "PORT_BASE",
    "APP_ID",
    "APP_PORT",
    "MONITORING_PORT",
    "DAPR_GRPC_PORT",
    "DAPR_HTTP_PORT",
)


@dataclass(frozen=True, slots=True)
class PlacementPorts:
    """Ports of the placement service."""

    grpc: int
    healthz: int
    metrics: int


@dataclass(frozen=True, slots=True)
class SchedulerPorts:
    """Ports of the Dapr scheduler and of the etcd inside it."""

    grpc: int
    healthz: int
    metrics: int
    etcd_client: int
    etcd_peer: int


@dataclass(frozen=True, slots=True)
class SidecarPorts:
    """Ports of one daprd."""

    grpc: int
    http: int
    internal: int
    metrics: int


def placement(binary: Path, ports: PlacementPorts) -> tuple[str, ...]:
    """Placement: knows which sidecar hosts which actor."""
    return (
        str(binary),
        f"--port={ports.grpc}",
        f"--listen-address={_LOOPBACK}",
        f"--healthz-port={ports.healthz}",
        # Dapr 1.18.2 takes this and listens on all addresses all the same; it answers nothing but "ok" there.
        f"--healthz-listen-address={_LOOPBACK}",
        f"--metrics-port={ports.metrics}",
        f"--metrics-listen-address={_LOOPBACK}",
        # Nothing connects to this address: raft with one member stays in memory.
        "--initial-cluster=dapr-placement-0=127.0.0.1:0",
    )


def scheduler(binary: Path, ports: SchedulerPorts, layout: Layout) -> tuple[str, ...]:
    """The Dapr scheduler: keeps the jobs in an etcd of its own."""
    return (
        str(binary),
        f"--id={_SCHEDULER_ID}",
        f"--port={ports.grpc}",
        f"--listen-address={_LOOPBACK}",
        f"--override-broadcast-host-port={_LOOPBACK}:{ports.grpc}",
        f"--healthz-port={ports.healthz}",
        f"--healthz-listen-address={_LOOPBACK}",
        f"--metrics-port={ports.metrics}",
        f"--metrics-listen-address={_LOOPBACK}",
        f"--etcd-data-dir={layout.scheduler}",
        f"--etcd-client-port={ports.etcd_client}",
        f"--etcd-client-listen-address={_LOOPBACK}",
        f"--etcd-initial-cluster={_SCHEDULER_ID}=http://{_LOOPBACK}:{ports.etcd_peer}",
        # One member has nobody to wait for: elect it at once.
        "--etcd-initial-election-tick-advance=true",
    )


def sidecar(
    binary: Path, app: App, *, app_port: int, ports: SidecarPorts, placement_port: int, scheduler_port: int
) -> tuple[str, ...]:
    """The daprd of one app."""
    return (
        str(binary),
        f"--app-id={app.app_id}",
        f"--app-port={app_port}",
        f"--app-protocol={app.protocol}",
        f"--dapr-listen-addresses={_LOOPBACK}",
        f"--dapr-grpc-port={ports.grpc}",
        f"--dapr-http-port={ports.http}",
        f"--dapr-internal-grpc-port={ports.internal}",
        f"--dapr-internal-grpc-listen-address={_LOOPBACK}",
        f"--metrics-port={ports.metrics}",
        f"--metrics-listen-address={_LOOPBACK}",
        f"--placement-host-address={_LOOPBACK}:{placement_port}",
        f"--scheduler-host-address={_LOOPBACK}:{scheduler_port}",
        *(f"--resources-path={path}" for path in app.resources),
        *(f"--config={path}" for path in app.configs),
        *([f"--max-body-size={app.max_body_size}"] if app.max_body_size else []),
        f"--dapr-graceful-shutdown-seconds={_GRACE}",
    )


def runtime_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What Dapr's processes and the broker inherit: nothing that is meant for services. daprd announces DAPR_HOST_IP to
    its peers, which must be where it listens.
    """
    return {**_inherited(environ), "DAPR_HOST_IP": _LOOPBACK}


def sidecar_environment(environ: Mapping[str, str], app: App) -> dict[str, str]:
    """What the daprd of a service inherits besides.

    Above GOMEMLIMIT Go collects garbage harder instead of growing: a burst must not leave sidecars of 200 MB behind.
    Not for the Dapr scheduler, which has to hold what is pending: beyond its goal it would do little else than collect.
    """
    return {"GOMEMLIMIT": _MEMORY_GOALS.get(app.app_id, _MEMORY_GOAL), **runtime_environment(environ)}


def app_environment(
    environ: Mapping[str, str],
    app: App,
    *,
    app_port: int,
    sidecar_ports: SidecarPorts,
    port: int,
    monitoring_port: int,
    console_port: int = 0,
    layout: Layout,
    log_format: str,
    tasks_url: str | None = None,
) -> dict[str, str]:
    """What a service reads: the run file's `env`, and the addresses of this instance, which win."""
    env = {
        **_inherited(environ),
        "LOG_LEVEL": environ.get("LOG_LEVEL", "INFO"),
        "LOG_FORMAT": log_format,
        **app.env,
        "APP_ID": app.app_id,
        "APP_PORT": str(app_port),
        "MONITORING_PORT": str(monitoring_port),
        "DAPR_GRPC_PORT": str(sidecar_ports.grpc),
        "DAPR_HTTP_PORT": str(sidecar_ports.http),
        "DATA_DIR": str(layout.data),
        "PYTHONUNBUFFERED": "1",
    }
    for name in _FOR_SIDECARS:
        env.pop(name, None)
    if app.serves_people:
        env["PORT"] = str(port)
        env.setdefault("PUBLIC_URL", f"http://{_LOOPBACK}:{port}")
    if app.serves_operators:
        env["CONSOLE_PORT"] = str(console_port)
    if "DATABASE_URL" in app.env:
        env["DATABASE_URL"] = tasks_url or layout.tasks_url
    return env


def _inherited(environ: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in environ.items() if key not in _OURS}
