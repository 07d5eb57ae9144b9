"""A Kubernetes control plane on loopback: etcd, the API server and the controller manager, without a node."""

import base64
import contextlib
import json
import secrets
import ssl
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Self, TypeVar

import httpx
import yaml

from runtime.ports import Ports
from tests.components.loopback import Certificate
from tests.k8s.chart import Refused
from tests.k8s.egress import EgressProxy
from tests.k8s.processes import Process
from tests.k8s.tools import tool

_ISSUER: Final = "https://kubernetes.default.svc.cluster.local"
# Those that make pods of workloads, run jobs and keep accounts; the rest would idle.
_CONTROLLERS: Final = (
    "deployment-controller",
    "replicaset-controller",
    "statefulset-controller",
    "job-controller",
    "serviceaccount-controller",
    "root-ca-certificate-publisher-controller",
    "namespace-controller",
    "persistentvolumeclaim-protection-controller",
    "garbage-collector-controller",
    "disruption-controller",
)

Document = dict[str, Any]
Value = TypeVar("Value")


class Cluster:
    """Runs for as long as the ``with`` lasts. The administrator's kubeconfig is `kubeconfig`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        ports = Ports()
        self._etcd_port, self._peer_port, self._port, self._manager_port = (ports.pick() for _ in range(4))
        self._certificate = Certificate.create(folder)
        self._account_key = folder / "accounts.key"
        self._admin = secrets.token_urlsafe(24)
        self._client = httpx.Client(
            base_url=self.url,
            verify=ssl.create_default_context(cafile=str(self._certificate.certificate)),
            headers={"Authorization": f"Bearer {self._admin}"},
            timeout=30,
        )
        self._running = contextlib.ExitStack()
        self.egress = EgressProxy(folder)

    @property
    def url(self) -> str:
        """Of the API."""
        return f"https://127.0.0.1:{self._port}"

    @property
    def kubeconfig(self) -> Path:
        """The administrator's."""
        return self.folder / "admin.kubeconfig"

    def __enter__(self) -> Self:
        subprocess.run(
            ["openssl", "genrsa", "-out", self._account_key, "2048"],  # noqa: S607
            check=True,
            capture_output=True,
        )
        tokens = self.folder / "tokens.csv"
        tokens.write_text(f'{self._admin},admin,admin,"system:masters"\n')
        self.write_kubeconfig(self.kubeconfig, self._admin)
        try:
            self._start(tokens)
        except BaseException:
            self._running.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()
        self._running.close()

    def _start(self, tokens: Path) -> None:
        self._running.enter_context(self.egress)
        etcd_url, peer_url = (f"http://127.0.0.1:{port}" for port in (self._etcd_port, self._peer_port))
        self._process(
            "etcd",
            f"--data-dir={self.folder / 'etcd'}",
            f"--listen-client-urls={etcd_url}",
            f"--advertise-client-urls={etcd_url}",
            f"--listen-peer-urls={peer_url}",
            f"--initial-advertise-peer-urls={peer_url}",
            f"--initial-cluster=default={peer_url}",
            "--unsafe-no-fsync",
            "--log-level=warn",
        )
        self._process(
            "kube-apiserver",
            f"--etcd-servers={etcd_url}",
            f"--secure-port={self._port}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            "--endpoint-reconciler-type=none",
            f"--cert-dir={self.folder / 'apiserver'}",
            f"--tls-cert-file={self._certificate.certificate}",
            f"--tls-private-key-file={self._certificate.key}",
            f"--token-auth-file={tokens}",
            "--authorization-mode=RBAC",
            f"--service-account-issuer={_ISSUER}",
            f"--service-account-key-file={self._account_key}",
            f"--service-account-signing-key-file={self._account_key}",
            "--service-cluster-ip-range=10.96.0.0/16",
            "--allow-privileged=false",
            f"--egress-selector-config-file={self.egress.write_configuration(self.folder)}",
        ).wait_until(lambda: self._answers("/readyz"), within=120)
        self._process(
            "kube-controller-manager",
            f"--kubeconfig={self.kubeconfig}",
            f"--service-account-private-key-file={self._account_key}",
            f"--root-ca-file={self._certificate.certificate}",
            "--use-service-account-credentials=true",
            "--leader-elect=false",
            "--bind-address=127.0.0.1",
            f"--secure-port={self._manager_port}",
            f"--cert-dir={self.folder / 'manager'}",
            f"--controllers={','.join(_CONTROLLERS)}",
        ).wait_until(lambda: self._answers("/api/v1/namespaces/default/serviceaccounts/default"), within=120)

    def _process(self, name: str, *arguments: str) -> Process:
        return self._running.enter_context(Process(name, [tool(name), *arguments], folder=self.folder))

    def _answers(self, path: str) -> bool:
        try:
            return self._client.get(path).is_success
        except httpx.HTTPError:
            return False

    # The API

    def get(self, path: str) -> Document:
        """Read.

        Raises:
            httpx.HTTPStatusError: it is not there.
        """
        document: Document = self._client.get(path).raise_for_status().json()
        return document

    def items(self, path: str) -> list[Document]:
        """Read a list."""
        return list(self.get(path)["items"])

    def create(self, path: str, document: Document) -> Document:
        """Make something.

        Raises:
            Refused: with the API server's message.
        """
        answer = self._client.post(path, json=document)
        if answer.is_error:
            raise Refused(answer.json()["message"])
        made: Document = answer.json()
        return made

    def patch(self, path: str, document: Document) -> Document:
        """Merge changes into something."""
        answer = self._client.patch(
            path, content=json.dumps(document), headers={"Content-Type": "application/merge-patch+json"}
        )
        if answer.is_error:
            raise Refused(answer.json()["message"])
        made: Document = answer.json()
        return made

    def apply(self, document: Document) -> None:
        """Server-side apply, by kubectl."""
        self.kubectl("apply", "--server-side", "-f", "-", input=yaml.safe_dump(document))

    def kubectl(self, *arguments: str | Path, input: str | None = None) -> str:  # noqa: A002 - subprocess's name
        """Run it as the administrator; its output."""
        return self._run("kubectl", *arguments, input=input)

    def helm(self, *arguments: str | Path, timeout: float = 300) -> str:
        """Run it as the administrator; its output.

        Raises:
            Refused: with Helm's message.
        """
        return self._run("helm", *arguments, timeout=timeout)

    def _run(self, name: str, *arguments: str | Path, input: str | None = None, timeout: float = 60) -> str:  # noqa: A002
        answer = subprocess.run(
            [tool(name), *arguments],
            env={"KUBECONFIG": str(self.kubeconfig), "HOME": str(self.folder), "PATH": "/usr/bin:/bin"},
            input=input,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        if answer.returncode:
            raise Refused(answer.stderr)
        return answer.stdout

    def namespace(self, name: str, **labels: str) -> str:
        """Make a namespace; returns its name once pods can be made in it."""
        self.create("/api/v1/namespaces", {"metadata": {"name": name, "labels": labels}})
        self.eventually(
            lambda: {item["metadata"]["name"] for item in self.items(f"/api/v1/namespaces/{name}/serviceaccounts")},
            lambda found: "default" in found,
        )
        return name

    def secret(self, namespace: str, name: str, **values: str) -> None:
        """Make a Secret; underscores in keys stand for dashes."""
        data = {key.replace("_", "-"): value for key, value in values.items()}
        self.create(f"/api/v1/namespaces/{namespace}/secrets", {"metadata": {"name": name}, "stringData": data})

    def secret_values(self, namespace: str, name: str) -> dict[str, str]:
        """What a Secret holds."""
        data = self.get(f"/api/v1/namespaces/{namespace}/secrets/{name}").get("data") or {}
        return {key: base64.b64decode(value).decode() for key, value in data.items()}

    def pods(self, namespace: str, selector: str = "") -> list[Document]:
        """The pods there are, but for those that are going."""
        found = self.items(f"/api/v1/namespaces/{namespace}/pods?labelSelector={selector}")
        return [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]

    def eventually(self, read: Callable[[], Value], wanted: Callable[[Value], bool], *, within: float = 60.0) -> Value:
        """What `read` gives, once it is as wanted."""
        deadline = time.monotonic() + within
        while not wanted(value := read()):
            assert time.monotonic() < deadline, f"still {value!r} after {within:g} s"
            time.sleep(0.2)
        return value

    # Identities

    def account_token(
        self, namespace: str, account: str, *, audience: str | None = None, pod: Document | None = None
    ) -> str:
        """A token as a kubelet asks for it: of a service account, for an audience, bound to a pod."""
        spec: Document = {"expirationSeconds": 7200}
        if audience:
            spec["audiences"] = [audience]
        if pod:
            metadata = pod["metadata"]
            spec["boundObjectRef"] = {
                "apiVersion": "v1",
                "kind": "Pod",
                "name": metadata["name"],
                "uid": metadata["uid"],
            }
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token"
        token: str = self.create(path, {"spec": spec})["status"]["token"]
        return token

    def write_kubeconfig(self, path: Path, token: str) -> Path:
        """A way into this cluster with this token."""
        cluster = {"server": self.url, "certificate-authority": str(self._certificate.certificate)}
        name = "loopback"
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": name,
            "clusters": [{"name": name, "cluster": cluster}],
            "users": [{"name": name, "user": {"token": token}}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        }
        path.write_text(yaml.safe_dump(document))
        return path
