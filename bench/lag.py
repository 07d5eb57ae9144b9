"""From due to heard, stage by stage: at steady rates, in bursts, and with many reminders pending.

Stages, from the services' own logs and the person's own clock: the actor's turn begins (the job was triggered and its
callback has called the actor), the callback has its answer (announced and saved), the person's stream has it.

The system is measured twice. As it ships it fires reminders ahead of their due times: what counts is what is heard, and
the stages before that have no lag. With everything at the due time each stage and its processor time has its figure.
"""

import asyncio
import contextlib
import json
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import grpc.aio
import httpx
from dapr.proto import api_service_v1, api_v1, common_v1
from google.protobuf.any_pb2 import Any as GrpcAny

from bench import machine, people
from bench.ahead import AT_DUE, fire_ahead
from bench.results import FOLDER, Results, kept, named, spread
from bench.system import AS_SHIPPED, System
from bench.usage import processor, used
from contracts.names import REMINDER_ACTOR, REMINDER_JOB_PREFIX, SCHEDULER, reminder_job
from runtime.install import install
from tests.support.person import Ear, Person
from tests.support.stack import Stack

PART: Final = "lag"
PENDING: Final = "pending"
_PEOPLE: Final = 10
_SECONDS: Final = 10.0
_FIRST_ADD_RATE: Final = 4.0
"""Reminders that are surely added a second, before any were; how far ahead they must be due follows."""
_CAUTION: Final = 0.7
_MARGIN: Final = 2.0
_ATTEMPTS: Final = 3
_AT_ONCE: Final = 64
_CALL: Final = 30
_DAPR_SCHEDULER: Final = "dapr-scheduler"


@dataclass(frozen=True, slots=True)
class Run:
    """One round. Lags are seconds after due; processor time is seconds of each process, for the adding and for the
    firing.
    """

    fire_ahead: float
    count: int
    """Of those whose lag counts."""
    added: int
    turn: list[float]
    """Empty with time ahead, as is `done`."""
    done: list[float]
    heard: list[float]
    adding: dict[str, float]
    """Empty when some fired meanwhile."""
    firing: dict[str, float]
    """Empty with time ahead: most of it is not at the due time, and a minute of rest lies in between."""
    added_s: float
    """Seconds until all were added."""
    adding_s: float
    """Seconds of `adding`, until the first was about to fire."""
    firing_s: float
    memory: float
    disk: dict[str, float]
    """MB that came to be, by what holds them."""

    @property
    def add_rate(self) -> float:
        """How many are surely added a second next time."""
        return self.added / self.added_s * _CAUTION


@contextlib.asynccontextmanager
async def system(ahead: float) -> AsyncIterator[System]:
    """The whole system, started; off the event loop."""
    with tempfile.TemporaryDirectory(prefix="todo-bench-") as folder:
        stack = System(Path(folder), await asyncio.to_thread(install), ahead)
        await asyncio.to_thread(stack.__enter__)
        try:
            yield stack
        finally:
            await asyncio.to_thread(stack.__exit__)


def by_process(stack: Stack) -> dict[str, float]:
    """Processor seconds of each so far."""
    pids = {name: stack.pid(name) for name in stack.names}
    return {name: processor(pid) for name, pid in pids.items() if pid is not None}


def _memory(stack: Stack) -> float:
    return used(pid for name in stack.names if (pid := stack.pid(name)) is not None).memory


