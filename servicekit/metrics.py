"""Prometheus metrics: what every service counts alike, and what the services' own `metrics` modules are made with.

Each service has a registry of its own, so that two of them can be imported into one process. Labels take few values:
never a user, a reminder, a task or a path as it was asked for.
"""

from datetime import UTC, datetime
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

LAG_BUCKETS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0)
"""Seconds; 60 is `contracts.events.MISSED_AFTER`."""

KIT: Final = CollectorRegistry(auto_describe=True)
"""What this package counts, in every service."""

ProcessCollector(registry=KIT)

CHECKS: Final = Gauge(
    "todo_check", "1: what the service cannot do without is there, 0: it is not (readyz).", ["check"], registry=KIT
)
CONNECTIONS: Final = Counter("todo_sidecar_connections", "Times that daprd was found, or found again.", registry=KIT)
EVENTS: Final = Counter(
    "todo_events",
    "Messages of a topic by what became of them: handled, passed_over, dead_lettered, handed_back (they come again).",
    ["topic", "outcome"],
    registry=KIT,
)
EVENT_SECONDS: Final = Histogram(
    "todo_event_seconds",
    "Seconds that handling a message took, repetitions within the service included.",
    ["topic"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 3.0),
    registry=KIT,
)
DEAD_LETTERS: Final = Counter(
    "todo_dead_letters", "Messages and jobs that no retry could help.", ["source"], registry=KIT
)


def lag(registry: CollectorRegistry, *stages: str) -> Histogram:
    """The histogram of how late reminders are, by how far they have come; one name in all services.

    Those stages that the service sees are there from the start: what is new with its first reminders is no increase.
    """
    histogram = Histogram(
        "todo_reminder_lag_seconds",
        "Seconds from when a reminder was due to: triggered (the job), fired (announced by its actor), "
        "inbox (stored for its user), stream (sent to an open page).",
        ["stage"],
        buckets=LAG_BUCKETS,
        registry=registry,
    )
    for stage in stages:
        histogram.labels(stage)
    return histogram


def seconds_since(instant: datetime) -> float:
    """How long ago an aware instant was; never negative, for clocks differ."""
    return max(0.0, (datetime.now(UTC) - instant).total_seconds())
