"""How the comparison judges what fired."""

from pathlib import Path

from bench.alternatives import ledger
from bench.alternatives.alternative import Reminder
from bench.alternatives.compare import judge
from bench.alternatives.ledger import Effect, Ledger

WANTED = [Reminder("a", 100.0), Reminder("b", 100.0), Reminder("c", 100.0)]


def test_each_once() -> None:
    found = judge(WANTED, [Effect(one.id, one.due, one.due + 1.0) for one in WANTED])
    assert (found["lost"], found["twice"], found["early"]) == (0, 0, 0)
    assert found["lag_s"] == {"p50": 1.0, "p99": 1.0, "max": 1.0}


def test_lost_twice_and_early_are_told_apart_and_the_first_counts() -> None:
    effects = [Effect("a", 100.0, 103.0), Effect("a", 100.0, 101.0), Effect("b", 100.0, 99.0)]
    found = judge(WANTED, effects)
    assert (found["lost"], found["twice"], found["early"]) == (1, 1, 1)
    assert found["lag_s"]["max"] == 1.0


def test_others_do_not_count() -> None:
    assert judge(WANTED[:1], [Effect("z", 1.0, 2.0)])["lost"] == 1


def test_the_ledger_keeps_repetitions_and_leaves_out_half_a_line(tmp_path: Path) -> None:
    path = tmp_path / "effects"
    first, second = Ledger(str(path)), Ledger(str(path))
    first.write("a", 1.5)
    second.write("a", 1.5)
    with path.open("a") as file:
        file.write("b 2.0")
    assert [(one.reminder, one.due) for one in ledger.read(path)] == [("a", 1.5), ("a", 1.5)]
    assert ledger.read(tmp_path / "none") == []
