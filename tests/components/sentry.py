"""Dapr's certificate authority on loopback, for as long as a test needs it."""

import os
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from runtime.ports import Ports
from tests.components.resources import PROJECT

TRUST_DOMAIN = "cluster.local"
_START_TIMEOUT = 20.0
_CONFIGURATION = """
apiVersion: dapr.io/v1alpha1
kind: Configuration
metadata:
  name: daprsystem
spec:
  mtls:
    enabled: true
"""


class Sentry:
    """Gives each sidecar a certificate of the app-id that it says it has (self-hosted mode). A context manager."""

    def __init__(self, binary: Path, folder: Path) -> None:
        ports = Ports()
        self._binary, self._folder = binary, folder
        self.port, self._healthz, self._metrics = ports.pick(), ports.pick(), ports.pick()
        self._process: subprocess.Popen[bytes] | None = None
        self.started_in = 0.0

    def __enter__(self) -> Self:
        credentials = self._folder / "credentials"
        credentials.mkdir()
        configuration = self._folder / "sentry.yaml"
        configuration.write_text(_CONFIGURATION)
        command = [
            *(sys.executable, "-I", "-S", str(PROJECT / "runtime" / "lifeline.py"), str(os.getpid())),
            str(self._binary),
            f"--config={configuration}",
            f"--issuer-credentials={credentials}",
            f"--trust-domain={TRUST_DOMAIN}",
            f"--port={self.port}",
            f"--healthz-port={self._healthz}",
            f"--metrics-port={self._metrics}",
            "--listen-address=127.0.0.1",
            "--healthz-listen-address=127.0.0.1",
            "--metrics-listen-address=127.0.0.1",
        ]
        begun = time.monotonic()
        with (self._folder / "sentry.log").open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        while not self._healthy():
            assert self._process.poll() is None, (self._folder / "sentry.log").read_text()
            assert time.monotonic() - begun < _START_TIMEOUT, (self._folder / "sentry.log").read_text()
            time.sleep(0.05)
        self.started_in = time.monotonic() - begun
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)

    @property
    def arguments(self) -> tuple[str, ...]:
        """For a daprd that is to have a certificate of it."""
        return (
            "--enable-mtls",
            f"--sentry-address=127.0.0.1:{self.port}",
            f"--control-plane-trust-domain={TRUST_DOMAIN}",
        )

    @property
    def environment(self) -> dict[str, str]:
        """For the same daprd."""
        return {"DAPR_TRUST_ANCHORS": (self._folder / "credentials" / "ca.crt").read_text()}

    def _healthy(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self._healthz}/healthz", timeout=1).is_success
        except httpx.HTTPError:
            return False
