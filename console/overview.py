"""The system at a glance: what replicas said and what the owners answer; asked once a second at most."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime
from typing import Final, TypeVar

from console.draining import Drain, still_busy
from console.owners import Owners
from console.roster import Roster, topics
from contracts.console import AskOverview, Overview
from contracts.dead_letters import Letter
from contracts.operations import Workload
from servicekit.errors import SidecarError

Found = TypeVar("Found")

_FRESH: Final = 1.0  # seconds
_SLOW: Final = 10.0  # between looks at what is costly to count
_MANY: Final = 50_000  # reminders, which a database counts slowly


class Overviews:
    """Makes overviews."""

    def __init__(self, owners: Owners, roster: Roster, drain: Drain, *, quiet_for: float) -> None:
        self._owners = owners
        self._roster = roster
        self._drain = drain
        self._quiet_for = quiet_for
        self._lock = asyncio.Lock()
        self._made: Overview | None = None
        self._made_at = self._counted_at = float("-inf")
        self._workload: Workload | None = None
        self._jobs: int | None = None
        self._letters: Sequence[Letter] | None = None

    async def overview(self, _: AskOverview | None = None) -> Overview:
        """How the system is, as of a second ago at most."""
        clock = asyncio.get_running_loop().time
        async with self._lock:
            if self._made is None or clock() - self._made_at >= _FRESH:
                self._made, self._made_at = await self._make(), clock()
            return self._made

    def stale(self) -> None:
        """Something was done: look at everything again."""
        self._made_at = self._counted_at = float("-inf")

    async def _make(self) -> Overview:
        problems: list[str] = []

        async def ask(what: str, call: Awaitable[Found]) -> Found | None:
            try:
                return await call
            except SidecarError as error:
                problems.append(f"{what}: {error}")
                return None

        clock = asyncio.get_running_loop().time
        if clock() - self._counted_at >= _SLOW:
            self._workload, self._jobs, self._letters = await asyncio.gather(
                ask("what waits", self._owners.workload()),
                ask("jobs", self._owners.job_count()),
                ask("dead letters", self._owners.letters()),
            )
            if not problems:
                self._counted_at = clock()
        elif self._drain.on or self._workload is None or self._workload.pending < _MANY:
            self._workload = await ask("what waits", self._owners.workload())
        workload = self._workload
        letters = self._letters or ()
        waiting = Counter((one.source.removeprefix("topic/"), one.service) for one in letters)
        applications = self._roster.applications()
        replicas = self._roster.replicas()
        states = topics(replicas, waiting)
        busy = still_busy(workload, states, replicas, now=datetime.now(UTC), quiet_for=self._quiet_for)
        return Overview(
            at=datetime.now(UTC),
            applications=applications,
            topics=states,
            workload=workload,
            jobs=self._jobs,
            dead_letters=None if self._letters is None else len(letters),
            draining=self._drain.on,
            drained=self._drain.on and not busy,
            waits_for=busy if self._drain.on else (),
            problems=tuple(problems),
        )
