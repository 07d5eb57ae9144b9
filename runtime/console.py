"""What a person sees: each line under the name of the process that wrote it, and the same in a file each."""

import re
import sys
from pathlib import Path
from typing import TextIO

NOTICE = "*** "  # begins each line that is the supervisor's own
_COLOURS = (36, 33, 32, 35, 34, 96, 93, 92, 95)
_LARGEST_FILE = 20_000_000  # bytes, then it is rotated during a run too
_KEPT_FILES = 3
# daprd, placement and scheduler write logfmt, NATS its own. Their everyday lines go to the files only.
_ROUTINE = re.compile(
    r"level=(?:info|debug)"
    r'|"level":"(?:info|debug)","ts"'
    r"|\] \d{4}/\d\d/\d\d \S+ \[(?:INF|DBG|TRC)\]"
    r"|Marking prefixes as undeliverable"
)


class Console:
    """Prints lines with aligned, coloured names; `verbose` prints the runtime's everyday lines too."""

    def __init__(self, names: tuple[str, ...], *, verbose: bool = False, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._width = max((len(name) for name in names), default=0)
        self._colour = {name: _COLOURS[i % len(_COLOURS)] for i, name in enumerate(names)}
        self._verbose = verbose
        self.colourful = self._stream.isatty()

    def line(self, name: str, text: str) -> None:
        """One line of a process, or a notice about it; a notice is never hidden."""
        if text.startswith(NOTICE):
            self._write(name, f"\x1b[1;31m{text}\x1b[0m" if self.colourful else text)
        elif self._verbose or not _ROUTINE.search(text):
            self._write(name, text)

    def _write(self, name: str, text: str) -> None:
        label = f"{name:<{self._width}} |"
        if self.colourful:
            label = f"\x1b[{self._colour.get(name, 37)}m{label}\x1b[0m"
        try:
            print(label, text, file=self._stream, flush=True)
        except (BrokenPipeError, ValueError):
            """Nobody reads any more; the files have it."""


class LogFiles:
    """``<folder>/<name>.log``, the earlier runs' beside it as ``.1`` to ``.3``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, TextIO] = {}

    def write(self, name: str, text: str) -> None:
        """Append a line."""
        file = self._files.get(name)
        if file is None:
            file = self._open(name)
        elif file.tell() > _LARGEST_FILE:
            file.close()
            file = self._open(name)
        file.write(text + "\n")

    def close(self) -> None:
        """Close all; a later write opens a new file."""
        while self._files:
            self._files.popitem()[1].close()

    def _open(self, name: str) -> TextIO:
        path = self._folder / f"{name}.log"
        for number in range(_KEPT_FILES, 0, -1):
            older = path if number == 1 else path.with_name(f"{path.name}.{number - 1}")
            if older.exists():
                older.replace(path.with_name(f"{path.name}.{number}"))
        file = path.open("w", encoding="utf-8", buffering=1)
        self._files[name] = file
        return file
