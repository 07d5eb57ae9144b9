"""``python -m bench.understanding [--failures]``: how much of the corpus is understood, and how fast. Takes seconds.

A line of the corpus names a text, a moment, a zone, and whichever fields of the answer it has an opinion on: those of
`python -m chat_api.understand`, and those of `Understanding` beyond them. ``rrule_has`` names parts of a rule;
of a list of ``due`` any is right.
"""

import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from datetime import time as datetime_time
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from bench.figures import percentile
from chat_api.understand import Understanding, understand

CORPUS: Final = Path(__file__).parent.parent / "tests" / "corpus"
PARTS: Final = ("open", "family", "voices", "strangers", "heldout", "persons", "passersby")
# Nobody reads these while rules are written. "strangers" and "passersby" are the two halves of what people and products
# give as examples: help pages, tests and readmes of task, calendar and reminder software, blogs, and what crowd workers
# said to an assistant.
UNREAD: Final = frozenset({"heldout", "persons", "passersby"})
CATEGORIES: Final = ("dates", "recurrence", "left alone", "intents", "features", "everything")
_TIMING_ROUNDS: Final = 3
# Lists, parts of tasks, single occurrences, preferences, notes, ranges, orders.
_FEATURES: Final = frozenset(
    {"list_name", "parent", "scope", "new_title", "notes", "time_only", "digest_at", "quiet", "off", "due_from",
     "due_until", "overdue", "order"}
)  # fmt: skip
_FEATURE_INTENTS: Final = frozenset({"skip", "digest", "quiet", "lists"})


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text said at a moment, and what should be understood."""

    text: str
    now: datetime
    zone: ZoneInfo
    expected: dict[str, Any]

    @property
    def category(self) -> str:
        """What it tries, by what it expects."""
        if _FEATURES & self.expected.keys() or self.expected.get("intent") in _FEATURE_INTENTS:
            return "features"
        if self.expected.get("intent", "add") != "add":
            return "intents"
        if self.expected.get("rrule") or "rrule_has" in self.expected or "from_completion" in self.expected:
            return "recurrence"
        if "due" in self.expected and self.expected["due"] is None:
            return "left alone"
        return "dates"


@dataclass(frozen=True, slots=True)
class Miss:
    """A sentence that was understood otherwise: field → (expected, found)."""

    text: str
    differences: dict[str, tuple[object, object]]

    def __str__(self) -> str:
        parts = (f"{name}: wanted {want!r}, got {got!r}" for name, (want, got) in self.differences.items())
        return f"{self.text!r}: {'; '.join(parts)}"


@dataclass(frozen=True, slots=True)
class Score:
    """One part of the corpus. Times are seconds for one message."""

    part: str
    right: dict[str, int]
    total: dict[str, int]
    misses: tuple[Miss, ...]
    seconds: tuple[float, ...]

    def share(self, category: str = "everything") -> float:
        """From 0 to 1."""
        return self.right[category] / self.total[category] if self.total[category] else 1.0

    def as_dict(self) -> dict[str, object]:
        """For JSON: shares, and milliseconds."""
        return {
            "part": self.part,
            "sentences": self.total["everything"],
            **{name: round(self.share(name), 4) for name in CATEGORIES},
            "p50_ms": round(percentile(self.seconds, 0.50) * 1000, 3),
            "p99_ms": round(percentile(self.seconds, 0.99) * 1000, 3),
        }


def sentences(part: str) -> list[Sentence]:
    """The sentences of one of `PARTS`."""
    read = []
    for line in (CORPUS / f"{part}.jsonl").read_text(encoding="utf-8").splitlines():
        fields = json.loads(line)
        text, now, zone = fields.pop("text"), fields.pop("now"), fields.pop("timezone")
        read.append(Sentence(text, datetime.fromisoformat(now), ZoneInfo(zone), fields))
    return read


def differences(sentence: Sentence, found: Understanding) -> dict[str, tuple[object, object]]:
    """The named fields that came out otherwise."""
    wrong: dict[str, tuple[object, object]] = {}
    for name, wanted in sentence.expected.items():
        got = _field(found, name)
        if not _agree(name, wanted, got):
            wrong[name] = (wanted, got)
    return wrong


def _field(found: Understanding, name: str) -> object:
    match name:
        case "due" | "due_from" | "due_until":
            day: date | None = getattr(found, name)
            return None if day is None else day.isoformat()
        case "digest_at" | "quiet":
            return _clocks(getattr(found, name))
        case "remind_at":
            return [instant.isoformat() for instant in found.remind_at]
        case "shift":
            return None if found.shift is None else int(found.shift.total_seconds())
        case _:
            value: object = getattr(found, name.removesuffix("_has"))
            return list(value) if isinstance(value, tuple) else value


def _clocks(times: datetime_time | tuple[datetime_time, ...] | None) -> object:
    if times is None:
        return None
    return [f"{at:%H:%M}" for at in times] if isinstance(times, tuple) else f"{times:%H:%M}"


def _agree(name: str, wanted: object, got: object) -> bool:
    if name in {"rrule", "rrule_has"} and isinstance(wanted, str) and isinstance(got, str):
        want_parts, got_parts = set(wanted.split(";")), set(got.split(";"))
        return want_parts <= got_parts if name == "rrule_has" else want_parts == got_parts
    if name == "due" and isinstance(wanted, list):
        return got in wanted
    return wanted == got


def score(part: str, *, clock: Callable[[], float] = time.perf_counter) -> Score:
    """Understand every sentence of a part; each is timed a few times, and its shortest counts."""
    right = dict.fromkeys(CATEGORIES, 0)
    total = dict.fromkeys(CATEGORIES, 0)
    misses: list[Miss] = []
    seconds: list[float] = []
    for sentence in sentences(part):
        times = []
        for _ in range(_TIMING_ROUNDS):
            started = clock()
            found = understand(sentence.text, now=sentence.now, zone=sentence.zone)
            times.append(clock() - started)
        seconds.append(min(times))
        wrong = differences(sentence, found)
        for category in (sentence.category, "everything"):
            total[category] += 1
            right[category] += not wrong
        if wrong:
            misses.append(Miss(sentence.text, wrong))
    return Score(part, right, total, tuple(misses), tuple(seconds))


def scores() -> list[Score]:
    """All parts of the corpus."""
    return [score(part) for part in PARTS]


def table(scored: Sequence[Score]) -> str:
    """The scores as text."""
    lines = [f"{'part':<9}" + "".join(f"{name:>19}" for name in CATEGORIES) + f"{'p50 ms':>9}{'p99 ms':>9}"]
    for one in scored:
        cells = (f"{one.right[name]}/{one.total[name]} {one.share(name):6.1%}" for name in CATEGORIES)
        p50, p99 = (percentile(one.seconds, at) * 1000 for at in (0.5, 0.99))
        lines.append(f"{one.part:<9}" + "".join(f"{cell:>19}" for cell in cells) + f"{p50:>9.2f}{p99:>9.2f}")
    return "\n".join(lines)


def main(arguments: Iterable[str] = ()) -> None:
    """Print the scores; with ``--failures`` also what was understood otherwise, the unread parts apart."""
    scored = scores()
    print(table(scored))
    if "--failures" in arguments:
        for miss in (miss for one in scored if one.part not in UNREAD for miss in one.misses):
            print(miss)


if __name__ == "__main__":
    main(sys.argv[1:])
