"""What the deliverer of notifications counts."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter

from consumers.notification.delivery import Outcome
from contracts.channels import Channel

REGISTRY: Final = CollectorRegistry(auto_describe=True)

DELIVERIES: Final = Counter(
    "todo_deliveries",
    "Attempts to deliver, by channel and by what came of it.",
    ["channel", "outcome"],
    registry=REGISTRY,
)

for _channel in Channel:
    for _outcome in Outcome:
        DELIVERIES.labels(_channel, _outcome)  # from the start, so that the first of a kind is an increase, too
