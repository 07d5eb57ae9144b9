"""What a figure was measured on, and what else the machine did meanwhile."""

import contextlib
import os
import platform
import subprocess
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

import psutil

from runtime import versions
from runtime.layout import PROJECT

BUSY: Final = 0.10
"""Others' share of the processors, above which a figure says that the machine was busy."""

_LOOK: Final = 1.0
_PACKAGES: Final = ("dapr", "grpcio", "fastapi", "uvicorn", "sqlalchemy", "aiosqlite")
_RIVALS: Final = ("celery", "redis", "apscheduler", "temporalio")


@dataclass(frozen=True, slots=True)
class Conditions:
    """What else ran. Shares are of all processors, 0 to 1."""

    load_average: float
    """Of one minute, at the end."""
    others_before: float
    others_meanwhile: float

    @property
    def quiet(self) -> bool:
        """Whether the figure counts."""
        return max(self.others_before, self.others_meanwhile) <= BUSY

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return {**{name: round(value, 3) for name, value in asdict(self).items()}, "quiet": self.quiet}


class Watch:
    """Others' use of the processors since its making: all of it without this process and what it started."""

    def __init__(self) -> None:
        self._at, self._busy, self._own = time.monotonic(), _busy(), _own()

    def others(self) -> float:
        """Their share so far."""
        elapsed = (time.monotonic() - self._at) * (psutil.cpu_count() or 1)
        used = (_busy() - self._busy) - (_own() - self._own)
        return max(0.0, used / elapsed) if elapsed else 0.0


@contextlib.contextmanager
def conditions(what: str) -> Iterator[list[Conditions]]:
    """Watches the machine during a measurement; the list holds one item afterwards. Says so when it is busy."""
    before = Watch()
    time.sleep(_LOOK)
    others_before = before.others()
    watch, found = Watch(), list[Conditions]()
    yield found
    found.append(Conditions(os.getloadavg()[0], others_before, watch.others()))
    if not found[0].quiet:
        shares = f"{others_before:.0%} before, {found[0].others_meanwhile:.0%} meanwhile"
        print(f"WARNING: {what}: others used the processors ({shares}): its times do not count", flush=True)


def _busy() -> float:
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0))


def _own() -> float:
    me = psutil.Process()
    total = 0.0
    for process in (me, *me.children(recursive=True)):
        with contextlib.suppress(psutil.Error):
            total += sum(process.cpu_times()[:4])  # with what ended below it
    return total


def hardware() -> dict[str, object]:
    """Of this machine."""
    return {
        "processor": _processor(),
        "cores": psutil.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "synced_write_ms": round(_synced_write() * 1000, 3),
    }


def _processor() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"


def _synced_write() -> float:
    """Seconds that a small write takes until it is on the disk, the median of some; every durable promise pays that."""
    path = PROJECT / ".cache" / f"synced-write.{os.getpid()}"
    path.parent.mkdir(exist_ok=True)
    took = []
    handle = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    try:
        for _ in range(51):
            began = time.perf_counter()
            os.write(handle, b"x" * 64)
            os.fdatasync(handle)
            took.append(time.perf_counter() - began)
    finally:
        os.close(handle)
        path.unlink()
    return sorted(took)[len(took) // 2]


def software() -> dict[str, str]:
    """Versions of what takes part, and the commit of ours."""
    pins = versions.pins()
    found = {"python": platform.python_version(), "dapr runtime": pins.dapr, "nats-server": pins.nats}
    found |= {name: metadata.version(name) for name in _PACKAGES}
    found |= _locked(PROJECT / "bench" / "requirements.lock")
    return {**found, "commit": _output("git", "rev-parse", "--short=12", "HEAD"), **_servers()}


def _locked(path: Path) -> dict[str, str]:
    pairs = (line.split()[0].split("==") for line in path.read_text().splitlines() if "==" in line)
    return {f"{name} (bench)": version for name, version in pairs if name in _RIVALS}


def _servers() -> dict[str, str]:
    redis = _output("redis-server", "--version")
    temporal = _output(str(PROJECT / ".cache/bench/bin/temporal"), "--version")
    return {"redis-server": redis, "temporal development server": temporal}


def _output(*command: str) -> str:
    try:
        answer = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=20, check=False)
    except OSError:
        return "not installed"
    return answer.stdout.strip()
