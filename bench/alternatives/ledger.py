"""The effect of a reminder: a line in a file, on the disk before the reminder counts as done.

It only appends, so that one that fires twice is seen twice. The workers of the alternatives run in an environment of
their own: nothing but the standard library here.
"""

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

VARIABLE: Final = "BENCH_LEDGER"


@dataclass(frozen=True, slots=True)
class Effect:
    """A reminder that fired. Instants are seconds since 1970."""

    reminder: str
    due: float
    at: float

    @property
    def lag(self) -> float:
        """Seconds from due to the effect."""
        return self.at - self.due


class Ledger:
    """One worker's handle on the file."""

    def __init__(self, path: str) -> None:
        self._handle = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)

    @classmethod
    def of_worker(cls) -> "Ledger":
        """The one that the benchmark named."""
        return cls(os.environ[VARIABLE])

    def write(self, reminder: str, due: float) -> None:
        """Carry the effect out; returns when it is on the disk."""
        os.write(self._handle, f"{reminder} {due:.6f} {time.time():.6f}\n".encode())
        os.fdatasync(self._handle)


def read(path: Path) -> list[Effect]:
    """All effects so far."""
    if not path.exists():
        return []
    text = path.read_text()
    whole = text[: text.rfind("\n") + 1]
    return [Effect(name, float(due), float(at)) for name, due, at in (line.split() for line in whole.splitlines())]
