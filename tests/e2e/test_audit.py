"""The audit trail of the running system: complete, in order, once, a user's own; tampering with its store is found."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from consumers.audit.chain import chain_of, entry_key, head_key
from consumers.audit.command import INTACT, TAMPERED, UNKNOWN
from consumers.audit.key import AuditKey
from consumers.audit.settings import Settings
from consumers.audit.trail import Trail
from consumers.audit.verifying import Verifier
from consumers.audit.walking import Broken
from contracts.names import AUDIT, AUDIT_STORE
from runtime.layout import PROJECT
from servicekit.errors import SidecarConflict
from servicekit.sidecar import Sidecar
from servicekit.state import Put, Remove
from tests.support.behind_dapr import AuditStore, open_audit_store
from tests.support.broker import dead_letters
from tests.support.person import Person
from tests.support.stack import Stack

pytestmark = pytest.mark.e2e

# On Redis a message that the subscription of a killed service still took comes again after 15 s and more.
PATIENCE = 60.0


def environment(stack: Stack) -> dict[str, str]:
    """How a process beside the audit service's sidecar finds it."""
    ports = stack.ports(f"{AUDIT}.daprd")
    return {
        "DAPR_GRPC_PORT": str(ports["grpc"]),
        "DAPR_HTTP_PORT": str(ports["http"]),
        "DAPR_API_TOKEN": stack.token_headers(AUDIT)["dapr-api-token"],
    }


async def verify(stack: Stack, *arguments: str, attached: bool = True, **env: str) -> tuple[int, str]:
    """The command's exit status, and what it says; as `make verify-audit` runs it, unless it is not `attached`."""
    attach = ("-m", "runtime", "attach", "--root", str(stack.layout.root), AUDIT, sys.executable) if attached else ()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *(*attach, "-m", "consumers.audit", "verify", *arguments),
        cwd=PROJECT,
        env={**os.environ, **env},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(60):
        output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


async def broken(sidecar: Sidecar) -> list[Broken]:
    """What the command finds in the whole trail, without a process of its own."""
    return (await Verifier(Trail(sidecar), await AuditKey(sidecar).get()).everything()).broken


async def activity(person: Person, **params: int) -> list[dict[str, Any]]:
    """The newest of a person's record, newest first."""
    answer = await person.client.get("/api/v1/activity", params={"limit": 200, **params})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


async def story(person: Person, wanted: Callable[[list[str]], bool]) -> list[str]:
    """What is recorded, oldest first, as soon as it is as wanted."""
    found: list[str] = []
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            while True:
                found = [f"{one['kind']} {one['title']}" for one in reversed(await activity(person))]
                if wanted(found):
                    return found
                await asyncio.sleep(0.1)
    raise AssertionError(f"not recorded within {PATIENCE:g} s; there is {found}")


def of_tasks(found: list[str]) -> list[str]:
    """Without what became of reminders: another topic, whose events may overtake those of tasks."""
    return [one for one in found if one.split()[0] not in {"scheduled", "cancelled", "fired"}]


@pytest.fixture
def store(stack: Stack) -> Iterator[AuditStore]:
    """What the trail is kept in, whatever that is here."""
    opened = open_audit_store(stack)
    yield opened
    opened.close()


@pytest.fixture
async def sidecar(stack: Stack) -> AsyncIterator[Sidecar]:
    """The audit service's sidecar, as the service uses it."""
    env = {name.lower(): value for name, value in environment(stack).items()}
    async with Sidecar(Settings.model_validate(env)) as connected:
        await connected.wait_up()
        yield connected


async def user_id(person: Person) -> str:
    found: str = (await person.client.get("/api/v1/auth/me")).json()["id"]
    return found


async def three_entries(person: Person) -> str:
    """Somebody with a record; the user's id."""
    task = await person.add("water the plants", datetime.now(UTC) + timedelta(days=1), reminders=[])
    await story(person, lambda found: len(of_tasks(found)) == 1)
    await person.change(task["id"], title="water the roses")
    await story(person, lambda found: len(of_tasks(found)) == 2)
    await person.change(task["id"], status="completed")
    await story(person, lambda found: len(of_tasks(found)) == 3)
    return await user_id(person)


