"""Answers the console: what actors have stored, firing one now, and putting exported states back."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from contracts.base import occurrence_key
from contracts.names import REMINDER_ACTOR_TYPE
from contracts.operations import (
    ActorSnapshot,
    ActorStates,
    AskActorStates,
    FireNow,
    FireNowAnswer,
    InspectAnswer,
    RestoreActors,
    RestoreAnswer,
    RestoreOutcome,
)
from contracts.reminders import FireAnswer, FireOutcome, FireReminder
from servicekit.sidecar import Sidecar
from servicekit.tracing import current_traceparent

Item = TypeVar("Item")
Result = TypeVar("Result")

_PARALLEL = 16


class ActorOperations:
    """For operators, who have been let in by the console. All of it goes through the actors' own turns."""

    def __init__(self, sidecar: Sidecar) -> None:
        self._sidecar = sidecar

    async def states(self, request: AskActorStates) -> ActorStates:
        """What these reminders' actors have stored.

        Raises:
            SidecarUnavailable: not all of them could be asked.
        """
        found = await _side_by_side(self._inspect, request.reminder_ids)
        return ActorStates(states=tuple(one for one in found if one is not None))

    async def fire(self, request: FireNow) -> FireNowAnswer:
        """Fire the occurrence that a reminder waits for. Its job stays, and comes to nothing when it is due.

        Raises:
            SidecarUnavailable: not known to have fired; ask again.
        """
        state = await self._inspect(request.reminder_id)
        if state is None:
            return FireNowAnswer(outcome=FireOutcome.UNKNOWN)
        occurrence = occurrence_key(state.due_at)
        trigger = FireReminder(occurrence=occurrence, traceparent=current_traceparent())
        answer = await self._sidecar.invoke_actor(REMINDER_ACTOR_TYPE, request.reminder_id, "Fire", trigger, FireAnswer)
        return FireNowAnswer(outcome=answer.outcome, occurrence=occurrence)

    async def restore(self, request: RestoreActors) -> RestoreAnswer:
        """Put exported states back.

        Raises:
            SidecarUnavailable: not all of them are; ask again.
        """
        outcomes = await _side_by_side(self._restore, request.states)
        restored = sum(outcome.restored for outcome in outcomes)
        return RestoreAnswer(restored=restored, kept=len(outcomes) - restored)

    async def _inspect(self, reminder_id: str) -> ActorSnapshot | None:
        answer = await self._sidecar.invoke_actor(REMINDER_ACTOR_TYPE, reminder_id, "Inspect", None, InspectAnswer)
        return answer.state

    async def _restore(self, state: ActorSnapshot) -> RestoreOutcome:
        return await self._sidecar.invoke_actor(
            REMINDER_ACTOR_TYPE, state.reminder_id, "Restore", state, RestoreOutcome
        )


async def _side_by_side(work: Callable[[Item], Awaitable[Result]], items: Iterable[Item]) -> list[Result]:
    slots = asyncio.Semaphore(_PARALLEL)

    async def one(item: Item) -> Result:
        async with slots:
            return await work(item)

    return await asyncio.gather(*(one(item) for item in items))
