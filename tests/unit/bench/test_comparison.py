"""How the comparison judges what fired."""

import json
from pathlib import Path

from bench.alternatives import compare, ledger
from bench.alternatives.alternative import Reminder
from bench.alternatives.compare import ALL, judge, to_schedule
from bench.alternatives.ledger import Effect, Ledger
from bench.alternatives.ours import Ours, OursAtDue
from contracts.names import CHAT_API, REMINDER_ACTOR

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


def test_with_time_ahead_a_steady_rate_goes_on_for_that_much_longer() -> None:
    assert to_schedule(100.0, 10.0, fire_ahead=0.0) == 1000
    assert to_schedule(100.0, 10.0, fire_ahead=60.0) == 7000


def test_this_system_is_compared_twice_and_its_crash_hits_what_works_at_the_due_time() -> None:
    assert {Ours.name, OursAtDue.name} <= ALL.keys()
    assert (Ours.fire_ahead > 0, Ours.worker) == (True, CHAT_API)
    assert (OursAtDue.fire_ahead, OursAtDue.worker) == (0, REMINDER_ACTOR)
    assert all(kind.fire_ahead == 0 for name, kind in ALL.items() if name != Ours.name)


def test_rows_of_those_that_are_not_measured_again_stay_with_their_time(tmp_path: Path) -> None:
    earlier = [{"what": "burst", "system": "Celery"}, {"what": "burst", "system": "this system"}]
    (tmp_path / "side-by-side.json").write_text(json.dumps({"taken_at": "2026-01-02T03:04:05", "rows": earlier}))
    kept = compare._others(["this system"], tmp_path)
    assert kept == [{"taken_at": "2026-01-02T03:04:05", "what": "burst", "system": "Celery"}]
    assert compare._others(["this system"], tmp_path / "nowhere") == []
