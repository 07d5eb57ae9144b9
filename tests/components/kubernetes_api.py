"""The one part of the Kubernetes API that the secret store uses: reading a Secret, with a token, over TLS."""

import base64
import json
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import yaml

from tests.components.loopback import Certificate, LoopbackServer

TOKEN = "service-account-token"
Secrets = Mapping[str, Mapping[str, str]]


class KubernetesApi(LoopbackServer):
    """Serves the Secrets of one namespace. `reads` lists the paths that were asked for."""

    def __init__(self, certificate: Certificate, namespace: str, secrets: Secrets) -> None:
        super().__init__(_Handler, certificate)
        self._authority = certificate.certificate
        self.namespace = namespace
        self.secrets = secrets
        self.reads: list[str] = []

    def write_kubeconfig(self, path: Path) -> Path:
        """Write a file for KUBECONFIG that leads here."""
        name = "loopback"
        cluster = {"server": f"https://127.0.0.1:{self.port}", "certificate-authority": str(self._authority)}
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": name,
            "clusters": [{"name": name, "cluster": cluster}],
            "users": [{"name": name, "user": {"token": TOKEN}}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        }
        path.write_text(yaml.safe_dump(document))
        return path

    def answer(self, path: str, authorization: str | None) -> tuple[int, dict[str, object]]:
        """Status and body for a GET."""
        self.reads.append(path)
        if authorization != f"Bearer {TOKEN}":
            return 401, _status(401, "Unauthorized")
        prefix = f"/api/v1/namespaces/{self.namespace}/secrets/"
        name = path.removeprefix(prefix)
        if not path.startswith(prefix) or name not in self.secrets:
            return 404, _status(404, "NotFound")
        data = {key: base64.b64encode(value.encode()).decode() for key, value in self.secrets[name].items()}
        metadata = {"name": name, "namespace": self.namespace}
        return 200, {"apiVersion": "v1", "kind": "Secret", "type": "Opaque", "metadata": metadata, "data": data}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer leaves in one piece
    server: KubernetesApi

    def setup(self) -> None:
        self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        super().setup()

    def do_GET(self) -> None:
        status, document = self.server.answer(self.path, self.headers.get("Authorization"))
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing; `reads` remembers."""


def _status(code: int, reason: str) -> dict[str, object]:
    return {"apiVersion": "v1", "kind": "Status", "status": "Failure", "code": code, "reason": reason}
