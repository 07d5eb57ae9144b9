"""``python -m bench [PART…]``: measure, and keep results as JSON and plots below docs/benchmarks.

Without a part, all of them at sizes that take an hour; ``--full`` takes hours. A figure says what else the machine did
meanwhile; one from a busy machine does not count.
"""

import argparse
import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench import capacity, chat, document, guard, lag, publishing, startup
from bench.alternatives import compare
from bench.results import FOLDER, Results
from runtime.layout import PROJECT


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured."""

    count: int
    """Reminders of the comparison's burst."""
    seconds: float
    rates: tuple[float, ...]
    bursts: tuple[int, ...]
    added: int
    """Reminders that may be added for one steady rate."""
    pending: tuple[int, ...]
    users: tuple[int, ...]
    messages: int
    streams: int
    publishes: int


_DEFAULT: Final = Sizes(
    2000, 10.0, (1, 10, 100, 300), (100, 2000), 8_000, (1_000, 10_000, 100_000), (1, 50, 200), 600, 1000, 500
)
_FULL: Final = Sizes(
    2000,
    30.0,
    (1, 10, 100, 300),
    (100, 2000, 10_000),
    25_000,
    (1_000, 10_000, 100_000, 1_000_000),
    (1, 50, 200),
    2000,
    1000,
    2000,
)
_TINY: Final = Sizes(100, 3.0, (1,), (50,), 1_000, (500,), (1, 5), 40, 50, 50)
_RATE: Final = 100.0
_OTHERS: Final = ("document", "guard")
_PARTS: Final = ("publishing", "lag", "pending", "chat", "startup", "side-by-side")


def _measurements(
    sizes: Sizes, ahead: float, only: list[str], rate: float, into: Path
) -> dict[str, Callable[[], Awaitable[Results]]]:
    return {
        "publishing": lambda: publishing.run(sizes.publishes, sizes.publishes * 8),
        "lag": lambda: lag.run(sizes.rates, sizes.bursts, sizes.added, only, into),
        "pending": lambda: lag.run_pending(sizes.pending, 100, into),
        "chat": lambda: chat.run(sizes.users, sizes.messages, sizes.streams),
        "startup": startup.run,
        "side-by-side": lambda: compare.run(compare.Load(sizes.count, rate, sizes.seconds, ahead), only, into),
    }


def _draw(folder: Path) -> None:
    python = PROJECT / ".cache" / "bench" / "bin" / "python"
    if not python.exists():
        print("no plots: scripts/make-bench-environment makes what draws them")
        return
    subprocess.run([python, "-m", "bench.plots", folder], cwd=PROJECT, check=True, timeout=300)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join((*_PARTS, *_OTHERS))}; all without one")
    parser.add_argument("--full", action="store_true", help="up to 10,000 at one instant and 1,000,000 pending")
    parser.add_argument("--tiny", action="store_true", help="only to see that it works")
    parser.add_argument("--count", type=int, help="reminders of the comparison's burst (2000)")
    parser.add_argument("--ahead", type=float, default=15.0, help="seconds until the comparison's burst is due (15)")
    parser.add_argument(
        "--only", action="append", default=[], help="of the comparison and of lag: those with this word in their name"
    )
    parser.add_argument("--into", type=Path, default=FOLDER, help="the folder of the results (docs/benchmarks)")
    parser.add_argument("--update-baseline", action="store_true", help="of the guard: keep its ratios as the baseline")
    options = parser.parse_args()
    if unknown := set(options.parts) - {*_PARTS, *_OTHERS}:
        parser.error(f"there is no {', '.join(unknown)}")
    sizes = _FULL if options.full else _TINY if options.tiny else _DEFAULT
    if options.parts == ["guard"]:
        sys.exit(guard.main(update=options.update_baseline))
    if options.count:
        sizes = Sizes(**{**{name: getattr(sizes, name) for name in Sizes.__slots__}, "count": options.count})
    rate = 1.0 if options.tiny else _RATE
    measurements = _measurements(sizes, options.ahead, options.only, rate, options.into)
    for part in options.parts or _PARTS:
        if part in measurements:
            asyncio.run(_awaited(measurements[part])).write(options.into)
    capacity.write(options.into)
    _draw(options.into)
    document.write(options.into)


async def _awaited(measurement: Callable[[], Awaitable[Results]]) -> Results:
    return await measurement()


if __name__ == "__main__":
    main()
