"""A PostgreSQL server for the state stores and the tasks, behind a random password."""

import hashlib
import os
import secrets
import shutil
import subprocess
from pathlib import Path
from typing import Final

from runtime import secrets_file
from runtime.errors import StartFailed
from runtime.layout import Layout
from runtime.parts.part import Launch, Part
from runtime.ports import Ports
from runtime.servers import postgresql_programs

SECRET = "todo-postgresql"  # noqa: S105 - a secret's name
_KEY: Final = "connection-string"
_USER: Final = "todo"
_DATABASE: Final = "postgres"
_ACCOUNT: Final = "postgres"  # the server refuses to run as root; Debian's package makes this account
_TIMEOUT: Final = 60


class PostgreSQL(Part):
    """One server, one user, one database."""

    name = "postgresql"

    def __init__(self, layout: Layout, ports: Ports) -> None:
        self.ports = {"postgresql": ports.pick()}
        self._layout = layout
        self._account = _ACCOUNT if os.geteuid() == 0 else None
        self._binaries: Path | None = None

    @property
    def data(self) -> Path:
        """Its files. As root they are where the server's own account can reach them, and linked to from ``.data``."""
        if self._account is None:
            return self._layout.postgresql
        digest = hashlib.sha256(str(self._layout.root).encode()).hexdigest()[:16]
        return Path("/var/tmp") / f"todo-assistant-postgresql-{digest}"  # noqa: S108 - the account's own, mode 0700

    @property
    def tasks_url(self) -> str:
        """For the tasks, password included."""
        stored = secrets_file.read(self._layout.secrets).get(SECRET)
        assert isinstance(stored, dict)  # noqa: S101 - prepare() wrote it
        return stored[_KEY]

    def prepare(self) -> Launch:
        """Make the database, unless there is one, and write its address for the secret store.

        Raises:
            NotInstalled: there is no PostgreSQL server.
            StartFailed: initdb refused.
        """
        self._binaries = postgresql_programs()
        stored = secrets_file.read(self._layout.secrets).get(SECRET)
        password = stored["password"] if isinstance(stored, dict) else secrets.token_urlsafe(32)
        url = f"postgresql://{_USER}:{password}@127.0.0.1:{self.ports['postgresql']}/{_DATABASE}?sslmode=disable"
        secrets_file.update(self._layout.secrets, {SECRET: {_KEY: url, "password": password}})
        data = self.data
        if not (data / "PG_VERSION").exists():
            self._make(data, password)
        if data != self._layout.postgresql and not self._layout.postgresql.is_symlink():
            self._layout.postgresql.symlink_to(data)
        server = (
            *(str(self._binaries / "postgres"), "-D", str(data)),
            *("-c", "listen_addresses=127.0.0.1", "-c", f"port={self.ports['postgresql']}"),
            *("-c", f"unix_socket_directories={data}", "-c", "max_connections=200"),
        )
        # setpriv becomes the server: the process id, and the signal at the parent's death, stay.
        as_account = ("setpriv", f"--reuid={_ACCOUNT}", f"--regid={_ACCOUNT}", "--init-groups", "--pdeathsig=KILL")
        return Launch((*as_account, *server) if self._account else server)

    def _make(self, data: Path, password: str) -> None:
        assert self._binaries is not None  # noqa: S101 - the caller looked
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(mode=0o700)
        secret = data.with_name(f"{data.name}.password")
        secrets_file.write_private(secret, password)
        if self._account:
            for path in (data, secret):
                shutil.chown(path, self._account)
        try:
            made = subprocess.run(
                [
                    *(self._binaries / "initdb", "-D", data, "-U", _USER, "-A", "scram-sha-256", "--pwfile", secret),
                    *("--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"),
                ],
                user=self._account,
                cwd=data,
                capture_output=True,
                text=True,
                timeout=_TIMEOUT,
                check=False,
            )
        finally:
            secret.unlink()
        if made.returncode:
            raise StartFailed(f"initdb failed: {made.stderr.strip()}")

    async def answers(self) -> bool:
        """Whether it takes connections, recovery being over."""
        import psycopg  # noqa: PLC0415 - a client library, needed only where there is such a server

        try:
            async with await psycopg.AsyncConnection.connect(self.tasks_url, connect_timeout=2) as connection:
                await connection.execute("SELECT 1")
        except psycopg.Error:
            return False
        return True

    def remove_data(self) -> None:
        """Delete its files, when it has stopped, if they are not below the root."""
        if self._account is not None:
            shutil.rmtree(self.data, ignore_errors=True)
