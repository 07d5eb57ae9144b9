"""``python -m bench``: what is understood, publish latency gRPC against HTTP, chat latency, lag from due to heard.

Takes about a minute.
"""

import asyncio
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import httpx
from dapr.proto import api_service_v1, api_v1

from bench import understanding
from bench.figures import Figure, percentile, report
from runtime.install import install
from runtime.layout import PROJECT
from tests.support.person import Person
from tests.support.stack import Stack

_TOPIC = "task-events"
_PUBLISHES = 500
_CHATS = 300
_SPREAD = 50
_BURST = 200


async def _timed(call: Callable[[], Awaitable[object]]) -> float:
    started = time.perf_counter()
    await call()
    return time.perf_counter() - started


def _event() -> bytes:
    """Of a kind that readers pass over, on a topic that this app may publish to."""
    head = f'"specversion":"1.0","id":"{uuid.uuid4().hex}","source":"bench"'
    return f'{{{head},"type":"todo.bench.published.v1","data":{{}}}}'.encode()


async def publish_latency(stack: Stack) -> tuple[list[float], list[float]]:
    """Seconds of each publish over gRPC and over HTTP, alternating, one at a time."""
    ports = stack.ports("chat-api.daprd")
    over_grpc: list[float] = []
    over_http: list[float] = []
    url = f"http://127.0.0.1:{ports['http']}/v1.0/publish/pubsub/{_TOPIC}"
    token = stack.token_headers("chat-api")
    headers = {"content-type": "application/cloudevents+json", **token}
    async with grpc.aio.insecure_channel(f"127.0.0.1:{ports['grpc']}") as channel, httpx.AsyncClient() as client:
        stub = api_service_v1.DaprStub(channel)

        async def by_grpc() -> None:
            await stub.PublishEvent(
                api_v1.PublishEventRequest(
                    pubsub_name="pubsub",
                    topic=_TOPIC,
                    data=_event(),
                    data_content_type="application/cloudevents+json",
                ),
                timeout=5,
                metadata=tuple(token.items()),
            )

        async def by_http() -> None:
            (await client.post(url, content=_event(), headers=headers)).raise_for_status()

        for _ in range(20):
            await by_grpc()
            await by_http()
        for _ in range(_PUBLISHES):
            over_grpc.append(await _timed(by_grpc))
            over_http.append(await _timed(by_http))
    return over_grpc, over_http


async def chat_latency(person: Person, at_once: int) -> list[float]:
    """Seconds of each chat message, with so many under way."""
    slots = asyncio.Semaphore(at_once)

    async def one(number: int) -> float:
        async with slots:
            return await _timed(lambda: person.say(f"remind me in {number + 60} minutes to do number {number}"))

    return list(await asyncio.gather(*(one(number) for number in range(_CHATS))))


async def lag(stack: Stack, count: int, gap: float) -> list[float]:
    """Seconds from due to heard on the stream, with `gap` seconds between due times."""
    async with Person.registered(stack.url) as person, person.listening() as ear:
        start = datetime.now(UTC) + timedelta(seconds=3 + count / 60)
        for number in range(count):
            await person.add(str(number), start + timedelta(seconds=gap * number))
        await ear.wait_for(count, within=120)
        return [item.lag for item in ear.heard]


async def run(stack: Stack, scored: Sequence[understanding.Score]) -> None:
    """All benchmarks on a running system; `scored` goes into the report with them."""
    over_grpc, over_http = await publish_latency(stack)
    async with Person.registered(stack.url) as person:
        alone = await chat_latency(person, 1)
        together = await chat_latency(person, 20)
    spread = await lag(stack, _SPREAD, 0.1)
    burst = await lag(stack, _BURST, 0.0)
    figures = [
        Figure("publish over gRPC", over_grpc, "one at a time, to JetStream, synced to disk"),
        Figure("publish over HTTP", over_http, "the same, alternating"),
        Figure("chat message", alone, "one at a time"),
        Figure("chat message", together, "20 at a time"),
        Figure("due → on the stream", spread, "10 a second"),
        Figure("due → on the stream", burst, f"{_BURST} at one instant"),
    ]
    ratios = {
        "publish p50, HTTP / gRPC": percentile(over_http, 0.5) / percentile(over_grpc, 0.5),
        "publish p99, HTTP / gRPC": percentile(over_http, 0.99) / percentile(over_grpc, 0.99),
        "chat p99, 20 at a time / alone": percentile(together, 0.99) / percentile(alone, 0.99),
    }
    report(figures, ratios, [one.as_dict() for one in scored], PROJECT / "bench-results" / "latest.json")


def main() -> None:
    """Score the corpus, then start the system and measure it."""
    scored = understanding.scores()
    print("Understood as expected, by what a sentence tries")
    print(understanding.table(scored))
    with tempfile.TemporaryDirectory(prefix="todo-bench-") as folder, Stack(Path(folder), install()) as stack:
        asyncio.run(run(stack, scored))


if __name__ == "__main__":
    main()
