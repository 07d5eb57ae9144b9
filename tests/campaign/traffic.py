"""People who use the system while it is broken: they ask again when no answer comes, and note what was promised."""

import asyncio
import random
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.campaign.ledger import Certainty, Ledger, Rung, Wish
from tests.support.person import ZONE, Person

_PATIENCE = 90.0  # seconds in which a request is sent again
_ANSWER = 6.0  # seconds for one answer
_FIRST_CONNECTION = 300.0  # seconds: people come while all is broken
_AGAIN = frozenset({429, 500, 502, 503, 504})
_PASSED = 422  # the due time has passed by now
_CHANGEABLE = timedelta(seconds=12)  # what is due sooner is left alone


class User:
    """One person's part of the traffic; everything random comes from `dice`."""

    def __init__(self, person: Person, name: str, ledger: Ledger, dice: random.Random) -> None:
        self._client = person.client
        self._name = name
        self._ledger = ledger
        self._dice = dice
        self._number = 0
        self._pending: dict[str, datetime] = {}  # title: due

    async def work(self, end: float, gap: float) -> None:
        """Do something every `gap` seconds or so until the loop's time is `end`."""
        loop = asyncio.get_running_loop()
        actions: tuple[tuple[int, Callable[[], Awaitable[None]]], ...] = (
            (60, self._add),
            (20, self._chat),
            (12, self._move),
            (8, self._remove),
        )
        weights = [weight for weight, _ in actions]
        while loop.time() < end:
            (_, action), *_ = self._dice.choices(actions, weights)
            await action()
            await asyncio.sleep(self._dice.uniform(0.5, 1.5) * gap)

    async def add_burst(self, count: int, due_at: datetime, at_once: int = 4) -> None:
        """So many reminders that are due at one instant."""
        slots = asyncio.Semaphore(at_once)

        async def one() -> None:
            async with slots:
                await self._create(self._title("burst"), due_at)

        await asyncio.gather(*(one() for _ in range(count)))

    def _title(self, kind: str) -> str:
        self._number += 1
        return f"{kind} {self._name}-{self._number}"

    def _due(self) -> datetime:
        due_at = datetime.now(UTC) + timedelta(seconds=self._dice.uniform(4, 45))
        return due_at.replace(microsecond=due_at.microsecond // 1000 * 1000)

    async def _add(self) -> None:
        title, due_at = self._title("add"), self._due()
        if await self._create(title, due_at):
            self._pending[title] = due_at

    async def _create(self, title: str, due_at: datetime) -> bool:
        wish = Wish(title, Certainty.UNKNOWN, allowed={due_at})
        self._ledger.add(wish)
        body = {"title": title, "due_at": due_at.isoformat()}
        answer = await self._ask("POST", "/api/v1/tasks", body, {"Idempotency-Key": uuid.uuid4().hex})
        if answer is None:
            return False
        if answer.status_code == _PASSED:
            # No try was carried out (a repetition of one that was is answered with its task), and now it is too late.
            del self._ledger.wishes[title]
            return False
        assert answer.status_code == 201, answer.text
        wish.created = Certainty.ACKNOWLEDGED
        wish.task_id = answer.json()["id"]
        wish.due(due_at)
        return True

    async def _chat(self) -> None:
        """Not repeated when no answer comes: a person would look first."""
        title, seconds = self._title("chat"), self._dice.randint(5, 45)
        wish = Wish(title, Certainty.UNKNOWN, any_time=True)
        self._ledger.add(wish)
        self._ledger.requests += 1
        body = {"message": f"remind me in {seconds} seconds to {title}", "timezone": ZONE}
        try:
            answer = await self._client.post("/api/v1/chat", json=body, timeout=_ANSWER)
        except httpx.TransportError:
            wish.unsettled = True
            return
        if answer.status_code in _AGAIN:
            wish.unsettled = True
            return
        assert answer.status_code == 200, answer.text
        wish.created = Certainty.ACKNOWLEDGED
        task = next(task for task in answer.json()["tasks"] if task["title"] == title)
        wish.task_id = task["id"]
        wish.any_time = False
        wish.due(datetime.fromisoformat(task["reminders"][0]["due_at"]))

    async def _move(self) -> None:
        found = self._choose()
        if found is None:
            return
        wish, old = found
        new, asked = self._due() + timedelta(seconds=20), datetime.now(UTC)
        wish.allowed.add(new)
        answer = await self._ask("PATCH", f"/api/v1/tasks/{wish.task_id}", {"due_at": new.isoformat()})
        if answer is None or answer.status_code == _PASSED:  # an earlier try may have been carried out
            wish.withdraw(old, asked, None)
            wish.unsettled = True
            return
        assert answer.status_code == 200, answer.text
        wish.withdraw(old, asked, datetime.now(UTC))
        wish.due(new)
        self._pending[wish.title] = new

    async def _remove(self) -> None:
        found = self._choose()
        if found is None:
            return
        wish, old = found
        asked = datetime.now(UTC)
        answer = await self._ask("DELETE", f"/api/v1/tasks/{wish.task_id}")
        del self._pending[wish.title]
        if answer is None:
            wish.withdraw(old, asked, None)
            wish.unsettled = True
            return
        assert answer.status_code in {204, 404}, answer.text  # 404: an earlier try was carried out
        wish.withdraw(old, asked, datetime.now(UTC))
        wish.gone = True

    def _choose(self) -> tuple[Wish, datetime] | None:
        horizon = datetime.now(UTC) + _CHANGEABLE
        self._pending = {title: due_at for title, due_at in self._pending.items() if due_at > horizon}
        if not self._pending:
            return None
        title = self._dice.choice(sorted(self._pending))
        return self._ledger.wishes[title], self._pending[title]

    async def _ask(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> httpx.Response | None:
        """Ask until there is an answer; None when there was none in all that time."""
        loop = asyncio.get_running_loop()
        end = loop.time() + _PATIENCE
        pause = 0.2
        while loop.time() < end:
            self._ledger.requests += 1
            try:
                answer = await self._client.request(method, path, json=body, headers=headers, timeout=_ANSWER)
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code not in _AGAIN:
                return answer
            self._ledger.repeated += 1
            wait = float(answer.headers.get("Retry-After", 0)) if answer is not None else 0.0
            await asyncio.sleep(max(wait, pause * self._dice.uniform(0.5, 1.5)))
            pause = min(pause * 2, 3.0)
        return None


async def listen(person: Person, ledger: Ledger) -> None:
    """Hear what rings, reconnecting like a browser, until cancelled."""
    async with person.listening(within=_FIRST_CONNECTION) as ear:
        seen = 0
        while True:
            async with ear.changed:
                while len(ear.heard) == seen:
                    await ear.changed.wait()
                fresh = ear.heard[seen:]
                seen = len(ear.heard)
            ledger.rung.extend(Rung(one.data["title"], one.due_at, one.at) for one in fresh)
