"""All rows of the tasks database out, and into an empty one, whatever databases the two are.

What is left out: sessions and failed log-ins (people log in again), codes that were mailed within the hour, signals to
open pages; outbox and intake, which are empty when a system is drained, but for what the outbox keeps for later and
what was announced ahead of its time, which the repair sweep has announced again.
"""

import asyncio
from datetime import UTC, datetime, time
from typing import Any, Final

from alembic.script import ScriptDirectory
from sqlalchemy import Column, ColumnElement, RowMapping, Table, case, func, insert, select, text, tuple_
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from chat_api.auth.models import User
from chat_api.database import Database, UtcDateTime
from chat_api.migrations import config
from contracts.operations import ExportRows, ImportAnswer, ImportRows, Rows
from servicekit.errors import SidecarRefused

TABLES: Final = (
    "users",
    "api_tokens",
    "preferences",
    "lists",
    "tasks",
    "reminders",
    "inbox",
    "deliveries",
    "changes",
    "email_addresses",
    "webhooks",
    "push_subscriptions",
    "calendar_feeds",
)
"""In an order in which no row refers to one that is not there yet."""
LEFT_OUT: Final = frozenset({"sessions", "failed_logins", "mailed_codes", "task_signals", "outbox", "intake"})


class RowPorter:
    """Pages of rows as JSON."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._revision = ScriptDirectory.from_config(config("sqlite://")).get_current_head() or ""
        self._lock = asyncio.Lock()

    async def export(self, request: ExportRows) -> Rows:
        """A page of a table; without a table, how many rows each has.

        Raises:
            SidecarRefused: there is no such table.
        """
        async with self._database.reading() as session:
            if not request.table:
                counts = {name: await _count(session, name) for name in TABLES}
                return Rows(schema_revision=self._revision, counts=counts)
            table = _table(request.table)
            order = _order(table)
            query = select(table).order_by(*order).limit(request.limit + 1)
            if request.after is not None:
                query = query.where(tuple_(*order) > tuple_(*request.after))
            found = (await (await session.connection()).execute(query)).mappings().all()
        page = found[: request.limit]
        return Rows(
            schema_revision=self._revision,
            rows=tuple(_to_json(row) for row in page),
            next_after=_place(table, page[-1]) if len(found) > len(page) else None,
        )

    async def import_rows(self, request: ImportRows) -> ImportAnswer:
        """Add a page. The first one is refused where there is a user already: nothing is overwritten."""
        if request.schema_revision != self._revision:
            said = (
                f"the export's schema is {request.schema_revision}, this system's {self._revision}: bring both to one"
            )
            return ImportAnswer(refused=said)
        try:
            table = _table(request.table)
        except SidecarRefused as error:
            return ImportAnswer(refused=str(error))
        rows = [
            {column.name: _from_json(column, row.get(column.name)) for column in table.columns} for row in request.rows
        ]
        async with self._lock, self._database.writing() as session:
            if request.begin and await _count(session, str(User.__tablename__)):
                return ImportAnswer(refused="there are users here already: an import goes into an empty system")
            connection = await session.connection()
            if rows:
                await connection.execute(insert(table), rows)
                await _past_the_highest(session, table)
        return ImportAnswer(added=len(rows))


def _table(name: str) -> Table:
    if name not in TABLES:
        raise SidecarRefused(f"there is no table {name} to be moved")
    return SQLModel.metadata.tables[name]


def _order(table: Table) -> list[ColumnElement[Any]]:
    """By the key; tasks without a parent first, for the others refer to them."""
    keys: list[ColumnElement[Any]] = list(table.primary_key.columns)
    return [case((table.c.parent_id.is_(None), 0), else_=1), *keys] if "parent_id" in table.c else keys


def _place(table: Table, row: RowMapping) -> list[Any]:
    """Where a row is in that order."""
    keys = [row[key] for key in table.primary_key.columns]
    return [int(row[table.c.parent_id] is not None), *keys] if "parent_id" in table.c else keys


async def _count(session: AsyncSession, name: str) -> int:
    query = select(func.count()).select_from(_table(name))
    return int((await (await session.connection()).execute(query)).scalar_one())


async def _past_the_highest(session: AsyncSession, table: Table) -> None:
    """PostgreSQL counts on by itself, from where it was: set it behind what was brought along. SQLite looks."""
    connection = await session.connection()
    if connection.dialect.name != "postgresql":
        return
    for key in table.primary_key.columns:
        sequence = (
            await connection.execute(
                text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": table.name, "column": key.name}
            )
        ).scalar()
        if sequence:
            highest = (await connection.execute(select(func.max(key)))).scalar() or 1
            await connection.execute(
                text("SELECT setval(CAST(:sequence AS regclass), :highest)"), {"sequence": sequence, "highest": highest}
            )


def _to_json(row: RowMapping) -> dict[str, Any]:
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, time) else value


def _from_json(column: Column[Any], value: Any) -> Any:
    if isinstance(value, str) and isinstance(column.type, UtcDateTime):
        return datetime.fromisoformat(value)
    if isinstance(value, str) and column.type.python_type is time:
        return time.fromisoformat(value)
    return value
