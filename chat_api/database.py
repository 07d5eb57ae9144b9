"""The tasks database: an engine from a URL, and the two kinds of transaction.

Instants are stored in UTC and come back aware, whatever the database can hold.
"""

import asyncio
import contextlib
import fcntl
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar
from weakref import WeakValueDictionary

from sqlalchemy import BigInteger, ColumnElement, DateTime, Dialect, Executable, Integer, String, event, or_, text
from sqlalchemy.engine import URL, Connection, Engine, create_engine, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import SQLCoreOperations
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator
from sqlmodel.ext.asyncio.session import AsyncSession

from chat_api.gate import Gate
from chat_api.statements import in_one_step

_WRITE_OPTION = "todo_write"
_ALONE_OPTION = "todo_alone"

# PostgreSQL. Set for each transaction, not for the connection: behind a transaction pooler a connection is anybody's.
_LOCK_TIMEOUT: Final = "5s"
_STATEMENT_TIMEOUT: Final = "10s"
_LIMITS: Final = (
    f"set_config('lock_timeout', '{_LOCK_TIMEOUT}', true), "
    f"set_config('statement_timeout', '{_STATEMENT_TIMEOUT}', true)"
)
_LIMITED: Final = text(f"SELECT {_LIMITS}")
_TURN: Final = text(f"SELECT {_LIMITS}, pg_advisory_xact_lock(hashtextextended(:key, 0))")
# In one order for all, or two that want the same turns could each hold what the other waits for.
_TURNS: Final = text(
    "SELECT count(pg_advisory_xact_lock(turn)) FROM "
    "(SELECT DISTINCT hashtextextended(key, 0) AS turn "
    "FROM unnest(CAST(:keys AS text[])) AS key ORDER BY turn) AS turns"
)
_TRY: Final = text(
    "SELECT key FROM unnest(CAST(:keys AS text[])) AS key WHERE pg_try_advisory_xact_lock(hashtextextended(key, 0))"
)
_PRAGMAS: Final = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000")
_READ_TIMEOUT: Final = 15.0  # seconds
_STORE_TIMEOUT: Final = 10.0  # seconds
_CONNECTIONS: Final = 20  # of one process, to PostgreSQL
_WRITERS: Final = 12  # of them at most; the others are for reading
_FILE_WAIT: Final = 1.0  # seconds
_FILE_POLL: Final = 0.01


ROWS_AT_ONCE: Final = 500
"""A statement has room for some thousand values."""

Item = TypeVar("Item")


def in_batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """These, so many at a time as a statement may name."""
    for first in range(0, len(items), ROWS_AT_ONCE):
        yield items[first : first + ROWS_AT_ONCE]


def has_come(instant: SQLCoreOperations[datetime | None], now: datetime) -> ColumnElement[bool]:
    """Whether there is no such instant, or it has passed by `now`: what is to wait until then waits no more."""
    return or_(instant.is_(None), instant <= now)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant. A naive one is a programming error and refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Python to database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Database to Python; SQLite gives the digits without the zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite counts only what is called INTEGER, and gives it 64 bits.
CountedId = BigInteger().with_variant(Integer(), "sqlite")


class _ByCodePoint(FunctionElement[str]):
    """Compiled below."""

    type = String()
    inherit_cache = True


def by_code_point(text: ColumnElement[str]) -> ColumnElement[str]:
    """The text, ordered by its characters' numbers on every database, whatever the locale it was made with."""
    return _ByCodePoint(text)


