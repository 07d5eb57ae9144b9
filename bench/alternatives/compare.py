"""The same burst, the same steady rate and the same crash, one alternative after the other."""

import asyncio
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench import machine
from bench.ahead import system_name
from bench.alternatives.alternative import Alternative, NotHere, Reminder
from bench.alternatives.apscheduler_sql import ApschedulerSql
from bench.alternatives.celery_redis import CeleryRedis
from bench.alternatives.dapr_alone import DaprJobs, DaprReminders
from bench.alternatives.ledger import Effect
from bench.alternatives.ours import Ours, OursAtDue
from bench.alternatives.temporal_server import TemporalServer
from bench.results import FOLDER, Results, kept, named, spread
from bench.usage import processors, used

PART: Final = "side-by-side"
ALL: Final[Mapping[str, Callable[[Path], Alternative]]] = {
    kind.name: kind for kind in (CeleryRedis, ApschedulerSql, TemporalServer, DaprReminders, DaprJobs, Ours, OursAtDue)
}
_SETTLED: Final = 2.0
_PATIENCE: Final = 180.0
_KILL_AT: Final = 0.25
_LOOK: Final = 0.02
_MARGIN: Final = 1.0


@dataclass(frozen=True, slots=True)
class Load:
    """What each gets: `count` at one instant, `rate` a second for a while, due `ahead` seconds from then or later."""

    count: int
    rate: float
    seconds: float
    ahead: float


def reminders(count: int, due: float, gap: float = 0.0) -> list[Reminder]:
    """So many, `gap` seconds apart."""
    return [Reminder(f"r{number}-{uuid.uuid4().hex[:12]}", due + gap * number) for number in range(count)]


def judge(wanted: Sequence[Reminder], effects: Sequence[Effect]) -> dict[str, Any]:
    """Lost, twice, early; and the lags of the first effect of each, in seconds."""
    ids = {one.id for one in wanted}
    times = Counter(one.reminder for one in effects if one.reminder in ids)
    first: dict[str, Effect] = {}
    for one in effects:
        if one.reminder in ids and (one.reminder not in first or one.at < first[one.reminder].at):
            first[one.reminder] = one
    return {
        "lost": len(wanted) - len(times),
        "twice": sum(count > 1 for count in times.values()),
        "early": sum(one.lag < 0 for one in first.values()),
        "lag_s": spread([one.lag for one in first.values()]),
    }


async def _until_fired(alternative: Alternative, wanted: Sequence[Reminder], patience: float) -> list[Effect]:
    """All effects, when each has had one, and then some time for repetitions; or when patience is at its end."""
    ids, deadline = {one.id for one in wanted}, time.monotonic() + patience
    while time.monotonic() < deadline:
        if ids <= {one.reminder for one in await alternative.effects()}:
            break
        await asyncio.sleep(0.2)
    await asyncio.sleep(_SETTLED)
    return await alternative.effects()


