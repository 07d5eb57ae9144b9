"""What operators ask the console, from the page or by `todo-ops`."""

from enum import StrEnum
from typing import Any

from pydantic import Field

from contracts.base import Contract, Identifier, Instant
from contracts.operations import ActorSnapshot, FindReminders, JobFact, ReminderFacts, Workload
from contracts.replicas import ReplicaReport


class Replica(Contract):
    """A replica as the console knows it."""

    report: ReplicaReport
    heard_at: Instant
    silent_seconds: float = Field(ge=0, description="Since it last said something.")
    state: str = Field(description="ready, not ready, or silent.")


class Application(Contract):
    """An app-id and its replicas."""

    app_id: str
    replicas: tuple[Replica, ...] = ()
    state: str = Field(description="ready, not ready, silent, or never heard of.")


class TopicState(Contract):
    """A topic's reader: an app-id, all its replicas together."""

    topic: str
    reader: str
    open: bool
    in_flight: int = 0
    handled: int = 0
    failed: int = 0
    last_at: Instant | None = None
    lag_seconds: float | None = None
    dead_letters: int = Field(default=0, description="That wait, of this topic and reader.")


class AskOverview(Contract):
    """Ask how the system is."""


class Overview(Contract):
    """The system at a glance. What could not be had is in `problems`."""

    at: Instant
    applications: tuple[Application, ...]
    topics: tuple[TopicState, ...] = ()
    workload: Workload | None = None
    jobs: int | None = Field(default=None, description="Of reminders.")
    dead_letters: int | None = Field(default=None, description="That wait.")
    draining: bool = False
    drained: bool = Field(default=False, description="Nothing new is taken, and nothing is under way.")
    waits_for: tuple[str, ...] = Field(default=(), description="Why it is not drained.")
    problems: tuple[str, ...] = ()


class AskReminders(FindReminders):
    """Ask for a page of reminders."""


class Inspect(Contract):
    """Ask for everything about one reminder."""

    reminder_id: Identifier


class Mood(StrEnum):
    """How it is with something."""

    GOOD = "good"
    WAITING = "waiting"
    BAD = "bad"
    OFF = "off"


class Verdict(Contract):
    """Why it did or did not ring, in plain words."""

    mood: Mood
    headline: str
    because: tuple[str, ...] = ()
    advice: str = ""


class Moment(Contract):
    """A place on the timeline."""

    at: Instant
    what: str
    source: str = ""
    detail: str = ""
    trace_id: str | None = None
    mood: Mood = Mood.GOOD
    future: bool = False


class Inspection(Contract):
    """The answer."""

    reminder_id: str
    known: bool
    verdict: Verdict
    facts: ReminderFacts
    actor: ActorSnapshot | None = None
    job: JobFact | None = None
    timeline: tuple[Moment, ...] = ()
    trace_ids: tuple[str, ...] = ()
    problems: tuple[str, ...] = Field(default=(), description="What could not be asked.")


class ActionKind(StrEnum):
    """What an operator can do."""

    FIRE = "fire"
    RESCHEDULE = "reschedule"
    REPLAY = "replay"
    REPAIR = "repair"
    DRAIN = "drain"
    RESUME = "resume"
    EXPORT = "export"
    IMPORT = "import"


class Act(Contract):
    """Do something. It is in the audit record before it is done."""

    kind: ActionKind
    operator: str = Field(min_length=1, max_length=100, description="Who does it.")
    reminder_id: Identifier | None = None
    due_at: Instant | None = None
    letter_id: Identifier | None = None
    detail: str = Field(default="", max_length=300)


class ActAnswer(Contract):
    """What it came to."""

    done: bool
    summary: str
    action_id: str
    facts: dict[str, Any] = Field(default_factory=dict)


class Role(StrEnum):
    """What somebody may do on the page."""

    VIEWER = "viewer"
    OPERATOR = "operator"


class Invite(Contract):
    """Ask for a link that opens the page once."""

    operator: str = Field(min_length=1, max_length=100)
    role: Role = Role.VIEWER


class Invitation(Contract):
    """The answer: the path of the link, on the console's address."""

    path: str
    expires_at: Instant
