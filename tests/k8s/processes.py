"""Programs as children of the tests: on loopback, with a log, ended with them."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

from tests.components.resources import PROJECT

_LIFELINE = PROJECT / "runtime" / "lifeline.py"
_GRACE = 15.0


class Process:
    """One running program. A context manager."""

    def __init__(
        self, name: str, command: Sequence[str | Path], *, folder: Path, env: Mapping[str, str] | None = None
    ) -> None:
        self.name = name
        self._log = folder / f"{name}.log"
        # It must not outlive a killed test run.
        self._command = [sys.executable, "-I", "-S", _LIFELINE, str(os.getpid()), *map(str, command)]
        self._env = {"PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": str(folder), **(env or {})}
        self._folder = folder
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        with self._log.open("ab") as log:
            self._child = subprocess.Popen(
                self._command,
                env=self._env,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        return self

    def __exit__(self, *_: object) -> None:
        if self._child is None:
            return
        self._child.terminate()
        try:
            self._child.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._child is not None
        return self._child.pid

    @property
    def log(self) -> str:
        """All it wrote so far."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def wait_until(self, ready: Callable[[], bool], *, within: float = 60.0) -> Self:
        """Return once `ready` says so; errors of the connection mean not yet.

        Raises:
            AssertionError: it ended, or was not ready in time; with its last lines.
        """
        deadline = time.monotonic() + within
        while True:
            assert self._child is not None
            assert self._child.poll() is None, f"{self.name} ended with {self._child.returncode}:\n{self.log[-3000:]}"
            if ready():
                return self
            assert time.monotonic() < deadline, f"{self.name} is not ready after {within:g} s:\n{self.log[-3000:]}"
            time.sleep(0.1)

    def wait_exit(self, within: float = 60.0) -> int:
        """Its exit status."""
        assert self._child is not None
        return self._child.wait(within)
