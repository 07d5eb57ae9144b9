"""More requests than can be worked on: some wait for their turn, the rest is refused and may come again."""

import asyncio
import contextlib
import socket
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from sqlmodel import col, select

from chat_api import metrics
from chat_api.admission import Admission
from chat_api.database import Database
from chat_api.edge import Edge
from chat_api.outbox import OutboxMessage
from chat_api.settings import Settings
from contracts.events import CloudEvent, TaskEvent
from servicekit.http_server import NO_TELEMETRY
from tests.unit.chat_api.test_portability_http import serving

MAX_BODY = 1000


class Busy:
    """An application whose work takes until `go` is set; two at a time, and one more waits."""

    def __init__(self, *, patience: float = 5.0) -> None:
        self.go = asyncio.Event()
        self.began: list[str] = []
        self.app = FastAPI(telemetry=NO_TELEMETRY)

        @self.app.api_route("/work/{name}", methods=["GET", "POST"])
        async def work(name: str, request: Request) -> int:
            size = len(await request.body())
            self.began.append(name)
            await self.go.wait()
            if name == "broken":
                raise RuntimeError("planted")
            return size

        @self.app.get("/stream")
        async def stream() -> StreamingResponse:
            async def lines() -> AsyncIterator[bytes]:
                yield b"open\n"
                await self.go.wait()

            return StreamingResponse(lines())

        @self.app.get("/static/app.js")
        @self.app.get("/healthz")
        async def free() -> None:
            return None

        self.app.add_middleware(Admission, max_in_flight=2, max_waiting=1, patience=patience)
        self.app.add_middleware(Edge, max_request_bytes=MAX_BODY)

    async def until_begun(self, count: int) -> None:
        async with asyncio.timeout(5):
            while len(self.began) < count:
                await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def reached(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of it, over a real socket."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with httpx.AsyncClient(base_url=address, timeout=10, limits=httpx.Limits()) as client:
            yield client
        server.should_exit = True
        await serving


def waiting() -> float:
    return metrics.REGISTRY.get_sample_value("todo_requests_waiting") or 0.0


def in_flight() -> float:
    return metrics.REGISTRY.get_sample_value("todo_requests_in_flight") or 0.0


def shed(reason: str) -> float:
    return metrics.REGISTRY.get_sample_value("todo_requests_shed_total", {"reason": reason}) or 0.0


async def until_waiting(count: int) -> None:
    async with asyncio.timeout(5):
        while waiting() != count:
            await asyncio.sleep(0.005)


def assert_refused(answer: httpx.Response) -> None:
    assert answer.status_code == 503, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert 2 <= int(answer.headers["retry-after"]) <= 6
    assert "try again" in answer.json()["detail"]
    assert answer.headers["x-content-type-options"] == "nosniff", "it passed the edge as every answer does"


async def test_two_are_worked_on_one_waits_and_the_next_is_refused_at_once() -> None:
    busy, before = Busy(), shed("full")
    async with reached(busy.app) as client, asyncio.TaskGroup() as group:
        first = [group.create_task(client.get(f"/work/{name}")) for name in "ab"]
        await busy.until_begun(2)
        third = group.create_task(client.get("/work/c"))
        await until_waiting(1)
        assert_refused(await client.get("/work/d"))
        assert (in_flight(), shed("full")) == (2, before + 1)
        busy.go.set()
        assert [(await one).status_code for one in (*first, third)] == [200, 200, 200]
        assert sorted(busy.began) == ["a", "b", "c"], "nothing was done about what was refused"
    assert (in_flight(), waiting()) == (0, 0)


async def test_who_waits_too_long_is_refused() -> None:
    busy, before = Busy(patience=0.05), shed("waited")
    async with reached(busy.app) as client, asyncio.TaskGroup() as group:
        first = [group.create_task(client.get(f"/work/{name}")) for name in "ab"]
        await busy.until_begun(2)
        assert_refused(await client.get("/work/c"))
        assert (shed("waited"), waiting()) == (before + 1, 0)
        busy.go.set()
        assert [(await one).status_code for one in first] == [200, 200]


async def test_probes_and_the_pages_files_are_always_answered() -> None:
    busy = Busy()
    async with reached(busy.app) as client, asyncio.TaskGroup() as group:
        for name in "abc":
            group.create_task(client.get(f"/work/{name}"))
        await until_waiting(1)
        for path in ("/healthz", "/static/app.js"):
            assert (await client.get(path)).status_code == 200
        busy.go.set()


async def test_open_streams_hold_no_place() -> None:
    busy = Busy()
    async with reached(busy.app) as client, contextlib.AsyncExitStack() as streams:
        for _ in range(5):
            opened = await streams.enter_async_context(client.stream("GET", "/stream"))
            assert await anext(opened.aiter_lines()) == "open"
        assert in_flight() == 0
        busy.go.set()
        assert (await client.get("/work/a")).status_code == 200


async def test_who_sends_slowly_keeps_nobody_out() -> None:
    """Three have begun to send, of which two had all the places if that counted."""
    busy = Busy()
    busy.go.set()
    async with reached(busy.app) as client, asyncio.TaskGroup() as group:
        finish = asyncio.Event()

        async def slowly() -> AsyncIterator[bytes]:
            yield b"x" * 10
            await finish.wait()
            yield b"x" * 10

        slow = [group.create_task(client.post(f"/work/slow{number}", content=slowly())) for number in range(3)]
        for name in "abc":
            assert (await client.post(f"/work/{name}", content=b"123")).json() == 3
        finish.set()
        assert [(await one).json() for one in slow] == [20, 20, 20], "what they sent arrived whole"


async def test_a_long_body_without_a_declared_length_is_cut_off() -> None:
    busy = Busy()
    busy.go.set()

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 100

    async with reached(busy.app) as client:
        answer = await client.post("/work/a", content=endless())
        assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")
        assert busy.began == []


async def test_a_place_comes_back_whatever_became_of_the_request() -> None:
    busy = Busy()
    async with reached(busy.app) as client:
        with contextlib.suppress(httpx.TimeoutException):
            await client.get("/work/gone", timeout=0.1)
        await busy.until_begun(1)
        busy.go.set()
        for _ in range(4):
            assert (await client.get("/work/broken")).status_code == 500
        assert (await client.get("/work/a")).status_code == 200
    assert (in_flight(), waiting()) == (0, 0)


async def test_a_flood_is_refused_and_what_was_acknowledged_is_kept(database: Database) -> None:
    settings = Settings(max_requests_in_flight=2, max_requests_waiting=6)
    async with serving(database, settings) as client:

        async def add(number: int) -> tuple[int, str]:
            answer = await client.post("/api/v1/tasks", json={"title": f"task {number}"})
            if answer.status_code == 503:
                assert_refused(answer)
            return answer.status_code, f"task {number}"

        answers = await asyncio.gather(*(add(number) for number in range(60)))
        counted = Counter(status for status, _ in answers)
        assert set(counted) == {201, 503}
        assert counted[201] >= 8
        acknowledged = sorted(title for status, title in answers if status == 201)
        listed: list[dict[str, Any]] = (await client.get("/api/v1/tasks", params={"limit": 200})).json()
        assert sorted(task["title"] for task in listed) == acknowledged
    async with database.reading() as session:
        rows = (await session.exec(select(OutboxMessage).order_by(col(OutboxMessage.id)))).all()
    events = [CloudEvent.from_json(row.payload).data for row in rows]
    assert sorted(event.title for event in events if isinstance(event, TaskEvent)) == acknowledged


async def test_two_hundred_at_once_are_all_served(database: Database) -> None:
    """With the settings as they are."""
    users = 200
    async with serving(database, Settings()) as client:
        answers = await asyncio.gather(
            *(client.post("/api/v1/tasks", json={"title": f"task {number}"}) for number in range(users))
        )
        assert Counter(answer.status_code for answer in answers) == {201: users}
