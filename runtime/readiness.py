"""Asking each part whether it is ready."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

_INTERVAL = 0.1
_ANSWER_TIMEOUT = 2.0


@dataclass(frozen=True, slots=True)
class Probe:
    """A question to one part, at an address or by a call.

    `accept` judges the JSON of a 2xx answer; without it 2xx is enough.
    """

    name: str
    url: str = ""
    accept: Callable[[Any], bool] | None = None
    headers: Mapping[str, str] | None = None
    ask: Callable[[], Awaitable[bool]] | None = None


def hosts_actor(actor_type: str) -> Callable[[Any], bool]:
    """Whether a sidecar's metadata say that its app hosts this actor type and placement knows it."""

    def judge(metadata: Any) -> bool:
        actors = metadata.get("actorRuntime") or {}
        types = {item.get("type") for item in actors.get("activeActors") or ()}
        return bool(actors.get("hostReady")) and actor_type in types

    return judge


async def wait_all(probes: list[Probe], done: Callable[[str], None]) -> None:
    """Return when every probe was answered well once; `done` hears the name of each that was."""
    timeout = aiohttp.ClientTimeout(total=_ANSWER_TIMEOUT)
    async with aiohttp.ClientSession(timeout=timeout) as session, asyncio.TaskGroup() as group:
        for probe in probes:
            group.create_task(_wait(session, probe, done))


async def _wait(session: aiohttp.ClientSession, probe: Probe, done: Callable[[str], None]) -> None:
    while not await _ask(session, probe):  # noqa: ASYNC110 - another process: there is nothing to be woken by
        await asyncio.sleep(_INTERVAL)
    done(probe.name)


async def _ask(session: aiohttp.ClientSession, probe: Probe) -> bool:
    try:
        if probe.ask is not None:
            async with asyncio.timeout(_ANSWER_TIMEOUT):
                return await probe.ask()
        async with session.get(probe.url, headers=probe.headers) as response:
            if not response.ok:
                return False
            return probe.accept is None or probe.accept(await response.json(content_type=None))
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        return False


async def first(*waits: Awaitable[Any]) -> None:
    """Return, or raise, as the first of them does; the others are cancelled."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        finished, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in finished:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
