"""The capacity model's arithmetic, on figures made up."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench import capacity
from bench.capacity import Demand, Limits, Work, partitions, predict_burst, replicas, slope
from contracts.names import CHAT_API, REMINDER_ACTOR, SCHEDULER

QUIET = {"load_average": 0.1, "others_before": 0.0, "others_meanwhile": 0.0, "quiet": True}
SERVICES = (CHAT_API, REMINDER_ACTOR, SCHEDULER, "audit")
PROCESSES = {name: 2.0 for app in SERVICES for name in (app, f"{app}.daprd")} | {"dapr-scheduler": 1.0, "broker": 0.5}


def work(**firing: float) -> Work:
    each = dict.fromkeys(PROCESSES, 0.0)
    return Work(adding={}, firing=each | {name.replace("_", "-"): value for name, value in firing.items()}, message={})


def test_as_many_replicas_as_the_busiest_hour_takes() -> None:
    """864,000 users with a reminder a day are ten a second, forty at the peak; 15 ms each is 0.6 of a core."""
    demand = Demand(users=864_000, peak=4, sharp=0, streams=0)
    assert replicas(work(reminder_actor=15.0), demand, Limits(utilization=0.6))[REMINDER_ACTOR] == 1
    assert replicas(work(reminder_actor=15.1), demand, Limits(utilization=0.6))[REMINDER_ACTOR] == 2


def test_messages_count_where_they_are_worked_on() -> None:
    """864,000 users with ten messages a day are a hundred a second; 12 ms each is 1.2 cores."""
    demand = Demand(users=864_000, reminders_a_day=0, messages_a_day=10, peak=1, sharp=0, streams=0)
    found = replicas(Work({}, dict.fromkeys(PROCESSES, 0.0), {CHAT_API: 12.0}), demand, Limits(utilization=1.0))
    assert (found[CHAT_API], found[REMINDER_ACTOR]) == (2, 1)


def test_the_sharp_instant_counts_too() -> None:
    """50,000 at one instant, 6 ms each, within 30 s: ten cores at full use."""
    demand = Demand(users=10_000_000, reminders_a_day=1, peak=0, sharp=0.005, goal_s=30, streams=0)
    assert replicas(work(reminder_actor=6.0), demand, Limits(utilization=1.0))[REMINDER_ACTOR] == 10


def test_open_pages_need_replicas_of_the_api() -> None:
    demand = Demand(users=1_000_000, peak=0, sharp=0, streams=0.05)
    assert replicas(work(), demand, Limits(streams_a_replica=10_000))[CHAT_API] == 5


@pytest.mark.parametrize(("largest", "wanted"), [(1, 2), (2, 4), (3, 8), (40, 128)])
def test_partitions_are_a_power_of_two_with_room(largest: int, wanted: int) -> None:
    assert partitions({"a": 1, "b": largest}) == wanted


def test_the_slope_of_a_line() -> None:
    assert slope([(0, 5), (10, 25), (20, 45)]) == pytest.approx(2.0)
    assert slope([(3, 5)]) == 0.0


def test_a_burst_on_two_processors_is_at_least_half_the_work() -> None:
    predicted = predict_burst(PROCESSES, 500, 2)
    assert predicted["max"] <= 500 * sum(PROCESSES.values()) / 1000 / 2 * 1.1
    assert predicted["p50"] < predicted["p99"] <= predicted["max"]


def test_the_whole_model(tmp_path: Path) -> None:
    def part(name: str, *rows: dict[str, Any]) -> None:
        (tmp_path / f"{name}.json").write_text(json.dumps({"hardware": {"cores": 2}, "rows": rows}))

    def waiting(count: int, memory: float, store: float) -> dict[str, Any]:
        return {"what": "pending", "pending": count, "scheduler_memory_mb": memory, "scheduler_store_mb": store}

    lags = {"p50": 1.0, "p99": 2.0, "max": 2.5}
    part(
        "lag",
        {"what": "burst", "count": 300, "adding_cpu_ms": PROCESSES, "firing_cpu_ms": PROCESSES, "heard_s": lags,
         "disk_kb": {"tasks.db": 2.0, "tasks.db-wal": 1.0, "actors.db": 1.0}, "conditions": QUIET},
    )  # fmt: skip
    part("pending", waiting(0, 100, 0), waiting(1024, 102, 1))
    found = capacity.model(tmp_path, Demand(users=1_000_000), Limits())
    assert found["scheduler"]["disk_kb_a_pending"] == pytest.approx(1.0)
    assert found["scheduler"]["memory_kb_a_pending"] == pytest.approx(2.0)
    assert found["database"]["tasks_kb_a_reminder"] == pytest.approx(3.0)
    assert found["database"]["state_kb_a_reminder"] == pytest.approx(1.0)
    assert found["cost"]["core_s_per_1000_set_and_fired"] == pytest.approx(2 * sum(PROCESSES.values()))
    assert found["check"]["measured_over_predicted"]["p99"] > 0
    assert found["design"]["sharp_reminders"] == 5000


def test_the_model_is_of_reminders_with_everything_at_the_due_time(tmp_path: Path) -> None:
    lags = {"p50": 1.0, "p99": 2.0, "max": 2.5}
    due = {"what": "burst", "fire_ahead": 0.0, "count": 100, "adding_cpu_ms": PROCESSES, "firing_cpu_ms": PROCESSES,
           "heard_s": lags, "disk_kb": {}, "conditions": QUIET}  # fmt: skip
    shipped = {"what": "burst", "fire_ahead": 60.0, "count": 300, "heard_s": lags, "disk_kb": {}, "conditions": QUIET}
    (tmp_path / "lag.json").write_text(json.dumps({"hardware": {"cores": 2}, "rows": [due, shipped]}))
    (tmp_path / "pending.json").write_text(json.dumps({"rows": []}))
    found = capacity.model(tmp_path, Demand(users=1_000_000), Limits())
    assert found["check"]["count"] == 100
    assert found["cost"]["core_s_per_1000_fired"] == pytest.approx(sum(PROCESSES.values()))


def test_no_model_without_figures(tmp_path: Path) -> None:
    capacity.write(tmp_path)
    assert not list(tmp_path.iterdir())
