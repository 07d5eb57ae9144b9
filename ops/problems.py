"""What can go wrong, as a sentence and an exit status. 1 is for a command that did not do all it was asked."""

from enum import IntEnum


class Status(IntEnum):
    """Exit statuses. 2, wrong usage, is Typer's."""

    DONE = 0
    INCOMPLETE = 1
    NO_SYSTEM = 3
    NO_ANSWER = 4


class Problem(Exception):
    """Ends the command; the text says what to do."""

    status: Status = Status.INCOMPLETE


class NoSystem(Problem):
    """There is no running system to talk to."""

    status = Status.NO_SYSTEM


class NoAnswer(Problem):
    """The system is there, and the service did not answer or refused."""

    status = Status.NO_ANSWER
