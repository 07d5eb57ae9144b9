"""How long it takes to start, with nothing there and again on the same data; and what each process weighs at rest."""

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Final

import psutil

from bench import machine
from bench.results import Results
from bench.usage import used
from runtime.install import install
from runtime.layout import PROJECT
from runtime.supervisor import Supervisor
from runtime.topology import Topology

PART: Final = "startup"
_REST: Final = 20.0


async def _start(root: Path) -> tuple[Supervisor, float]:
    supervisor = Supervisor(Topology.load(PROJECT / "dapr.yaml"), root=root, binaries=await asyncio.to_thread(install))
    began = time.perf_counter()
    await supervisor.start()
    return supervisor, time.perf_counter() - began


async def _one(root: Path, results: Results, what: str, *, weigh: bool) -> None:
    with machine.conditions(f"starting {what}") as seen:
        supervisor, took = await _start(root)
    try:
        results.add("start", seen[0], how=what, seconds=round(took, 2))
        if weigh:
            with machine.conditions("at rest") as seen:
                pids = {name: pid for name in supervisor.names if (pid := supervisor.pid(name)) is not None}
                before = {name: used([pid]).processor for name, pid in pids.items()}
                await asyncio.sleep(_REST)
                for name, pid in pids.items():
                    now, info = await asyncio.to_thread(used, [pid]), psutil.Process(pid).memory_info()
                    processor = round((now.processor - before[name]) / _REST, 4)
                    results.rows.append(
                        {"what": "at rest", "process": name, "memory_mb": round(now.memory, 1),
                         "resident_mb": round(info.rss / 2**20, 1), "cores": processor}
                    )  # fmt: skip
            whole = [row for row in results.rows if row["what"] == "at rest"]
            results.add(
                "all at rest",
                seen[0],
                memory_mb=round(sum(row["memory_mb"] for row in whole)),
                cores=round(sum(row["cores"] for row in whole), 3),
            )
    finally:
        await supervisor.stop()
        supervisor.remove_data()


async def run() -> Results:
    """Cold: a new folder, every database and stream to be made. Warm: the same folder again."""
    results = Results(PART)
    with tempfile.TemporaryDirectory(prefix="todo-bench-") as folder:
        await _one(Path(folder), results, "cold: nothing there", weigh=True)
        await _one(Path(folder), results, "warm: the same data", weigh=False)
    return results