async def _seconds_each(alternative: Alternative, load: Load) -> float:
    """What scheduling a reminder takes, as a tenth of them tells."""
    sample = reminders(max(20, load.count // 10), time.time() + load.ahead + alternative.fire_ahead)
    took = await alternative.schedule(sample)
    await _until_fired(alternative, sample, _PATIENCE)
    return took / len(sample)


async def burst(alternative: Alternative, count: int, ahead: float) -> dict[str, Any]:
    """`count` reminders due at one instant.

    Processor time is told where it can be told apart: that of scheduling when nothing fired meanwhile, that of firing
    when all of it is at the due time.
    """
    idle = await asyncio.to_thread(used, alternative.pids())
    wanted = reminders(count, time.time() + ahead)
    scheduling = await alternative.schedule(wanted)
    scheduled = await asyncio.to_thread(used, alternative.pids())
    alone = time.time() < wanted[0].due - alternative.fire_ahead
    spare = wanted[0].due - time.time() - _MARGIN
    if spare < 0:
        raise NotHere(f"{alternative.name}: scheduling {count} took {scheduling:.0f} s: give more time with --ahead")
    await asyncio.sleep(spare)
    before = processors(alternative.pids())
    effects = await _until_fired(alternative, wanted, _PATIENCE)
    after = await asyncio.to_thread(used, alternative.pids())
    firing = None if alternative.fire_ahead else round((after.processor - before) * 1000 / count, 3)
    return {
        "count": count,
        **judge(wanted, effects),
        "scheduling_s": round(scheduling, 2),
        "scheduling_cpu_ms_each": round((scheduled.processor - idle.processor) * 1000 / count, 3) if alone else None,
        "firing_cpu_ms_each": firing,
        "memory_idle_mb": round(idle.memory),
        "memory_after_mb": round(after.memory),
    }


def to_schedule(rate: float, seconds: float, fire_ahead: float) -> int:
    """How many it takes to measure so many seconds of a steady rate: with time ahead it goes on for that much longer,
    so that those whose lag counts are told while others fire."""
    return round(rate * (seconds + fire_ahead))


async def steady(alternative: Alternative, rate: float, seconds: float, ahead: float) -> dict[str, Any]:
    """So many a second for a while."""
    count, whole = round(rate * seconds), to_schedule(rate, seconds, alternative.fire_ahead)
    wanted = reminders(whole, time.time() + ahead, 1 / rate)
    await alternative.schedule(wanted)
    late = time.time() - wanted[0].due
    await asyncio.sleep(max(0.0, wanted[-1].due - time.time()))
    effects = await _until_fired(alternative, wanted, _PATIENCE)
    return {
        "rate": rate,
        "count": count,
        "added": whole,
        "scheduled_late_s": round(max(0.0, late), 1),
        **judge(wanted, effects),
        "lag_s": judge(wanted[:count], effects)["lag_s"],
    }


async def crash(alternative: Alternative, count: int, ahead: float) -> dict[str, Any]:
    """The burst again; its worker is killed when a quarter has fired."""
    wanted = reminders(count, time.time() + ahead)
    ids = {one.id for one in wanted}
    await alternative.schedule(wanted)
    await asyncio.sleep(max(0.0, wanted[0].due - time.time()))
    deadline = time.monotonic() + _PATIENCE
    fired = 0
    while fired < count * _KILL_AT and time.monotonic() < deadline:
        await asyncio.sleep(_LOOK)
        fired = len(ids & {one.reminder for one in await alternative.effects()})
    await alternative.kill_worker()
    effects = await _until_fired(alternative, wanted, _PATIENCE)
    return {"count": count, "fired_before_kill": fired, **judge(wanted, effects)}


async def _all_of(kind: Callable[[Path], Alternative], load: Load, results: Results) -> None:
    with tempfile.TemporaryDirectory(prefix="todo-bench-") as folder:
        async with kind(Path(folder)) as alternative:
            each = await _seconds_each(alternative, load)

            def ahead(count: int) -> float:
                """How far ahead so many must be due to be scheduled before any fires: half as much again."""
                return max(load.ahead, 5.0 + 1.5 * each * count) + alternative.fire_ahead

            whole = to_schedule(load.rate, load.seconds, alternative.fire_ahead)
            rounds: dict[str, Callable[[], Awaitable[dict[str, Any]]]] = {
                "burst": lambda: burst(alternative, load.count, ahead(load.count)),
                "steady": lambda: steady(alternative, load.rate, load.seconds, ahead(whole)),
                "kill -9 of the worker": lambda: crash(alternative, load.count, ahead(load.count)),
            }
            for what, measure in rounds.items():
                with machine.conditions(f"{alternative.name}, {what}") as seen:
                    figures = await measure()
                results.add(
                    what,
                    seen[0],
                    system=alternative.name,
                    fire_ahead=alternative.fire_ahead,
                    promise=alternative.promise,
                    **figures,
                )


def _others(only: Sequence[str], folder: Path) -> list[dict[str, Any]]:
    return kept(PART, folder, lambda row: named(system_name(row), only))


async def run(load: Load, only: Sequence[str] = (), into: Path = FOLDER) -> Results:
    """All of them, or those with one of these words in their name: the rows of the others stay, with their time."""
    results = Results(PART, _others(only, into))
    for name, kind in ALL.items():
        if not named(name, only):
            continue
        try:
            await _all_of(kind, load, results)
        except Exception as error:  # noqa: BLE001 - whatever it was: the others are measured all the same
            why = str(error) or repr(error)
            print(f"{PART}: {name} is left out: {why}", flush=True)
            results.rows.append({"what": "left out", "system": name, "why": why})
        results.write(into)
    return results
