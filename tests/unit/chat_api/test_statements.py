"""SQLAlchemy gets what it needs of a cursor, one step for a statement."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from chat_api.statements import in_one_step


@pytest.fixture
async def connection(tmp_path: Path) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'some.db'}")

    @event.listens_for(engine.sync_engine, "connect")
    def configure(opened: Any, _: Any) -> None:
        in_one_step(opened.driver_connection)

    async with engine.connect() as opened:
        await opened.execute(text("CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT UNIQUE)"))
        yield opened
    await engine.dispose()


async def names(connection: AsyncConnection) -> list[str]:
    return list((await connection.execute(text("SELECT name FROM things ORDER BY id"))).scalars())


async def test_rows_counts_and_returned_ids_are_those_of_the_statement(connection: AsyncConnection) -> None:
    insert = text("INSERT INTO things (name) VALUES (:name)")
    await connection.execute(insert, [{"name": name} for name in ("hat", "shoe", "glove")])
    one = await connection.execute(insert, {"name": "sock"})
    assert one.lastrowid == 4
    returned = await connection.execute(text("INSERT INTO things (name) VALUES ('belt') RETURNING id, name"))
    assert [tuple(row) for row in returned] == [(5, "belt")]
    assert (await connection.execute(text("UPDATE things SET name = upper(name) WHERE id < 3"))).rowcount == 2
    found = await connection.execute(text("SELECT id, name FROM things WHERE id < 4"))
    assert list(found.keys()) == ["id", "name"]
    assert [row.name for row in found] == ["HAT", "SHOE", "glove"]
    assert (await connection.execute(text("SELECT id FROM things WHERE id > 99"))).first() is None


async def test_what_fails_raises_and_the_connection_goes_on(connection: AsyncConnection) -> None:
    await connection.execute(text("INSERT INTO things (name) VALUES ('hat')"))
    with pytest.raises(IntegrityError):
        await connection.execute(text("INSERT INTO things (name) VALUES ('hat')"))
    with pytest.raises(OperationalError):
        await connection.execute(text("SELECT no_such_column FROM things"))
    assert await names(connection) == ["hat"]


async def test_a_transaction_is_kept_or_not(connection: AsyncConnection) -> None:
    await connection.commit()
    await connection.execute(text("INSERT INTO things (name) VALUES ('hat')"))
    await connection.commit()
    await connection.execute(text("INSERT INTO things (name) VALUES ('shoe')"))
    await connection.rollback()
    assert await names(connection) == ["hat"]


async def test_a_statement_is_one_step(connection: AsyncConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = (await connection.get_raw_connection()).driver_connection
    assert raw is not None
    steps = []
    before = raw._tx.put_nowait

    class Counting:
        def put_nowait(self, item: object) -> None:
            steps.append(item)
            before(item)

    monkeypatch.setattr(raw, "_tx", Counting())
    assert await names(connection) == []
    assert len(steps) == 1