@compiles(_ByCodePoint)
def _as_it_is(element: _ByCodePoint, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(_ByCodePoint, "postgresql")
def _with_collation(element: _ByCodePoint, compiler: SQLCompiler, **options: Any) -> str:
    return f'{compiler.process(element.clauses, **options)} COLLATE "C"'


class Database:
    """Sessions on one engine."""

    def __init__(self, url: str) -> None:
        address = normalised(url)
        self._engine = _engine(address)
        self._writer = self._engine.execution_options(**{_WRITE_OPTION: True})
        self._is_sqlite = self._engine.dialect.name == "sqlite"
        # SQLite's connections commit by themselves whenever no transaction was begun: see _engine().
        alone = {_ALONE_OPTION: True} if self._is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        self._alone = self._engine.execution_options(**alone)
        self._readers = _engine(address, query_only=True) if self._is_sqlite else self._engine
        self._reader = self._readers.execution_options(**alone)
        # SQLite's driver hands each call to a thread and back: one statement is done there as a whole.
        self._storing = _storing_engine(address) if self._is_sqlite else None
        self._file = Path(address.database) if self._is_sqlite and address.database else None
        # SQLite has one writer and waits for it by polling; queueing here is quick, and workers can go first.
        self._gate = Gate(1 if self._is_sqlite else _WRITERS)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session for queries. Each of them sees what is committed by then: no transaction is begun for them.

        On SQLite it cannot write.

        Raises:
            TimeoutError: it took over 15 s.
        """
        async with asyncio.timeout(_READ_TIMEOUT), AsyncSession(self._reader, expire_on_commit=False) as session:
            yield session

    @contextlib.asynccontextmanager
    async def writing(self, owner: str | None = None, *, first: bool = False) -> AsyncIterator[AsyncSession]:
        """One transaction: committed when the block ends, rolled back when it raises.

        With `first` it is let in before the others of this process: for workers, whose work is bounded by what requests
        bring about. However many requests wait, a fired reminder does not wait behind them.

        On PostgreSQL a lock is waited for 5 s at most, and a statement takes 10 s at most.

        Those of one owner, a user by id, come one after the other, whichever replica they run in: what has been read
        of that user's stays true until the end, and the rows that are added are seen in the order of their ids.
        """
        async with (
            self._turn(owner),
            self._gate.passing(first=first),
            AsyncSession(self._writer, expire_on_commit=False) as session,
            session.begin(),
        ):
            if not self._is_sqlite:  # which lets in one writer at a time anyway
                connection = await session.connection()
                if owner is None:
                    await connection.execute(_LIMITED)
                else:
                    await connection.execute(_TURN, {"key": f"owner/{owner}"})
            yield session

    async def store(self, statement: Executable, values: Mapping[str, Any]) -> None:
        """Execute one statement that is a transaction of its own: committed when this returns. It goes `first`.

        It costs less than half of `writing()`, whose begin and commit are round trips, too.

        Raises:
            TimeoutError: it took over 10 s; whether it was committed is not known.
        """
        async with asyncio.timeout(_STORE_TIMEOUT), self._gate.passing(first=True):
            if self._storing is not None:
                await asyncio.to_thread(_execute, self._storing, statement, values)
                return
            async with self._alone.connect() as connection:
                await connection.execute(statement, values)

    async def take_turns(self, session: AsyncSession, owners: Collection[str]) -> None:
        """Within a transaction of `writing()`: from here on it is alone with what each of these owners has.

        As `writing(owner)` for one. To be called once in a transaction, before any of their rows is locked.
        """
        if not self._is_sqlite:
            connection = await session.connection()
            await connection.execute(_TURNS, {"keys": [f"owner/{owner}" for owner in owners]})

    def _turn(self, owner: str | None) -> contextlib.AbstractAsyncContextManager[Any]:
        """Those of one owner in this process wait here, and hold no connection meanwhile."""
        if owner is None or self._is_sqlite:
            return contextlib.nullcontext()
        # It is forgotten when nobody has it or waits for it.
        return self._turns.setdefault(owner, asyncio.Lock())

    @contextlib.asynccontextmanager
    async def claiming(self, purpose: str, keys: Collection[str]) -> AsyncIterator[frozenset[str]]:
        """Those of the keys that no other process has claimed for this purpose; ours until the block ends.

        A claim ends with its process. On SQLite there is one claim for each purpose: all of the keys or none.
        """
        if self._is_sqlite:
            async with _holding(self._file, purpose) as held:
                yield frozenset(keys) if held else frozenset()
            return
        names = {f"{purpose}/{key}": key for key in keys}
        async with self._engine.connect() as connection, connection.begin():
            rows = await connection.execute(_TRY, {"keys": list(names)})
            yield frozenset(names[name] for name in rows.scalars())

    async def ping(self) -> None:
        """Raise when the database does not answer."""
        async with self.reading() as session:
            await (await session.connection()).execute(text("SELECT 1"))

    async def close(self) -> None:
        """Close all connections."""
        await self._engine.dispose()
        await self._readers.dispose()
        if self._storing is not None:
            self._storing.dispose()


def normalised(url: str) -> URL:
    """The address with the driver that this service has: ``postgresql://…``, as providers hand it out, will do."""
    address = make_url(url)
    if address.get_backend_name() in {"postgres", "postgresql"}:
        return address.set(drivername="postgresql+psycopg")
    return address


async def alone(connection: AsyncConnection, purpose: str) -> None:
    """Wait until no other transaction has asked for this purpose; it is ours until the transaction ends. PostgreSQL."""
    await connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": purpose})


@contextlib.asynccontextmanager
async def _holding(database: Path | None, purpose: str) -> AsyncIterator[bool]:
    """Whether this process got the lock file beside the database within a second; a database in memory needs none."""
    if database is None or str(database) == ":memory:":
        yield True
        return
    with Path(f"{database}.{purpose}.lock").open("w") as file:  # noqa: ASYNC230 - an empty file on the local disk
        loop = asyncio.get_running_loop()
        until = loop.time() + _FILE_WAIT
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if loop.time() > until:
                    yield False
                    return
                await asyncio.sleep(_FILE_POLL)
            else:
                break
        yield True  # closing the file lets go


def connect_arguments(address: URL) -> dict[str, Any]:
    """What the driver is to know about each connection.

    PostgreSQL: no prepared statements, since behind pgbouncer's transaction mode the next statement may meet another
    server process; a peer that has vanished is noticed within half a minute.
    """
    if address.get_backend_name() != "postgresql":
        return {}
    return {
        "prepare_threshold": None,
        "connect_timeout": 10,  # seconds; a database that sleeps wakes on the first connection
        "keepalives_idle": 15,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 20_000,  # milliseconds
        "application_name": "chat-api",
    }


def _engine(address: URL, *, query_only: bool = False) -> AsyncEngine:
    if address.get_backend_name() != "sqlite":
        return create_async_engine(
            address,
            hide_parameters=True,  # an error's text goes to the log
            pool_size=_CONNECTIONS // 2,
            max_overflow=_CONNECTIONS // 2,
            pool_timeout=10,
            pool_pre_ping=True,
            pool_recycle=240,  # Neon suspends after five idle minutes and drops connections: close them first
            pool_use_lifo=True,  # so that those beyond what is needed grow old
            connect_args=connect_arguments(address),
        )
    engine = create_async_engine(address, pool_size=8, max_overflow=8, hide_parameters=True)

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _: Any) -> None:
        # The driver must not begin transactions of its own: see begin().
        connection.isolation_level = None
        in_one_step(connection.driver_connection)
        _set_pragmas(connection, f"query_only={query_only}")

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that reads and then writes must take the write lock first, or it may fail at once.
        options = connection.get_execution_options()
        if not options.get(_ALONE_OPTION):
            connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(_WRITE_OPTION) else "BEGIN")

    return engine


def _storing_engine(address: URL) -> Engine:
    """For statements that are transactions of their own, each in a thread: Python's own driver."""
    engine = create_engine(address.set(drivername="sqlite"), isolation_level="AUTOCOMMIT", hide_parameters=True)
    event.listen(engine, "connect", lambda connection, _: _set_pragmas(connection))
    return engine


def _execute(engine: Engine, statement: Executable, values: Mapping[str, Any]) -> None:
    with engine.connect() as connection:
        connection.execute(statement, values)


def _set_pragmas(connection: Any, *more: str) -> None:
    cursor = connection.cursor()
    for pragma in (*_PRAGMAS, *more):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
