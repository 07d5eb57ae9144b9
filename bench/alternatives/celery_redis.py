"""Celery's ETA tasks on a Redis that syncs every write."""

from collections.abc import Sequence
from typing import ClassVar

from bench.alternatives.alternative import ENVIRONMENT, Family, NotHere, Reminder, listens
from runtime.errors import NotInstalled
from runtime.servers import redis_server

VISIBILITY_TIMEOUT = 45
"""Seconds after which Redis gives an unacknowledged task to another worker. It must be above the longest ETA, or tasks
run twice: the default is an hour. The benchmark's reminders are due within less."""


class CeleryRedis(Family):
    """Two processes in the worker's pool, one for each core."""

    name: ClassVar[str] = "Celery ETA on Redis"
    promise: ClassVar[str] = (
        "accepted: in Redis with appendfsync always; done: acks_late, reject_on_worker_lost, after the effect "
        "is on the disk; "
        f"visibility_timeout {VISIBILITY_TIMEOUT} s"
    )

    async def __aenter__(self) -> "CeleryRedis":
        try:
            server = redis_server()
        except NotInstalled as error:
            raise NotHere(str(error)) from error
        port = self.ports.pick()
        self._env = {
            "BENCH_BROKER": f"redis://127.0.0.1:{port}/0",
            "BENCH_VISIBILITY_TIMEOUT": str(VISIBILITY_TIMEOUT),
        }
        options = {"port": str(port), "bind": "127.0.0.1", "dir": str(self.root), "appendonly": "yes",
                   "appendfsync": "always", "save": ""}  # fmt: skip
        await self.start(
            "redis", str(server), *(part for key, value in options.items() for part in (f"--{key}", value))
        )
        await self.until("Redis", lambda: listens(port))
        celery = (str(ENVIRONMENT / "celery"), "-A", "bench.alternatives.celery_app")
        quiet = ("--loglevel=INFO", "--without-gossip", "--without-mingle", "--concurrency=2", "-O", "fair")
        await self.start("worker", *celery, "worker", *quiet, env=self._env)
        await self.until("the worker", self._worker_ready)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.end()

    async def _worker_ready(self) -> bool:
        return any(" ready." in line for line in self._lines)

    async def schedule(self, reminders: Sequence[Reminder]) -> float:
        """By eight threads of one client."""
        python = str(ENVIRONMENT / "python")
        return await self.feed(python, "-m", "bench.alternatives.celery_app", reminders=reminders, env=self._env)

    async def kill_worker(self) -> None:
        """The worker and its pool."""
        await self.kill("worker")
