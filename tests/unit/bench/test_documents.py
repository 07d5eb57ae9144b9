"""The documents hold what was measured, and nothing that was written by hand."""

import json
from pathlib import Path
from typing import Any

from bench import document
from bench.machine import BUSY, Conditions
from bench.results import FOLDER


def test_the_committed_documents_are_those_of_the_committed_results(tmp_path: Path) -> None:
    for path in FOLDER.glob("*.json"):
        (tmp_path / path.name).write_text(path.read_text())
    document.write(tmp_path)
    for name in ("README.md", "capacity.md"):
        if name == "capacity.md" and not (FOLDER / "capacity.json").exists():
            continue
        assert (FOLDER / name).read_text() == (tmp_path / name).read_text(), "run `python -m bench document`"


def test_each_figure_says_what_it_was_taken_on() -> None:
    for path in FOLDER.glob("*.json"):
        kept = json.loads(path.read_text())
        if kept["part"] == "capacity":
            continue
        assert {"hardware", "versions", "command", "taken_at"} <= kept.keys()
        rows = [row for row in kept["rows"] if row["what"] not in {"left out", "at rest"}]
        assert rows
        assert all({"load_average", "quiet"} <= row["conditions"].keys() for row in rows)


def test_a_busy_machine_is_told() -> None:
    assert Conditions(0.5, 0.0, BUSY).quiet
    assert not Conditions(0.5, 0.0, BUSY + 0.01).quiet
    assert not Conditions(0.5, BUSY + 0.01, 0.0).quiet


def compared(system: str, lag: float, **more: object) -> dict[str, Any]:
    return {
        "what": "burst", "system": system, "promise": "", "count": 10, "lost": 0,
        "lag_s": {"p50": lag, "p99": lag, "max": lag},
        "twice": 0, "scheduling_s": 1.0, "scheduling_cpu_ms_each": 1.0, "firing_cpu_ms_each": 1.0,
        "memory_idle_mb": 1, "memory_after_mb": 1, "conditions": {}, **more,
    }  # fmt: skip


def test_who_wins_is_computed_for_both_of_this_system() -> None:
    rows = [
        compared("this system", 2.0, fire_ahead=60.0, firing_cpu_ms_each=None),
        compared("this system, everything at the due time", 5.0, fire_ahead=0.0, firing_cpu_ms_each=4.0),
        compared("fast", 1.0, fire_ahead=0.0),
        compared("slow", 3.0, fire_ahead=0.0),
    ]
    text = document.comparison({"rows": rows})
    assert "- the burst's p99: this system 2; better: fast (1)\n" in text
    assert "- the burst's p99: this system, everything at the due time 5; better: fast (1), slow (3)\n" in text
    assert "- memory at rest: none of them (this system 1)\n" in text


def test_the_processor_time_of_firing_is_told_only_where_all_of_it_is_at_the_due_time() -> None:
    rows = [
        compared("this system", 2.0, fire_ahead=60.0, firing_cpu_ms_each=None),
        compared("this system, everything at the due time", 5.0, fire_ahead=0.0, firing_cpu_ms_each=4.0),
        compared("other", 1.0, fire_ahead=0.0),
    ]
    text = document.comparison({"rows": rows})
    assert "processor time of firing one: this system, everything at the due time 4; better: other (1)\n" in text
    assert "processor time of firing one: this system 4" not in text
    assert "| 1.0, - ms |" in text


def test_results_from_before_there_was_time_ahead_had_everything_at_the_due_time() -> None:
    text = document.comparison({"rows": [compared("this system", 2.0), compared("slow", 3.0)]})
    assert "| this system, everything at the due time | 2.00 |" in text


SHIPPED: dict[str, Any] = {
    "fire_ahead": 60.0, "count": 10, "heard_s": {"p50": 0.1, "p99": 0.2, "max": 0.3}, "memory_mb": 900,
    "conditions": {"load_average": 1.0},
}  # fmt: skip
OLD: dict[str, Any] = {
    "count": 10, "heard_s": {"p50": 1.0, "p99": 2.0, "max": 3.0},
    "turn_begins_s": {"p50": 0.4, "p99": 0.5, "max": 0.6}, "job_done_s": {"p50": 0.7, "p99": 0.8, "max": 0.9},
    "cpu_s_per_1000": 14.5, "memory_mb": 950, "conditions": {"load_average": 2.0},
}  # fmt: skip


class TestLag:
    """What is heard as it ships, beside what it takes at the due time."""

    def text(self, folder: Path, *rows: dict[str, Any]) -> str:
        kept = {"rows": rows, "hardware": dict.fromkeys(("processor", "cores", "memory_gib", "system"), "?"),
                "versions": {"commit": "?"}, "taken_at": "?", "command": "?"}  # fmt: skip
        kept["hardware"]["synced_write_ms"] = "?"
        (folder / "lag.json").write_text(json.dumps(kept))
        return document.readme(folder)

    def test_both_are_in_one_row(self, tmp_path: Path) -> None:
        burst, rate = {"what": "burst"}, {"what": "rate", "per_second": 5}
        text = self.text(
            tmp_path,
            *({**OLD, **kind, "fire_ahead": 0.0} for kind in (rate, burst)),
            *({**SHIPPED, **kind} for kind in (rate, burst)),
        )
        machine = "as it ships: load 1.0; at the due time: load 2.0"
        figures = f"| 100, 200, 300 | 1000, 2000, 3000 | 400, 500, 600 | 700, 800, 900 | 14.5 | 900 | 950 | {machine} |"
        assert f"| 5 a second | 10 {figures}" in text
        assert f"| at one instant | 10 {figures}" in text

    def test_a_rate_that_was_measured_only_at_the_due_time_has_a_row(self, tmp_path: Path) -> None:
        text = self.text(tmp_path, {**OLD, "what": "rate", "per_second": 300, "fire_ahead": 0.0})
        assert "| 300 a second | 10 |  | 1000, 2000, 3000 |" in text

    def test_results_from_before_there_was_time_ahead_had_everything_at_the_due_time(self, tmp_path: Path) -> None:
        text = self.text(tmp_path, {**OLD, "what": "burst"})
        assert "| at one instant | 10 |  | 1000, 2000, 3000 | 400, 500, 600 |" in text
        assert "As it ships it was not measured yet." in text
