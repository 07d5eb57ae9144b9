"""What the reminders' actors count."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter

from servicekit import metrics

REGISTRY: Final = CollectorRegistry(auto_describe=True)

LAG: Final = metrics.lag(REGISTRY, "fired")
APPLIED: Final = Counter(
    "todo_reminders_applied", "What users want of a reminder, told to its actor.", ["outcome"], registry=REGISTRY
)
FIRED: Final = Counter("todo_reminders_fired", "Reminders that fell due and were announced.", registry=REGISTRY)
MISSED: Final = Counter("todo_reminders_missed", "Reminders that were announced as missed.", registry=REGISTRY)
TURNS_FAILED: Final = Counter(
    "todo_turns_failed", "Turns of an actor that failed and come again.", ["turn"], registry=REGISTRY
)
