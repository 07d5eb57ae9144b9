"""Gathers what the owners know of one reminder, side by side; one that does not answer leaves a gap, no failure."""

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import TypeVar

from console.evidence import Evidence
from console.owners import Owners
from console.timeline import timeline, trace_ids
from console.verdict import judge
from contracts.console import Inspect, Inspection
from contracts.operations import AskHistory, History, ReminderFacts
from servicekit.errors import SidecarError

Found = TypeVar("Found")


class Inspector:
    """Looks at reminders."""

    def __init__(self, owners: Owners) -> None:
        self._owners = owners

    async def inspect(self, request: Inspect) -> Inspection:
        """Everything about one reminder."""
        evidence = await self.gather(request.reminder_id)
        return Inspection(
            reminder_id=request.reminder_id,
            known=evidence.facts.reminder is not None or evidence.actor is not None,
            verdict=judge(evidence),
            facts=evidence.facts,
            actor=evidence.actor,
            job=evidence.job,
            timeline=timeline(evidence),
            trace_ids=trace_ids(evidence),
            problems=tuple(f"{what}: {why}" for what, why in evidence.unasked.items()),
        )

    async def gather(self, reminder_id: str) -> Evidence:
        """The evidence, as it is now."""
        unasked: dict[str, str] = {}

        async def ask(what: str, call: Awaitable[Found]) -> Found | None:
            try:
                return await call
            except SidecarError as error:
                unasked[what] = str(error)
                return None

        facts, actor, job = await asyncio.gather(
            ask("facts", self._owners.facts(reminder_id)),
            ask("actor", self._owners.actor(reminder_id)),
            ask("job", self._owners.job(reminder_id)),
        )
        reminder = facts.reminder if facts else None
        user_id = reminder.user_id if reminder else actor.user_id if actor else None
        task_id = reminder.task_id if reminder else actor.task_id if actor else None
        history: History | None = None
        if user_id is not None:
            request = AskHistory(user_id=user_id, reminder_id=reminder_id, task_id=task_id)
            history = await ask("history", self._owners.history(request))
        return Evidence(
            reminder_id=reminder_id,
            now=datetime.now(UTC),
            facts=facts or ReminderFacts(),
            actor=actor,
            job=job,
            history=history or History(entries=()),
            unasked=unasked,
        )
