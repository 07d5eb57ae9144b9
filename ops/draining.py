"""``todo-ops drain``: take nothing new, and wait until what is under way has come to its end."""

import time
from typing import Annotated

import typer

from contracts.console import Act, ActAnswer, ActionKind, AskOverview, Overview
from contracts.names import ACT_METHOD, CONSOLE, OVERVIEW_METHOD
from ops.context import Context
from ops.problems import Status
from ops.services import Services

_LOOK = 1.0  # seconds


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(drain)
    app.command()(resume)


def drain(
    context: typer.Context,
    *,
    within: Annotated[float, typer.Option(min=1, max=86400, help="Seconds to wait at most.")] = 120,
) -> None:
    """Stop taking new work; wait until outbox, topics and due reminders are empty. `resume` ends it.

    Reminders ring all the same. Exit status 1: it is still busy after that time (and still drained of new work).
    """
    given: Context = context.obj
    with given.services() as services:
        started = services.call(CONSOLE, ACT_METHOD, Act(kind=ActionKind.DRAIN, operator=given.operator), ActAnswer)
        if not started.done:
            if given.output.as_json:
                given.output.document({"drained": False, "waits_for": [started.summary]})
            else:
                given.output.line(started.summary)
            raise typer.Exit(Status.INCOMPLETE)
        reasons = wait_until_drained(given, services, within)
    if given.output.as_json:
        given.output.document({"drained": not reasons, "waits_for": list(reasons)})
    elif reasons:
        given.output.coloured(f"Still busy after {within:g} s: {'; '.join(reasons)}.", "bad")
    else:
        given.output.coloured("Drained: nothing new is taken, and nothing is under way.", "good")
    if reasons:
        raise typer.Exit(Status.INCOMPLETE)


def resume(context: typer.Context) -> None:
    """Take new work again."""
    given: Context = context.obj
    with given.services() as services:
        given.act(services, Act(kind=ActionKind.RESUME, operator=given.operator))


def wait_until_drained(given: Context, services: Services, within: float) -> tuple[str, ...]:
    """Wait; what it still waits for when the time is over, nothing when it is drained."""
    until = time.monotonic() + within
    with given.output.progress() as progress:
        shown = progress.add_task("Draining", total=None)
        while True:
            seen = services.call(CONSOLE, OVERVIEW_METHOD, AskOverview(), Overview, timeout=20)
            if not seen.draining:
                return ("somebody has resumed",)
            if seen.drained or time.monotonic() > until:
                return seen.waits_for
            progress.update(shown, description=f"Waiting: {'; '.join(seen.waits_for)[:100]}")
            time.sleep(_LOOK)
