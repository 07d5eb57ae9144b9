"""When a part counts as ready, and which leadership is stale."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from runtime.leases import revoke_stale, stale
from runtime.ports import Ports
from runtime.readiness import Probe, hosts_actor, wait_all

Serve = Callable[..., Awaitable[int]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Serves routes on a free port, which it returns."""
    runners: list[web.AppRunner] = []

    async def start(*routes: web.RouteDef) -> int:
        app = web.Application()
        app.add_routes(routes)
        runner = web.AppRunner(app)
        runners.append(runner)
        await runner.setup()
        port = Ports().pick()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        return port

    yield start
    for runner in runners:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("actors", "ready"),
    [
        ({"hostReady": True, "activeActors": [{"type": "ReminderActor"}]}, True),
        ({"hostReady": False, "activeActors": [{"type": "ReminderActor"}]}, False),
        ({"hostReady": True, "activeActors": [{"type": "Other"}]}, False),
        ({"hostReady": True, "activeActors": None}, False),
        (None, False),
    ],
)
def test_an_actor_host_is_ready_once_placement_knows_its_type(actors: Any, ready: bool) -> None:
    assert hosts_actor("ReminderActor")({"actorRuntime": actors}) is ready


async def test_a_probe_is_repeated_until_the_answer_is_good(serve: Serve) -> None:
    answers = iter([503, 200])

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=next(answers))

    port = await serve(web.get("/readyz", answer))
    done: list[str] = []
    await wait_all([Probe("chat-api", f"http://127.0.0.1:{port}/readyz")], done.append)
    assert done == ["chat-api"]
    assert next(answers, None) is None


def test_all_leases_but_the_newest_are_stale() -> None:
    assert stale({}) == []
    assert stale({"leases": [{"ID": "9"}]}) == []
    assert stale({"leases": [{"ID": "100"}, {"ID": "99"}, {"ID": "7"}]}) == ["7", "99"]


async def test_a_leadership_is_ended_once_its_successor_is_there(serve: Serve) -> None:
    seen = iter([["5"], ["5"], ["5", "6"]])
    revoked: list[str] = []

    async def leases(_: web.Request) -> web.Response:
        ids = [lease for lease in next(seen, ["6"]) if lease not in revoked]
        return web.json_response({"leases": [{"ID": lease} for lease in ids]})

    async def revoke(request: web.Request) -> web.Response:
        revoked.append((await request.json())["ID"])
        return web.json_response({})

    port = await serve(web.post("/v3/lease/leases", leases), web.post("/v3/lease/revoke", revoke))
    assert await revoke_stale(port, watch_for=1.2) == 1
    assert revoked == ["5"]


async def test_a_scheduler_that_is_not_there_is_no_error() -> None:
    assert await revoke_stale(Ports().pick(), watch_for=0.3) == 0
