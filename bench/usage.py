"""Processor time and memory of process trees."""

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Used:
    """So far. Seconds; MB, where pages that several processes share are divided among them (PSS)."""

    processor: float
    memory: float


def used(pids: Iterable[int]) -> Used:
    """Of these processes and all that they started."""
    processor = memory = 0.0
    for process in _trees(pids):
        with contextlib.suppress(psutil.Error):
            times = process.cpu_times()
            processor += times.user + times.system
            memory += process.memory_full_info().pss / 2**20
    return Used(processor, memory)


def processor(pid: int) -> float:
    """Seconds of one process so far; quick, where counting pages would be in the way of what is measured."""
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


def processors(pids: Iterable[int]) -> float:
    """Seconds of these processes and all that they started; quick, too."""
    return sum(processor(process.pid) for process in _trees(pids))


def _trees(pids: Iterable[int]) -> Iterator[psutil.Process]:
    seen: set[int] = set()
    for pid in pids:
        with contextlib.suppress(psutil.Error):
            root = psutil.Process(pid)
            for process in (root, *root.children(recursive=True)):
                if process.pid not in seen:
                    seen.add(process.pid)
                    yield process
