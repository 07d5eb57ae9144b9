"""All state out of one system and into another on other stores: drained, counted, once, and nothing is overwritten."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest

from runtime.backing import Backing, State, Tasks
from runtime.install import Binaries
from tests.support.operator import todo_ops
from tests.support.person import Person
from tests.support.postgres import find_binaries
from tests.support.stack import Stack

pytestmark = pytest.mark.e2e

ENV = {"QUIET_FOR": "3", "REPAIR_INTERVAL": "5", "REPAIR_GRACE": "5"}


class ElsewhereStack(Stack):
    """On PostgreSQL, where its server is installed."""

    chosen: ClassVar[Backing] = (
        Backing(state=State.POSTGRESQL, tasks=Tasks.POSTGRESQL) if find_binaries() is not None else Backing()
    )


@pytest.fixture(params=["1.5", "60"], ids=["armed", "ready"])
def source(
    binaries: Binaries, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Stack]:
    """A system where a reminder that is due in a minute has its job still, or has fired and lies ready until then."""
    with Stack(tmp_path_factory.mktemp("source"), binaries, {**ENV, "FIRE_AHEAD": request.param}) as running:
        yield running


async def ops(stack: Stack, *arguments: str, status: int = 0) -> Any:
    said = await todo_ops(stack, "--json", *arguments)
    assert said.status == status, said.errors or said.output
    return said.document if status == 0 else said.errors or said.output


async def tasks_of(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    """As their owner sees them, but for what changes when a reminder rings meanwhile."""
    found: list[dict[str, Any]] = (await client.get("/api/v1/tasks?limit=100")).json()
    kept = ("id", "title", "notes", "status", "tags", "due_at", "recurrence", "created_at")
    return sorted(({name: task[name] for name in kept} for task in found), key=lambda one: str(one["id"]))


async def lies_ready(stack: Stack, title: str) -> None:
    """Wait until the reminder has fired ahead of its time."""
    async with asyncio.timeout(50):
        while True:
            [found] = (await ops(stack, "reminders", "--all", "--search", title))["reminders"]
            if (await ops(stack, "inspect", found["reminder_id"]))["actor"]["status"] == "fired":
                return
            await asyncio.sleep(1)


async def test_all_state_moves_into_an_empty_system_and_into_no_other(
    source: Stack,
    binaries: Binaries,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> None:
    file = tmp_path / "state.jsonl"
    ready = "ready" in request.node.callspec.id
    async with Person.registered(source.url) as person, person.listening() as ear:
        await person.add("rang before", datetime.now(UTC) + timedelta(seconds=1))
        await ear.wait_for(1, within=60)
        due = datetime.now(UTC) + timedelta(seconds=60)
        await person.add("rings after the move", due, notes="Zürich 🚆")
        await person.add("every day", datetime.now(UTC) + timedelta(days=1), recurrence="FREQ=DAILY")
        if ready:
            await lies_ready(source, "rings after the move")
        before = await tasks_of(person.client)
        counts = (await ops(source, "export", str(file)))["counts"]
        assert (counts["users"], counts["tasks"], counts["reminders"]) == (1, 3, 3)
        assert (counts["actor"], counts["job"], counts["inbox"]) == (3, 1 if ready else 2, 1)
        assert file.stat().st_mode & 0o777 == 0o600
        refused = await person.client.post("/api/v1/tasks", json={"title": "while it is drained"})
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "30")
        assert (await person.client.get("/api/v1/tasks")).status_code == 200
        await ops(source, "resume")
        async with asyncio.timeout(40):
            while (await person.client.post("/api/v1/tasks", json={"title": "again"})).status_code != 201:
                await asyncio.sleep(0.3)
    source.hold("scheduler")  # it is over for this one: it must not ring, too
    lines = file.read_text().splitlines(keepends=True)
    damaged = tmp_path / "damaged.jsonl"
    damaged.write_text("".join(lines[:5] + lines[6:]))
    with ElsewhereStack(tmp_path_factory.mktemp("target"), binaries, ENV) as target:
        assert "not as it was written" in await ops(target, "import", str(damaged), status=1)
        assert (await ops(target, "import", str(file)))["counts"] == counts
        assert "users here already" in await ops(target, "import", str(file), status=1)
        async with httpx.AsyncClient(base_url=target.url, timeout=30) as client:
            log_in = {"email": person.email, "password": person.password}
            token = (await client.post("/api/v1/auth/login", json=log_in)).json()["access_token"]
            client.headers["Authorization"] = f"Bearer {token}"
            moved = Person(client, person.email, person.password, token)
            assert await tasks_of(client) == before
            async with moved.listening() as ear:
                heard = await ear.wait_for(1, within=100)
                assert heard[0].data["title"] == "rings after the move"
                await client.post("/api/v1/tasks", json={"title": "and on it goes"})
        found = (await ops(target, "reminders", "--all", "--search", "rings after the move"))["reminders"]
        story = await ops(target, "inspect", found[0]["reminder_id"])
        assert story["verdict"]["mood"] in {"good", "waiting"}
        assert story["actor"]["status"] == "fired"
