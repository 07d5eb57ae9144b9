"""An account that is deleted on the running system: its reminders never fire, its keys open nothing."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from contracts.audit import ActivityPage, ListActivity
from contracts.names import ACTIVITY_METHOD, AUDIT, CHAT_API
from servicekit.settings import ServiceSettings
from servicekit.sidecar import Sidecar
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
        said = (await person.say("delete my account")).get("reply", "")
        assert "asks for your password" in said

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
        # The address can be used again, and finds nothing of what was.
        again = await client.post("/api/v1/auth/register", json=login)
        assert again.status_code == 201
        mine = {"Authorization": f"Bearer {again.json()['access_token']}"}
        assert (await client.get("/api/v1/tasks", headers=mine)).json() == []
        assert (await client.get("/api/v1/activity", headers=mine)).json() == []
