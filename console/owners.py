"""Typed calls to the services that own the state. Each has a deadline of its own and is tried once: a person waits."""

from contracts.base import Contract
from contracts.dead_letters import Letter, LetterContent, Letters, ListLetters, ReplayAnswer, ReplayLetter, ShowLetter
from contracts.jobs import Done
from contracts.names import (
    ACTOR_STATES_METHOD,
    AUDIT,
    CHAT_API,
    FIND_REMINDERS_METHOD,
    FIRE_METHOD,
    HISTORY_METHOD,
    JOBS_METHOD,
    LETTER_METHOD,
    LETTERS_METHOD,
    MOVE_REMINDER_METHOD,
    RECORD_ACTION_METHOD,
    REMINDER_ACTOR,
    REMINDER_FACTS_METHOD,
    REPLAY_METHOD,
    SCHEDULER,
    SWEEP_METHOD,
    WORKLOAD_METHOD,
)
from contracts.operations import (
    ActorSnapshot,
    ActorStates,
    AskActorStates,
    AskHistory,
    AskJobs,
    AskWorkload,
    DescribeReminder,
    FindReminders,
    FireNow,
    FireNowAnswer,
    History,
    JobFact,
    Jobs,
    MoveAnswer,
    MoveReminder,
    RecordAction,
    ReminderFacts,
    ReminderRows,
    SweepAnswer,
    SweepNow,
    Workload,
)
from servicekit.sidecar import Answer, Sidecar

_DEADLINE = 5.0
_SWEEP_DEADLINE = 60.0
_LETTERS_AT_MOST = 2000


class Owners:
    """The owners. All of it raises `SidecarError` when one is away or refuses."""

    def __init__(self, sidecar: Sidecar) -> None:
        self._sidecar = sidecar

    async def find(self, request: FindReminders) -> ReminderRows:
        """A page of reminders."""
        return await self._ask(CHAT_API, FIND_REMINDERS_METHOD, request, ReminderRows)

    async def facts(self, reminder_id: str) -> ReminderFacts:
        """What chat_api knows of a reminder."""
        return await self._ask(
            CHAT_API, REMINDER_FACTS_METHOD, DescribeReminder(reminder_id=reminder_id), ReminderFacts
        )

    async def move(self, request: MoveReminder) -> MoveAnswer:
        """Have a reminder ring at another time."""
        return await self._ask(CHAT_API, MOVE_REMINDER_METHOD, request, MoveAnswer)

    async def workload(self) -> Workload:
        """What waits."""
        return await self._ask(CHAT_API, WORKLOAD_METHOD, AskWorkload(), Workload)

    async def actor(self, reminder_id: str) -> ActorSnapshot | None:
        """What a reminder's actor has stored."""
        request = AskActorStates(reminder_ids=(reminder_id,))
        states = (await self._ask(REMINDER_ACTOR, ACTOR_STATES_METHOD, request, ActorStates)).states
        return states[0] if states else None

    async def fire(self, reminder_id: str) -> FireNowAnswer:
        """Have it ring now."""
        return await self._ask(REMINDER_ACTOR, FIRE_METHOD, FireNow(reminder_id=reminder_id), FireNowAnswer)

    async def job(self, reminder_id: str) -> JobFact | None:
        """A reminder's job."""
        jobs = (await self._ask(SCHEDULER, JOBS_METHOD, AskJobs(reminder_ids=(reminder_id,)), Jobs)).jobs
        return jobs[0] if jobs else None

    async def job_count(self) -> int:
        """How many reminders have a job."""
        return (await self._ask(SCHEDULER, JOBS_METHOD, AskJobs(limit=0), Jobs)).total or 0

    async def sweep(self) -> SweepAnswer:
        """The repair sweep, now."""
        return await self._ask(SCHEDULER, SWEEP_METHOD, SweepNow(), SweepAnswer, deadline=_SWEEP_DEADLINE)

    async def letters(self, *, limit: int = _LETTERS_AT_MOST) -> list[Letter]:
        """The dead letters that wait, the newest first."""
        found: list[Letter] = []
        before: int | None = None
        while len(found) < limit:
            request = ListLetters(before=before, limit=min(500, limit - len(found)))
            page = await self._ask(SCHEDULER, LETTERS_METHOD, request, Letters)
            found += page.letters
            before = page.next_before
            if before is None:
                break
        return found

    async def letter(self, letter_id: str) -> LetterContent:
        """One with its message."""
        return await self._ask(SCHEDULER, LETTER_METHOD, ShowLetter(letter_id=letter_id), LetterContent)

    async def replay(self, letter_id: str) -> ReplayAnswer:
        """Have one handled again."""
        return await self._ask(SCHEDULER, REPLAY_METHOD, ReplayLetter(letter_id=letter_id), ReplayAnswer)

    async def history(self, request: AskHistory) -> History:
        """What the record holds."""
        return await self._ask(AUDIT, HISTORY_METHOD, request, History)

    async def record(self, request: RecordAction) -> None:
        """Have an action recorded."""
        await self._ask(AUDIT, RECORD_ACTION_METHOD, request, Done)

    async def _ask(
        self, app_id: str, method: str, request: Contract, answer: type[Answer], *, deadline: float = _DEADLINE
    ) -> Answer:
        return await self._sidecar.invoke(app_id, method, request, answer, deadline=deadline)
