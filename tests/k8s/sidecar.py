"""A pod of the chart, run as two processes: its daprd, as the injector made it, and its service."""

import contextlib
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Self

import httpx

from runtime.install import Binaries
from runtime.ports import Ports
from tests.components.resources import PROJECT
from tests.k8s.cluster import Cluster, Document
from tests.k8s.dapr import ControlPlane
from tests.k8s.hosting import command_of, container_of, environment, identity, with_flags
from tests.k8s.processes import Process

DAPRD: Final = "daprd"


class HostedPod:
    """Its daprd runs for as long as the ``with`` lasts; `start_service` adds the service."""

    def __init__(
        self,
        cluster: Cluster,
        control: ControlPlane,
        binaries: Binaries,
        pod: Document,
        folder: Path,
        *,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.pod, self._cluster, self._folder = pod, cluster, folder
        self.name: str = pod["metadata"]["name"]
        self.app_id: str = pod["metadata"]["annotations"]["dapr.io/app-id"]
        ports = Ports()
        self.http_port, self.grpc_port, self.internal_port = ports.pick(), ports.pick(), ports.pick()
        self.metrics_port, self.app_port, self.page_port = ports.pick(), ports.pick(), ports.pick()
        self.monitoring_port = ports.pick()
        container = container_of(pod, DAPRD)
        variables = environment(cluster, pod, container)
        self.token = variables["DAPR_API_TOKEN"]
        variables |= identity(cluster, pod, folder) | {"DAPR_HOST_IP": "127.0.0.1"} | dict(env or {})
        flags = [
            f"--dapr-http-port={self.http_port}",
            f"--dapr-grpc-port={self.grpc_port}",
            f"--dapr-public-port={ports.pick()}",
            "--dapr-public-listen-address=127.0.0.1",
            f"--dapr-internal-grpc-port={self.internal_port}",
            "--dapr-internal-grpc-listen-address=127.0.0.1",
            "--dapr-listen-addresses=127.0.0.1",
            f"--metrics-port={self.metrics_port}",
            "--metrics-listen-address=127.0.0.1",
            f"--app-port={self.app_port}",
            f"--control-plane-address={control.operator_address}",
            f"--sentry-address={control.sentry_address}",
            f"--placement-host-address={control.placement_address}",
            f"--scheduler-host-address={control.scheduler_address}",
            "--dapr-graceful-shutdown-seconds=1",
            "--dapr-block-shutdown-duration=0s",
        ]
        command = with_flags(command_of(container, variables)[1:], flags)
        self.daprd = Process(f"{self.name}.daprd", [binaries.daprd, *command], folder=folder, env=variables)
        self.service: Process | None = None
        self._running = contextlib.ExitStack()

    def __enter__(self) -> Self:
        self._running.enter_context(self.daprd)
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def start_service(self, **env: str) -> Process:
        """Run the pod's own container, with the ports that are its here."""
        (container,) = (item for item in self.pod["spec"]["containers"] if item["name"] != DAPRD)
        variables = environment(self._cluster, self.pod, container)
        variables |= {
            "APP_PORT": str(self.app_port),
            "DAPR_HTTP_PORT": str(self.http_port),
            "DAPR_GRPC_PORT": str(self.grpc_port),
            "MONITORING_HOST": "127.0.0.1",
            "MONITORING_PORT": str(self.monitoring_port),
            "CONSOLE_PORT": "0",
            "PYTHONPATH": str(PROJECT),
        }
        if "PORT" in variables:
            variables |= {"HOST": "127.0.0.1", "PORT": str(self.page_port)}
        _, *arguments = command_of(container, variables)
        process = Process(self.name, [sys.executable, *arguments], folder=self._folder, env={**variables, **env})
        self.service = self._running.enter_context(process)
        return process

    # What daprd says

    def get(self, path: str) -> httpx.Response:
        """Call its HTTP API with the pod's token."""
        headers = {"dapr-api-token": self.token}
        return httpx.get(f"http://127.0.0.1:{self.http_port}{path}", headers=headers, timeout=10)

    def wait_loaded(self) -> Self:
        """Return once every component is loaded."""
        self.daprd.wait_until(lambda: self._answers("/v1.0/healthz/outbound"), within=120)
        return self

    def wait_ready(self) -> Self:
        """Return once daprd and the service have found each other."""
        self.daprd.wait_until(lambda: self._answers("/v1.0/healthz"), within=120)
        return self

    def _answers(self, path: str) -> bool:
        try:
            return self.get(path).is_success
        except httpx.HTTPError:
            return False

    def metadata(self) -> dict[str, Any]:
        """Its metadata API."""
        document: dict[str, Any] = self.get("/v1.0/metadata").raise_for_status().json()
        return document

    def components(self) -> set[str]:
        """The names of what it has loaded."""
        return {item["name"] for item in self.metadata().get("components", ())}

    def policies(self) -> set[str]:
        """The Resiliency resources that it took in, by its own metric."""
        text = httpx.get(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=5).raise_for_status().text
        samples = [line for line in text.splitlines() if line.startswith("dapr_resiliency_loaded")]
        return {match[1] for line in samples if (match := re.search(r'[{,]name="([^"]*)"', line))}
