"""Pages of all jobs: each once, from one list, which is kept no longer than it is read."""

import asyncio
from dataclasses import dataclass

import pytest

from scheduler import job_pages
from scheduler.job_pages import JobPages


@dataclass
class Job:
    name: str


class Runtime:
    """Hands out all jobs or none, in no order, and counts how often."""

    def __init__(self, count: int) -> None:
        self.names = [f"reminder-{number:04}" for number in range(count)]
        self.lists = 0
        self.pages = JobPages(self.list_all)

    async def list_all(self) -> list[Job]:
        self.lists += 1
        return [Job(name) for name in reversed(self.names)]

    async def page(self, after: str, limit: int) -> list[str]:
        return [job.name for job in await self.pages.page(after, limit)]

    async def read_all(self, limit: int) -> list[str]:
        found: list[str] = []
        while True:
            page = await self.page(found[-1] if found else "", limit)
            found += page
            if len(page) < limit:
                return found


@pytest.mark.parametrize(("count", "limit"), [(0, 10), (7, 10), (10, 10), (95, 10), (100, 10)])
async def test_each_job_is_on_one_page_of_one_list(count: int, limit: int) -> None:
    runtime = Runtime(count)
    assert await runtime.read_all(limit) == runtime.names
    # After a last page that is full one has to ask again, and by then the list is gone.
    assert runtime.lists == (2 if count and count % limit == 0 else 1)


async def test_pages_that_follow_each_other_are_of_one_moment_and_new_ones_of_now() -> None:
    runtime = Runtime(30)
    before = await runtime.page("", 10)
    runtime.names.append("reminder-0009-new")
    assert (await runtime.page(before[-1], 10))[0] == "reminder-0010"
    assert "reminder-0009-new" in await runtime.page("", 30)


async def test_the_list_is_let_go_of_after_the_last_page() -> None:
    runtime = Runtime(30)
    await runtime.read_all(20)
    await runtime.page(runtime.names[9], 10)
    assert runtime.lists == 2


async def test_the_list_is_let_go_of_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_pages, "_KEPT_FOR", 0.0)
    runtime = Runtime(30)
    await runtime.page("", 10)
    await asyncio.sleep(0.01)
    assert await runtime.page(runtime.names[9], 10) == runtime.names[10:20]
    assert runtime.lists == 2


async def test_a_list_that_is_too_long_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_pages, "_MOST_KEPT", 25)
    runtime = Runtime(26)
    assert await runtime.read_all(10) == runtime.names
    assert runtime.lists == 3
