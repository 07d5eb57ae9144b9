"""What the owner of the jobs counts."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge

from contracts.reminders import FireOutcome
from servicekit import metrics

REGISTRY: Final = CollectorRegistry(auto_describe=True)

LAG: Final = metrics.lag(REGISTRY, "triggered")
TRIGGERED: Final = Counter(
    "todo_jobs_triggered",
    "Jobs of reminders that were triggered, by what came of it; failed ones come again.",
    ["outcome"],
    registry=REGISTRY,
)
ARMED: Final = Counter("todo_jobs_armed", "Jobs that were armed, or armed anew.", registry=REGISTRY)
REPAIRED: Final = Counter(
    "todo_reminders_repaired", "Reminders that the sweep had armed or announced again.", registry=REGISTRY
)
NOT_REPAIRED: Final = Counter(
    "todo_reminders_not_repaired",
    "Reminders that the sweep could not repair; the next one tries again.",
    registry=REGISTRY,
)
SWEPT_AT: Final = Gauge(
    "todo_repair_sweep_timestamp_seconds", "When a sweep ended well last, in Unix time.", registry=REGISTRY
)
LETTERS_KEPT: Final = Counter(
    "todo_dead_letters_kept", "Dead letters that were kept for an operator.", ["service"], registry=REGISTRY
)

for _outcome in ("failed", *FireOutcome):
    TRIGGERED.labels(_outcome)  # from the start, so that the first of a kind is an increase, too
metrics.DEAD_LETTERS.labels("job")
