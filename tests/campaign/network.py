"""Cuts a process off from all others on this machine: packets to and from its ports are dropped (iptables, as root)."""

import asyncio
import contextlib
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator

import psutil

_LOOK = 0.2  # seconds between looks for new connections


def usable() -> str | None:
    """Why partitions cannot be made here; None when they can."""
    if shutil.which("iptables") is None:
        return "iptables is not installed"
    if os.geteuid() != 0:
        return "iptables needs root"
    try:
        _iptables("-L", "INPUT", "-n")
    except subprocess.CalledProcessError as error:
        return f"iptables does not work here: {error.stderr.strip()}"
    return None


class Partitions:
    """A chain of rules of this run's own; it is gone when the block ends."""

    def __init__(self) -> None:
        self._chain = f"campaign-{os.getpid()}"

    @classmethod
    @contextlib.contextmanager
    def prepared(cls) -> Iterator["Partitions"]:
        """Make the chain, and remove it with all that is in it."""
        made = cls()
        _iptables("-N", made._chain)
        _iptables("-I", "INPUT", "-i", "lo", "-j", made._chain)
        try:
            yield made
        finally:
            _iptables("-D", "INPUT", "-i", "lo", "-j", made._chain)
            _iptables("-F", made._chain)
            _iptables("-X", made._chain)

    @contextlib.asynccontextmanager
    async def around(self, pid: Callable[[], int | None]) -> AsyncIterator[None]:
        """Cut the process off while the block runs, with the connections that it opens meanwhile."""
        cut: set[int] = set()
        await asyncio.to_thread(self._cut, pid, cut)
        watching = asyncio.create_task(self._watch(pid, cut))
        try:
            yield
        finally:
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching
            await asyncio.to_thread(_iptables, "-F", self._chain)

    @contextlib.asynccontextmanager
    async def from_port(self, pid: int, port: int) -> AsyncIterator[None]:
        """Cut the connections that a process has now to a port, and only those, while the block runs."""
        connections = psutil.Process(pid).net_connections("tcp")
        ends = {one.laddr.port for one in connections if one.raddr and one.raddr.port == port}
        assert ends, f"process {pid} has no connection to port {port}"
        for end in ends:
            await asyncio.to_thread(self._drop, end)
        try:
            yield
        finally:
            await asyncio.to_thread(_iptables, "-F", self._chain)

    async def _watch(self, pid: Callable[[], int | None], cut: set[int]) -> None:
        while True:
            await asyncio.sleep(_LOOK)
            await asyncio.to_thread(self._cut, pid, cut)

    def _cut(self, pid: Callable[[], int | None], cut: set[int]) -> None:
        process = pid()
        if process is None:
            return
        for port in _ports(process) - cut:
            self._drop(port)
            cut.add(port)

    def _drop(self, port: int) -> None:
        _iptables("-A", self._chain, "-p", "tcp", "--dport", str(port), "-j", "DROP")
        _iptables("-A", self._chain, "-p", "tcp", "--sport", str(port), "-j", "DROP")


def _ports(pid: int) -> set[int]:
    """The process's ends of its connections, and where it listens."""
    try:
        return {one.laddr.port for one in psutil.Process(pid).net_connections("tcp") if one.laddr}
    except psutil.Error:
        return set()


def _iptables(*arguments: str) -> None:
    command = (shutil.which("iptables") or "iptables", "-w", "5", *arguments)
    subprocess.run(command, check=True, capture_output=True, text=True)
