"""Says what a long step is doing, and for how long: one live line on a terminal, else a line every fifteen seconds."""

import contextlib
import sys
import threading
import time
from collections.abc import Iterator
from typing import TextIO

_REDRAW = 0.2
_REPEAT = 15.0


class Step:
    """One step under way."""

    def __init__(self) -> None:
        self.detail = ""

    def update(self, detail: str) -> None:
        """What it is at now."""
        self.detail = detail


class Progress:
    """Reports steps to a stream."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._live = self._stream.isatty()

    def say(self, text: str) -> None:
        """A line."""
        print(text, file=self._stream, flush=True)

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Report while the block runs."""
        step, started, over = Step(), time.monotonic(), threading.Event()
        if not self._live:
            self.say(f"{name} …")
        reporter = threading.Thread(target=self._report, args=(name, step, started, over), daemon=True)
        reporter.start()
        outcome = "failed"
        try:
            yield step
            outcome = "done"
        finally:
            over.set()
            reporter.join()
            clear = "\r\x1b[K" if self._live else ""
            self.say(f"{clear}{name}: {outcome} after {_elapsed(started)}")

    def _report(self, name: str, step: Step, started: float, over: threading.Event) -> None:
        while not over.wait(_REDRAW if self._live else _REPEAT):
            if self._live:
                self._stream.write(f"\r\x1b[K{name} … {_elapsed(started)} {step.detail}"[:110])
                self._stream.flush()
            else:
                self.say(f"{name} … {_elapsed(started)} {step.detail}")


def _elapsed(started: float) -> str:
    minutes, seconds = divmod(int(time.monotonic() - started), 60)
    return f"{minutes}:{seconds:02d}"
