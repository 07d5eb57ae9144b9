"""What the comparison needs of each."""

import asyncio
import contextlib
import os
import signal
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from bench.ahead import AT_DUE
from bench.alternatives import ledger
from bench.alternatives.ledger import Effect
from runtime.layout import PROJECT
from runtime.ports import Ports
from runtime.processes import Child, Command

ENVIRONMENT = PROJECT / ".cache" / "bench" / "bin"
"""The programs of scripts/make-bench-environment."""

_GRACE = 8.0
_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Reminder:
    """To fire at `due`, seconds since 1970."""

    id: str
    due: float


class NotHere(Exception):
    """An alternative cannot be run on this machine; the text says why."""


class Alternative(ABC):
    """A way to have reminders fire. Use as an async context manager."""

    name: ClassVar[str]
    promise: ClassVar[str]
    """What is on the disk when a reminder is accepted, and when it is done."""
    fire_ahead: ClassVar[float] = AT_DUE
    """Seconds before it is due at which it begins with a reminder."""

    @abstractmethod
    async def __aenter__(self) -> "Alternative":
        """Start it; ready for reminders afterwards.

        Raises:
            NotHere: what it takes is missing.
        """

    @abstractmethod
    async def __aexit__(self, *_: object) -> None:
        """End it, and leave nothing running."""

    @abstractmethod
    async def schedule(self, reminders: Sequence[Reminder]) -> float:
        """Have them accepted durably; seconds that took."""

    @abstractmethod
    async def kill_worker(self) -> None:
        """SIGKILL to what runs the effect; it is started again at once, as a supervisor would."""

    @abstractmethod
    async def effects(self) -> list[Effect]:
        """What has fired so far, repetitions included."""

    @abstractmethod
    def pids(self) -> Sequence[int]:
        """Of its processes, without what they started."""


class Family(Alternative):
    """One that is some processes and a ledger."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.ledger = root / "effects"
        self.ports = Ports()
        self._children: dict[str, Child] = {}
        self._lines: list[str] = []

    async def start(self, name: str, *argv: str, env: Mapping[str, str] | None = None) -> None:
        """Run a program until the end; started again when it dies."""
        # One thread for numerical libraries, our modules on the path, and nothing of this run's own settings.
        whole = {**os.environ, "PYTHONPATH": str(PROJECT), "PYTHONUNBUFFERED": "1", ledger.VARIABLE: str(self.ledger)}
        command = Command(name, argv, self.root, {**whole, **(env or {})})
        child = Child(command, sink=self._take, notice=self._take, on_give_up=lambda _: None)
        self._children[name] = child
        child.start()

    async def kill(self, name: str) -> None:
        """SIGKILL to a program and all that it started."""
        self._children[name].signal_group(signal.SIGKILL)

    async def end(self) -> None:
        """All of them, the last first."""
        for child in reversed(self._children.values()):
            await child.stop(_GRACE)

    async def until(self, what: str, ask: Callable[[], Awaitable[bool]]) -> None:
        """Until something answers.

        Raises:
            NotHere: not within a minute; with the last lines of the programs.
        """
        try:
            async with asyncio.timeout(_PATIENCE):
                while not await ask():
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise NotHere(f"{self.name}: {what} did not answer:\n" + "\n".join(self._lines[-15:])) from None

    async def effects(self) -> list[Effect]:
        """Those in the ledger."""
        return await asyncio.to_thread(ledger.read, self.ledger)

    def pids(self) -> Sequence[int]:
        """Of its processes."""
        return [child.pid for child in self._children.values() if child.pid is not None]

    def _take(self, name: str, line: str) -> None:
        self._lines = [*self._lines[-200:], f"{name}: {line}"]

    async def feed(self, *argv: str, reminders: Sequence[Reminder], env: Mapping[str, str]) -> float:
        """Run a client that reads reminders, a line each, and prints the seconds it took.

        Raises:
            NotHere: it failed.
        """
        client = await asyncio.create_subprocess_exec(
            *argv,
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": str(PROJECT), ledger.VARIABLE: str(self.ledger), **env},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        lines = "".join(f"{one.id} {one.due:.6f}\n" for one in reminders).encode()
        out, errors = await asyncio.wait_for(client.communicate(lines), timeout=600)
        if client.returncode:
            raise NotHere(f"{self.name}: the client failed:\n{errors.decode()[-2000:]}")
        return float(out.decode().split()[-1])


async def listens(port: int) -> bool:
    """Whether something takes connections on this port of loopback."""
    with contextlib.suppress(OSError):
        _, writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", port), timeout=2)
        writer.close()
        return True
    return False
