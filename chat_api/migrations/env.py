"""Alembic's entry point. Runs on the async engine of the service, in an event loop of its own."""

import asyncio

from alembic import context
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from sqlmodel import SQLModel

import chat_api.auth.attempts
import chat_api.auth.models
import chat_api.channels.models
import chat_api.inbox.intake
import chat_api.inbox.models
import chat_api.outbox
import chat_api.portability.models
import chat_api.preferences.models
import chat_api.push.models
import chat_api.tasks.history
import chat_api.tasks.models
import chat_api.tasks.signals  # noqa: F401 - tables are registered by being imported
from chat_api.database import alone, connect_arguments, normalised
from servicekit.logs import get_logger

log = get_logger(__name__)


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
    )
    if newer := _unknown(connection):
        # A later release has been here. Migrations only add (CONTRIBUTING.md), so that this one can go on serving
        # until it is replaced, or again after a rollback.
        log.warning("the database is at a newer schema than this version knows; going on with it", revisions=newer)
        return
    with context.begin_transaction():
        context.run_migrations()


def _unknown(connection: Connection) -> list[str]:
    """The revisions that the database is at and this version has no script of."""
    known = {script.revision for script in context.script.walk_revisions()}
    return sorted(set(MigrationContext.configure(connection).get_current_heads()) - known)


async def _migrate() -> None:
    url = context.config.get_main_option("sqlalchemy.url")
    if url is None:
        raise RuntimeError("sqlalchemy.url is not set")
    address = normalised(url)
    engine = create_async_engine(address, poolclass=NullPool, connect_args=connect_arguments(address))
    async with engine.begin() as connection:
        if address.get_backend_name() == "postgresql":
            # Replicas that start together would both make the tables. All of it is one transaction there.
            await alone(connection, "migrations")
        await connection.run_sync(_run)
    await engine.dispose()


asyncio.run(_migrate())
