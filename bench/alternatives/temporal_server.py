"""Temporal: its development server, which is the whole server in one process, on an SQLite file."""

from collections.abc import Sequence
from typing import ClassVar

from bench.alternatives.alternative import ENVIRONMENT, Family, NotHere, Reminder, listens


class TemporalServer(Family):
    """One worker process."""

    name: ClassVar[str] = "Temporal on SQLite"
    promise: ClassVar[str] = (
        "accepted: the workflow in SQLite, WAL with synchronous FULL; done: the activity's result is in its history. "
        "The development server, not a production cluster"
    )

    async def __aenter__(self) -> "TemporalServer":
        server = ENVIRONMENT / "temporal"
        if not server.exists():
            raise NotHere("Temporal's development server is not here: scripts/make-bench-environment builds it with Go")
        port, metrics = self.ports.pick(), self.ports.pick()
        self._env = {"BENCH_TEMPORAL": f"127.0.0.1:{port}"}
        await self.start(
            "server", str(server), "server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", str(port),
            "--metrics-port", str(metrics), "--db-filename", str(self.root / "temporal.db"), "--log-level", "error",
            "--sqlite-pragma", "synchronous=2", "--sqlite-pragma", "journal_mode=wal",
        )  # fmt: skip
        await self.until("the server", lambda: listens(port))
        python = str(ENVIRONMENT / "python")
        await self.start("worker", python, "-m", "bench.alternatives.temporal_worker", "work", env=self._env)
        await self.until("the worker", self._worker_ready)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.end()

    async def _worker_ready(self) -> bool:
        return any("worker starts" in line for line in self._lines)

    async def schedule(self, reminders: Sequence[Reminder]) -> float:
        """64 at a time."""
        python = str(ENVIRONMENT / "python")
        return await self.feed(
            python, "-m", "bench.alternatives.temporal_worker", "feed", reminders=reminders, env=self._env
        )

    async def kill_worker(self) -> None:
        """The worker, not the server."""
        await self.kill("worker")