def _between(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    return {name: after[name] - before[name] for name in before}


def _disk(stack: Stack) -> dict[str, float]:
    """MB of each part of the data."""
    return {part.name: _size(part) for part in stack.layout.data.iterdir() if part.name != "logs"}


class TooSlow(Exception):
    """The first reminders were due before all was ready for them."""


async def measure(stack: System, count: int, gap: float, add_rate: float = _FIRST_ADD_RATE) -> Run:
    """So many, `gap` seconds apart, when `add_rate` are surely added a second; again with more time when they were not.

    Raises:
        TooSlow: three times.
    """
    for attempt in range(_ATTEMPTS):
        try:
            return await _measure(stack, count, gap, add_rate / 3**attempt)
        except TooSlow:
            print(f"{count} reminders were not ready in time, again with more of it", flush=True)
    raise TooSlow(f"{count} reminders, {_ATTEMPTS} times")


def to_add(count: int, gap: float, fire_ahead: float) -> int:
    """How many reminders it takes to measure `count`, `gap` seconds apart.

    At a steady rate some are told while later ones fire. With time ahead the rate must therefore go on for that long
    after those that count, or they would be told with nothing else to do.
    """
    return count + (round(fire_ahead / gap) if gap else 0)


async def _measure(stack: System, count: int, gap: float, add_rate: float) -> Run:
    logs = {name: _Log(stack.layout.logs / f"{name}.log") for name in (REMINDER_ACTOR, SCHEDULER)}
    whole = to_add(count, gap, stack.fire_ahead)
    async with contextlib.AsyncExitStack() as resources:
        crowd = [await resources.enter_async_context(Person.registered(stack.url)) for _ in range(_PEOPLE)]
        ears = [await resources.enter_async_context(person.listening()) for person in crowd]
        # They begin to fire only after the adding, too. Where that takes longer than it should, they fire meanwhile:
        # what is heard is right all the same, what the adding cost is not.
        fires = datetime.now(UTC) + timedelta(seconds=2 * _MARGIN + whole / add_rate)
        first = fires + timedelta(seconds=stack.fire_ahead)
        due: dict[str, datetime] = {}

        async def add(number: int, person: Person) -> None:
            for at in range(number, whole, _PEOPLE):
                task = await people.add(person, f"lag {at}", first + timedelta(seconds=gap * at))
                due[task["reminders"][0]["id"]] = datetime.fromisoformat(task["due_at"])

        disk = _disk(stack)
        idle, began = by_process(stack), time.monotonic()
        try:
            async with asyncio.TaskGroup() as group:
                for number, person in enumerate(crowd):
                    group.create_task(add(number, person))
        except* httpx.HTTPStatusError as refused:  # due in the past
            raise TooSlow(str(refused.exceptions[0])) from refused
        added_s = time.monotonic() - began
        await asyncio.sleep(max(0.0, (fires - datetime.now(UTC)).total_seconds() - _MARGIN))
        before, added = by_process(stack), time.monotonic()
        now = datetime.now(UTC)
        if now >= first:
            raise TooSlow("the burst had begun")
        await _until_heard(ears, whole, within=300 + gap * whole + stack.fire_ahead)
        await asyncio.sleep(1.0)  # the last lines of the logs, and what the other readers of the topics still do
        after, fired = by_process(stack), time.monotonic()
        turn, done = ([], []) if stack.fire_ahead else _stages(logs, due)
        last = first + timedelta(seconds=gap * (count - 0.5))
        heard = [one.lag for ear in ears for one in ear.heard if not gap or one.due_at < last]
        return Run(
            stack.fire_ahead,
            count,
            whole,
            turn,
            done,
            heard,
            _between(idle, before) if now < fires else {},
            {} if stack.fire_ahead else _between(before, after),
            added_s,
            added - began,
            fired - added,
            await asyncio.to_thread(_memory, stack),
            {name: size - disk.get(name, 0.0) for name, size in _disk(stack).items()},
        )


def _stages(logs: Mapping[str, "_Log"], due: Mapping[str, datetime]) -> tuple[list[float], list[float]]:
    """Seconds after due at which turns began, and at which jobs were done."""
    turn = [line["lag_seconds"] for line in logs[REMINDER_ACTOR].lines("reminder fired")]
    jobs = {reminder_job(name): at for name, at in due.items()}
    done = [
        (datetime.fromisoformat(line["timestamp"]) - jobs[line["job"]]).total_seconds()
        for line in logs[SCHEDULER].lines("job done")
        if line["job"] in jobs
    ]
    return turn, done


async def _until_heard(ears: Sequence[Ear], count: int, within: float) -> None:
    async with asyncio.timeout(within):
        while sum(len(ear.heard) for ear in ears) < count:
            await asyncio.sleep(0.1)


class _Log:
    """What a service has logged since."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._from = path.stat().st_size if path.exists() else 0

    def lines(self, event: str) -> list[dict[str, Any]]:
        with self._path.open() as file:
            file.seek(self._from)
            return [found for line in file if f'"{event}"' in line and (found := json.loads(line))["event"] == event]


def figures(made: Run) -> dict[str, Any]:
    """What it tells; nothing of what its time ahead leaves without a meaning."""
    found: dict[str, Any] = {
        "fire_ahead": made.fire_ahead,
        "count": made.count,
        "added": made.added,
        "heard_p99_s": spread(made.heard)["p99"],
        "heard_s": spread(made.heard),
        "memory_mb": round(made.memory),
        "disk_kb": {name: round(value * 1024 / made.added, 2) for name, value in made.disk.items() if value > 0},
    }
    if made.adding:
        found["adding_cpu_ms"] = _each(made.adding, made.added)
    if made.firing:
        found |= {
            "turn_begins_s": spread(made.turn),
            "job_done_s": spread(made.done),
            "cpu_s_per_1000": round(sum(made.firing.values()) * 1000 / made.added, 2),
            "firing_cpu_ms": _each(made.firing, made.added),
        }
    return found


def _each(seconds: Mapping[str, float], count: int) -> dict[str, float]:
    return {name: round(value * 1000 / count, 3) for name, value in seconds.items()}


@dataclass(frozen=True, slots=True)
class Load:
    """So many a second for a while, or at one instant."""

    fire_ahead: float
    per_second: float | None
    count: int

    def __str__(self) -> str:
        much = f"{self.per_second:g} a second" if self.per_second else f"{self.count} at one instant"
        return f"{much}, {self.fire_ahead:g} s ahead"

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Load":
        """That of a row of results."""
        return cls(fire_ahead(row), row.get("per_second"), row["count"])

    @property
    def place(self) -> tuple[bool, float, float, int]:
        """Its place among the results."""
        return not self.per_second, self.fire_ahead, self.per_second or 0.0, self.count


async def run(
    rates: Sequence[float], bursts: Sequence[int], at_most: int, only: Sequence[str] = (), into: Path = FOLDER
) -> Results:
    """Each with everything at the due time, and as shipped; on one running system for each, one after the other.

    A steady rate that takes more than `at_most` reminders as shipped is left out: adding them takes minutes. With words
    in `only`, those that have one of them in their name ("100 a second, 60 s ahead"); the rows of the others stay.
    """

    results = Results(PART, kept(PART, into, lambda row: named(str(Load.of(row)), only)))
    for ahead in (AT_DUE, AS_SHIPPED):
        steady = [Load(ahead, rate, max(15, round(rate * _SECONDS))) for rate in rates]
        loads = [load for load in (*steady, *(Load(ahead, None, count) for count in bursts)) if named(str(load), only)]
        if loads:
            async with system(ahead) as stack:
                await _run(stack, loads, at_most, results, into)
    return results


async def _run(stack: System, loads: Sequence[Load], at_most: int, results: Results, into: Path) -> None:
    made = await measure(stack, 40, 0.0)  # the first ones open connections
    for load in loads:
        gap = 1 / load.per_second if load.per_second else 0.0
        if load.fire_ahead and to_add(load.count, gap, load.fire_ahead) > at_most:
            print(f"{load}: left out, it takes too many reminders", flush=True)
            continue
        with machine.conditions(str(load)) as seen:
            made = await measure(stack, load.count, gap, made.add_rate)
        rate = {"per_second": load.per_second} if load.per_second else {}
        results.add("rate" if rate else "burst", seen[0], **rate, **figures(made))
        results.rows.sort(key=lambda row: Load.of(row).place)
        results.write(into)


async def _fill(stack: Stack, numbers: range) -> float:
    """Schedule jobs of a year from now as the scheduler service would; seconds for all."""
    ports, token = stack.ports(f"{SCHEDULER}.daprd"), tuple(stack.token_headers(SCHEDULER).items())
    due = (datetime.now(UTC) + timedelta(days=365)).isoformat(timespec="seconds").replace("+00:00", "Z")
    constant = common_v1.JobFailurePolicyConstant()
    constant.interval.FromSeconds(3)
    policy = common_v1.JobFailurePolicy(constant=constant)
    left = iter(numbers)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{ports['grpc']}") as channel:
        stub = api_service_v1.DaprStub(channel)

        async def lane() -> None:
            for number in left:
                body = json.dumps({"reminder_id": f"pending-{number}", "due_at": due, "traceparent": "0" * 55}).encode()
                data = GrpcAny(type_url="type.googleapis.com/google.protobuf.BytesValue", value=body)
                job = api_v1.Job(
                    name=f"{REMINDER_JOB_PREFIX}pending-{number}", due_time=due, data=data, failure_policy=policy
                )
                await stub.ScheduleJobAlpha1(api_v1.ScheduleJobRequest(job=job), timeout=_CALL, metadata=token)

        began = time.perf_counter()
        await asyncio.gather(*(lane() for _ in range(_AT_ONCE)))
        return time.perf_counter() - began


async def _list(stack: Stack) -> dict[str, object]:
    """What the repair sweep asks for: all jobs in one answer; seconds, or why there is none."""
    ports, token = stack.ports(f"{SCHEDULER}.daprd"), tuple(stack.token_headers(SCHEDULER).items())
    options = [("grpc.max_receive_message_length", -1)]  # as the services have it
    async with grpc.aio.insecure_channel(f"127.0.0.1:{ports['grpc']}", options) as channel:
        began = time.perf_counter()
        try:
            await api_service_v1.DaprStub(channel).ListJobs(api_v1.ListJobsRequest(), timeout=_CALL, metadata=token)
        except grpc.aio.AioRpcError as error:
            return {"listing_s": None, "listing_refused": f"{error.code().name}: {error.details()}"[:200]}
        return {"listing_s": round(time.perf_counter() - began, 3)}


def _size(there: Path) -> float:
    """MB on the disk."""
    files = [there] if there.is_file() else [path for path in there.rglob("*") if path.is_file()]
    total = 0
    for path in files:
        with contextlib.suppress(FileNotFoundError):
            total += path.stat().st_blocks * 512
    return total / 2**20


async def run_pending(sizes: Sequence[int], probes: int, into: Path = FOLDER) -> Results:
    """Fill up to each size in turn; at each, `probes` reminders at 10 a second go the whole way.

    With everything at the due time: time ahead would hide a scheduler that many pending make slow.
    """
    results = Results(PENDING)
    async with system(AT_DUE) as stack:
        made = await measure(stack, 40, 0.05)
        there = 0
        for size in (0, *sizes):
            with machine.conditions(f"{size} pending") as seen:
                scheduler = stack.pid(_DAPR_SCHEDULER)
                assert scheduler is not None
                before = await asyncio.to_thread(used, [scheduler])
                took = await _fill(stack, range(there, size))
                filled = await asyncio.to_thread(used, [scheduler])
                made = await measure(stack, probes, 0.1, made.add_rate)
                after = await asyncio.to_thread(used, [scheduler])
            added, there = size - there, size
            results.add(
                "pending",
                seen[0],
                pending=size,
                scheduled_per_second=round(added / took) if added else None,
                scheduling_cpu_ms_each=round((filled.processor - before.processor) * 1000 / added, 3)
                if added
                else None,
                scheduler_memory_mb=round(after.memory),
                scheduler_disk_mb=round(_size(stack.layout.scheduler)),
                **await _list(stack),
                scheduler_store_mb=round(sum(_size(one) for one in stack.layout.scheduler.rglob("db")), 1),
                **figures(made),
            )
            results.write(into)  # the largest size may take an hour
    return results
