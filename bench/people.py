"""Adding tasks for as long as a measurement takes: a connection that the server has just closed is no result."""

import asyncio
import uuid
from datetime import datetime
from typing import Any

import httpx

from tests.support.person import Person

_TRIES = 5
_PAUSE = 0.2


async def add(person: Person, title: str, due_at: datetime) -> dict[str, Any]:
    """A task; sent again, under the same key, when the connection failed.

    Raises:
        httpx.HTTPError: it was refused, or there was no connection in five tries.
    """
    body = {"title": title, "due_at": due_at.isoformat()}
    answer = await _sent(person, "POST", "/api/v1/tasks", json=body, headers={"Idempotency-Key": uuid.uuid4().hex})
    task: dict[str, Any] = answer.json()
    return task


async def tasks(person: Person) -> list[dict[str, Any]]:
    """The first 500.

    Raises:
        httpx.HTTPError: as above.
    """
    answer = await _sent(person, "GET", "/api/v1/tasks", params={"limit": 500})
    found: list[dict[str, Any]] = answer.json()
    return found


async def _sent(person: Person, method: str, path: str, **arguments: Any) -> httpx.Response:
    for _ in range(_TRIES - 1):
        try:
            answer = await person.client.request(method, path, **arguments)
        except httpx.TransportError:
            await asyncio.sleep(_PAUSE)
            continue
        answer.raise_for_status()
        return answer
    answer = await person.client.request(method, path, **arguments)
    return answer.raise_for_status()