async def test_the_chat_tells_from_the_record_what_happened_to_a_task(stack: Stack) -> None:
    """To one that is gone and has had two names; and to nobody else."""
    async with Person.registered(stack.url) as person, Person.registered(stack.url) as other:
        await person.say("buy groceries tomorrow at 5pm")
        await person.say("rename groceries to weekly shop")
        await person.say("delete weekly shop")
        await story(person, lambda found: len(of_tasks(found)) >= 3)
        told = (await person.say("what happened to the groceries?"))["reply"].splitlines()
        words = [line.split("\u201d", 1)[1].strip() for line in told]
        assert words == ["added", "changed", "deleted"], told
        assert "buy groceries" in told[0]
        assert "weekly shop" in told[-1]
        assert "no record" in (await person.say("what happened to the laundry?"))["reply"]
        assert "no record" in (await other.say("what happened to the groceries?"))["reply"]


async def test_what_a_person_does_and_what_fires_is_recorded_in_order(stack: Stack, sidecar: Sidecar) -> None:
    async with Person.registered(stack.url) as person, Person.registered(stack.url) as other:
        await person.say("remind me in 2 seconds to stretch")
        task = await person.add("buy groceries", datetime.now(UTC) + timedelta(days=1))
        await person.change(task["id"], title="buy more groceries")
        await person.change(task["id"], status="completed")
        await person.change(task["id"], status="open")
        assert (await person.client.delete(f"/api/v1/tasks/{task['id']}")).status_code == 204
        found = await story(person, lambda found: len(of_tasks(found)) >= 6 and "fired stretch" in found)
        assert of_tasks(found)[:6] == [
            "created stretch",
            "created buy groceries",
            "updated buy more groceries",
            "completed buy more groceries",
            "reopened buy more groceries",
            "deleted buy more groceries",
        ]
        assert found.count("fired stretch") == 1
        assert found.index("created stretch") < found.index("fired stretch")
        items = await activity(person)
        assert [one["number"] for one in items] == list(range(len(items), 0, -1))
        assert await activity(other) == [], "one's record is no other's"
        assert await broken(sidecar) == []


async def test_pages_follow_each_other_and_end(stack: Stack) -> None:
    async with Person.registered(stack.url) as person:
        await three_entries(person)
        everything = await activity(person)
        seen, path = [], "/api/v1/activity?limit=2"
        while path:
            answer = await person.client.get(path)
            seen += answer.json()
            path = answer.links.get("next", {}).get("url", "")
        assert seen == everything
        assert (await person.client.get("/api/v1/activity?before=0")).status_code == 422
        person.client.headers.pop("Authorization")
        assert (await person.client.get("/api/v1/activity")).status_code == 401


async def test_a_killed_audit_service_loses_and_doubles_nothing(stack: Stack, sidecar: Sidecar) -> None:
    async with Person.registered(stack.url) as person:
        titles = [f"task {number}" for number in range(24)]
        for number, title in enumerate(titles):
            await person.add(title, datetime.now(UTC) + timedelta(days=1))
            if number % 6 == 3:
                await asyncio.to_thread(stack.kill, AUDIT)
        async with asyncio.timeout(60):
            while len(of_tasks([f"{one['kind']} {one['title']}" for one in await recorded(person)])) < len(titles):
                await asyncio.sleep(0.2)
        found = await story(person, lambda found: len(found) == 2 * len(titles))
        # What was not acknowledged comes again a little later, after what was published since.
        assert sorted(found) == sorted(f"{kind} {title}" for kind in ("created", "scheduled") for title in titles)
        assert stack.restarts[AUDIT] >= 2
        assert await broken(sidecar) == []


async def recorded(person: Person) -> list[dict[str, Any]]:
    """The record, or nothing while the service is away; then the API says so."""
    answer = await person.client.get("/api/v1/activity", params={"limit": 200})
    assert answer.status_code in {200, 503}, answer.text
    return answer.json() if answer.status_code == 200 else []


async def test_tampering_with_the_store_is_found(stack: Stack, sidecar: Sidecar, store: AuditStore) -> None:
    async with Person.registered(stack.url) as person:
        user = await three_entries(person)
        with store.altered(entry_key(chain_of(user), 2), b'"updated"', b'"deleted"'):
            status, said = await verify(stack, "--user", user)
            assert (status, f"user:{user}: entry 2 was altered" in said) == (TAMPERED, True), said
            found = await activity(person)
            assert [one["kind"] for one in found] == ["completed", "damaged", "created"]
            assert "deleted" not in json.dumps(found)
            assert [one.number for one in await broken(sidecar)] == [2]
        with store.removed(entry_key(chain_of(user), 1)):
            assert [str(one) for one in await broken(sidecar)] == [f"user:{user}: entry 1 is missing"]
        with store.removed(head_key(chain_of(user))):
            assert [str(one) for one in await broken(sidecar)] == [f"user:{user}: the head is missing"]
        assert await broken(sidecar) == []


