"""People at once: chat messages, and open streams."""

import asyncio
import contextlib
import resource
import time
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import aiohttp

from bench import machine, understanding
from bench.lag import by_process, system
from bench.results import Results, spread
from bench.system import AS_SHIPPED
from bench.usage import used
from contracts.names import CHAT_API
from tests.support.person import ZONE, Person
from tests.support.stack import Stack

PART: Final = "chat"
_TIMEOUT: Final = 60
_WORDS: Final = "remind me in {minutes} minutes to do number {number}"


async def _register(web: aiohttp.ClientSession, count: int) -> list[dict[str, str]]:
    """Headers of so many new users."""
    slots = asyncio.Semaphore(8)

    async def one() -> dict[str, str]:
        body = {"email": f"{uuid.uuid4().hex}@example.org", "password": uuid.uuid4().hex}
        async with slots, web.post("/api/v1/auth/register", json=body) as answer:
            answer.raise_for_status()
            return {"Authorization": f"Bearer {(await answer.json())['access_token']}"}

    return list(await asyncio.gather(*(one() for _ in range(count))))


def _web(stack: Stack) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        base_url=stack.url,
        connector=aiohttp.TCPConnector(limit=0),
        timeout=aiohttp.ClientTimeout(total=_TIMEOUT),
        cookie_jar=aiohttp.DummyCookieJar(),
    )


async def chat(stack: Stack, users: int, messages: int) -> tuple[list[float], float]:
    """Seconds of each message when so many users each send one after the other; and the seconds that all took."""
    async with _web(stack) as web:
        headers = await _register(web, users)
        each = max(2, messages // users)
        took: list[float] = []

        async def one(who: dict[str, str]) -> None:
            for number in range(each):
                body = {"message": _WORDS.format(minutes=number + 600, number=number), "timezone": ZONE}
                began = time.perf_counter()
                async with web.post("/api/v1/chat", json=body, headers=who) as answer:
                    answer.raise_for_status()
                    await answer.read()
                took.append(time.perf_counter() - began)

        began = time.perf_counter()
        await asyncio.gather(*(one(who) for who in headers))
        return took, time.perf_counter() - began


async def fan_out(stack: Stack, streams: int) -> dict[str, object]:
    """One user with so many open streams; one reminder reaches each of them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4 * streams)), hard))
    service = stack.pid(CHAT_API)
    assert service is not None
    async with Person.registered(stack.url) as person, _web(stack) as web:
        headers = {"Authorization": f"Bearer {person.token}"}
        before = await asyncio.to_thread(used, [service])
        arrived: list[float] = []
        connected = asyncio.Semaphore(0)
        slots = asyncio.Semaphore(50)

        async def listen() -> None:
            timeout = aiohttp.ClientTimeout(total=None, sock_read=120)
            await slots.acquire()
            async with web.get("/api/v1/events", headers=headers, timeout=timeout) as answer:
                answer.raise_for_status()
                slots.release()
                connected.release()
                async for line in answer.content:
                    if line.startswith(b"event: reminder.fired"):
                        arrived.append(time.time())
                        return

        began = time.perf_counter()
        tasks = [asyncio.create_task(listen()) for _ in range(streams)]
        try:
            async with asyncio.timeout(120):
                for _ in range(streams):
                    await connected.acquire()
            opening = time.perf_counter() - began
            opened = await asyncio.to_thread(used, [service])
            due = datetime.now(UTC) + timedelta(seconds=3)
            await person.add("fan out", due)
            async with asyncio.timeout(60):
                await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            with contextlib.suppress(BaseException):
                await asyncio.gather(*tasks, return_exceptions=True)
        lags = [at - due.timestamp() for at in arrived]
        return {
            "streams": streams,
            "reached": len(arrived),
            "opening_s": round(opening, 2),
            "reached_s": spread(lags),
            "first_to_last_s": round(max(lags) - min(lags), 3),
            "memory_kb_each": round((opened.memory - before.memory) * 1024 / streams, 1),
        }


async def run(users: Sequence[int], messages: int, streams: int) -> Results:
    """Understanding alone, then over HTTP, then streams."""
    results = Results(PART)
    with machine.conditions("understanding") as seen:
        scored = await asyncio.to_thread(understanding.scores)
    for one in scored:
        results.add("understanding", seen[0], **one.as_dict())
    async with system(AS_SHIPPED) as stack:
        await chat(stack, 2, 20)
        for count in users:
            with machine.conditions(f"chat of {count} users") as seen:
                before = by_process(stack)
                took, whole = await chat(stack, count, messages)
                await asyncio.sleep(1.0)  # what the readers of the topics still do
                after = by_process(stack)
            results.add(
                "chat",
                seen[0],
                users=count,
                messages=len(took),
                request_ms=spread(took, 1000),
                per_second=round(len(took) / whole, 1),
                cpu_ms={name: round((after[name] - before[name]) * 1000 / len(took), 3) for name in before},
            )
        with machine.conditions(f"{streams} streams") as seen:
            figures = await fan_out(stack, streams)
        results.add("streams", seen[0], fire_ahead=AS_SHIPPED, **figures)
    return results
