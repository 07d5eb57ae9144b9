"""A real PostgreSQL of its own, in a temporary folder, on loopback."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from runtime.ports import Ports

_ACCOUNT = "postgres"  # the server refuses to run as root; Debian's package makes this account
_DATABASE = "postgres"
_START_TIMEOUT = 60.0


def find_binaries() -> Path | None:
    """The folder of initdb and postgres: on PATH, or where Debian puts it."""
    on_path = shutil.which("initdb")
    candidates = [Path(on_path).resolve().parent] if on_path else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in candidates if (folder / "postgres").exists()), None)


class Postgres:
    """Runs for as long as the ``with`` lasts. One user, one password, no TLS."""

    def __init__(self, binaries: Path, *, user: str, password: str) -> None:
        self._binaries = binaries
        self._user, self._password = user, password
        self._port = Ports().pick()
        self._folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self._account = _ACCOUNT if os.geteuid() == 0 else None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def connection_string(self) -> str:
        """For the component."""
        return self.url_of(_DATABASE)

    def url_of(self, database: str) -> str:
        """The address of one of its databases, as a provider would hand it out."""
        return f"postgresql://{self._user}:{self._password}@127.0.0.1:{self._port}/{database}?sslmode=disable"

    def create(self, database: str) -> str:
        """Make a database; its address."""
        self.query(f'CREATE DATABASE "{database}"')
        return self.url_of(database)

    def __enter__(self) -> Self:
        secret = self._folder / "password"
        secret.write_text(self._password)
        if self._account:
            for path in (self._folder, secret):
                shutil.chown(path, self._account)
        data = self._folder / "data"
        self._run("initdb", "-D", data, "-U", self._user, "-A", "scram-sha-256", "--pwfile", secret, "--no-sync")
        options = ["-c", "listen_addresses=127.0.0.1", "-c", f"port={self._port}", "-c", "fsync=off"]
        options += ["-c", f"unix_socket_directories={self._folder}"]
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [self._binaries / "postgres", "-D", data, *options],
                user=self._account,
                cwd=self._folder,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            self._wait_ready()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)  # fast shutdown: clients are disconnected
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.send_signal(signal.SIGQUIT)  # immediate shutdown
                self._process.wait(20)
        shutil.rmtree(self._folder, ignore_errors=True)

    def query(self, sql: str, database: str = _DATABASE) -> list[str]:
        """Run a statement; each row with its columns joined by ``|``."""
        answer = subprocess.run(
            [self._binaries / "psql", self.url_of(database), "--no-psqlrc", "-At", "-c", sql],
            check=True,
            capture_output=True,
            text=True,
            timeout=20,
        )
        return answer.stdout.splitlines()

    def _wait_ready(self) -> None:
        deadline = time.monotonic() + _START_TIMEOUT
        while time.monotonic() < deadline:
            try:
                self.query("SELECT 1")
            except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
                time.sleep(0.1)
            else:
                return
        raise TimeoutError(f"PostgreSQL did not start: {(self._folder / 'log').read_text()}")

    def _run(self, program: str, *arguments: str | Path) -> None:
        subprocess.run(
            [self._binaries / program, *arguments],
            user=self._account,
            cwd=self._folder,
            check=True,
            capture_output=True,
            timeout=60,
        )
