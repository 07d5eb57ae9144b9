"""Somebody who uses the system over HTTP, as a client outside the project would."""

import asyncio
import contextlib
import json
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

import httpx

from tests.support.leaks import remember

ZONE = "Europe/Rome"


@dataclass(frozen=True, slots=True)
class Heard:
    """A reminder that arrived on the stream."""

    id: int
    data: dict[str, Any]
    at: datetime

    @property
    def due_at(self) -> datetime:
        return datetime.fromisoformat(self.data["due_at"])

    @property
    def lag(self) -> float:
        """Seconds from due to heard."""
        return (self.at - self.due_at).total_seconds()


@dataclass
class Ear:
    """What a listening person has heard so far."""

    heard: list[Heard] = field(default_factory=list)
    changed_tasks: list[str] = field(default_factory=list)
    connections: int = 0
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def titles(self) -> list[str]:
        return [item.data["title"] for item in self.heard]

    async def wait_for(self, count: int, *, within: float) -> list[Heard]:
        """Until so many were heard; fails with what was heard instead."""
        try:
            async with asyncio.timeout(within), self.changed:
                await self.changed.wait_for(lambda: len(self.heard) >= count)
        except TimeoutError:
            raise AssertionError(f"heard {len(self.heard)} of {count} within {within} s: {self.titles}") from None
        return self.heard

    async def wait_for_change(self, task_id: str, *, within: float) -> None:
        """Until the stream has said that this task changed."""
        async with asyncio.timeout(within), self.changed:
            await self.changed.wait_for(lambda: task_id in self.changed_tasks)


class Person:
    """A registered user with an HTTP client."""

    def __init__(self, client: httpx.AsyncClient, email: str, password: str, token: str) -> None:
        self.client = client
        self.email = email
        self.password = password
        self.token = token

    @classmethod
    @contextlib.asynccontextmanager
    async def registered(cls, url: str) -> AsyncIterator[Self]:
        """Register somebody new."""
        async with httpx.AsyncClient(base_url=url, timeout=30) as client:
            email, password = f"{uuid.uuid4().hex}@example.org", uuid.uuid4().hex
            answer = await client.post("/api/v1/auth/register", json={"email": email, "password": password})
            assert answer.status_code == 201, answer.text
            token = answer.json()["access_token"]
            remember(password, token)
            client.cookies.clear()
            client.headers["Authorization"] = f"Bearer {token}"
            yield cls(client, email, password, token)

    @contextlib.asynccontextmanager
    async def at(self, url: str) -> AsyncIterator["Person"]:
        """The same person at another address, with a connection for each request."""
        headers = {"Authorization": f"Bearer {self.token}", "Connection": "close"}
        async with httpx.AsyncClient(base_url=url, timeout=30, headers=headers) as client:
            yield Person(client, self.email, self.password, self.token)

    async def say(self, message: str, conversation_id: str | None = None) -> dict[str, Any]:
        """Chat; the answer."""
        body: dict[str, Any] = {"message": message, "timezone": ZONE}
        if conversation_id:
            body["conversation_id"] = conversation_id
        answer = await self.client.post("/api/v1/chat", json=body)
        assert answer.status_code == 200, answer.text
        reply: dict[str, Any] = answer.json()
        return reply

    async def add(self, title: str, due_at: datetime, **fields: Any) -> dict[str, Any]:
        """A task over REST."""
        body = {"title": title, "due_at": due_at.isoformat(), **fields}
        answer = await self.client.post("/api/v1/tasks", json=body)
        assert answer.status_code == 201, answer.text
        task: dict[str, Any] = answer.json()
        return task

    async def change(self, task_id: str, **fields: Any) -> dict[str, Any]:
        """Change a task over REST."""
        answer = await self.client.patch(f"/api/v1/tasks/{task_id}", json=fields)
        assert answer.status_code == 200, answer.text
        task: dict[str, Any] = answer.json()
        return task

    async def task(self, task_id: str) -> dict[str, Any]:
        """A task as it is now."""
        answer = await self.client.get(f"/api/v1/tasks/{task_id}")
        assert answer.status_code == 200, answer.text
        task: dict[str, Any] = answer.json()
        return task

    async def inbox(self) -> Sequence[dict[str, Any]]:
        """What has fired."""
        answer = await self.client.get("/api/v1/inbox", params={"limit": 200})
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()
        return items

    @contextlib.asynccontextmanager
    async def listening(self, after: int | None = None, *, within: float = 20) -> AsyncIterator[Ear]:
        """Hear fired reminders, reconnecting as a browser's EventSource does; connected when the block begins.

        `after` is the id that was heard last, for one who goes on listening; `within` is seconds.
        """
        ear = Ear()
        task = asyncio.create_task(self._listen(ear, after))
        try:
            async with asyncio.timeout(within), ear.changed:
                await ear.changed.wait_for(lambda: ear.connections > 0)
            yield ear
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _listen(self, ear: Ear, last_id: int | None) -> None:
        while True:
            headers = {"Last-Event-ID": str(last_id)} if last_id is not None else {}
            with contextlib.suppress(httpx.HTTPError):
                async with self.client.stream(
                    "GET", "/api/v1/events", headers=headers, timeout=httpx.Timeout(30)
                ) as response:
                    if response.status_code == 200:
                        last_id = await self._read(response, ear, last_id)
            await asyncio.sleep(0.2)

    async def _read(self, response: httpx.Response, ear: Ear, last_id: int | None) -> int | None:
        async with ear.changed:
            ear.connections += 1
            ear.changed.notify_all()
        fields: dict[str, str] = {}
        try:
            async for line in response.aiter_lines():
                if line:
                    name, _, value = line.partition(":")
                    fields[name] = value.removeprefix(" ")
                    continue
                if fields.get("event") == "reminder.fired":
                    last_id = int(fields["id"])
                    async with ear.changed:
                        ear.heard.append(Heard(last_id, json.loads(fields["data"]), datetime.now(UTC)))
                        ear.changed.notify_all()
                elif fields.get("event") == "task.changed":
                    async with ear.changed:
                        ear.changed_tasks += json.loads(fields["data"])["task_ids"]
                        ear.changed.notify_all()
                fields = {}
        except httpx.HTTPError:
            pass  # the server went away; what was read counts
        return last_id
