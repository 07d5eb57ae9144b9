"""The API server's way to the cluster's services, as there is no network of pods: an HTTP CONNECT proxy."""

import contextlib
import selectors
import socket
import socketserver
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import yaml

_CONFIGURATION = "egress.yaml"
_TIMEOUT = 10.0


class EgressProxy(socketserver.ThreadingUnixStreamServer):
    """Leads each address of a service that is in `routes` (``10.96.0.7:443``) to a port of this machine."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        self._path = folder / "egress.sock"
        super().__init__(str(self._path), _Handler)
        self.routes: dict[str, int] = {}
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)

    def write_configuration(self, folder: Path) -> Path:
        """What ``--egress-selector-config-file`` wants."""
        connection: Mapping[str, object] = {
            "proxyProtocol": "HTTPConnect",
            "transport": {"uds": {"udsName": str(self._path)}},
        }
        document = {
            "apiVersion": "apiserver.k8s.io/v1beta1",
            "kind": "EgressSelectorConfiguration",
            "egressSelections": [{"name": "cluster", "connection": connection}],
        }
        path = folder / _CONFIGURATION
        path.write_text(yaml.safe_dump(document))
        return path

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Handler(socketserver.StreamRequestHandler):
    server: EgressProxy
    timeout = _TIMEOUT

    def handle(self) -> None:
        method, target, _ = self.rfile.readline().decode().split(" ", 2)
        while self.rfile.readline().strip():
            pass  # the headers say nothing of use
        port = self.server.routes.get(target)
        if method != "CONNECT" or port is None:
            self.wfile.write(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
            return
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=_TIMEOUT) as there:
                self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                _join(self.connection, there)
        except OSError:
            with contextlib.suppress(OSError):
                self.wfile.write(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")


def _join(one: socket.socket, other: socket.socket) -> None:
    """Copy both ways until one of them ends."""
    with selectors.DefaultSelector() as selector:
        selector.register(one, selectors.EVENT_READ, other)
        selector.register(other, selectors.EVENT_READ, one)
        while True:
            for key, _ in selector.select():
                assert isinstance(key.fileobj, socket.socket)
                data = key.fileobj.recv(65536)
                if not data:
                    return
                key.data.sendall(data)
