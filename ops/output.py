"""How answers are printed: tables for people, JSON for programs."""

import json
import sys
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

_COLOURS = {
    "good": "green",
    "ready": "green",
    "waiting": "yellow",
    "not ready": "yellow",
    "bad": "bold red",
    "silent": "bold red",
}

_WIDE = 200  # columns, where nobody's terminal says how many there are


class Output:
    """Where a command's answer goes."""

    def __init__(self, *, as_json: bool, console: Console | None = None) -> None:
        self.as_json = as_json
        self._console = console or Console(width=None if sys.stdout.isatty() else _WIDE)

    def document(self, content: Any) -> None:
        """JSON on one call's standard output, and nothing else there."""
        print(json.dumps(content, indent=2, ensure_ascii=False))

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]], *, empty: str) -> None:
        """Rows of plain text: what a message holds is never taken for mark-up."""
        if not rows:
            self.line(empty)
            return
        table = Table(*columns, box=None, pad_edge=False, header_style="bold")
        for row in rows:
            table.add_row(*(Text(printable(cell), style=_COLOURS.get(cell, "")) for cell in row))
        self._console.print(table)

    def progress(self) -> Progress:
        """Bars on standard error, where nobody's program reads; a context manager."""
        return Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            disable=self.as_json,
        )

    def heading(self, text: str) -> None:
        """A title above what follows."""
        self._console.print(Text(printable(text), style="bold"))

    def coloured(self, text: str, mood: str) -> None:
        """A sentence that is good, waiting, bad or off."""
        self._console.print(Text(printable(text), style=_COLOURS.get(mood, "")))

    def line(self, text: str) -> None:
        """A sentence."""
        self._console.print(Text(printable(text)))


def printable(text: str) -> str:
    """Without control characters: what a message holds must not command a terminal."""
    return "".join(character if character.isprintable() or character == "\n" else "�" for character in text)
