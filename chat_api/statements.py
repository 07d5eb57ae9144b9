"""One step of SQLite's thread for each statement.

Its asynchronous driver hands each call to a thread of the connection's own and waits for it. A statement is four calls
(open a cursor, execute, fetch, close), and their way there and back costs more than what they do. As SQLAlchemy reads
all rows of a result at once anyway, they can be one.

The driver is whatever the database's URL names: nothing of it is imported here.
"""

import functools
from collections.abc import Callable, Sequence
from typing import Any, Self


def in_one_step(driver_connection: Any) -> None:
    """From now on a connection of SQLite's asynchronous driver (aiosqlite) gives SQLAlchemy such cursors."""
    driver_connection.cursor = functools.partial(_Cursor, driver_connection)


class _Cursor:
    """As much of an asynchronous PEP 249 cursor as SQLAlchemy uses."""

    def __init__(self, connection: Any) -> None:
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
        return await self._step(lambda cursor: cursor.execute(operation, parameters))

    async def executemany(self, operation: str, parameters: Sequence[Sequence[Any]]) -> Self:
        """Execute it with each of these."""
        return await self._step(lambda cursor: cursor.executemany(operation, parameters))

    async def fetchall(self) -> Sequence[Any]:
        """The rows."""
        return self._rows

    async def close(self) -> None:
        """It is closed already."""

    async def _step(self, statement: Callable[[Any], Any]) -> Self:
        connection = self._connection

        def run() -> tuple[Any, int, int | None, Sequence[Any]]:
            cursor = connection._conn.cursor()  # noqa: SLF001 - the driver has no public call that gives all of these
            try:
                statement(cursor)
                rows = cursor.fetchall() if cursor.description else ()
                return cursor.description, cursor.rowcount, cursor.lastrowid, rows
            finally:
                cursor.close()

        self.description, self.rowcount, self.lastrowid, self._rows = await connection._execute(run)  # noqa: SLF001
        return self
