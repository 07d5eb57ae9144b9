"""Percentiles, and a table of them."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile; `share` is 0 to 1."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


@dataclass(frozen=True, slots=True)
class Figure:
    """One row: durations in seconds."""

    what: str
    values: Sequence[float]
    note: str = ""

    def as_dict(self) -> dict[str, object]:
        """For JSON; milliseconds."""
        return {
            "what": self.what,
            "count": len(self.values),
            "p50_ms": round(percentile(self.values, 0.50) * 1000, 3),
            "p99_ms": round(percentile(self.values, 0.99) * 1000, 3),
            "max_ms": round(max(self.values) * 1000, 3),
            "note": self.note,
        }


def report(
    figures: Sequence[Figure], ratios: dict[str, float], understanding: Sequence[dict[str, object]], path: Path
) -> None:
    """Print the table, and keep the numbers as JSON; with them those of `understanding`, which are printed already."""
    table = Table(title="Benchmarks", title_justify="left")
    table.add_column("what")
    for column in ("n", "p50 ms", "p99 ms", "max ms"):
        table.add_column(column, justify="right")
    table.add_column("note")
    rows = [figure.as_dict() for figure in figures]
    for row in rows:
        table.add_row(
            *(str(row[key]) for key in ("what", "count", "p50_ms", "p99_ms", "max_ms", "note")),
        )
    console = Console()
    console.print(table)
    for name, value in ratios.items():
        console.print(f"{name}: {value:.2f}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"figures": rows, "ratios": ratios, "understanding": understanding}, indent=2) + "\n")
    console.print(f"Kept in {path}")
