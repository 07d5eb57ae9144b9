"""Dapr's shell around the lifecycle: loads the state, carries out a decision's effects, saves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from dapr.actor import Actor, ActorId
from dapr.actor.runtime.context import ActorRuntimeContext
from opentelemetry.trace import SpanKind
from pydantic import ValidationError

from contracts.actors import ReminderActorInterface
from contracts.events import CloudEvent, ReminderMissed
from contracts.jobs import CancelJob, Done, ScheduleJob
from contracts.names import CANCEL_METHOD, REMINDER_ACTOR, SCHEDULE_METHOD, SCHEDULER
from contracts.operations import ActorSnapshot, InspectAnswer, RestoreOutcome
from contracts.reminders import (
    ApplyAnswer,
    ApplyOutcome,
    ApplyReminder,
    FireAnswer,
    FireOutcome,
    FireReminder,
    Pong,
    RespondAnswer,
    RespondOutcome,
    RespondReminder,
)
from reminder_actor import lifecycle, metrics
from reminder_actor.lifecycle import Decision, JobChange, ReminderState
from servicekit.errors import SidecarError
from servicekit.logs import get_logger
from servicekit.metrics import seconds_since
from servicekit.sidecar import Sidecar
from servicekit.tracing import current_baggage, current_traceparent, span

log = get_logger(__name__)

_STATE = "reminder"


class ReminderActor(Actor, ReminderActorInterface):
    """One reminder. Dapr runs its turns one at a time and finds its host wherever that is."""

    def __init__(self, ctx: ActorRuntimeContext, actor_id: ActorId, sidecar: Sidecar) -> None:
        super().__init__(ctx, actor_id)
        self._sidecar = sidecar

    async def apply(self, request: dict[str, Any]) -> dict[str, Any]:
        """Arm, re-arm or cancel, as the user wants it by now. Raises when it must be asked again."""
        wish = ApplyReminder.model_validate(request)
        async with self._turn("reminder apply", wish.traceparent):
            state = await self._load()
            decision = lifecycle.apply(self.id.id, state, wish, datetime.now(UTC))
            metrics.APPLIED.labels("ignored" if decision is None else "applied").inc()
            if decision is None:
                log.info("apply ignored", reminder_id=self.id.id, version=wish.version, known=state and state.version)
                return ApplyAnswer(outcome=ApplyOutcome.IGNORED).model_dump(mode="json")
            await self._carry_out(decision)
            await self._save(decision.state)
            log.info(
                "reminder applied",
                reminder_id=self.id.id,
                version=wish.version,
                status=decision.state.status,
                due_at=decision.state.due_at.isoformat(),
                repair=wish.repair,
            )
            return ApplyAnswer(outcome=ApplyOutcome.APPLIED).model_dump(mode="json")

    async def fire(self, request: dict[str, Any]) -> dict[str, Any]:
        """The job of an occurrence was triggered. Raises when it must be triggered again."""
        trigger = FireReminder.model_validate(request)
        async with self._turn("reminder fire", trigger.traceparent, trigger.baggage):
            state = await self._load()
            now = datetime.now(UTC)
            result = lifecycle.fire(self.id.id, state, trigger, now)
            if result.decision is not None and state is not None:
                try:
                    await self._carry_out(result.decision)
                except SidecarError as error:
                    await self._save(lifecycle.announcement_failed(state, str(error)))
                    raise
                await self._save(result.decision.state)
                lag = (now - state.due_at).total_seconds()
                metrics.FIRED.inc()
                metrics.LAG.labels("fired").observe(seconds_since(state.due_at))
                log.info("reminder fired", reminder_id=self.id.id, occurrence=trigger.occurrence, lag_seconds=lag)
            elif result.outcome is not FireOutcome.FIRED:
                log.info(
                    "trigger without effect",
                    reminder_id=self.id.id,
                    occurrence=trigger.occurrence,
                    outcome=result.outcome,
                )
            return FireAnswer(outcome=result.outcome).model_dump(mode="json")

    async def respond(self, request: dict[str, Any]) -> dict[str, Any]:
        """The user did something about a firing: announce it. Raises when it must be told again."""
        told = RespondReminder.model_validate(request)
        async with self._turn("reminder respond", told.traceparent):
            state = await self._load()
            decision = lifecycle.respond(self.id.id, state, told)
            if decision is None:
                log.warning("response to an unknown reminder", reminder_id=self.id.id, response=told.response)
                return RespondAnswer(outcome=RespondOutcome.UNKNOWN).model_dump(mode="json")
            await self._carry_out(decision)
            if decision.state != state:
                await self._save(decision.state)
            log.info("response announced", reminder_id=self.id.id, response=told.response)
            return RespondAnswer(outcome=RespondOutcome.ANNOUNCED).model_dump(mode="json")

    async def inspect(self) -> dict[str, Any]:
        """The stored state, or nothing when this reminder was never seen."""
        async with self._turn("reminder inspect", None):
            state = await self._load()
            snapshot = state and ActorSnapshot(reminder_id=self.id.id, **state.model_dump())
            return InspectAnswer(state=snapshot).model_dump(mode="json")

    async def restore(self, request: dict[str, Any]) -> dict[str, Any]:
        """Store an exported state, unless a newer one is here."""
        snapshot = ActorSnapshot.model_validate(request)
        async with self._turn("reminder restore", None):
            wanted = lifecycle.restored(await self._load(), snapshot)
            if wanted is not None:
                await self._save(wanted)
            return RestoreOutcome(restored=wanted is not None).model_dump(mode="json")

    async def ping(self) -> dict[str, Any]:
        """Somebody looks whether actors are found."""
        return Pong().model_dump(mode="json")

    @asynccontextmanager
    async def _turn(self, name: str, traceparent: str | None, baggage: str | None = None) -> AsyncIterator[None]:
        with span(name, traceparent, SpanKind.SERVER, baggage=baggage, attributes={"todo.reminder_id": self.id.id}):
            try:
                yield
            except Exception as error:
                # The SDK drops unsaved changes only after its own errors; anything else would be saved next turn.
                await self._state_manager.clear_cache()
                metrics.TURNS_FAILED.labels(name.rpartition(" ")[2]).inc()
                log.warning("turn failed", reminder_id=self.id.id, turn=name, error=str(error) or repr(error))
                raise

    async def _load(self) -> ReminderState | None:
        found, stored = await self._state_manager.try_get_state(_STATE)
        if not found or stored is None:
            return None
        try:
            return ReminderState.model_validate(stored)
        except ValidationError as error:
            log.error("stored state does not parse, starting anew", reminder_id=self.id.id, error=str(error))
            return None

    async def _save(self, state: ReminderState) -> None:
        await self._state_manager.set_state(_STATE, state.model_dump(mode="json"))
        await self._state_manager.save_state()

    async def _carry_out(self, decision: Decision) -> None:
        match decision.job:
            case JobChange.ARM:
                arm = ScheduleJob(reminder_id=self.id.id, due_at=decision.state.due_at)
                await self._sidecar.invoke(SCHEDULER, SCHEDULE_METHOD, arm, Done)
            case JobChange.DISARM:
                await self._sidecar.invoke(SCHEDULER, CANCEL_METHOD, CancelJob(reminder_id=self.id.id), Done)
            case JobChange.NONE:
                pass
        for body in decision.announce:
            event = CloudEvent.wrap(
                body,
                source=REMINDER_ACTOR,
                time=datetime.now(UTC),
                traceparent=current_traceparent(),
                baggage=current_baggage(),
            )
            await self._sidecar.publish(event)
            if isinstance(body, ReminderMissed):
                metrics.MISSED.inc()
