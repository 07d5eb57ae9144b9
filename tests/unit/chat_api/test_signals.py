"""Signals of changed tasks: each is read once, also where transactions end in another order than they began."""

from datetime import UTC, datetime, timedelta

from sqlmodel import func, select, update

from chat_api.database import Database
from chat_api.tasks.signals import SignalReader, TaskSignal, forget_old


async def put(database: Database, *numbers: int) -> None:
    async with database.writing() as session:
        for number in numbers:
            session.add(TaskSignal(id=number, user_id="u", task_id=str(number), created_at=datetime.now(UTC)))


async def read(database: Database, reader: SignalReader) -> list[str]:
    async with database.reading() as session:
        return sorted(task_id for _, task_id in await reader.new(session))


async def test_each_is_read_once_and_what_was_before_not_at_all(database: Database) -> None:
    reader = SignalReader()
    await put(database, 1, 2)
    assert await read(database, reader) == []
    assert await read(database, reader) == []
    await put(database, 3, 4)
    assert await read(database, reader) == ["3", "4"]
    assert await read(database, reader) == []


async def test_a_lower_id_that_is_committed_later_is_not_missed(database: Database) -> None:
    reader = SignalReader()
    await put(database, 1)
    await read(database, reader)
    await put(database, 3)
    assert await read(database, reader) == ["3"]
    await put(database, 2)
    assert await read(database, reader) == ["2"]


async def test_the_first_one_of_all_is_read(database: Database) -> None:
    reader = SignalReader()
    await read(database, reader)
    await put(database, 1)
    assert await read(database, reader) == ["1"]


async def test_old_ones_go(database: Database) -> None:
    await put(database, 1, 2)
    now = datetime.now(UTC)
    async with database.writing() as session:
        await session.exec(update(TaskSignal).where(TaskSignal.id == 1).values(created_at=now - timedelta(minutes=6)))
        await forget_old(session, now)
        assert (await session.exec(select(func.count()).select_from(TaskSignal))).one() == 1
