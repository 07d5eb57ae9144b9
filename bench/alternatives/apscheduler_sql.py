"""APScheduler with a SQL store."""

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from bench.alternatives.alternative import ENVIRONMENT, Family, NotHere, Reminder


class ApschedulerSql(Family):
    """One process with ten threads, its default."""

    name: ClassVar[str] = "APScheduler on SQLite"
    promise: ClassVar[str] = (
        "accepted: in SQLite, WAL with synchronous FULL; done: the job is removed when it is handed to a "
        "thread, before its effect"
    )

    async def __aenter__(self) -> "ApschedulerSql":
        if not (ENVIRONMENT / "python").exists():
            raise NotHere("the benchmarks' environment is missing: scripts/make-bench-environment")
        self._socket = str(self.root / "intake")
        arguments = (str(self.root / "jobs.db"), self._socket)
        await self.start(
            "worker", str(ENVIRONMENT / "python"), "-m", "bench.alternatives.apscheduler_worker", *arguments
        )
        await self.until("the worker", self._answers)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.end()

    async def _answers(self) -> bool:
        try:
            await self.schedule([])
        except OSError:
            return False
        return True

    async def schedule(self, reminders: Sequence[Reminder]) -> float:
        """One after the other, within its one process."""
        reader, writer = await asyncio.open_unix_connection(self._socket)
        try:
            writer.write("".join(f"{one.id} {one.due:.6f}\n" for one in reminders).encode() + b"\n")
            await writer.drain()
            return float(await asyncio.wait_for(reader.readline(), timeout=600))
        finally:
            writer.close()

    async def kill_worker(self) -> None:
        """The one process."""
        await self.kill("worker")
