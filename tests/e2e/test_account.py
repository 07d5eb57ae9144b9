"""An account that is deleted on the running system: its reminders never fire, its keys open nothing."""

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from consumers.audit.chain import chain_of
from consumers.audit.command import INTACT
from consumers.audit.words import words_key
from contracts.audit import ActivityPage, ListActivity
from contracts.names import ACTIVITY_METHOD, AUDIT, CHAT_API
from servicekit.settings import ServiceSettings
from servicekit.sidecar import Sidecar
from tests.e2e.test_audit import verify
from tests.support.behind_dapr import open_audit_store
from tests.support.broker import dead_letters
from tests.support.person import Person
from tests.support.stack import Stack

pytestmark = pytest.mark.e2e

CLOSE = "/api/v1/auth/close-account"
PATIENCE = 30.0


@pytest.fixture
async def sidecar(stack: Stack) -> AsyncIterator[Sidecar]:
    """chat_api's sidecar, as the service uses it: nobody else can ask for the record of who is gone."""
    ports = stack.ports(f"{CHAT_API}.daprd")
    token = stack.token_headers(CHAT_API).get("dapr-api-token", "")
    settings = ServiceSettings(dapr_grpc_port=ports["grpc"], dapr_http_port=ports["http"], dapr_api_token=token)
    async with Sidecar(settings) as connected:
        await connected.wait_up()
        yield connected


async def recorded(sidecar: Sidecar, user_id: str) -> list[str]:
    """The kinds of what is recorded of a user."""
    page = await sidecar.invoke(AUDIT, ACTIVITY_METHOD, ListActivity(user_id=user_id, limit=200), ActivityPage)
    return [one.kind for one in page.entries]


async def test_a_deleted_account_takes_its_reminders_and_keys_along(stack: Stack, sidecar: Sidecar) -> None:
    async with Person.registered(stack.url) as person:
        client = person.client
        user_id = (await client.get("/api/v1/auth/me")).json()["id"]
        await person.add("stove", datetime.now(UTC) + timedelta(seconds=6))
        await person.add("dentist", datetime.now(UTC) + timedelta(days=1))
        key = (await client.post("/api/v1/tokens", json={"name": "script"})).json()["token"]
        feed = (await client.post("/api/v1/feed")).json()["url"]
        by_key = {"Authorization": f"Bearer {key}"}
        reply = (await person.say("delete my account")).get("reply", "")
        assert "asks for your password" in reply

        assert (await client.post(CLOSE, json={"password": person.password}, headers=by_key)).status_code == 403
        wrong = await client.post(CLOSE, json={"password": "wrong"})
        assert (wrong.status_code, (await client.get("/api/v1/tasks")).status_code) == (422, 200)
        assert (await client.post(CLOSE, json={"password": person.password})).status_code == 204

        assert (await client.get("/api/v1/tasks")).status_code == 401
        assert (await client.get("/api/v1/tasks", headers=by_key)).status_code == 401
        assert (await client.get(feed)).status_code == 404
        login = {"email": person.email, "password": person.password}
        assert (await client.post("/api/v1/auth/login", json=login)).status_code == 401

        # Both actors have heard of it, and what was due meanwhile came to nothing.
        kinds: list[str] = []
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while kinds.count("cancelled") < 2:
                    kinds = await recorded(sidecar, user_id)
                    await asyncio.sleep(0.2)
        assert kinds.count("cancelled") == 2, kinds
        assert (kinds.count("deleted"), kinds.count("fired")) == (2, 0)
        # What the record holds of the person's words opens with no key any more, and it verifies as before.
        async with asyncio.timeout(PATIENCE):
            while "account-closed" not in await recorded(sidecar, user_id):
                await asyncio.sleep(0.2)
        asked = ListActivity(user_id=user_id, limit=200)
        page = await sidecar.invoke(AUDIT, ACTIVITY_METHOD, asked, ActivityPage)
        assert {one.title for one in page.entries} == {""}
        with contextlib.closing(open_audit_store(stack)) as store:
            assert b'"key":null' in store.read(words_key(chain_of(user_id)))
            assert not any(b"stove" in value or b"dentist" in value for value in store.values())
        status, said = await verify(stack, "--user", user_id)
        assert status == INTACT, said
        closed = f"account/{user_id}/closed".encode()
        refused = [base64.b64decode(one["payload_base64"]) for one in await dead_letters(stack)]
        assert not any(closed in payload for payload in refused), "every reader knows what to do about it"
        # The address can be used again, and finds nothing of what was.
        again = await client.post("/api/v1/auth/register", json=login)
        assert again.status_code == 201
        mine = {"Authorization": f"Bearer {again.json()['access_token']}"}
        assert (await client.get("/api/v1/tasks", headers=mine)).json() == []
        assert (await client.get("/api/v1/activity", headers=mine)).json() == []
