"""``todo-ops reminders`` and ``inspect``: which there are, and why one did or did not ring."""

from collections.abc import Iterator
from typing import Annotated

import typer

from contracts.console import AskReminders, Inspect, Inspection
from contracts.names import CONSOLE, INSPECT_METHOD, REMINDERS_METHOD
from contracts.operations import ReminderFilter, ReminderRow, ReminderRows
from ops.context import Context
from ops.problems import Status
from ops.services import Services

_PAGE = 200


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("reminders")(reminders)
    app.command("inspect")(inspect)


def reminders(
    context: typer.Context,
    *,
    overdue: Annotated[bool, typer.Option("--overdue", help="Those that are due and have not rung.")] = False,
    failed: Annotated[
        bool, typer.Option("--failed", help="Those that rang, and a channel of the user's failed.")
    ] = False,
    everything: Annotated[bool, typer.Option("--all", help="All, whatever became of them.")] = False,
    user: Annotated[str | None, typer.Option(help="Only those of this user: an id or an e-mail address.")] = None,
    search: Annotated[str | None, typer.Option(help="Part of a title, or an id.")] = None,
    after: Annotated[str | None, typer.Option(help="Go on where an earlier list ended.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="At most so many.")] = 50,
) -> None:
    """List reminders: those that wait, the earliest first, or others by the options."""
    if overdue + failed + everything > 1:
        raise typer.BadParameter("choose one of --overdue, --failed and --all")
    wanted = (
        ReminderFilter.OVERDUE
        if overdue
        else ReminderFilter.FAILED
        if failed
        else ReminderFilter.ALL
        if everything
        else ReminderFilter.PENDING
    )
    given: Context = context.obj
    rows: list[ReminderRow] = []
    with given.services() as services:
        for page in _pages(services, AskReminders(wanted=wanted, user=user, search=search, after=after), limit):
            rows += page.reminders
            after = page.next_after
    if given.output.as_json:
        found = [row.model_dump(mode="json") for row in rows]
        given.output.document({"reminders": found, "next_after": after})
        return
    given.output.table(
        ("reminder", "due (UTC)", "status", "user", "title"),
        [(row.reminder_id, f"{row.due_at:%Y-%m-%d %H:%M:%S}", row.status, row.email, row.title) for row in rows],
        empty="None.",
    )
    if after is not None:
        given.output.line(f"There are more: --after '{after}'")


def inspect(context: typer.Context, reminder_id: Annotated[str, typer.Argument(metavar="REMINDER")]) -> None:
    """Show all that is known of a reminder, on one timeline, and why it did or did not ring.

    Exit status 1: something is wrong with it.
    """
    given: Context = context.obj
    with given.services() as services:
        found = services.call(CONSOLE, INSPECT_METHOD, Inspect(reminder_id=reminder_id), Inspection, timeout=20)
    if given.output.as_json:
        given.output.document(found.model_dump(mode="json"))
    else:
        _print(given, found)
    if not found.known or found.verdict.mood == "bad":
        raise typer.Exit(Status.INCOMPLETE)


def _print(given: Context, found: Inspection) -> None:
    output, row, verdict = given.output, found.facts.reminder, found.verdict
    if row is not None:
        output.heading(f"“{row.title}”, {row.email}")
    output.coloured(verdict.headline, verdict.mood)
    for reason in verdict.because:
        output.line(f"  {reason}")
    if verdict.advice:
        output.line(f"  → {verdict.advice}")
    output.heading("\nState")
    actor, job = found.actor, found.job
    states = []
    if row is not None:
        states.append(
            ("chat-api", row.status, f"{row.due_at:%Y-%m-%d %H:%M:%S}", f"version {row.version}, task {row.task_id}")
        )
    if actor is not None:
        said = f"version {actor.version}" + (f", {actor.last_error}" if actor.last_error else "")
        states.append(("actor", actor.status, f"{actor.due_at:%Y-%m-%d %H:%M:%S}", said))
    if job is not None:
        due = f"{job.due_at:%Y-%m-%d %H:%M:%S}" if job.due_at else "-"
        states.append(("job", "armed", due, job.name))
    output.table(("where", "status", "due (UTC)", ""), states, empty="Nothing anywhere.")
    output.heading("\nTimeline (UTC)")
    output.table(
        ("when", "what", "by", "", "trace"),
        [
            (
                f"{one.at:%Y-%m-%d %H:%M:%S.%f}"[:-3] + (" ⋯" if one.future else ""),
                one.what,
                one.source,
                one.detail,
                (one.trace_id or "")[:8],
            )
            for one in found.timeline
        ],
        empty="Nothing is recorded of it yet.",
    )
    for trace in found.trace_ids[:3]:
        output.line(f"Its logs: grep {trace} .data/logs/*.log")
    for said in found.problems:
        output.coloured(f"Could not be asked: {said}", "bad")


def _pages(services: Services, request: AskReminders, limit: int) -> Iterator[ReminderRows]:
    left = limit
    while left > 0:
        page = services.call(
            CONSOLE, REMINDERS_METHOD, request.model_copy(update={"limit": min(_PAGE, left)}), ReminderRows
        )
        yield page
        left -= len(page.reminders)
        if page.next_after is None:
            return
        request = request.model_copy(update={"after": page.next_after})
