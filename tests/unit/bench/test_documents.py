"""The documents hold what was measured, and nothing that was written by hand."""

import json
from pathlib import Path

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


def test_who_wins_is_computed() -> None:
    def row(system: str, lag: float) -> dict[str, object]:
        return {
            "what": "burst", "system": system, "promise": "", "count": 10, "lost": 0,
            "lag_s": {"p50": lag, "p99": lag, "max": lag},
            "twice": 0, "scheduling_s": 1.0, "scheduling_cpu_ms_each": 1.0, "firing_cpu_ms_each": 1.0,
            "memory_idle_mb": 1, "memory_after_mb": 1, "conditions": {},
        }  # fmt: skip

    rows = [row("this system", 2.0), row("fast", 1.0), row("slow", 3.0)]
    text = document.comparison({"rows": rows})
    assert "- the burst's p99: this system 2; better: fast (1)\n" in text
    assert "- memory at rest: none of them (this system 1)\n" in text
