"""What was found out about one reminder, and what could not be."""

from dataclasses import dataclass, field
from datetime import datetime

from contracts.operations import ActorSnapshot, History, JobFact, ReminderFacts


@dataclass(frozen=True, slots=True)
class Evidence:
    """Facts from their owners at one moment. Of what is in `unasked` nothing is known: absence there says nothing."""

    reminder_id: str
    now: datetime
    facts: ReminderFacts = field(default_factory=ReminderFacts)
    actor: ActorSnapshot | None = None
    job: JobFact | None = None
    history: History = field(default_factory=lambda: History(entries=()))
    unasked: dict[str, str] = field(default_factory=dict)
    """By what was to be had (facts, actor, job, history): why it was not."""

    def asked(self, what: str) -> bool:
        """Whether its absence means something."""
        return what not in self.unasked
