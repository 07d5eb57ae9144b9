"""The audit trail's store, opened behind Dapr's back: what an administrator of it can do."""

import abc
import base64
import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any, Final

import psycopg
import redis

from contracts.names import AUDIT
from runtime import secrets_file
from runtime.backing import State
from runtime.parts import postgresql
from runtime.parts.redis import HOST, PASSWORD
from tests.support.stack import Stack

_PREFIX: Final = f"{AUDIT}||"
_PATIENCE: Final = 10  # seconds


class AuditStore(abc.ABC):
    """Reads and changes values by the keys under which the service keeps them."""

    @abc.abstractmethod
    def close(self) -> None:
        """Let go of it."""

    @abc.abstractmethod
    def read(self, key: str) -> bytes:
        """The bytes that the service stored."""

    @abc.abstractmethod
    def write(self, key: str, value: bytes) -> None:
        """Other bytes in the place of those that are there; its version stays."""

    @abc.abstractmethod
    def remove(self, key: str) -> Any:
        """Remove it; what `put_back` wants."""

    @abc.abstractmethod
    def put_back(self, key: str, removed: Any) -> None:
        """As it was, its version included."""

    @abc.abstractmethod
    def values(self) -> Iterator[bytes]:
        """All that is stored."""

    @contextlib.contextmanager
    def altered(self, key: str, old: bytes, new: bytes) -> Iterator[None]:
        """With other bytes for a while: the system is shared, others verify it after us."""
        before = self.read(key)
        assert old in before
        self.write(key, before.replace(old, new))
        yield
        self.write(key, before)

    @contextlib.contextmanager
    def removed(self, key: str) -> Iterator[None]:
        """Without it for a while."""
        removed = self.remove(key)
        yield
        self.put_back(key, removed)


class _SQLite(AuditStore):
    def __init__(self, stack: Stack) -> None:
        path = stack.layout.data / "audit.db"
        self._database = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)

    def close(self) -> None:
        self._database.close()

    def read(self, key: str) -> bytes:
        ((value, binary),) = self._database.execute(
            "SELECT value, is_binary FROM state WHERE key = ?", (_PREFIX + key,)
        )
        assert binary
        return base64.b64decode(value)

    def write(self, key: str, value: bytes) -> None:
        encoded = base64.b64encode(value).decode()
        changed = self._database.execute("UPDATE state SET value = ? WHERE key = ?", (encoded, _PREFIX + key))
        assert changed.rowcount == 1

    def remove(self, key: str) -> Sequence[Any]:
        (row,) = self._database.execute("SELECT * FROM state WHERE key = ?", (_PREFIX + key,))
        self._database.execute("DELETE FROM state WHERE key = ?", (_PREFIX + key,))
        return list(row)

    def put_back(self, key: str, removed: Sequence[Any]) -> None:
        places = ",".join("?" * len(removed))
        self._database.execute(f"INSERT INTO state VALUES ({places})", removed)  # noqa: S608

    def values(self) -> Iterator[bytes]:
        for (value,) in self._database.execute("SELECT value FROM state WHERE is_binary"):
            yield base64.b64decode(value)


class _PostgreSQL(AuditStore):
    def __init__(self, stack: Stack) -> None:
        stored = secrets_file.read(stack.layout.secrets)[postgresql.SECRET]
        assert isinstance(stored, dict)
        self._database = psycopg.connect(stored["connection-string"], autocommit=True, connect_timeout=_PATIENCE)

    def close(self) -> None:
        self._database.close()

    def read(self, key: str) -> bytes:
        ((value,),) = self._database.execute("SELECT value FROM audit_state WHERE key = %s", (_PREFIX + key,))
        return bytes(value)

    def write(self, key: str, value: bytes) -> None:
        changed = self._database.execute("UPDATE audit_state SET value = %s WHERE key = %s", (value, _PREFIX + key))
        assert changed.rowcount == 1

    def remove(self, key: str) -> Sequence[Any]:
        (row,) = self._database.execute("DELETE FROM audit_state WHERE key = %s RETURNING *", (_PREFIX + key,))
        return row

    def put_back(self, key: str, removed: Sequence[Any]) -> None:
        places = ",".join(["%s"] * len(removed))
        self._database.execute(f"INSERT INTO audit_state VALUES ({places})", removed)  # type: ignore[arg-type] # noqa: S608

    def values(self) -> Iterator[bytes]:
        for (value,) in self._database.execute("SELECT value FROM audit_state"):
            yield bytes(value)


class _Redis(AuditStore):
    """A hash for each key: `data`, and `version`, which is the ETag."""

    def __init__(self, stack: Stack) -> None:
        secrets = secrets_file.read(stack.layout.secrets)
        host, _, port = str(secrets[HOST]).rpartition(":")
        self._server: Any = redis.Redis(
            host=host,
            port=int(port),
            password=str(secrets[PASSWORD]),
            socket_timeout=_PATIENCE,
            socket_connect_timeout=_PATIENCE,
        )

    def close(self) -> None:
        self._server.close()

    def read(self, key: str) -> bytes:
        value = self._server.hget(_PREFIX + key, "data")
        assert isinstance(value, bytes)
        return value

    def write(self, key: str, value: bytes) -> None:
        assert self._server.hset(_PREFIX + key, "data", value) == 0

    def remove(self, key: str) -> Any:
        found = self._server.hgetall(_PREFIX + key)
        assert self._server.delete(_PREFIX + key) == 1
        return found

    def put_back(self, key: str, removed: Any) -> None:
        self._server.hset(_PREFIX + key, mapping=removed)

    def values(self) -> Iterator[bytes]:
        for key in self._server.scan_iter(match=f"{_PREFIX}*", count=1000):
            if (value := self._server.hget(key, "data")) is not None:
                yield value


def open_audit_store(stack: Stack) -> AuditStore:
    """The one that this system has; to be closed."""
    kinds = {State.SQLITE: _SQLite, State.POSTGRESQL: _PostgreSQL, State.REDIS: _Redis}
    opened: AuditStore = kinds[stack.backing.state](stack)
    return opened
