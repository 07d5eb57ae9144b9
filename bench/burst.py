"""``python -m bench.burst``: many reminders due at one instant; their lag, and what each process paid for it.

Processor time is what a busy machine cannot blur: it says where to look, whatever else runs. With time ahead it is only
what is left to do at the due time; ``--fire-ahead 0`` has all of it there.
"""

import argparse
import asyncio
import contextlib
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from bench.figures import percentile
from bench.system import AS_SHIPPED, System
from runtime.install import install
from tests.support.person import Person
from tests.support.stack import Stack

_LISTENERS = 10
_SCHEDULED_WITHIN = 300.0
_HEARD_WITHIN = 300.0


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process has used so far, or between two looks. Seconds and MB."""

    processor: float
    resident: float
    anonymous: float


def usage(stack: Stack) -> dict[str, Usage]:
    """Of each process."""
    found = {}
    for name in stack.names:
        pid = stack.pid(name)
        if pid is not None:
            process = psutil.Process(pid)
            times, memory = process.cpu_times(), process.memory_info()
            found[name] = Usage(times.user + times.system, memory.rss / 2**20, (memory.rss - memory.shared) / 2**20)
    return found


def nothing() -> None:
    """Do nothing."""


@dataclass(frozen=True, slots=True)
class Burst:
    """What came of one."""

    adding: float
    """Seconds until all were added."""
    scheduling: float
    """Seconds until all had their job, from the first that was added."""
    lags: list[float]
    used: dict[str, Usage]
    """Processor time during the burst; memory after it."""


async def burst(
    stack: Stack,
    count: int,
    ahead: float,
    gap: float = 0.0,
    *,
    before_adding: Callable[[], None] = nothing,
    before_due: Callable[[], None] = nothing,
) -> Burst:
    """So many, the first `ahead` seconds from now, `gap` seconds apart."""
    async with contextlib.AsyncExitStack() as resources:
        people = [await resources.enter_async_context(Person.registered(stack.url)) for _ in range(_LISTENERS)]
        ears = [await resources.enter_async_context(person.listening()) for person in people]
        each = count // len(people)
        due_at = datetime.now(UTC) + timedelta(seconds=ahead)
        before_adding()
        began = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for number, person in enumerate(people):
                group.create_task(_add(person, each, due_at, number * gap, gap * len(people)))
        adding = time.perf_counter() - began
        await _until_scheduled(people, each)
        scheduling = time.perf_counter() - began
        wait = (due_at - datetime.now(UTC)).total_seconds() - 0.5
        if wait < 0:
            raise SystemExit(f"scheduling took {scheduling:.1f} s: give more time with --ahead")
        await asyncio.sleep(wait)
        before_due()
        before = usage(stack)
        await asyncio.gather(*(ear.wait_for(each, within=_HEARD_WITHIN + gap * count) for ear in ears))
        await asyncio.sleep(1.0)
        after = usage(stack)
        used = {
            name: Usage(after[name].processor - before[name].processor, after[name].resident, after[name].anonymous)
            for name in after
        }
        return Burst(adding, scheduling, [one.lag for ear in ears for one in ear.heard], used)


async def _add(person: Person, count: int, due_at: datetime, offset: float, gap: float) -> None:
    for number in range(count):
        await person.add(f"burst {number}", due_at + timedelta(seconds=offset + gap * number))


async def _until_scheduled(people: list[Person], each: int) -> None:
    async with asyncio.timeout(_SCHEDULED_WITHIN):
        for person in people:
            while True:
                rows = (await person.client.get("/api/v1/tasks", params={"limit": 500})).json()
                # Where too little time was given, some have fired already: burst() says so.
                if sum(row["reminders"][0]["status"] != "pending" for row in rows) == min(each, 500):
                    break
                await asyncio.sleep(0.5)


def show(made: Burst, count: int, fire_ahead: float) -> None:
    """Print it, and what of the work is not in it."""
    console = Console(width=120)
    lags = made.lags
    console.print(
        f"{count} reminders: added in {made.adding:.1f} s, scheduled after {made.scheduling:.1f} s; lag p50 "
        f"{percentile(lags, 0.5):.3f}  p99 {percentile(lags, 0.99):.3f}  max {max(lags):.3f} s",
        highlight=False,
    )
    if fire_ahead:
        console.print(
            f"They fired up to {fire_ahead:g} s ahead: the processor time is that of what was left at the due time.",
            highlight=False,
        )
    table = Table("process", "CPU s", "ms a reminder", "resident MB", "of it its own")
    for name, one in sorted(made.used.items(), key=lambda item: -item[1].processor):
        table.add_row(
            name,
            f"{one.processor:.2f}",
            f"{one.processor * 1000 / count:.2f}",
            f"{one.resident:.0f}",
            f"{one.anonymous:.0f}",
        )
    total = sum(one.processor for one in made.used.values())
    table.add_row("all", f"{total:.2f}", f"{total * 1000 / count:.2f}", "", "")
    console.print(table)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.burst", description=__doc__)
    parser.add_argument("--count", type=int, default=2000, help="reminders (2000)")
    parser.add_argument("--ahead", type=float, help="seconds until they are due (60, and the time ahead)")
    parser.add_argument(
        "--rate",
        type=float,
        default=0.0,
        help="due so many a second, instead of all at once; steady when that lasts longer than the time ahead",
    )
    parser.add_argument(
        "--fire-ahead",
        type=float,
        default=AS_SHIPPED,
        metavar="SECONDS",
        help=f"before they are due they begin to fire; 0: at the due time (the service's own, {AS_SHIPPED:g})",
    )
    options = parser.parse_args()
    fire_ahead = options.fire_ahead
    ahead = 60.0 + fire_ahead if options.ahead is None else options.ahead
    with (
        tempfile.TemporaryDirectory(prefix="todo-burst-") as folder,
        System(Path(folder), install(), fire_ahead) as stack,
    ):
        gap = 1.0 / options.rate if options.rate else 0.0
        show(asyncio.run(burst(stack, options.count, ahead, gap)), options.count, fire_ahead)


if __name__ == "__main__":
    main()
