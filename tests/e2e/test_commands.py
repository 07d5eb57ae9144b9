"""The command behind `make run`, as a person uses it: it starts, says where it is, stops cleanly, leaves nothing."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from runtime.install import Binaries
from runtime.layout import PROJECT

pytestmark = pytest.mark.e2e

_PATIENCE = 60.0


class Run:
    """One `python -m runtime up`."""

    def __init__(self, root: Path, *arguments: str, **environment: str) -> None:
        self._output = root / "output.txt"
        self._output.touch()
        with self._output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "runtime", "up", "--root", str(root), *arguments],
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, **environment},
            )

    @property
    def output(self) -> str:
        return self._output.read_text()

    def address(self) -> str:
        """The page's address, once it is printed."""
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end and self.process.poll() is None:
            if found := re.search(r"ready in [\d.]+ s: (http://\S+)", self.output):
                return found[1]
            time.sleep(0.1)
        raise AssertionError(f"not ready (exit {self.process.poll()}):\n{self.output}")

    def wait(self) -> int:
        return self.process.wait(_PATIENCE)


@contextmanager
def running(root: Path, *arguments: str, **environment: str) -> Iterator[Run]:
    run = Run(root, *arguments, **environment)
    try:
        yield run
    finally:
        if run.process.poll() is None:
            run.process.kill()
            run.process.wait()


def below(root: Path) -> set[int]:
    """Processes that work in or with this root, whoever their parent is."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and int(entry.name) != os.getpid():
            try:
                told = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
                where = (entry / "cwd").readlink()
            except OSError:
                continue
            if str(root).encode() in told or where == root:
                found.add(int(entry.name))
    return found


def wait_until_none(root: Path) -> None:
    end = time.monotonic() + 15
    while below(root) and time.monotonic() < end:
        time.sleep(0.1)
    assert below(root) == set()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(autouse=True)
def _installed(binaries: Binaries) -> None:
    """So that no test waits for a build."""


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
class TestUp:
    @pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
    def test_it_starts_and_a_signal_stops_it_and_nothing_is_left(self, tmp_path: Path, signum: int) -> None:
        with running(tmp_path, "--port", str(free_port())) as run:
            url = run.address()
            assert httpx.get(f"{url}/readyz").json()["status"] == "ready"
            assert "<title>" in httpx.get(url).text
            assert len(below(tmp_path)) >= 10
            run.process.send_signal(signum)
            assert run.wait() == 0
            assert "Stopped" in run.output
        wait_until_none(tmp_path)

    def test_killing_it_leaves_nothing_either(self, tmp_path: Path) -> None:
        with running(tmp_path, "--port", str(free_port())) as run:
            run.address()
            run.process.kill()
            run.wait()
        wait_until_none(tmp_path)

    def test_what_was_set_before_a_stop_rings_after_the_next_start(self, tmp_path: Path) -> None:
        port = str(free_port())
        with running(tmp_path, "--port", port) as run:
            url = run.address()
            account = {"email": "a@example.org", "password": "long enough"}
            token = httpx.post(f"{url}/api/v1/auth/register", json=account).json()["access_token"]
            headers = {"Authorization": f"Bearer {token}"}
            message = {"message": "remind me in 3 seconds to come back", "timezone": "UTC"}
            httpx.post(f"{url}/api/v1/chat", json=message, headers=headers).raise_for_status()
            run.process.send_signal(signal.SIGINT)
            run.wait()
        time.sleep(3)  # it falls due while nothing runs
        with running(tmp_path, "--port", port) as run:
            url = run.address()
            end = time.monotonic() + 40
            inbox: list[dict[str, str]] = []
            while not inbox and time.monotonic() < end:
                inbox = httpx.get(f"{url}/api/v1/inbox", headers=headers).json()
                time.sleep(0.2)
            assert [item["title"] for item in inbox] == ["come back"]

    def test_a_second_one_on_the_same_data_is_refused(self, tmp_path: Path) -> None:
        with running(tmp_path, "--port", str(free_port())) as first:
            first.address()
            second_root = tmp_path / "output"
            second_root.mkdir()
            second = subprocess.run(
                [sys.executable, "-m", "runtime", "up", "--root", str(tmp_path), "--port", str(free_port())],
                cwd=PROJECT,
                capture_output=True,
                text=True,
                timeout=_PATIENCE,
                check=False,
            )
            assert second.returncode == 1
            assert "already runs" in second.stderr
            assert httpx.get(f"{first.address()}/readyz").status_code == 200


def test_a_taken_port_is_said_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with running(tmp_path, "--port", str(port)) as run:
            assert run.wait() == 1
            assert f"Port {port} is in use" in run.output
            assert "PORT=" in run.output


def test_a_port_that_is_none_is_said(tmp_path: Path) -> None:
    with running(tmp_path, PORT="eighty") as run:
        assert run.wait() == 1
        assert "PORT: eighty is no port" in run.output


def test_a_wrong_setting_is_named_and_ends_the_run(tmp_path: Path) -> None:
    with running(tmp_path, "--port", str(free_port()), LOG_LEVEL="LOUD") as run:
        assert run.wait() == 1
        assert "LOG_LEVEL" in run.output
