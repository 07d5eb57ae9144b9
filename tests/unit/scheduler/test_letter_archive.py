"""The archive on a store in memory that holds to ETags and transactions as Dapr's do."""

import itertools
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.dead_letters import Letter, LetterStatus, ListLetters
from scheduler.letter_archive import LetterArchive
from servicekit.errors import SidecarConflict
from servicekit.sidecar import Result, Sidecar

NOW = datetime(2026, 11, 24, 17, tzinfo=UTC)


@dataclass
class Store:
    """The part of the SDK's client that the archive uses."""

    rows: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    _tags: "itertools.count[int]" = field(default_factory=itertools.count)

    async def get_state(self, store: str, key: str) -> Any:
        data, etag = self.rows.get(key, (b"", ""))
        return SimpleNamespace(data=data, etag=etag)

    async def get_bulk_state(self, store: str, keys: Sequence[str], parallelism: int) -> Any:
        return SimpleNamespace(items=[SimpleNamespace(key=key, data=self.rows.get(key, (b"", ""))[0]) for key in keys])

    async def save_state(self, store: str, key: str, value: str, **options: Any) -> None:
        if "options" in options and key in self.rows:
            raise SidecarConflict("first write")
        self._put(key, value)

    async def execute_state_transaction(self, store: str, operations: Sequence[Any]) -> None:
        if any(one.etag is not None and self.rows.get(one.key, (b"", ""))[1] != one.etag for one in operations):
            raise SidecarConflict("etag")
        for one in operations:
            self._put(one.key, one.data)

    def _put(self, key: str, value: str | bytes) -> None:
        self.rows[key] = (value.encode() if isinstance(value, str) else value, str(next(self._tags)))


class Daprd(Sidecar):
    """Leads to that store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def call(
        self, what: str, use: Callable[[Any], Awaitable[Result]], *, deadline: float | None = None
    ) -> Result:
        return await use(self._store)


def letter(name: str, service: str = "reader") -> Letter:
    return Letter(
        letter_id=name, number=1, source="topic/task-events", service=service, reason="-", received_at=NOW, size=1
    )


async def filled(count: int) -> tuple[Store, LetterArchive]:
    store = Store()
    archive = LetterArchive(Daprd(store))
    for number in range(1, count + 1):
        await archive.keep(letter(f"l{number}", service="odd" if number % 2 else "even"), str(number).encode())
    return store, archive


async def all_pages(archive: LetterArchive, **wanted: Any) -> list[str]:
    found: list[str] = []
    request = ListLetters(**wanted)
    while True:
        page = await archive.page(request)
        found += [one.letter_id for one in page.letters]
        if page.next_before is None:
            return found
        request = request.model_copy(update={"before": page.next_before})


async def test_a_letter_that_arrives_twice_is_one() -> None:
    store, archive = await filled(1)
    before = dict(store.rows)
    await archive.keep(letter("l1"), b"other")
    assert store.rows == before
    found = await archive.find("l1")
    assert found is not None
    assert (found[0].number, found[1]) == (1, b"1")


@pytest.mark.parametrize("limit", [1, 7, 100, 500])
async def test_every_letter_is_on_one_page_the_newest_first(limit: int) -> None:
    _, archive = await filled(230)
    assert await all_pages(archive, limit=limit) == [f"l{number}" for number in range(230, 0, -1)]
    odd = [f"l{number}" for number in range(229, 0, -2)]
    assert await all_pages(archive, limit=limit, service="odd") == odd


async def test_what_was_replayed_is_listed_on_demand() -> None:
    _, archive = await filled(3)
    found = await archive.find("l2")
    assert found is not None
    await archive.mark_replayed(found[0], NOW)
    assert await all_pages(archive) == ["l3", "l1"]
    assert await all_pages(archive, include_replayed=True) == ["l3", "l2", "l1"]
    marked = await archive.find("l2")
    assert marked is not None
    assert (marked[0].status, marked[0].replayed_at) == (LetterStatus.REPLAYED, NOW)


async def test_expired_letters_end_the_list() -> None:
    store, archive = await filled(150)
    for number in range(1, 41):
        del store.rows[f"letter-{number}"]
    assert len(await all_pages(archive, limit=50)) == 110
    assert await archive.find("l1") is None


async def test_two_replicas_give_no_number_twice() -> None:
    """The slower one is refused, and its letter comes again."""
    store, archive = await filled(1)
    other = LetterArchive(Daprd(store))
    stale = await other._head()
    await archive.keep(letter("l2"), b"2")

    async def stale_head() -> Any:
        return stale

    other._head = stale_head  # type: ignore[method-assign]
    with pytest.raises(SidecarConflict):
        await other.keep(letter("l3"), b"3")
    assert await all_pages(archive) == ["l2", "l1"]
    await LetterArchive(Daprd(store)).keep(letter("l3"), b"3")
    assert await all_pages(archive) == ["l3", "l2", "l1"]


async def test_an_empty_archive() -> None:
    _, archive = await filled(0)
    assert await all_pages(archive) == []
    assert await archive.find("l1") is None
