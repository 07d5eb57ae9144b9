"""What the loopback servers have in common: a certificate, a thread, a port, an end."""

import socketserver
import ssl
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True)
class Certificate:
    """A self-signed certificate for 127.0.0.1; it is its own authority."""

    certificate: Path
    key: Path

    @classmethod
    def create(cls, folder: Path) -> "Certificate":
        """Make one with openssl, valid for a day."""
        made = cls(folder / "server.crt", folder / "server.key")
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", str(made.key)]
        subject = ["-subj", "/CN=loopback", "-addext", "subjectAltName=IP:127.0.0.1"]
        subprocess.run(
            ["openssl", "req", "-x509", "-days", "1", *key, *subject, "-out", str(made.certificate)],  # noqa: S607
            check=True,
            capture_output=True,
        )
        return made


class LoopbackServer(socketserver.ThreadingTCPServer):
    """Serves on a free port of 127.0.0.1 for as long as the ``with`` lasts. Handlers wrap their sockets with `tls`."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, handler: type[socketserver.BaseRequestHandler], certificate: Certificate) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(certificate.certificate, certificate.key)
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()
