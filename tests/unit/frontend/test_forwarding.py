"""The frontend in front of a real HTTP server, over real sockets."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from chat_api.frontend.app import create_app
from chat_api.frontend.forwarding import Backend, end_to_end
from chat_api.frontend.settings import Settings
from runtime.ports import Ports


async def echo(request: Request) -> Response:
    body = await request.body()
    answer = JSONResponse(
        {
            "method": request.method,
            "path": request.scope["raw_path"].decode(),
            "query": request.url.query,
            "headers": request.headers.items(),
            "body": body.decode(),
        },
        status_code=418,
        headers={"ETag": '"7"', "Connection": "X-Private", "X-Private": "for one hop"},
    )
    answer.set_cookie("session", "a")
    answer.set_cookie("other", "b")
    return answer


async def elsewhere(_: Request) -> Response:
    return RedirectResponse("/api/echo")


async def slow(_: Request) -> Response:
    await asyncio.sleep(30)
    return Response()


class Events:
    """A stream of two events; the second waits to be asked for. Says whether the reader has gone."""

    def __init__(self) -> None:
        self.go_on, self.gone = asyncio.Event(), asyncio.Event()

    async def stream(self, _: Request) -> Response:
        async def pieces() -> AsyncIterator[bytes]:
            try:
                yield b"data: first\n\n"
                await self.go_on.wait()
                while True:
                    yield b"data: more\n\n"
                    await asyncio.sleep(0.02)
            finally:
                self.gone.set()

        return StreamingResponse(pieces(), media_type="text/event-stream")


@contextlib.asynccontextmanager
async def serving(app: object) -> AsyncIterator[str]:
    port = Ports().pick()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, timeout_graceful_shutdown=1))  # type: ignore[arg-type]
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task


@contextlib.asynccontextmanager
async def frontend(backend_url: str, **settings: object) -> AsyncIterator[httpx.AsyncClient]:
    chosen = Settings(backend_url=backend_url, **settings)  # type: ignore[arg-type]
    async with (
        Backend(backend_url, connect_timeout=chosen.connect_timeout, silence_timeout=chosen.silence_timeout) as backend,
        serving(create_app(chosen, backend)) as url,
        httpx.AsyncClient(base_url=url, timeout=10) as client,
    ):
        yield client


@pytest.fixture
async def events() -> Events:
    return Events()


@pytest.fixture
async def api(events: Events) -> AsyncIterator[str]:
    routes = [
        Route("/api/stream", events.stream),
        Route("/api/slow", slow),
        Route("/api/elsewhere", elsewhere),
        Route("/{path:path}", echo, methods=["GET", "POST", "PATCH"]),
    ]
    async with serving(Starlette(routes=routes)) as url:
        yield url


async def test_the_page_comes_from_here_with_nobody_behind() -> None:
    nobody = f"http://127.0.0.1:{Ports().pick()}"
    async with frontend(nobody) as client:
        for path, kind in (("/", "text/html"), ("/sw.js", "text/javascript"), ("/static/app.js", "text/javascript")):
            answer = await client.get(path)
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith(kind)
            assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert (await client.get("/healthz")).json() == {"status": "ok"}
        answer = await client.get("/api/v1/tasks")
        assert answer.status_code == 502
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["retry-after"] == "2"


async def test_a_request_arrives_as_it_was_sent(api: str) -> None:
    async with frontend(api) as client:
        answer = await client.patch(
            "/api/a%2Fb?x=1&x=%20",
            content=b'{"title": "caff\xc3\xa8"}',
            headers={"Host": "todo.example", "Origin": "http://todo.example", "Connection": "X-Hop", "X-Hop": "1"},
        )
    seen = answer.json()
    headers = dict(seen["headers"])
    assert (seen["method"], seen["path"], seen["query"]) == ("PATCH", "/api/a%2Fb", "x=1&x=%20")
    assert seen["body"] == '{"title": "caffè"}'
    assert headers["host"] == "todo.example", "the check for requests from other sites compares with it"
    assert "x-hop" not in headers
    assert headers["traceparent"].split("-")[1] == answer.headers["traceresponse"].split("-")[1], "one trace for both"


async def test_an_answer_comes_back_as_it_was_given(api: str) -> None:
    async with frontend(api) as client:
        answer = await client.get("/feeds/secret")
        assert answer.status_code == 418
        assert answer.headers["etag"] == '"7"'
        assert len(answer.headers.get_list("set-cookie")) == 2
        assert "x-private" not in answer.headers
        assert (await client.get("/api/elsewhere")).status_code == 307, "redirects are the browser's to follow"


async def test_a_long_body_goes_through_in_pieces_and_a_too_long_one_is_refused(api: str) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b"x" * 1024

    async with frontend(api, max_request_bytes=100_000) as client:
        assert len((await client.post("/api/import", content=pieces())).json()["body"]) == 65536
        assert (await client.post("/api/import", content=b"x" * 100_001)).status_code == 413


async def test_events_arrive_while_the_stream_is_open_and_its_end_is_noticed(api: str, events: Events) -> None:
    async with frontend(api) as client:
        async with client.stream("GET", "/api/stream") as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            lines = answer.aiter_lines()
            assert await asyncio.wait_for(anext(lines), 5) == "data: first"
            assert not events.go_on.is_set()
            events.go_on.set()
        async with asyncio.timeout(5):
            await events.gone.wait()


async def test_silence_is_a_time_out(api: str) -> None:
    async with frontend(api, silence_timeout=0.2) as client:
        assert (await client.get("/api/slow")).status_code == 504


def test_headers_of_one_hop_stay_there() -> None:
    headers = [("Connection", "close, X-A"), ("X-A", "1"), ("Transfer-Encoding", "chunked"), ("Host", "h"), ("Te", "")]
    assert end_to_end(headers) == [("Host", "h")]
