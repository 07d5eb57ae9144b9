"""What people were promised, written down by those who asked: the truth that the system is measured against."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum


class Certainty(Enum):
    """Whether a request was answered."""

    ACKNOWLEDGED = "acknowledged"
    UNKNOWN = "unknown"
    """No answer came: it may have been carried out or not."""


@dataclass
class Wish:
    """One task with one reminder. Titles are unique in a run and stand for it everywhere."""

    title: str
    created: Certainty
    task_id: str | None = None
    required: set[datetime] = field(default_factory=set)
    """Due times at which it must ring."""
    allowed: set[datetime] = field(default_factory=set)
    """Due times at which it may ring: a change was under way when they passed."""
    any_time: bool = False
    """When it would ring was never answered: it may, once, at any time."""
    gone: bool = False
    """Deleting it was acknowledged."""
    unsettled: bool = False
    """A change of it was never answered."""

    def due(self, due_at: datetime) -> None:
        """It is to ring then."""
        self.required.add(due_at)

    def withdraw(self, due_at: datetime, asked: datetime, answered: datetime | None) -> None:
        """It is not to ring then any more; what fell due between question and answer may have rung."""
        self.required.discard(due_at)
        if answered is None or answered >= due_at or asked >= due_at:
            self.allowed.add(due_at)

    @property
    def last_due(self) -> datetime | None:
        """The latest time at which it must ring."""
        return max(self.required, default=None)


@dataclass(frozen=True, slots=True)
class Rung:
    """A reminder as a person heard it on their stream."""

    title: str
    due_at: datetime
    heard_at: datetime

    @property
    def lag(self) -> float:
        """Seconds from due to heard."""
        return (self.heard_at - self.due_at).total_seconds()


@dataclass
class Ledger:
    """All wishes and all that was heard."""

    wishes: dict[str, Wish] = field(default_factory=dict)
    rung: list[Rung] = field(default_factory=list)
    requests: int = 0
    repeated: int = 0
    """Requests that had to be sent again."""

    def add(self, wish: Wish) -> None:
        """Note a new one."""
        self.wishes[wish.title] = wish

    def outstanding(self) -> Sequence[tuple[str, datetime]]:
        """What must ring and was not heard."""
        heard = {(one.title, one.due_at) for one in self.rung}
        return [
            (wish.title, due_at)
            for wish in self.wishes.values()
            if wish.created is Certainty.ACKNOWLEDGED
            for due_at in wish.required
            if (wish.title, due_at) not in heard
        ]
