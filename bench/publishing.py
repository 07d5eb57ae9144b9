"""Publishing through the sidecar: gRPC against HTTP, in one run, on JetStream and on Kafka.

Latency is one at a time, alternating; throughput is 64 under way, in alternating blocks. The HTTP client is aiohttp,
with its connections kept: what is compared is daprd's two doors, not the slowness of a client.
"""

import asyncio
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import aiohttp
import grpc
from dapr.proto import api_service_v1, api_v1

from bench import machine
from bench.results import Results, spread
from contracts.names import CHAT_API, TASK_EVENTS
from runtime.backing import Backing, Pubsub
from runtime.errors import NotInstalled, StartFailed
from runtime.install import install
from tests.support.stack import Stack

PART: Final = "publishing"
_WARM: Final = 20
_AT_ONCE: Final = 64
_BLOCKS: Final = 4
_CONTENT: Final = "application/cloudevents+json"
_TIMEOUT: Final = 10

Publish = Callable[[], Awaitable[None]]


@dataclass
class Published:
    """What came of it; seconds, and messages a second."""

    latency: dict[str, list[float]] = field(default_factory=lambda: {"grpc": [], "http": []})
    rate: dict[str, float] = field(default_factory=dict)


def _event() -> bytes:
    """Of a kind that readers pass over, on a topic that this app may publish to."""
    head = f'"specversion":"1.0","id":"{uuid.uuid4().hex}","source":"bench"'
    return f'{{{head},"type":"todo.bench.published.v1","data":{{}}}}'.encode()


async def _timed(call: Publish) -> float:
    started = time.perf_counter()
    await call()
    return time.perf_counter() - started


async def _block(call: Publish, count: int) -> float:
    """Seconds for so many, 64 under way."""
    left = iter(range(count))

    async def lane() -> None:
        for _ in left:
            await call()

    started = time.perf_counter()
    await asyncio.gather(*(lane() for _ in range(_AT_ONCE)))
    return time.perf_counter() - started


async def publish(stack: Stack, alone: int, together: int) -> Published:
    """`alone` one at a time and `together` in parallel, over each."""
    ports, token = stack.ports(f"{CHAT_API}.daprd"), stack.token_headers(CHAT_API)
    url = f"http://127.0.0.1:{ports['http']}/v1.0/publish/pubsub/{TASK_EVENTS}"
    connections = aiohttp.TCPConnector(limit=_AT_ONCE)
    timeout = aiohttp.ClientTimeout(total=_TIMEOUT)
    async with (
        grpc.aio.insecure_channel(f"127.0.0.1:{ports['grpc']}") as channel,
        aiohttp.ClientSession(
            connector=connections, timeout=timeout, headers={"content-type": _CONTENT, **token}
        ) as web,
    ):
        stub = api_service_v1.DaprStub(channel)

        async def by_grpc() -> None:
            request = api_v1.PublishEventRequest(
                pubsub_name="pubsub", topic=TASK_EVENTS, data=_event(), data_content_type=_CONTENT
            )
            await stub.PublishEvent(request, timeout=_TIMEOUT, metadata=tuple(token.items()))

        async def by_http() -> None:
            async with web.post(url, data=_event()) as answer:
                answer.raise_for_status()
                await answer.read()

        ways: dict[str, Publish] = {"grpc": by_grpc, "http": by_http}
        made = Published()
        for call in ways.values():
            for _ in range(_WARM):
                await call()
        for _ in range(alone):
            for name, call in ways.items():
                made.latency[name].append(await _timed(call))
        seconds = dict.fromkeys(ways, 0.0)
        for _ in range(_BLOCKS):
            for name, call in ways.items():
                seconds[name] += await _block(call, together // _BLOCKS)
        made.rate = {name: together / took for name, took in seconds.items()}
        return made


async def run(alone: int, together: int) -> Results:
    """On both brokers."""
    results = Results(PART)
    for backing in (Backing(), Backing(pubsub=Pubsub.KAFKA)):
        Stack.chosen = backing
        try:
            with tempfile.TemporaryDirectory(prefix="todo-bench-") as folder:
                stack = Stack(Path(folder), await asyncio.to_thread(install))
                await asyncio.to_thread(stack.__enter__)
                try:
                    with machine.conditions(f"publishing to {backing.pubsub}") as seen:
                        made = await publish(stack, alone, together)
                finally:
                    await asyncio.to_thread(stack.__exit__)
        except (NotInstalled, StartFailed) as error:
            print(f"{PART}: {backing.pubsub} is left out: {error}", flush=True)
            results.rows.append({"what": "left out", "broker": backing.pubsub.value, "why": str(error)})
            continue
        finally:
            Stack.chosen = Backing()
        for name in ("grpc", "http"):
            results.add(
                "publish",
                seen[0],
                broker=backing.pubsub.value,
                over=name,
                latency_ms=spread(made.latency[name], 1000),
                per_second=round(made.rate[name]),
            )
    return results
