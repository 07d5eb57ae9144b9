"""What operators do. Each action is in the audit record before it is done; one that cannot be recorded is not done."""

import asyncio
import itertools
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from console.draining import Drain
from console.overview import Overviews
from console.owners import Owners
from contracts.console import Act, ActAnswer, ActionKind
from contracts.dead_letters import ReplayOutcome
from contracts.operations import EVERYBODY, MoveOutcome, MoveReminder, OperatorActed, RecordAction
from contracts.reminders import FireOutcome
from servicekit.errors import SidecarError, SidecarUnavailable
from servicekit.logs import get_logger
from servicekit.retry import Backoff
from servicekit.tracing import current_traceparent, span

log = get_logger(__name__)

_TO_RECORD: Final = timedelta(seconds=8)
"""For so long the audit service may be away, as it is for a moment after its start; a person waits."""

Outcome = tuple[bool, str, dict[str, Any]]

_FIRE: Final = {
    FireOutcome.FIRED: (True, "It rang."),
    FireOutcome.ALREADY_FIRED: (True, "It had fired already: nothing was done."),
    FireOutcome.STALE: (False, "It is not to ring: it was cancelled or moved."),
    FireOutcome.UNKNOWN: (False, "Its actor has never heard of it. Run the repair sweep first."),
}


class Actions:
    """Carries them out."""

    def __init__(self, owners: Owners, overviews: Overviews, drain: Drain) -> None:
        self._owners = owners
        self._overviews = overviews
        self._drain = drain
        self._backoff = Backoff(base=0.2, cap=1.0)
        self._does: dict[ActionKind, Callable[[Act], Awaitable[Outcome]]] = {
            ActionKind.FIRE: self._fire,
            ActionKind.RESCHEDULE: self._reschedule,
            ActionKind.REPLAY: self._replay,
            ActionKind.REPAIR: self._repair,
            ActionKind.DRAIN: self._set_drain,
            ActionKind.RESUME: self._set_drain,
            ActionKind.EXPORT: self._note,
            ActionKind.IMPORT: self._note,
        }

    async def act(self, request: Act) -> ActAnswer:
        """Do it, and say what it came to."""
        action_id = uuid.uuid4().hex
        with span(f"operator {request.kind}"):
            try:
                about = await self._about(request)
                await self._record(request, action_id, "began", about, request.detail)
            except SidecarError as error:
                said = f"It was not done, for it could not be recorded: {error}"
                log.warning("an action could not be recorded", action=request.kind, error=str(error))
                return ActAnswer(done=False, summary=said, action_id=action_id)
            try:
                done, summary, facts = await self._does[request.kind](request)
            except SidecarError as error:
                done, summary, facts = False, f"It is not known to be done: {error}", {}
            self._overviews.stale()
            log.info("operator acted", action=request.kind, operator=request.operator, done=done, summary=summary)
            try:
                await self._record(request, action_id, "done" if done else "failed", about, summary)
            except SidecarError as error:
                log.error("an action's end is not in the audit record", action_id=action_id, error=str(error))
                summary += " (Its beginning is recorded, its end could not be.)"
        return ActAnswer(done=done, summary=summary, action_id=action_id, facts=facts)

    async def _about(self, request: Act) -> dict[str, str]:
        """Whom and what it concerns."""
        if request.reminder_id is None:
            return {"user_id": EVERYBODY}
        facts = await self._owners.facts(request.reminder_id)
        if facts.reminder is None:
            return {"user_id": EVERYBODY, "reminder_id": request.reminder_id}
        row = facts.reminder
        return {"user_id": row.user_id, "task_id": row.task_id, "reminder_id": row.reminder_id}

    async def _record(self, request: Act, action_id: str, phase: str, about: dict[str, str], detail: str) -> None:
        acted = OperatorActed(
            action_id=action_id,
            phase=phase,
            action=request.kind,
            operator=request.operator,
            detail=detail[:500],
            **about,
        )
        entry = RecordAction(acted=acted, at=datetime.now(UTC), traceparent=current_traceparent())
        for attempt in itertools.count():
            try:
                await self._owners.record(entry)
            except SidecarUnavailable:  # recorded twice is once
                if datetime.now(UTC) - entry.at > _TO_RECORD:
                    raise
                await asyncio.sleep(self._backoff.delay(attempt))
            else:
                return

    async def _fire(self, request: Act) -> Outcome:
        if request.reminder_id is None:
            return False, "Name a reminder.", {}
        answer = await self._owners.fire(request.reminder_id)
        done, said = _FIRE[answer.outcome]
        return done, said, {"outcome": answer.outcome, "occurrence": answer.occurrence}

    async def _reschedule(self, request: Act) -> Outcome:
        if request.reminder_id is None or request.due_at is None:
            return False, "Name a reminder and a time.", {}
        answer = await self._owners.move(MoveReminder(reminder_id=request.reminder_id, due_at=request.due_at))
        match answer.outcome:
            case MoveOutcome.MOVED:
                return True, f"It is to ring at {request.due_at:%Y-%m-%d %H:%M:%S} UTC now.", {}
            case MoveOutcome.UNKNOWN:
                return False, "There is no such reminder.", {}
            case MoveOutcome.REFUSED:
                return False, f"It cannot be moved: {answer.reason}.", {}

    async def _replay(self, request: Act) -> Outcome:
        if request.letter_id is None:
            return False, "Name a dead letter.", {}
        answer = await self._owners.replay(request.letter_id)
        done = answer.outcome in {ReplayOutcome.REPLAYED, ReplayOutcome.ALREADY}
        said = f"Dead letter {request.letter_id}: {answer.outcome}{f', {answer.reason}' if answer.reason else ''}."
        return done, said, {"outcome": answer.outcome, "reason": answer.reason}

    async def _repair(self, _: Act) -> Outcome:
        swept = await self._owners.sweep()
        said = f"{swept.checked} reminders checked, {swept.repaired} repaired, {swept.failed} failed."
        return swept.failed == 0, said, swept.model_dump()

    async def _set_drain(self, request: Act) -> Outcome:
        self._drain.on = request.kind is ActionKind.DRAIN
        said = "No new work is taken from now on." if self._drain.on else "New work is taken again."
        return True, said, {"draining": self._drain.on}

    async def _note(self, _: Act) -> Outcome:
        """`todo-ops` does it itself, page by page; this is for the record."""
        return True, "Recorded.", {}
