"""``python -m bench.profile PROCESS…``: where services spend their processor time while a burst of reminders fires.

py-spy samples the Python services from outside, only while they hold the interpreter's lock; what it prints for each is
the functions with the largest share, with what they call and by themselves. Everything happens at the due time: with
time ahead most of firing would be over by then. The environment is that of the benchmarks.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.ahead import AT_DUE
from bench.burst import burst, nothing, show
from bench.system import System
from runtime.install import install
from runtime.layout import PROJECT

_RATE: Final = 400
"""Samples a second."""
_FUNCTIONS: Final = 25


@dataclass(frozen=True, slots=True)
class Profile:
    """Samples by function."""

    samples: int = 0
    inclusive: Counter[str] = field(default_factory=Counter)
    """In which it was anywhere on the stack."""
    own: Counter[str] = field(default_factory=Counter)
    """In which it was on top."""


def read(lines: Iterable[str]) -> Profile:
    """Of py-spy's raw format: a line for each stack, frames separated by semicolons, and how often it was seen."""
    samples, inclusive, own = 0, Counter[str](), Counter[str]()
    for line in lines:
        stack, _, seen = line.rstrip().rpartition(" ")
        frames, times = stack.split(";"), int(seen)
        samples += times
        own[frames[-1]] += times
        for frame in set(frames):
            inclusive[frame] += times
    return Profile(samples, inclusive, own)


def table(name: str, profile: Profile) -> Table:
    """The functions with the largest shares."""
    made = Table("function", "with what it calls", "by itself", title=f"{name}, {profile.samples} samples")
    for function, times in profile.inclusive.most_common(_FUNCTIONS):
        made.add_row(function, f"{times / profile.samples:.1%}", f"{profile.own[function] / profile.samples:.1%}")
    return made


def _recorder(pid: int, into: Path, seconds: int) -> subprocess.Popen[bytes]:
    spy = PROJECT / ".cache/bench/bin/py-spy"
    command = [str(spy), "record", "--gil", "--format", "raw", "--rate", str(_RATE), "--function"]
    command += ["--duration", str(seconds), "--pid", str(pid), "--output", str(into)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.profile", description=__doc__)
    parser.add_argument("processes", nargs="+", help="Python services by app-id: chat-api, reminder-actor, scheduler …")
    parser.add_argument("--count", type=int, default=600, help="reminders (600)")
    parser.add_argument("--ahead", type=float, default=60.0, help="seconds until they are due (60)")
    parser.add_argument("--adding", action="store_true", help="while they are set, not while they fire")
    options = parser.parse_args(arguments)
    with (
        tempfile.TemporaryDirectory(prefix="todo-profile-") as folder,
        System(Path(folder), install(), AT_DUE) as stack,
    ):
        outputs = {name: Path(folder) / f"{name}.raw" for name in options.processes}
        recorders: list[subprocess.Popen[bytes]] = []

        def begin() -> None:
            for name, output in outputs.items():
                pid = stack.pid(name)
                if pid is None:
                    sys.exit(f"{name} does not run")
                recorders.append(_recorder(pid, output, 10))

        when = (begin, nothing) if options.adding else (nothing, begin)
        made = asyncio.run(burst(stack, options.count, options.ahead, before_adding=when[0], before_due=when[1]))
        for recorder in recorders:
            recorder.wait(60)
        show(made, options.count, AT_DUE)
        for name, output in outputs.items():
            with output.open() as lines:
                Console(width=160).print(table(name, read(lines)))


if __name__ == "__main__":
    main()
