"""The three ways to the database: what each keeps, and when others see it."""

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import func, select

from chat_api.auth.models import User
from chat_api.database import Database
from tests.support.postgres import Postgres
from tests.unit.chat_api.conftest import ALICE

_INSERT = insert(User)


def a_user(name: str) -> dict[str, object]:
    return {"id": name, "email": f"{name}@example.org", "password_hash": "-", "created_at": datetime.now(UTC)}


@pytest.fixture
async def another(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


async def users(database: Database) -> int:
    async with database.reading() as session:
        return (await session.exec(select(func.count()).select_from(User))).one()


async def test_what_is_stored_is_seen_by_others_at_once(database: Database, another: Database) -> None:
    before = await users(another)
    await database.store(_INSERT, a_user("carol"))
    assert await users(another) == before + 1


async def test_what_cannot_be_stored_leaves_nothing_and_holds_up_nobody(database: Database) -> None:
    before = await users(database)
    with pytest.raises(IntegrityError):
        await database.store(_INSERT, a_user(ALICE))
    await database.store(_INSERT, a_user("carol"))
    async with database.writing() as session:
        session.add(User(**a_user("dave")))
    assert await users(database) == before + 2


async def test_a_reader_sees_what_is_committed_meanwhile(database: Database, another: Database) -> None:
    async with database.reading() as session:
        count = select(func.count()).select_from(User)
        before = (await session.exec(count)).one()
        await another.store(_INSERT, a_user("carol"))
        assert (await session.exec(count)).one() == before + 1


async def test_a_reader_cannot_write(database: Database, postgres: Postgres | None) -> None:
    if postgres is not None:
        pytest.skip("of PostgreSQL nobody promises it")
    async with database.reading() as session:
        with pytest.raises(OperationalError, match="readonly"):
            await (await session.connection()).execute(_INSERT, a_user("carol"))


async def test_what_raises_is_rolled_back(database: Database) -> None:
    before = await users(database)
    with contextlib.suppress(ZeroDivisionError):
        async with database.writing() as session:
            session.add(User(**a_user("carol")))
            await session.flush()
            raise ZeroDivisionError
    assert await users(database) == before
