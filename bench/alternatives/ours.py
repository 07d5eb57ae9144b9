"""This system, all of it: people add tasks over HTTP, and hear their reminders on their streams.

Twice: as it ships, with time ahead, and with everything at the due time, as the others do it.
"""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from bench import people
from bench.ahead import AS_SHIPPED_NAME, AT_DUE, AT_DUE_NAME
from bench.alternatives.alternative import Alternative, Reminder
from bench.alternatives.ledger import Effect
from bench.system import AS_SHIPPED, System
from contracts.names import CHAT_API, REMINDER_ACTOR
from runtime.install import install
from tests.support.person import Ear, Person

_PEOPLE = 10
_SCHEDULED_WITHIN = 300.0


class Ours(Alternative):
    """The whole of it, as `make run` starts it."""

    name: ClassVar[str] = AS_SHIPPED_NAME
    promise: ClassVar[str] = (
        "accepted: task and event in one transaction of the tasks database; fired: announced on a synced "
        "stream, saved by the actor, "
        "in the user's inbox; counted when a user hears it"
    )
    fire_ahead: ClassVar[float] = AS_SHIPPED
    worker: ClassVar[str] = CHAT_API
    """What does the work when reminders are due: it holds what was announced ahead, and tells it. Actors have no part
    in it any more."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._resources = contextlib.AsyncExitStack()

    async def __aenter__(self) -> "Ours":
        binaries = await asyncio.to_thread(install)
        self.stack = System(self._root, binaries, self.fire_ahead)
        await asyncio.to_thread(self.stack.__enter__)
        self._ears: list[Ear] = []
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._resources.aclose()
        await asyncio.to_thread(self.stack.__exit__)

    async def schedule(self, reminders: Sequence[Reminder]) -> float:
        """Ten new people at once; until every reminder has its job, not only until it is accepted."""
        enter = self._resources.enter_async_context
        crowd = [await enter(Person.registered(self.stack.url)) for _ in range(_PEOPLE)]
        self._ears += [await enter(person.listening()) for person in crowd]
        shares = {person: reminders[number::_PEOPLE] for number, person in enumerate(crowd)}
        began = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for person, share in shares.items():
                group.create_task(self._add(person, share))
        async with asyncio.timeout(_SCHEDULED_WITHIN):
            for person, share in shares.items():
                while not await self._scheduled(person, len(share)):
                    await asyncio.sleep(0.2)
        return time.perf_counter() - began

    async def kill_worker(self) -> None:
        """Its process, not its sidecar; the supervisor starts it again."""
        await asyncio.to_thread(self.stack.kill, self.worker)

    async def effects(self) -> list[Effect]:
        """What was heard."""
        return [
            Effect(one.data["title"], one.due_at.timestamp(), one.at.timestamp())
            for ear in self._ears
            for one in ear.heard
        ]

    def pids(self) -> Sequence[int]:
        """All processes of the system."""
        return [pid for name in self.stack.names if (pid := self.stack.pid(name)) is not None]

    async def _add(self, person: Person, share: Sequence[Reminder]) -> None:
        for one in share:
            await people.add(person, one.id, datetime.fromtimestamp(one.due, UTC))

    async def _scheduled(self, person: Person, count: int) -> bool:
        """Whether so many have their job, or have had it."""
        rows = await people.tasks(person)
        return len([row for row in rows if row["reminders"][0]["status"] != "pending"]) >= min(count, 500)


class OursAtDue(Ours):
    """The same without time ahead."""

    name: ClassVar[str] = AT_DUE_NAME
    fire_ahead: ClassVar[float] = AT_DUE
    worker: ClassVar[str] = REMINDER_ACTOR
