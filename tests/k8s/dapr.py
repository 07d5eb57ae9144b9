"""Dapr's control plane: installed by its own chart, run as processes with the identities of the pods it made."""

import contextlib
from pathlib import Path
from typing import Final, Self

import httpx

from runtime.install import Binaries
from runtime.ports import Ports
from tests.k8s.chart import DAPR_NAMESPACE, DAPR_VALUES
from tests.k8s.cluster import Cluster, Document
from tests.k8s.hosting import command_of, container_of, environment, identity, with_flags
from tests.k8s.processes import Process
from tests.k8s.tools import dapr_chart, tool

_WEBHOOK: Final = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/dapr-sidecar-injector"
_BUNDLE: Final = f"/api/v1/namespaces/{DAPR_NAMESPACE}/configmaps/dapr-trust-bundle"


class ControlPlane:
    """Sentry, operator, injector, placement and one scheduler, for as long as the ``with`` lasts."""

    def __init__(self, cluster: Cluster, binaries: Binaries, folder: Path) -> None:
        self._cluster, self._binaries, self._folder = cluster, binaries, folder
        self._ports = Ports()
        self.sentry_port, self.operator_port, self.injector_port = (self._ports.pick() for _ in range(3))
        self.placement_port, self.scheduler_port = self._ports.pick(), self._ports.pick()
        self._running = contextlib.ExitStack()
        self.processes: dict[str, Process] = {}

    @property
    def sentry_address(self) -> str:
        """Where daprd has its certificate signed."""
        return f"127.0.0.1:{self.sentry_port}"

    @property
    def operator_address(self) -> str:
        """Where daprd finds its resources."""
        return f"127.0.0.1:{self.operator_port}"

    @property
    def placement_address(self) -> str:
        """Where daprd finds actors."""
        return f"127.0.0.1:{self.placement_port}"

    @property
    def scheduler_address(self) -> str:
        """Where daprd schedules jobs."""
        return f"127.0.0.1:{self.scheduler_port}"

    def __enter__(self) -> Self:
        try:
            self._install()
            self._start()
        except BaseException:
            with contextlib.suppress(Exception):  # what went wrong first is what is to be read
                self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()
        # Without an injector no pod could be made any more.
        self._cluster.helm("uninstall", "dapr", "-n", DAPR_NAMESPACE)
        # What sentry and the scheduler have made there would be another authority's to the next control plane.
        self._cluster.kubectl("delete", "namespace", DAPR_NAMESPACE, "--timeout=50s")

    def _install(self) -> None:
        self._cluster.namespace(DAPR_NAMESPACE)
        # Sentry's address on this machine, which the chart hands to the others.
        sentry = ("--set", f"global.mtls.sentryAddress={self.sentry_address}")
        self._cluster.helm(
            *("install", "dapr", dapr_chart(), "-n", DAPR_NAMESPACE, "-f", DAPR_VALUES, "--skip-crds"), *sentry
        )

    def _start(self) -> None:
        credentials = self._folder / "issuer"
        credentials.mkdir()
        self._run("sentry", f"--port={self.sentry_port}", f"--issuer-credentials={credentials}", KUBECONFIG_FLAG)
        anchors = self._folder / "ca.crt"
        text = self._cluster.eventually(
            lambda: self._cluster.get(_BUNDLE).get("data", {}).get("ca.crt", ""), lambda found: "BEGIN" in found
        )
        anchors.write_text(text)
        trust = f"--trust-anchors-file={anchors}"
        self._run(
            "operator",
            f"--port={self.operator_port}",
            f"--webhook-server-port={self._ports.pick()}",
            "--webhook-server-listen-address=127.0.0.1",
            "--disable-leader-election=true",  # it would look for the namespace of the pod that it is in
            trust,
        )
        self._run("injector", f"--port={self.injector_port}", KUBECONFIG_FLAG, DAPR_TRUST_ANCHORS_FILE=str(anchors))
        raft = f"--initial-cluster=dapr-placement-0=127.0.0.1:{self._ports.pick()}"
        self._run("placement", f"--port={self.placement_port}", raft, trust)
        self._run(
            "scheduler",
            f"--port={self.scheduler_port}",
            f"--override-broadcast-host-port={self.scheduler_address}",
            f"--etcd-initial-cluster=dapr-scheduler-server-0=https://127.0.0.1:{self._ports.pick()}",
            f"--etcd-client-port={self._ports.pick()}",
            f"--etcd-data-dir={self._folder / 'jobs'}",
            f"--identity-directory-write={self._folder / 'scheduler-identity'}",
            KUBECONFIG_FLAG,
            trust,
        )
        service = self._cluster.get(f"/api/v1/namespaces/{DAPR_NAMESPACE}/services/dapr-sidecar-injector")
        self._cluster.egress.routes[f"{service['spec']['clusterIP']}:443"] = self.injector_port
        # The injector writes its authority into the webhook: from then on the API server trusts it.
        self._cluster.eventually(
            lambda: self._cluster.get(_WEBHOOK)["webhooks"][0]["clientConfig"].get("caBundle", ""), bool
        )

    def _run(self, name: str, *overrides: str, **env: str) -> None:
        """Run one part as its pod would, with what is different here put after the pod's own arguments."""
        pod = self._pod(name)
        container = pod["spec"]["containers"][0]
        variables = {**environment(self._cluster, pod, container), **identity(self._cluster, pod, self._folder), **env}
        command = command_of(container, variables)[1:]  # the first word is its path in the image
        health = self._ports.pick()
        everywhere = [
            f"--healthz-port={health}",
            "--healthz-listen-address=127.0.0.1",
            f"--metrics-port={self._ports.pick()}",
            "--metrics-listen-address=127.0.0.1",
            "--listen-address=127.0.0.1",
        ]
        flags = [f"--kubeconfig={variables['KUBECONFIG']}" if flag == KUBECONFIG_FLAG else flag for flag in overrides]
        binary = getattr(self._binaries, name, None) or tool(name)
        process = Process(
            name, [binary, *with_flags(command, [*everywhere, *flags])], folder=self._folder, env=variables
        )
        self.processes[name] = self._running.enter_context(process)
        process.wait_until(lambda: _healthy(f"http://127.0.0.1:{health}/healthz"), within=90)

    def _pod(self, name: str) -> Document:
        label = {"injector": "sidecar-injector", "placement": "placement-server", "scheduler": "scheduler-server"}
        selector = f"app=dapr-{label.get(name, name)}"
        pods = self._cluster.eventually(lambda: self._cluster.pods(DAPR_NAMESPACE, selector), bool)
        return min(pods, key=lambda pod: str(pod["metadata"]["name"]))


KUBECONFIG_FLAG: Final = "--kubeconfig"
"""Stands for the flag with the path of the pod's own kubeconfig."""


def _healthy(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).is_success
    except httpx.HTTPError:
        return False


__all__ = ["ControlPlane", "container_of"]
