"""Which part is broken how and when: a schedule from a seed, and its execution."""

import asyncio
import random
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tests.campaign.network import Partitions
from tests.support.stack import Stack


class Kind(StrEnum):
    """How a process is broken."""

    RESTART = "restart"
    """SIGTERM, as in a rolling restart; the supervisor starts it again."""
    KILL = "kill"
    """SIGKILL; the supervisor starts it again."""
    PAUSE = "pause"
    """SIGSTOP, and SIGCONT later: it comes back with all its connections and an old clock."""
    PARTITION = "partition"
    """It runs, and no packet reaches it or leaves it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One break. `lasts` is seconds; a kill lasts as long as the restart takes."""

    kind: Kind
    process: str
    lasts: float

    def __str__(self) -> str:
        return f"{self.kind} {self.process}" + (f" for {self.lasts:.0f} s" if self.lasts else "")


def schedule(processes: Sequence[str], kinds: Sequence[Kind], dice: random.Random) -> list[Fault]:
    """Every process in every way, in a random order. Pauses and partitions outlast the broker's 5 s for an answer."""
    faults = [
        Fault(kind, process, 0.0 if kind is Kind.KILL else round(dice.uniform(6.0, 9.0), 1))
        for process in processes
        for kind in kinds
    ]
    dice.shuffle(faults)
    return faults


async def inflict(stack: Stack, fault: Fault, partitions: Partitions | None) -> None:
    """Break it, and mend it again."""
    match fault.kind:
        case Kind.RESTART:
            await asyncio.to_thread(stack.restart, fault.process)
        case Kind.KILL:
            await asyncio.to_thread(stack.kill, fault.process)
        case Kind.PAUSE:
            await asyncio.to_thread(stack.signal, fault.process, signal.SIGSTOP)
            try:
                await asyncio.sleep(fault.lasts)
            finally:
                await asyncio.to_thread(stack.signal, fault.process, signal.SIGCONT)
        case Kind.PARTITION:
            assert partitions is not None
            async with partitions.around(lambda: stack.pid(fault.process)):
                await asyncio.sleep(fault.lasts)
