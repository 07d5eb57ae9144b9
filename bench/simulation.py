"""A discrete-event simulation of a line of stages that share processors: what a burst does, before it is tried.

Each stage is a process: it works on some jobs at once, and needs a processor for each. Processors are taken in the
order in which they are asked for. A job that has left the line may leave work behind for others (readers of a topic):
it takes processors, and nobody waits for it.
"""

import heapq
import itertools
import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Stage:
    """`work` is mean processor seconds a job (exponential), `at_once` how many jobs it works on."""

    name: str
    work: float
    at_once: int = 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """Seconds that each job took through the line, from the first arrival until nothing was left, and processor
    seconds.
    """

    took: list[float]
    drained: float
    busy: float


@dataclass(slots=True)
class _Server:
    """A stage, its free places, and who waits for one, by arrival."""

    stage: Stage
    free: int
    waiting: deque[float] = field(default_factory=deque)


def simulate(
    arrivals: Sequence[float],
    stages: Sequence[Stage],
    beside: Sequence[Stage] = (),
    *,
    processors: int | None = None,
    seed: int = 1,
) -> Outcome:
    """Jobs that arrive at these seconds.

    Args:
        arrivals: seconds, in any order.
        stages: the way of each job.
        beside: what each job leaves behind when it is through, on processes of their own.
        processors: shared by all; None for one to each place of each stage.
        seed: of the work's spread.
    """
    line = _Line(stages, beside, processors, seed)
    for at in arrivals:
        line.enter(0, at, at)
    return line.run(min(arrivals))


class _Line:
    def __init__(self, stages: Sequence[Stage], beside: Sequence[Stage], processors: int | None, seed: int) -> None:
        self._length = len(stages)
        self._servers = [_Server(stage, stage.at_once) for stage in (*stages, *beside)]
        self._free = processors if processors is not None else sum(one.at_once for one in (*stages, *beside))
        self._asking: deque[tuple[int, float]] = deque()
        self._random = random.Random(seed)  # noqa: S311 - a simulation
        self._order = itertools.count()
        # (instant, order, whether work ends there or a job arrives, stage, the job's arrival in the line)
        self._events: list[tuple[float, int, bool, int, float]] = []
        self._took: list[float] = []
        self._busy = 0.0

    def enter(self, number: int, began: float, at: float) -> None:
        heapq.heappush(self._events, (at, next(self._order), False, number, began))

    def run(self, first: float) -> Outcome:
        now = first
        while self._events:
            now, _, ends, number, began = heapq.heappop(self._events)
            if ends:
                self._end(number, began, now)
            else:
                self._arrive(number, began, now)
        return Outcome(self._took, now - first, self._busy)

    def _arrive(self, number: int, began: float, now: float) -> None:
        server = self._servers[number]
        if server.free:
            server.free -= 1
            self._ask(number, began, now)
        else:
            server.waiting.append(began)

    def _ask(self, number: int, began: float, now: float) -> None:
        if self._free:
            self._free -= 1
            self._begin(number, began, now)
        else:
            self._asking.append((number, began))

    def _begin(self, number: int, began: float, now: float) -> None:
        mean = self._servers[number].stage.work
        work = self._random.expovariate(1 / mean) if mean > 0 else 0.0
        self._busy += work
        heapq.heappush(self._events, (now + work, next(self._order), True, number, began))

    def _end(self, number: int, began: float, now: float) -> None:
        server = self._servers[number]
        if number < self._length - 1:
            self.enter(number + 1, began, now)
        elif number == self._length - 1:
            self._took.append(now - began)
            for other in range(self._length, len(self._servers)):
                self.enter(other, began, now)
        self._free += 1
        if self._asking:
            self._free -= 1
            self._begin(*self._asking.popleft(), now)
        if server.waiting:
            self._ask(number, server.waiting.popleft(), now)
        else:
            server.free += 1
