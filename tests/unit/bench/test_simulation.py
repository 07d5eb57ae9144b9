"""The simulation, against what queueing theory says."""

import itertools
import random

import pytest

from bench.simulation import Stage, simulate


def arrivals(rate: float, count: int) -> list[float]:
    source = random.Random(7)
    return list(itertools.accumulate(source.expovariate(rate) for _ in range(count)))


def test_one_server_waits_as_the_theory_says() -> None:
    """M/M/1: the mean time in the system is 1 / (service rate - arrival rate)."""
    took = simulate(arrivals(50.0, 40_000), [Stage("one", 0.01)]).took
    assert sum(took) / len(took) == pytest.approx(1 / (100 - 50), rel=0.1)


def test_two_servers_wait_as_the_theory_says() -> None:
    """M/M/2: the mean time in the system is the service time / (1 - utilization²)."""
    took = simulate(arrivals(120.0, 40_000), [Stage("two", 0.01, at_once=2)]).took
    assert sum(took) / len(took) == pytest.approx(0.01 / (1 - 0.6**2), rel=0.1)


def test_a_line_of_servers_adds_up() -> None:
    """Jackson: each stage of a line is a queue of its own."""
    took = simulate(arrivals(50.0, 40_000), [Stage("a", 0.01), Stage("b", 0.005)]).took
    assert sum(took) / len(took) == pytest.approx(1 / (100 - 50) + 1 / (200 - 50), rel=0.1)


@pytest.mark.parametrize("processors", [1, 2, 4])
def test_a_burst_takes_the_work_divided_by_the_processors(processors: int) -> None:
    stages = [Stage("a", 0.002, at_once=64), Stage("b", 0.003, at_once=64)]
    made = simulate([0.0] * 2000, stages, [Stage("reader", 0.005, at_once=64)], processors=processors)
    assert made.drained == pytest.approx(made.busy / processors, rel=0.02)
    assert made.busy == pytest.approx(2000 * 0.01, rel=0.05)


def test_a_service_with_one_core_is_the_limit_however_many_processors_there_are() -> None:
    made = simulate([0.0] * 1000, [Stage("wide", 0.002, at_once=64), Stage("narrow", 0.004)], processors=16)
    assert max(made.took) == pytest.approx(1000 * 0.004, rel=0.1)


def test_what_works_beside_is_not_waited_for_but_takes_processors() -> None:
    alone = simulate([0.0] * 500, [Stage("a", 0.002)], processors=1)
    beside = simulate([0.0] * 500, [Stage("a", 0.002)], [Stage("reader", 0.002)], processors=1)
    assert len(beside.took) == 500
    assert max(beside.took) > 1.3 * max(alone.took)
    assert beside.drained > max(beside.took)


def test_the_same_seed_gives_the_same() -> None:
    once, again = (simulate([0.0] * 100, [Stage("a", 0.01)], seed=3) for _ in range(2))
    assert once == again
