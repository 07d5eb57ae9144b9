"""Stopping new work, and telling when what is under way has come to its end.

Each replica hears with the answer to its next report that it is to take nothing new, and says so with the one after.
Nothing is stopped for good: a console that ends, or is cut off, ends the drain within half a minute.
"""

from collections.abc import Iterable
from datetime import datetime

from console.roster import SILENT
from contracts.console import Replica, TopicState
from contracts.names import CHAT_API
from contracts.operations import Workload


class Drain:
    """Whether operators want the system drained."""

    def __init__(self) -> None:
        self.on = False


def still_busy(
    workload: Workload | None,
    topics: Iterable[TopicState],
    replicas: Iterable[Replica],
    *,
    now: datetime,
    quiet_for: float,
) -> tuple[str, ...]:
    """What is under way, a reason each; nothing: all is quiet. Not to know counts as busy."""
    reasons: list[str] = []
    doors = [one for one in replicas if one.report.app_id == CHAT_API]
    if not doors:
        reasons.append("no chat-api was heard of")
    if open_doors := [one for one in doors if one.state == SILENT or not one.report.draining]:
        reasons.append(f"{len(open_doors)} of {len(doors)} chat-api replicas still take new work")
    if workload is None:
        reasons.append("it is not known what waits")
    else:
        if workload.outbox:
            reasons.append(f"{workload.outbox} events in the outbox")
        if workload.intake:
            reasons.append(f"{workload.intake} announcements are being worked off")
        if workload.overdue:
            reasons.append(f"{workload.overdue} reminders are due")
    for topic in topics:
        name = f"{topic.topic} → {topic.reader}"
        if not topic.open:
            reasons.append(f"{name} is not being read")
        elif topic.in_flight:
            reasons.append(f"{name}: {topic.in_flight} messages are being handled")
        elif topic.last_at is not None and (now - topic.last_at).total_seconds() < quiet_for:
            reasons.append(f"{name}: a message came a moment ago")
    return tuple(reasons)
