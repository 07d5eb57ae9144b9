"""The regression guard: what the system pays for a piece of work, in units of a fixed piece of computation on the same
machine.

Processor time, not the clock: a busy machine makes everything slower, and changes little of what it costs. The ratios
are compared with the committed baseline; one above its tolerance fails. `python -m bench guard` in CI;
`--update-baseline` after a change that is meant.
"""

import asyncio
import hashlib
import json
import re
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from bench import understanding
from bench.ahead import AT_DUE
from bench.chat import chat
from bench.figures import percentile
from bench.lag import by_process, measure
from bench.system import System
from chat_api.understand import understand
from runtime.install import install

BASELINE: Final = Path(__file__).with_name("baseline.json")
TOLERANCE: Final = 1.5
"""A ratio may be so many times its baseline; twice as slow is surely found, a fifth may be the machine."""
_BURST: Final = 160
_MESSAGES: Final = 100
_REST: Final = 4.0
_ROUNDS: Final = 7
_TRIES: Final = 3


def unit() -> float:
    """Processor seconds of a fixed computation that is like what services do: JSON, hashing, expressions. The least of
    some rounds.
    """
    return min(_one_unit() for _ in range(_ROUNDS))


def _one_unit() -> float:
    pattern = re.compile(r"(\w+)@(\w+)\.org|(\d{4})-(\d\d)-(\d\d)")
    began = time.process_time()
    for number in range(2000):
        text = json.dumps(
            {"id": number, "title": f"call {number}@example.org", "due": "2026-01-02", "tags": list(range(20))}
        )
        found = pattern.findall(text)
        hashlib.sha256(json.dumps([json.loads(text), found]).encode()).hexdigest()
    return time.process_time() - began


def understood(interpret: Callable[..., object] = understand) -> float:
    """Processor seconds for a message of the open corpus, the median."""
    took = []
    for sentence in understanding.sentences("open")[:150]:
        rounds = []
        for _ in range(3):
            began = time.process_time()
            interpret(sentence.text, now=sentence.now, zone=sentence.zone)
            rounds.append(time.process_time() - began)
        took.append(min(rounds))
    return percentile(took, 0.5)


async def _at_rest(stack: System) -> float:
    """Processor seconds a second that the system takes for nothing."""
    before, began = by_process(stack), time.monotonic()
    await asyncio.sleep(_REST)
    after = by_process(stack)
    return sum(after[name] - before[name] for name in before) / (time.monotonic() - began)


async def ratios(stack: System) -> dict[str, float]:
    """Each in units."""
    one = await asyncio.to_thread(unit)
    found = await _system(stack)
    found["message understood"] = await asyncio.to_thread(understood)
    one = min(one, await asyncio.to_thread(unit))
    return {f"{name} / unit": value / one for name, value in found.items()}


async def _system(stack: System) -> dict[str, float]:
    """Processor seconds of a reminder that is set, one that fires in a burst, and a chat message.

    Of a system without time ahead: with it, reminders fire while others are set.
    """
    made = await measure(stack, 20, 0.0)
    await chat(stack, 2, 10)
    rest = await _at_rest(stack)
    made = await measure(stack, _BURST, 0.0, made.add_rate)
    adding = sum(made.adding.values()) - rest * made.adding_s
    firing = sum(made.firing.values()) - rest * made.firing_s
    before, began = by_process(stack), time.monotonic()
    took, _ = await chat(stack, 10, _MESSAGES)
    await asyncio.sleep(1.0)
    after = by_process(stack)
    spoken = sum(after[name] - before[name] for name in before) - rest * (time.monotonic() - began)
    return {
        "reminder set": max(0.0, adding) / _BURST,
        "reminder fired": max(0.0, firing) / _BURST,
        "chat message": spoken / len(took),
    }


def regressions(found: Mapping[str, float], baseline: Mapping[str, float], tolerance: float = TOLERANCE) -> list[str]:
    """What has become dearer than the tolerance allows, or is not in the baseline; sentences."""
    sentences = []
    for name, value in found.items():
        if name not in baseline:
            sentences.append(f"{name}: not in the baseline (python -m bench guard --update-baseline)")
        elif value > baseline[name] * tolerance:
            sentences.append(
                f"{name}: {value:.3f}, {value / baseline[name]:.1f} times its baseline {baseline[name]:.3f}"
            )
    return sentences


def baseline() -> dict[str, float]:
    """The committed one."""
    document: dict[str, Any] = json.loads(BASELINE.read_text())
    return dict(document["ratios"])


def keep(found: Mapping[str, float]) -> None:
    """As the new baseline."""
    document = {
        "taken_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": "python -m bench guard --update-baseline",
        "ratios": {name: round(value, 4) for name, value in found.items()},
    }
    BASELINE.write_text(json.dumps(document, indent=2) + "\n")


def measured(known: Mapping[str, float], measure: Callable[[], Mapping[str, float]]) -> dict[str, float]:
    """The least of each ratio, in up to three rounds: others on the machine make work dearer, nothing makes it cheaper.

    No further round when none of `known` is exceeded.
    """
    least = dict(measure())
    for _ in range(_TRIES - 1):
        if known and not regressions(least, known):
            break
        least = {name: min(value, least[name]) for name, value in measure().items()}
    return least


def _on_a_system_of_its_own() -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="todo-guard-") as folder, System(Path(folder), install(), AT_DUE) as stack:
        return asyncio.run(ratios(stack))


def main(*, update: bool = False) -> int:
    """Measure; the exit status."""
    known = baseline() if BASELINE.exists() else {}
    found = measured({} if update else known, _on_a_system_of_its_own)
    for name, value in found.items():
        print(f"{name}: {value:.3f} (baseline {known.get(name, float('nan')):.3f})")
    if update:
        keep(found)
        return 0
    problems = regressions(found, known)
    print("\n".join(problems) or f"none is above {TOLERANCE} times its baseline")
    return 1 if problems else 0


__all__ = ["BASELINE", "TOLERANCE", "main", "measured", "ratios", "regressions", "understood", "unit"]
