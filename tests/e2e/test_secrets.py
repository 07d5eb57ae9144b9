"""No secret in a log, and none to be had through Dapr's API by an app that has no business with it."""

import json

import httpx
import pytest

from tests.support.person import Person
from tests.support.stack import Stack

pytestmark = pytest.mark.e2e


async def test_no_log_holds_a_secret(stack: Stack) -> None:
    async with Person.registered(stack.url) as person:
        await person.say("remind me tomorrow at noon to keep quiet")
        login = {"email": person.email, "password": person.password}
        await person.client.post("/api/v1/auth/login", json=login)
        secrets = [*json.loads(stack.layout.secrets.read_text()).values(), person.password, person.token]
    secrets = [secret for secret in secrets if not secret.startswith("nats://")]
    assert len(secrets) >= 3
    for name in stack.names:
        log = stack.log_file(name)
        assert log
        for secret in secrets:
            assert secret not in log, f"{name}.log holds a secret"


async def test_the_secrets_file_is_the_users_own(stack: Stack) -> None:
    assert stack.layout.secrets.stat().st_mode & 0o777 == 0o600
    assert stack.layout.data.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("app_id", ["chat-api", "reminder-actor", "scheduler"])
async def test_an_app_cannot_read_the_brokers_credentials(stack: Stack, app_id: str) -> None:
    port = stack.ports(f"{app_id}.daprd")["http"]
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{port}/v1.0/secrets/secretstore/nats-token")
    assert answer.status_code == 403
