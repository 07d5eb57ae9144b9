"""One real daprd on a folder of resources, without a placement or a scheduler."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from runtime.ports import Ports
from tests.components.resources import PROJECT

_START_TIMEOUT = 45.0  # seconds; components of the set allow themselves up to 30
_STOP_TIMEOUT = 10.0
_LIFELINE = PROJECT / "runtime" / "lifeline.py"
_COMPLAINT = re.compile(r"level=(warn|error|fatal)")


class Daprd:
    """One sidecar, of a gRPC app if there is an `app_port`; a context manager, then `wait_ready` or `wait_exit`.

    `arguments` are further flags.
    """

    def __init__(
        self,
        binary: Path,
        app_id: str,
        *,
        resources: Path,
        configs: tuple[Path, ...],
        env: Mapping[str, str],
        folder: Path,
        app_port: int | None = None,
        arguments: Sequence[str] = (),
    ) -> None:
        ports = Ports()
        self.http_port, self.grpc_port, self.metrics_port = ports.pick(), ports.pick(), ports.pick()
        self._log = folder / f"daprd-{app_id}-{self.http_port}.log"
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),  # no kubeconfig of the person who runs the tests
            "TMPDIR": str(folder),
            **env,
        }
        self._command = [
            *(sys.executable, "-I", "-S", str(_LIFELINE), str(os.getpid())),  # it must not outlive a killed test run
            str(binary),
            f"--app-id={app_id}",
            f"--resources-path={resources}",
            *(f"--config={path}" for path in configs),
            f"--dapr-http-port={self.http_port}",
            f"--dapr-grpc-port={self.grpc_port}",
            f"--dapr-internal-grpc-port={ports.pick()}",
            f"--metrics-port={self.metrics_port}",
            "--dapr-listen-addresses=127.0.0.1",
            "--dapr-internal-grpc-listen-address=127.0.0.1",
            "--metrics-listen-address=127.0.0.1",
            # Nobody listens there: it is enough to have daprd look for an actor state store.
            f"--placement-host-address=127.0.0.1:{ports.pick()}",
            "--scheduler-host-address=",
            "--dapr-graceful-shutdown-seconds=1",
            "--log-level=debug",
            *arguments,
        ]
        if app_port is not None:
            self._command += [f"--app-port={app_port}", "--app-protocol=grpc"]
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command, env=self._environment, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        process = self._running
        process.terminate()
        try:
            process.wait(_STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if kind is not None:
            print(f"--- {self._log.name}\n{self.log}")  # noqa: T201 - pytest shows it beside the failure

    @property
    def log(self) -> str:
        """All it wrote so far."""
        return self._log.read_text(errors="replace")

    def wait_ready(self) -> Self:
        """Return once every component is loaded.

        Raises:
            AssertionError: it exited, or did not get there in time.
        """
        deadline = time.monotonic() + _START_TIMEOUT
        while time.monotonic() < deadline:
            assert self._running.poll() is None, f"daprd ended with {self._running.returncode}: {self.complaints}"
            try:
                if httpx.get(self._url("/v1.0/healthz/outbound"), timeout=2).is_success:
                    return self
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"daprd was not ready within {_START_TIMEOUT:g} s: {self.complaints}")

    def wait_exit(self) -> int:
        """The exit code of a daprd that must not start.

        Raises:
            AssertionError: it is still running.
        """
        try:
            return self._running.wait(_START_TIMEOUT)
        except subprocess.TimeoutExpired:
            raise AssertionError("daprd runs, but must refuse these resources") from None

    @property
    def complaints(self) -> list[str]:
        """The lines of the log that are warnings or worse."""
        return [line for line in self.log.splitlines() if _COMPLAINT.search(line)]

    def get(self, path: str) -> httpx.Response:
        """Call its HTTP API."""
        return httpx.get(self._url(path), timeout=10)

    def post(self, path: str, body: object) -> httpx.Response:
        """Call its HTTP API with a JSON body."""
        return httpx.post(self._url(path), json=body, timeout=10)

    def components(self) -> dict[str, tuple[str, str]]:
        """Type and version of each loaded component, from the metadata API."""
        document: dict[str, Any] = self.get("/v1.0/metadata").raise_for_status().json()
        return {item["name"]: (item["type"], item["version"]) for item in document.get("components", [])}

    def metrics(self) -> list[str]:
        """The samples of its Prometheus end point."""
        text = httpx.get(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=5).raise_for_status().text
        return [line for line in text.splitlines() if not line.startswith("#")]

    @property
    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "use it as a context manager"
        return self._process

    def _url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.http_port}{path}"
