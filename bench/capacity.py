"""How much it takes for ten million users: computed from the measured figures, and checked against a simulation.

The check: the same simulation, given two processors and the measured work of each process, must come near the measured
burst. Where it does not, the work is waited for and not computed, and the model says by how much it is off.

All of it with everything at the due time. Time ahead makes no reminder cheaper; it moves most of the sharp instant's
work into the minute before, and the model leaves that out: the safe side.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from bench.ahead import at_due
from bench.figures import percentile
from bench.results import FOLDER, read
from bench.simulation import Stage, simulate
from contracts.names import CHAT_API, REMINDER_ACTOR, SCHEDULER

PART: Final = "capacity"
LINE: Final = (
    "dapr-scheduler", f"{SCHEDULER}.daprd", SCHEDULER, f"{REMINDER_ACTOR}.daprd", REMINDER_ACTOR, "broker",
    f"{CHAT_API}.daprd", CHAT_API,
)  # fmt: skip
"""The way of a reminder that fires, by process."""
_GO_AT_ONCE: Final = 64
_DAY: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Demand:
    """What people do. Assumptions, to be replaced by what is seen."""

    users: int = 10_000_000
    reminders_a_day: float = 1.0
    messages_a_day: float = 2.0
    pending_each: float = 3.0
    peak: float = 4.0
    """The busiest hour against the mean."""
    sharp: float = 0.005
    """Of a day's reminders, due at one instant: eight in the morning, sharp."""
    streams: float = 0.02
    """Of the users, with an open page."""
    goal_s: float = 30.0
    """Within which the sharp ones are heard."""

    @property
    def peak_reminders(self) -> float:
        """A second."""
        return self.users * self.reminders_a_day / _DAY * self.peak

    @property
    def peak_messages(self) -> float:
        """A second."""
        return self.users * self.messages_a_day / _DAY * self.peak

    @property
    def sharp_reminders(self) -> int:
        """At one instant."""
        return round(self.users * self.reminders_a_day * self.sharp)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one of a kind bears."""

    utilization: float = 0.6
    store_gb: float = 8.0
    """What etcd's authors advise as the most for one."""
    member_memory_gb: float = 16.0
    streams_a_replica: int = 10_000
    """Of chat-api: open files and memory, not measured above what `chat` says."""
    ocpu_hour: float = 0.01
    gb_hour: float = 0.0015
    """Dollars, Oracle's list price of its arm64 shape (A1), 2026."""


@dataclass(frozen=True, slots=True)
class Work:
    """Processor milliseconds of each process: for a reminder that is set, one that fires, and a chat message of the
    whole system.
    """

    adding: Mapping[str, float]
    firing: Mapping[str, float]
    message: Mapping[str, float]

    @property
    def apps(self) -> tuple[str, ...]:
        """The services: whatever has a sidecar."""
        return tuple(name for name in self.firing if f"{name}.daprd" in self.firing)

    def each(self, process: str) -> float:
        """For a reminder from its setting to its end."""
        return self.adding.get(process, 0.0) + self.firing.get(process, 0.0)


def replicas(work: Work, demand: Demand, limits: Limits) -> dict[str, int]:
    """Of each app: the busiest hour, or the sharp instant within its goal, whichever takes more; an app's process has
    one core, and so has its sidecar."""
    found = {}
    for app in work.apps:
        for_one = []
        for process in (app, f"{app}.daprd"):
            steady = demand.peak_reminders * work.each(process) / 1000
            steady += demand.peak_messages * work.message.get(process, 0.0) / 1000
            sharp = demand.sharp_reminders * work.firing.get(process, 0.0) / 1000 / demand.goal_s
            for_one.append((steady + sharp) / limits.utilization)
        needed = max(1, math.ceil(max(for_one)))
        if app == CHAT_API:
            needed = max(needed, math.ceil(demand.users * demand.streams / limits.streams_a_replica))
        found[app] = needed
    return found


