"""An occurrence of a recurring task, and which one follows it. Pure: whoever computes it gets the same."""

from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from pydantic import Field

from contracts import recurrence
from contracts.base import Contract, Instant, occurrence_key


class RecurrenceBasis(StrEnum):
    """What a recurrence counts from."""

    CALENDAR = "calendar"
    COMPLETION = "completion"


class DoneOccurrence(Contract):
    """An occurrence that was done or left out, with all that says when the next one is."""

    due_at: Instant
    occurrence_at: Instant = Field(description="Which one of the rule it is, also when it was moved alone.")
    recurrence: str = Field(description="RFC 5545 RRULE value.")
    recurs_from: Instant = Field(description="DTSTART of the recurrence.")
    timezone: str = Field(description="IANA zone on whose wall clock the rule is meant.")
    basis: RecurrenceBasis = RecurrenceBasis.CALENDAR
    done_at: Instant = Field(description="When it was done; what the rule has missed by then is skipped.")

    @property
    def key(self) -> str:
        """Its name among the task's occurrences."""
        return occurrence_key(self.occurrence_at)


def following(done: DoneOccurrence) -> datetime | None:
    """When the next one is due, in UTC; None when the recurrence has ended.

    Raises:
        ValueError: the rule or the zone is none.
    """
    zone = _zone(done.timezone)
    start, after = done.recurs_from, max(done.done_at, done.due_at, done.occurrence_at)
    if done.basis is RecurrenceBasis.COMPLETION:
        if recurrence.is_elapsed(done.recurrence):
            # Four hours after it was done, whenever that is.
            start = after = done.done_at.replace(microsecond=0)
        else:
            wall, today = done.due_at.astimezone(zone), done.done_at.astimezone(zone)
            start = today.replace(hour=wall.hour, minute=wall.minute, second=wall.second, microsecond=0, fold=0)
            # Done before it was due: that occurrence is the one that was done.
            after = max(done.done_at, start)
    return recurrence.next_occurrence(done.recurrence, start=start, after=after, zone=zone)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except KeyError as error:
        raise ValueError(f"there is no time zone {name!r}") from error
