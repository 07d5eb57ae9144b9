"""One child process: started in a group of its own, read line by line, signalled, restarted by its rule."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from runtime.errors import GaveUp

NICENESS = "LIFELINE_NICENESS"
_LIFELINE = Path(__file__).with_name("lifeline.py")
_KEPT_LINES = 200
_LONGEST_LINE = 64 * 1024

Sink = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Command:
    """What to run. `env` is the whole environment; with more `niceness` it gives way to the others."""

    name: str
    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str]
    niceness: int = 0


@dataclass(slots=True)
class RestartRule:
    """When to start a dead child again, and when to give up. Durations are seconds."""

    base: float = 0.2
    cap: float = 5.0
    limit: int = 10
    window: float = 60.0
    _deaths: deque[float] = field(default_factory=deque)

    def after_death(self, now: float) -> float | None:
        """How long to wait before the next start; nothing after more than `limit` deaths within `window`."""
        self._deaths.append(now)
        while now - self._deaths[0] > self.window:
            self._deaths.popleft()
        if len(self._deaths) > self.limit:
            return None
        return float(min(self.cap, self.base * 2 ** (len(self._deaths) - 1)))


class Child:
    """Keeps one command running until told otherwise.

    `after_start` runs after every start; a failure in it is reported and does not end the child.
    `on_give_up` is called once, with the reason, when the rule allows no further restart.
    """

    def __init__(
        self,
        command: Command,
        *,
        sink: Sink,
        notice: Sink,
        on_give_up: Callable[[GaveUp], None],
        after_start: Callable[[], Awaitable[None]] | None = None,
        rule: RestartRule | None = None,
    ) -> None:
        self.command = command
        self.restarts = 0
        self.ended_at: float | None = None  # monotonic seconds
        self._sink = sink
        self._notice = notice
        self._on_give_up = on_give_up
        self._after_start = after_start
        self._rule = rule or RestartRule()
        self._lines: deque[str] = deque(maxlen=_KEPT_LINES)
        self._process: asyncio.subprocess.Process | None = None
        self._gone = asyncio.Event()
        self._gone.set()
        self._wanted = asyncio.Event()
        self._wanted.set()
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        """What the child is called in logs and reports."""
        return self.command.name

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    @property
    def lines(self) -> list[str]:
        """The last 200 lines it wrote."""
        return list(self._lines)

    def start(self) -> None:
        """Begin; returns at once."""
        self._task = asyncio.create_task(self._keep_running(), name=f"child {self.name}")

    def send_signal(self, signum: int) -> None:
        """Signal the process; nothing when it is not running."""
        pid = self.pid
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signum)

    def signal_group(self, signum: int) -> None:
        """Signal the process and all that it started."""
        pid = self.pid
        if pid is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signum)

    async def kill(self, signum: int = signal.SIGKILL) -> None:
        """Signal it and, where that ends it, wait until it is gone; the rule then starts it again."""
        self.send_signal(signum)
        if signum == signal.SIGKILL:
            await self._gone.wait()

    async def hold(self) -> None:
        """Kill it and keep it down."""
        self._wanted.clear()
        await self.kill()

    def release(self) -> None:
        """Let it run again after `hold`."""
        self._wanted.set()

    async def restart(self, grace: float = 5) -> None:
        """End it politely; it comes back by its rule."""
        await self._end(grace)

    async def stop(self, grace: float) -> None:
        """Terminate for good: SIGTERM, and SIGKILL after `grace` seconds."""
        self._stopping.set()
        self._wanted.set()
        await self._end(grace)
        if self._task is not None:
            await self._task

    async def _end(self, grace: float) -> None:
        self.signal_group(signal.SIGTERM)
        try:
            async with asyncio.timeout(grace):
                await self._gone.wait()
        except TimeoutError:
            self._notice(self.name, f"did not stop within {grace:g} s, killed")
            self.signal_group(signal.SIGKILL)
            await self._gone.wait()

    async def _keep_running(self) -> None:
        while not self._stopping.is_set():
            await self._wanted.wait()
            if self._stopping.is_set():
                return
            code = await self._run_once()
            ended = describe_exit(code)
            if self._stopping.is_set():
                return
            if not self._wanted.is_set():
                self._notice(self.name, f"{ended}; held down")
                continue
            if code == os.EX_CONFIG:
                self._notice(self.name, "its configuration is wrong, giving up")
                self._on_give_up(GaveUp(f"{self.name} does not start:\n{tail(self.lines)}"))
                return
            pause = self._rule.after_death(time.monotonic())
            if pause is None:
                self._notice(self.name, f"{ended}; it dies too often, giving up")
                self._on_give_up(
                    GaveUp(
                        f"{self.name} died {self._rule.limit + 1} times within {self._rule.window:g} s "
                        f"(at last: {ended}). Its last lines:\n{tail(self.lines)}"
                    )
                )
                return
            self.restarts += 1
            self._notice(self.name, f"{ended}; restart {self.restarts} in {pause:g} s")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._stopping.wait()

    async def _run_once(self) -> int:
        """Run the command to its end; its exit code, negative for a signal."""
        command = self.command
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-S",
            str(_LIFELINE),
            str(os.getpid()),
            *command.argv,
            cwd=command.cwd,
            env={**command.env, NICENESS: str(command.niceness)},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        self._process = process
        self._gone.clear()
        begun = asyncio.create_task(self._announce_start()) if self._after_start else None
        try:
            reader = asyncio.create_task(self._read(process.stdout))
            code = await process.wait()
            # A grandchild may hold the pipe open; what the child itself wrote is there at once.
            await asyncio.wait({reader}, timeout=1)
            reader.cancel()
        finally:
            if begun is not None:
                begun.cancel()
            self.ended_at = time.monotonic()
            self._gone.set()
        return code

    async def _announce_start(self) -> None:
        assert self._after_start is not None  # noqa: S101 - the caller checked
        try:
            await self._after_start()
        except Exception as error:  # noqa: BLE001 - whatever it is must be seen, and the child stays
            self._notice(self.name, f"preparing it failed: {error}")

    async def _read(self, stream: asyncio.StreamReader | None) -> None:
        assert stream is not None  # noqa: S101 - it was opened as a pipe
        rest = b""
        while chunk := await stream.read(_LONGEST_LINE):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self._take(line)
            if len(rest) > _LONGEST_LINE:
                self._take(rest)
                rest = b""
        if rest:
            self._take(rest)

    def _take(self, raw: bytes) -> None:
        line = raw.decode(errors="replace").rstrip("\r")
        self._lines.append(line)
        self._sink(self.name, line)


def describe_exit(code: int) -> str:
    """How a process ended, in words."""
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"


def tail(lines: list[str], count: int = 20) -> str:
    """The last lines, indented, for an error's text."""
    return "\n".join(f"    {line}" for line in lines[-count:]) or "    (it wrote nothing)"
