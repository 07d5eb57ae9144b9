"""How answers are printed: tables for people, JSON for programs."""

import json
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text


class Output:
    """Where a command's answer goes."""

    def __init__(self, *, as_json: bool, console: Console | None = None) -> None:
        self.as_json = as_json
        self._console = console or Console()

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
            table.add_row(*(Text(printable(cell)) for cell in row))
        self._console.print(table)

    def line(self, text: str) -> None:
        """A sentence."""
        self._console.print(Text(printable(text)))


def printable(text: str) -> str:
    """Without control characters: what a message holds must not command a terminal."""
    return "".join(character if character.isprintable() or character == "\n" else "�" for character in text)
