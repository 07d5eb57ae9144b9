"""daprd keeps each service to its topics and components, whatever the service asks for."""

import asyncio

import grpc
import grpc.aio
import httpx
import pytest
from dapr.proto import api_v1

from contracts import access, names
from tests.support.dapr import dapr
from tests.support.stack import Stack

pytestmark = pytest.mark.e2e

TOPICS = (names.TASK_EVENTS, names.TASK_UPDATES, names.REMINDERS, names.NOTIFICATIONS, names.DEAD_LETTERS)
READERS = [app for app in access.APPS if app != names.CONSOLE]  # which has no broker at all
FORBIDDEN_TO_PUBLISH = [(app, topic) for app in READERS for topic in TOPICS if topic not in access.publishable(app)]
FORBIDDEN_TO_READ = [(app, topic) for app in READERS for topic in TOPICS if topic not in access.subscribable(app)]


async def test_an_app_cannot_publish_to_a_topic_that_is_not_its_own(stack: Stack) -> None:
    assert FORBIDDEN_TO_PUBLISH
    for app_id, topic in FORBIDDEN_TO_PUBLISH:
        channel, stub = dapr(stack, app_id)
        async with channel:
            request = api_v1.PublishEventRequest(pubsub_name=names.PUBSUB, topic=topic, data=b"{}")
            with pytest.raises(grpc.aio.AioRpcError) as refusal:
                await stub.PublishEvent(request, timeout=5)
            assert refusal.value.code() is grpc.StatusCode.PERMISSION_DENIED, (app_id, topic)


async def test_an_app_cannot_read_a_topic_that_is_not_its_own(stack: Stack) -> None:
    assert FORBIDDEN_TO_READ
    for app_id, topic in FORBIDDEN_TO_READ:
        channel, stub = dapr(stack, app_id)
        async with channel:
            initial = api_v1.SubscribeTopicEventsRequestInitialAlpha1(pubsub_name=names.PUBSUB, topic=topic)
            call = stub.SubscribeTopicEventsAlpha1(timeout=10, metadata=tuple(stack.token_headers(app_id).items()))
            await call.write(api_v1.SubscribeTopicEventsRequestAlpha1(initial_request=initial))
            with pytest.raises(grpc.aio.AioRpcError) as refusal:
                await asyncio.wait_for(call.read(), 10)
            assert "is not allowed" in str(refusal.value.details()), (app_id, topic)


async def test_an_app_cannot_reach_anothers_state(stack: Stack) -> None:
    owners = {
        names.CONVERSATION_STORE: names.CHAT_API,
        names.ACTOR_STATE_STORE: names.REMINDER_ACTOR,
        names.DEAD_LETTER_STORE: names.SCHEDULER,
        names.DELIVERY_STORE: names.NOTIFICATION,
    }
    async with httpx.AsyncClient() as client:
        for app_id in access.APPS:
            url = f"http://127.0.0.1:{stack.ports(f'{app_id}.daprd')['http']}/v1.0"
            headers = dict(stack.token_headers(app_id))
            for store, owner in owners.items():
                answer = await client.get(f"{url}/state/{store}/anything", headers=headers)
                assert answer.is_success == (app_id == owner), (app_id, store, answer.text)


async def test_the_console_has_no_component(stack: Stack) -> None:
    """No broker, no store, no secrets: it may only ask."""
    channel, stub = dapr(stack, names.CONSOLE)
    async with channel:
        metadata = await stub.GetMetadata(api_v1.GetMetadataRequest(), timeout=5)
    assert list(metadata.registered_components) == []
