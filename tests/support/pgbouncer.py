"""pgbouncer in transaction mode in front of a PostgreSQL, as Neon's pooled endpoint is."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from runtime.ports import Ports

_ACCOUNT = "postgres"  # it refuses to run as root, too
_START_TIMEOUT = 20.0


class Pgbouncer:
    """Runs for as long as the ``with`` lasts, with few connections to the server for many of its clients."""

    def __init__(self, binary: str, server_url: str, *, connections: int) -> None:
        self._binary = binary
        self._server = urlsplit(server_url)
        self._connections = connections
        self._port = Ports().pick()
        self._folder = Path(tempfile.mkdtemp(prefix="pgbouncer-"))
        self._process: subprocess.Popen[bytes] | None = None

    def url_of(self, database: str) -> str:
        """The address of a database through the pooler."""
        who = f"{self._server.username}:{self._server.password}"
        return f"postgresql://{who}@127.0.0.1:{self._port}/{database}?sslmode=disable"

    def __enter__(self) -> Self:
        users = self._folder / "users.txt"
        users.write_text(f'"{self._server.username}" "{self._server.password}"\n')
        config = self._folder / "pgbouncer.ini"
        config.write_text(f"""\
[databases]
* = host=127.0.0.1 port={self._server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {self._port}
unix_socket_dir =
auth_type = plain
auth_file = {users}
pool_mode = transaction
default_pool_size = {self._connections}
max_client_conn = 200
server_idle_timeout = 5
""")
        account = _ACCOUNT if os.geteuid() == 0 else None
        if account:
            for path in (self._folder, users, config):
                shutil.chown(path, account)
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [self._binary, str(config)], user=account, cwd=self._folder, stdout=log, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + _START_TIMEOUT
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self._port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return self
        self.__exit__(None, None, None)
        raise TimeoutError("pgbouncer did not start")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)
