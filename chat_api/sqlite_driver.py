"""SQLite's asynchronous driver, with one step of its thread for each statement.

aiosqlite hands each call to a thread of the connection's own and waits for it. A statement is four calls (open a
cursor, execute, fetch, close), and their way there and back costs more than what they do. As SQLAlchemy reads all rows
of a result at once anyway, they can be one.
"""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, Self

import aiosqlite


async def connect(database: str) -> aiosqlite.Connection:
    """An open connection, for SQLAlchemy's `async_creator`.

    Raises:
        sqlite3.OperationalError: the file cannot be opened.
    """
    return await _Connection(database)


class _Connection(aiosqlite.Connection):
    def __init__(self, database: str) -> None:
        super().__init__(lambda: sqlite3.connect(database), iter_chunk_size=64)
        self._thread.daemon = True  # a connection that nobody has closed does not keep the process

    def cursor(self) -> "_Cursor":  # type: ignore[override]
        return _Cursor(self)

    async def step(self, statement: Callable[[sqlite3.Cursor], Any]) -> "_Result":
        """Run it with a cursor in the connection's thread; what has come of it."""

        def run() -> _Result:
            cursor = self._conn.cursor()
            try:
                statement(cursor)
                rows = cursor.fetchall() if cursor.description else []
                return cursor.description, cursor.rowcount, cursor.lastrowid, rows
            finally:
                cursor.close()

        result: _Result = await self._execute(run)  # type: ignore[no-untyped-call]
        return result


_Result = tuple[Any, int, int | None, Sequence[Any]]
"""Description, row count, last row id, rows: PEP 249."""


class _Cursor:
    """As much of an asynchronous PEP 249 cursor as SQLAlchemy uses."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self._rows: Sequence[Any] = ()
        self.arraysize = 1
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, operation: str, parameters: Sequence[Any] = ()) -> Self:
        """Execute it, and read all its rows."""
        return await self._do(lambda cursor: cursor.execute(operation, parameters))

    async def executemany(self, operation: str, parameters: Sequence[Sequence[Any]]) -> Self:
        """Execute it with each of these."""
        return await self._do(lambda cursor: cursor.executemany(operation, parameters))

    async def fetchall(self) -> Sequence[Any]:
        """The rows."""
        return self._rows

    async def close(self) -> None:
        """It is closed already."""

    async def _do(self, statement: Callable[[sqlite3.Cursor], Any]) -> Self:
        self.description, self.rowcount, self.lastrowid, self._rows = await self._connection.step(statement)
        return self
