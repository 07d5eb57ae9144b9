"""No secret in a log, and none to be had through Dapr's API by an app that has no business with it."""

import grpc
import grpc.aio
import httpx
import pytest

from contracts.names import (
    ACTIVITY_METHOD,
    CANCEL_METHOD,
    PENDING_METHOD,
    PUSH_KEY_METHOD,
    PUSH_TARGETS_METHOD,
    SCHEDULE_METHOD,
)
from runtime import secrets_file
from tests.support.person import Person
from tests.support.stack import Stack

pytestmark = pytest.mark.e2e


async def test_no_log_holds_a_secret(stack: Stack) -> None:
    async with Person.registered(stack.url) as person:
        await person.say("remind me tomorrow at noon to keep quiet")
        login = {"email": person.email, "password": person.password}
        await person.client.post("/api/v1/auth/login", json=login)
        secrets = [*secrets_file.confidential(stack.layout.secrets), person.password, person.token]
    assert len(secrets) >= 3
    for name in stack.names:
        log = stack.log_file(name)
        assert log
        for secret in secrets:
            assert secret not in log, f"{name}.log holds a secret"


async def test_the_secrets_file_is_the_users_own(stack: Stack) -> None:
    assert stack.layout.secrets.stat().st_mode & 0o777 == 0o600
    assert stack.layout.data.stat().st_mode & 0o777 == 0o700


async def status_of_secret(stack: Stack, app_id: str, name: str) -> int:
    """What an app hears that asks its sidecar for a secret."""
    port = stack.ports(f"{app_id}.daprd")["http"]
    async with httpx.AsyncClient() as client:
        url = f"http://127.0.0.1:{port}/v1.0/secrets/secretstore/{name}"
        return (await client.get(url, headers=dict(stack.token_headers(app_id)))).status_code


@pytest.mark.parametrize("app_id", ["audit", "chat-api", "notification", "recurring", "reminder-actor", "scheduler"])
async def test_an_app_cannot_read_the_brokers_credentials(stack: Stack, app_id: str) -> None:
    assert await status_of_secret(stack, app_id, stack.broker_secret) == 403


async def test_only_the_notification_service_can_read_the_key_that_signs_pushes(stack: Stack) -> None:
    assert await status_of_secret(stack, "notification", "vapid-private-key") == 200
    for app_id in ("audit", "chat-api", "reminder-actor", "scheduler"):
        assert await status_of_secret(stack, app_id, "vapid-private-key") == 403


async def test_only_the_audit_service_can_read_the_key_that_seals_its_trail(stack: Stack) -> None:
    assert await status_of_secret(stack, "audit", "audit-key") == 200
    for app_id in ("chat-api", "notification", "reminder-actor", "scheduler"):
        assert await status_of_secret(stack, app_id, "audit-key") == 403


@pytest.mark.parametrize("app_id", ["audit", "chat-api", "notification", "recurring", "reminder-actor", "scheduler"])
@pytest.mark.parametrize("headers", [{}, {"dapr-api-token": "guessed"}])
async def test_a_sidecar_answers_nobody_without_its_token(stack: Stack, app_id: str, headers: dict[str, str]) -> None:
    port = stack.ports(f"{app_id}.daprd")["http"]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/v1.0", headers=headers) as client:
        assert (await client.get("/metadata")).status_code == 401
        assert (await client.post("/publish/pubsub/task-events", json={})).status_code == 401
        assert (await client.get("/secrets/secretstore/anything")).status_code == 401


@pytest.mark.parametrize(
    ("app_id", "method"),
    [
        ("scheduler", "/dapr.proto.runtime.v1.AppCallback/OnJobEvent"),
        ("scheduler", SCHEDULE_METHOD),
        ("scheduler", CANCEL_METHOD),
        ("chat-api", PENDING_METHOD),
        ("chat-api", PUSH_TARGETS_METHOD),
        ("notification", PUSH_KEY_METHOD),
        ("audit", ACTIVITY_METHOD),
    ],
)
@pytest.mark.parametrize("token", [None, "guessed"])
async def test_a_callback_without_the_token_is_refused(
    stack: Stack, app_id: str, method: str, token: str | None
) -> None:
    metadata = (("dapr-api-token", token),) if token else ()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{stack.ports(app_id)['app']}") as channel:
        call = channel.unary_unary(method, request_serializer=bytes, response_deserializer=bytes)
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            await call(b"", timeout=5, metadata=metadata)
    assert refusal.value.code() == grpc.StatusCode.UNAUTHENTICATED


async def test_no_sidecar_is_refused_by_its_own_service(stack: Stack) -> None:
    """daprd and the service beside it agree on what needs the token."""
    for name in stack.names:
        assert "token is missing or wrong" not in stack.log_file(name), name
