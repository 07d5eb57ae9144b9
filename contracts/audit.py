"""The call by which chat_api asks the audit service what is recorded of a user."""

from pydantic import Field

from contracts.base import Contract, Identifier, Instant

DAMAGED = "damaged"


class ListActivity(Contract):
    """Ask for a page of a user's own record, newest first."""

    user_id: Identifier
    before: int | None = Field(default=None, ge=1, description="Only entries with a smaller number.")
    limit: int = Field(default=50, ge=1, le=200)


class Activity(Contract):
    """One entry, as a person reads it."""

    number: int = Field(ge=0, description="Its place in the user's record, from 1 without a gap.")
    kind: str = Field(
        description="created, updated, completed, reopened, deleted (a task); scheduled, fired, snoozed, acknowledged, "
        "missed, cancelled, responded (a reminder); next-occurrence (of a task, by the worker); "
        "account-closed; operator-began, operator-done, operator-failed (whoever runs the server did something); "
        "damaged: it is not what was recorded; believe nothing of it."
    )
    at: Instant | None = Field(default=None, description="When it happened.")
    task_id: str | None = None
    title: str = Field(default="", description="Empty once the account is deleted.")
    due_at: Instant | None = None
    source: str = Field(default="", description="The service that reported it.")


class ActivityPage(Contract):
    """The answer."""

    entries: tuple[Activity, ...] = ()
    next_before: int | None = Field(default=None, description="Ask for the page after this one with it; None: the end.")