def partitions(found: Mapping[str, int]) -> int:
    """Of each topic: twice the replicas of its largest reader, so that one more replica finds work; a power of two."""
    return int(2 ** math.ceil(math.log2(2 * max(found.values()))))


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Of the straight line through them, by least squares."""
    if len(points) < 2:
        return 0.0
    mean_x, mean_y = (sum(values) / len(points) for values in zip(*points, strict=True))
    across = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / across if across else 0.0


def stages(firing: Mapping[str, float], copies: Mapping[str, int] | None = None) -> tuple[list[Stage], list[Stage]]:
    """The line, and what works beside it, from milliseconds of each process. A service works on one core at a time."""
    line: list[Stage] = []
    beside: list[Stage] = []
    for process, milliseconds in firing.items():
        count = (copies or {}).get(process.removesuffix(".daprd"), 1)
        at_once = count if f"{process}.daprd" in firing or copies else _GO_AT_ONCE
        (line if process in LINE else beside).append(Stage(process, max(0.0, milliseconds) / 1000, at_once))
    return sorted(line, key=lambda one: LINE.index(one.name)), beside


def predict_burst(firing: Mapping[str, float], count: int, processors: int) -> dict[str, float]:
    """Seconds after due of a burst on so many processors: p50, p99, the last."""
    line, beside = stages(firing)
    took = simulate([0.0] * count, line, beside, processors=processors).took
    return {"p50": percentile(took, 0.5), "p99": percentile(took, 0.99), "max": max(took)}


def _largest_burst(document: Mapping[str, Any]) -> Mapping[str, Any]:
    rows = at_due(row for row in document["rows"] if row["what"] == "burst")
    return max(rows, key=lambda row: int(row["count"]))


def _users(row: Mapping[str, Any]) -> int:
    return int(row["users"])


def _work(folder: Path) -> tuple[Work, Mapping[str, Any], int]:
    lag = read("lag", folder)
    burst, cores = _largest_burst(lag), int(lag["hardware"]["cores"])
    message: dict[str, float] = {}
    try:
        message = max((row for row in read("chat", folder)["rows"] if row["what"] == "chat"), key=_users)["cpu_ms"]
    except FileNotFoundError:
        print("no chat was measured: the capacity model is without messages")
    return Work(burst["adding_cpu_ms"], burst["firing_cpu_ms"], message), burst, cores


def model(folder: Path, demand: Demand, limits: Limits) -> dict[str, Any]:
    """All of it, from the parts in the folder.

    Raises:
        FileNotFoundError: lag or pending was never measured.
    """
    work, burst, cores = _work(folder)
    pending = [row for row in read("pending", folder)["rows"] if row["what"] == "pending"]
    copies = replicas(work, demand, limits)
    waiting = demand.users * demand.pending_each
    memory_kb = 1024 * slope([(row["pending"], row["scheduler_memory_mb"]) for row in pending])
    disk_kb = 1024 * slope([(row["pending"], row["scheduler_store_mb"]) for row in pending])
    store_gb, member_gb = waiting * disk_kb / 2**20, waiting * memory_kb / 2**20
    cells = max(1, math.ceil(store_gb / limits.store_gb), math.ceil(member_gb / limits.member_memory_gb))
    disk = burst["disk_kb"]
    database_kb = sum(value for name, value in disk.items() if name.startswith("tasks.db"))
    state_kb = sum(value for name, value in disk.items() if name.endswith((".db", ".db-wal"))) - database_kb
    a_day = demand.users * demand.reminders_a_day
    core_ms = sum(work.each(process) for process in sorted({*work.adding, *work.firing}))
    own_cores = sum(2 * count for count in copies.values())
    hours = core_ms * 1e6 / 1000 / 3600 / limits.utilization
    return {
        "demand": {**asdict(demand), "peak_reminders_per_second": round(demand.peak_reminders),
                   "peak_messages_per_second": round(demand.peak_messages), "sharp_reminders": demand.sharp_reminders,
                   "pending": round(waiting)},
        "limits": asdict(limits),
        "replicas": copies,
        "cores_of_apps_and_sidecars": own_cores,
        "partitions": partitions(copies),
        "scheduler": {
            "memory_kb_a_pending": round(memory_kb, 3), "disk_kb_a_pending": round(disk_kb, 3),
            "memory_gb": round(member_gb, 1), "store_gb": round(store_gb, 1), "cells": cells, "members": 3 * cells,
            "triggers_per_core_second": round(1000 / max(0.001, work.firing.get("dapr-scheduler", 0.001))),
            "free_tier_pending": round(0.8 * 2**20 / disk_kb) if disk_kb > 0 else None,
        },
        "database": {
            "tasks_kb_a_reminder": round(database_kb, 2), "state_kb_a_reminder": round(state_kb, 2),
            "gb_a_day": round(a_day * (database_kb + state_kb) / 2**20, 1),
            "commits_per_second_at_peak": round(demand.peak_reminders * 6 + demand.peak_messages * 2),
        },
        "cost": {
            "core_s_per_1000_set_and_fired": round(core_ms, 2),
            "core_s_per_1000_fired": round(sum(work.firing.values()), 2),
            "core_hours_a_million": round(hours, 2),
            "dollars_a_million": round(hours * (limits.ocpu_hour + 2 * limits.gb_hour), 3),
        },
        "check": _check(work, burst, cores),
        "design": _design(work, copies, demand),
    }  # fmt: skip


def _check(work: Work, burst: Mapping[str, Any], cores: int) -> dict[str, Any]:
    predicted = predict_burst(work.firing, burst["count"], cores)
    measured = burst["heard_s"]
    return {
        "count": burst["count"],
        "processors": cores,
        "measured_s": measured,
        "predicted_s": {name: round(value, 3) for name, value in predicted.items()},
        "measured_over_predicted": {
            name: round(measured[name] / value, 2) for name, value in predicted.items() if value
        },
        "quiet": burst["conditions"]["quiet"],
    }


def _design(work: Work, copies: Mapping[str, int], demand: Demand) -> dict[str, Any]:
    """The sharp instant on what was computed, a processor to each process, at a hundredth of the size and the
    replicas' own share.
    """
    firing = {name: value for name, value in work.firing.items() if name.removesuffix(".daprd") in work.apps}
    line, beside = stages(firing, copies)
    scale = max(1, demand.sharp_reminders // 20_000)
    # A share of the reminders, each of which is so many times the work: the same load at a bearable number of events.
    heavier = [Stage(one.name, one.work * scale, one.at_once) for one in line]
    others = [Stage(one.name, one.work * scale, one.at_once) for one in beside]
    took = simulate([0.0] * (demand.sharp_reminders // scale), heavier, others).took
    return {
        "sharp_reminders": demand.sharp_reminders,
        "predicted_s": {name: round(percentile(took, share), 1) for name, share in (("p50", 0.5), ("p99", 0.99))},
        "goal_s": demand.goal_s,
        "holds": percentile(took, 0.99) <= demand.goal_s,
    }


def write(folder: Path = FOLDER) -> None:
    """Compute it anew, where its parts are there."""
    try:
        found = model(folder, Demand(), Limits())
    except FileNotFoundError as error:
        print(f"no capacity model yet: {error.filename} was never measured")
        return
    (folder / f"{PART}.json").write_text(json.dumps({"part": PART, **found}, indent=2) + "\n")