async def test_an_end_cut_off_with_an_old_head_is_found_against_an_earlier_check(
    stack: Stack, sidecar: Sidecar, store: AuditStore, tmp_path: Path
) -> None:
    async with Person.registered(stack.url) as person:
        user = await three_entries(person)
        head = head_key(chain_of(user))
        old = store.read(head)
        await person.add("one more", datetime.now(UTC) + timedelta(days=1), reminders=[])
        await story(person, lambda found: "created one more" in found)
        assert (await verify(stack, "--save", str(tmp_path / "heads.json")))[0] == INTACT
        now = store.read(head)
        store.write(head, old)
        with store.removed(entry_key(chain_of(user), 4)):
            assert await broken(sidecar) == [], "the old head was genuine once"
            status, said = await verify(stack, "--user", user, "--against", str(tmp_path / "heads.json"))
            assert (status, "there were 4 at the earlier check" in said) == (TAMPERED, True), said
        store.write(head, now)
        assert await broken(sidecar) == []


async def test_nothing_is_written_over_what_an_old_head_hides(
    stack: Stack, sidecar: Sidecar, store: AuditStore
) -> None:
    """The service notices when it adds the next event, whatever the store would let it do; what is there stays."""
    async with Person.registered(stack.url) as person:
        user = await three_entries(person)
        head, fourth = head_key(chain_of(user)), entry_key(chain_of(user), 4)
        old = store.read(head)
        await person.add("one more", datetime.now(UTC) + timedelta(days=1), reminders=[])
        await story(person, lambda found: "created one more" in found)
        now, evidence = store.read(head), store.read(fourth)
        for first_seen in (False, True):
            if first_seen:  # by a process that remembers nothing
                await asyncio.to_thread(stack.restart, AUDIT)
                await asyncio.to_thread(stack.wait_ready)
            store.write(head, old)
            known = len(await dead_letters(stack))
            await person.add("over it", datetime.now(UTC) + timedelta(days=1), reminders=[])
            async with asyncio.timeout(PATIENCE):
                while len(await dead_letters(stack)) == known:
                    await asyncio.sleep(0.1)
            assert (store.read(head), store.read(fourth)) == (old, evidence)
            assert [str(one) for one in await broken(sidecar)] == [
                f"user:{user}: entry 4 is behind the end that the head names"
            ]
            store.write(head, now)
        assert await broken(sidecar) == []


async def test_what_cannot_be_known_is_said(stack: Stack) -> None:
    stranger = {**environment(stack), "DAPR_API_TOKEN": "guessed"}
    status, said = await verify(stack, attached=False, **stranger)
    assert (status, "cannot be told" in said) == (UNKNOWN, True), said


@pytest.mark.skipif(
    "config.getoption('--stack') in ('redis', 'kafka-redis')", reason="Redis does not take back what conflicts"
)
async def test_a_transaction_is_made_whole_or_not_at_all(sidecar: Sidecar) -> None:
    """What servicekit promises of state, on the real thing."""
    await sidecar.transact(AUDIT_STORE, [Put("test:a", b"1", create=True), Put("test:b", b"\x00\xff")])
    found = await sidecar.read_states(AUDIT_STORE, ["test:a", "test:b", "test:c"])
    assert {key: stored.value for key, stored in found.items()} == {"test:a": b"1", "test:b": b"\x00\xff"}
    stale = found["test:a"].etag
    for refused in (
        Put("test:a", b"2", create=True),
        Put("test:c", b"2", etag=stale),
        Put("test:b", b"2", etag=stale),
        Remove("test:b", etag=stale),
    ):
        with pytest.raises(SidecarConflict):
            await sidecar.transact(AUDIT_STORE, [Put("test:a", b"other"), refused])
    assert await sidecar.read_states(AUDIT_STORE, ["test:a", "test:b"]) == found
    await sidecar.transact(AUDIT_STORE, [Put("test:a", b"3", etag=stale), Remove("test:b")])
    assert [one.value for one in (await sidecar.read_states(AUDIT_STORE, ["test:a", "test:b"])).values()] == [b"3"]
    await sidecar.transact(AUDIT_STORE, [Remove("test:a"), Remove("test:never")])
