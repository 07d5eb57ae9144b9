"""One run: people, a burst and a schedule of faults on a system of its own; then the check."""

import asyncio
import contextlib
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import psutil

from tests.campaign.checker import Finding, check
from tests.campaign.faults import Fault, Kind, inflict
from tests.campaign.ledger import Ledger
from tests.campaign.network import Partitions
from tests.campaign.readings import read
from tests.campaign.traffic import User, listen
from tests.support.person import Person
from tests.support.stack import Stack

_REST = 4.0  # seconds between two faults
_STANDSTILL = 60.0  # seconds without any reminder after which what is outstanding counts as lost
_CATCH_UP = 900.0  # seconds, at most, for catching up
_SETTLE = 8.0  # seconds in which a repetition would come: more than the broker's 5 s for an answer


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done to the system. Durations are seconds."""

    faults: Sequence[Fault]
    users: int = 20
    gap: float = 2.0
    """Between two actions of one user."""
    burst: int = 0
    """Reminders that are due at one instant, half-way through the faults."""

    @property
    def faults_take(self) -> float:
        """How long the schedule takes, about."""
        return sum(fault.lasts + _REST + 0.5 for fault in self.faults)


@dataclass
class Outcome:
    """What came of a run."""

    ledger: Ledger
    findings: list[Finding]
    burst_due: datetime | None
    seconds: float
    done: list[str] = field(default_factory=list)
    """The faults, as they were made."""
    memory: dict[str, float] = field(default_factory=dict)
    """The most that each process held of its own, in MB: without the pages of its program, which all share."""


async def run(stack: Stack, plan: Plan, dice: random.Random, say: Callable[[str], None]) -> Outcome:
    """Run it; the system is as ready afterwards as before."""
    began = time.monotonic()
    outcome = Outcome(Ledger(), [], None, 0.0)
    async with contextlib.AsyncExitStack() as resources:
        people = [await resources.enter_async_context(Person.registered(stack.url)) for _ in range(plan.users)]
        users = [
            User(person, f"u{number}", outcome.ledger, random.Random(dice.random()))
            for number, person in enumerate(people)
        ]
        background = [asyncio.create_task(listen(person, outcome.ledger)) for person in people]
        background.append(asyncio.create_task(_weigh(stack, outcome.memory)))
        resources.push_async_callback(_end, background)
        await _load(stack, plan, users, outcome, say)
        await asyncio.to_thread(stack.wait_ready)
        say(f"all faults are over, {len(outcome.ledger.outstanding())} reminders are outstanding")
        await _caught_up(outcome.ledger)
        await asyncio.sleep(_SETTLE)
        for task in background:
            if task.done():
                task.result()  # one that failed is a failure of the run
        outcome.findings = check(outcome.ledger, await read(stack))
    outcome.seconds = time.monotonic() - began
    return outcome


async def _load(stack: Stack, plan: Plan, users: list[User], outcome: Outcome, say: Callable[[str], None]) -> None:
    loop = asyncio.get_running_loop()
    end = loop.time() + plan.faults_take
    async with asyncio.TaskGroup() as group:
        for user in users:
            group.create_task(user.work(end, plan.gap))
        if plan.burst:
            due_at = datetime.now(UTC) + timedelta(seconds=max(60.0, plan.faults_take / 2))
            outcome.burst_due = due_at.replace(microsecond=0)
            for user in users:
                group.create_task(user.add_burst(plan.burst // plan.users, outcome.burst_due))
        group.create_task(_break(stack, plan.faults, outcome, say))


async def _break(stack: Stack, faults: Sequence[Fault], outcome: Outcome, say: Callable[[str], None]) -> None:
    cutting = any(fault.kind is Kind.PARTITION for fault in faults)
    with Partitions.prepared() if cutting else contextlib.nullcontext() as partitions:
        for number, fault in enumerate(faults, 1):
            await asyncio.sleep(_REST)
            heard = len(outcome.ledger.rung)
            say(f"{number}/{len(faults)} {fault} ({len(outcome.ledger.wishes)} tasks, {heard} reminders heard)")
            await inflict(stack, fault, partitions)
            outcome.done.append(str(fault))


async def _caught_up(ledger: Ledger) -> None:
    """Until all that must ring was heard, or nothing more comes."""
    loop = asyncio.get_running_loop()
    last = max((wish.last_due for wish in ledger.wishes.values() if wish.last_due), default=datetime.now(UTC))
    began = moved = loop.time() + max(0.0, (last - datetime.now(UTC)).total_seconds())
    heard = len(ledger.rung)
    while ledger.outstanding() and loop.time() < min(moved + _STANDSTILL, began + _CATCH_UP):
        await asyncio.sleep(0.5)
        if len(ledger.rung) > heard:
            heard, moved = len(ledger.rung), max(moved, loop.time())


async def _weigh(stack: Stack, memory: dict[str, float]) -> None:
    while True:
        for name in stack.names:
            pid = stack.pid(name)
            if pid is not None:
                with contextlib.suppress(psutil.Error):
                    held = psutil.Process(pid).memory_info()
                    memory[name] = max(memory.get(name, 0.0), (held.rss - held.shared) / 2**20)
        await asyncio.sleep(1.0)


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
