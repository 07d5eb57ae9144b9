"""Dead letters as an operator sees them: asking the scheduler service for them, and having one replayed."""

from enum import StrEnum

from pydantic import Field

from contracts.base import Contract, Identifier, Instant


class LetterStatus(StrEnum):
    """Whether somebody has seen to it."""

    WAITING = "waiting"
    REPLAYED = "replayed"


class Letter(Contract):
    """A message that a service could not handle, without the message itself: that may hold what a user wrote."""

    letter_id: Identifier
    number: int = Field(ge=1, description="Counts up in the order of arrival.")
    source: str = Field(description="Where it came from: topic/<name> or job/<name>.")
    service: str = Field(description="The app-id that could not handle it.")
    reason: str
    received_at: Instant
    size: int = Field(ge=0, description="Bytes.")
    status: LetterStatus = LetterStatus.WAITING
    replayed_at: Instant | None = None


class ListLetters(Contract):
    """Ask for a page of letters, the newest first."""

    before: int | None = Field(default=None, description="The `next_before` of the page before.")
    limit: int = Field(default=100, ge=1, le=500)
    include_replayed: bool = False
    service: str | None = None


class Letters(Contract):
    """A page. `next_before` is set when there may be more."""

    letters: tuple[Letter, ...]
    next_before: int | None = None


class ShowLetter(Contract):
    """Ask for one letter with its message."""

    letter_id: Identifier


class LetterContent(Contract):
    """One letter with its message; no letter when there is none of this id."""

    letter: Letter | None
    payload_base64: str = ""


class ReplayLetter(Contract):
    """Have the message handled again by the service that could not."""

    letter_id: Identifier


class ReplayOutcome(StrEnum):
    """What a replay came to."""

    REPLAYED = "replayed"
    ALREADY = "already replayed"
    UNKNOWN = "unknown"
    IMPOSSIBLE = "impossible"


class ReplayAnswer(Contract):
    """The answer. Replayed means handed over: a message that fails again is a new letter."""

    outcome: ReplayOutcome
    reason: str = ""
