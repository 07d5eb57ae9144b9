"""What was measured, kept as one JSON file for each part, with all that it takes to judge it."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from bench import machine
from bench.figures import percentile
from runtime.layout import PROJECT

FOLDER: Final = PROJECT / "docs" / "benchmarks"


@dataclass
class Results:
    """Rows of one part; each has the `Conditions` it was measured under."""

    part: str
    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(self, what: str, conditions: machine.Conditions, **figures: object) -> None:
        """A row, printed too."""
        row = {"what": what, **figures, "conditions": conditions.as_dict()}
        self.rows.append(row)
        shown = ", ".join(f"{name} {value}" for name, value in figures.items() if not isinstance(value, dict | list))
        print(f"{self.part}: {what}: {shown}", flush=True)

    def write(self, folder: Path = FOLDER) -> Path:
        """Keep them; the file."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.part}.json"
        document = {
            "part": self.part,
            "command": " ".join(["python -m bench", *sys.argv[1:]]),
            "taken_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "hardware": machine.hardware(),
            "versions": machine.software(),
            "rows": self.rows,
        }
        path.write_text(json.dumps(document, indent=2) + "\n")
        print(f"{self.part}: kept in {path}", flush=True)
        return path


def spread(values: list[float], unit: float = 1.0, digits: int = 3) -> dict[str, float]:
    """p50, p99 and the greatest of seconds, times `unit`."""
    if not values:
        return {}
    points = {"p50": percentile(values, 0.5), "p99": percentile(values, 0.99), "max": max(values)}
    return {name: round(value * unit, digits) for name, value in points.items()}


def read(part: str, folder: Path = FOLDER) -> dict[str, Any]:
    """A part as it was kept.

    Raises:
        FileNotFoundError: it was never measured.
    """
    document: dict[str, Any] = json.loads((folder / f"{part}.json").read_text())
    return document


def named(name: str, only: Sequence[str]) -> bool:
    """Whether one of these words is in the name of what is measured; without words, all are meant."""
    return not only or any(word.lower() in name.lower() for word in only)


def kept(part: str, folder: Path, remade: Callable[[Mapping[str, Any]], bool]) -> list[dict[str, Any]]:
    """The rows of a part that are not to be measured anew, with the time they were taken at."""
    try:
        document = read(part, folder)
    except FileNotFoundError:
        return []
    return [{"taken_at": document["taken_at"], **row} for row in document["rows"] if not remade(row)]
