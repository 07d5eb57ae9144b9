"""Ends the leadership that a killed Dapr scheduler left behind, so that its successor triggers jobs at once.

The scheduler leads for as long as its lease in etcd lives, and a lease outlives a killed process by 20 s (go-etcd-cron,
internal/leadership). A replica set needs that; here there is one scheduler, and whoever started it knows that the one
before it is dead. Without this, reminders stand still for 21 s after a crash or a power cut.
"""

import asyncio

import aiohttp

_INTERVAL = 0.2
_ANSWER_TIMEOUT = 2.0


async def revoke_stale(etcd_client_port: int, watch_for: float = 6.0) -> int:
    """Revoke every lease but the newest as they come into sight; how many there were.

    Call it when a scheduler was started. It looks for `watch_for` seconds, in which the new process takes a lease of
    its own: only then is it known that the others are stale. etcd's lease ids grow with time (pkg/idutil).
    """
    url = f"http://127.0.0.1:{etcd_client_port}/v3/lease"
    revoked = 0
    loop = asyncio.get_running_loop()
    end = loop.time() + watch_for
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_ANSWER_TIMEOUT)) as session:
        while loop.time() < end:
            try:
                for lease in stale(await _post(session, f"{url}/leases", {})):
                    await _post(session, f"{url}/revoke", {"ID": lease})
                    revoked += 1
            except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
                """It is not up yet, or dies again; the next look tells."""
            await asyncio.sleep(_INTERVAL)
    return revoked


def stale(answer: dict[str, list[dict[str, str]]]) -> list[str]:
    """All ids but the newest in etcd's list of leases."""
    return sorted((item["ID"] for item in answer.get("leases", [])), key=int)[:-1]


async def _post(session: aiohttp.ClientSession, url: str, body: dict[str, str]) -> dict[str, list[dict[str, str]]]:
    async with session.post(url, json=body) as response:
        response.raise_for_status()
        answer: dict[str, list[dict[str, str]]] = await response.json(content_type=None)
        return answer
