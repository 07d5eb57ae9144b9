"""A real PostgreSQL, and replicas of what chat_api does on it."""

import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest

from chat_api.auth.models import User
from chat_api.database import Database
from chat_api.migrations import upgrade
from tests.support.postgres import Postgres, find_binaries

ALICE, BOB = "alice", "bob"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server for all tests."""
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL's server is not installed (Debian: apt-get install postgresql)")
    with Postgres(binaries, user="todo", password="not-a-secret") as server:
        upgrade(server.create("migrated"))
        yield server


@pytest.fixture
def address(postgres: Postgres) -> str:
    """A database of the test's own, migrated and empty, as a provider hands its address out."""
    name = f"test-{uuid.uuid4().hex[:12]}"
    postgres.query(f'CREATE DATABASE "{name}" TEMPLATE migrated')
    return postgres.url_of(name)


@pytest.fixture
async def replicas(address: str) -> AsyncIterator[tuple[Database, Database]]:
    """Two processes' ways to one database with two users."""
    opened = Database(address), Database(address)
    async with opened[0].writing() as session:
        for name in (ALICE, BOB):
            session.add(User(id=name, email=f"{name}@example.org", password_hash="-", created_at=datetime.now(UTC)))
    yield opened
    for one in opened:
        await one.close()
