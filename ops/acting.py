"""``todo-ops fire``, ``reschedule``, ``repair`` and ``page``. What they do is in the audit record before it is done."""

from datetime import datetime
from typing import Annotated

import typer

from contracts.console import Act, ActionKind, Invitation, Invite, Role
from contracts.names import CONSOLE, INVITE_METHOD
from ops.context import Context
from ops.problems import Problem
from ops.system import find_record

_REMINDER = typer.Argument(metavar="REMINDER")


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (fire, reschedule, repair, page):
        app.command()(command)


def fire(context: typer.Context, reminder_id: Annotated[str, _REMINDER]) -> None:
    """Have a reminder ring now, whenever it is due. Once: when it has rung already, nothing is done."""
    _act(context, Act(kind=ActionKind.FIRE, operator=context.obj.operator, reminder_id=reminder_id))


def reschedule(
    context: typer.Context,
    reminder_id: Annotated[str, _REMINDER],
    due: Annotated[str, typer.Argument(metavar="TIME", help="ISO 8601 with its offset: 2026-11-27T09:00:00+01:00")],
) -> None:
    """Have a reminder ring at another time. The user sees the change, and can take it back."""
    try:
        due_at = datetime.fromisoformat(due)
    except ValueError:
        raise typer.BadParameter(f"{due} is no time: write 2026-11-27T09:00:00+01:00") from None
    if due_at.tzinfo is None:
        raise typer.BadParameter(f"{due} has no offset: end it with Z, +01:00, …")
    request = Act(kind=ActionKind.RESCHEDULE, operator=context.obj.operator, reminder_id=reminder_id, due_at=due_at)
    _act(context, request)


def repair(context: typer.Context) -> None:
    """Run the repair sweep now: it arms what has no job, and announces what nobody heard of."""
    _act(context, Act(kind=ActionKind.REPAIR, operator=context.obj.operator))


def page(
    context: typer.Context,
    *,
    role: Annotated[Role, typer.Option(help="viewer: look only. operator: act, too.")] = Role.VIEWER,
) -> None:
    """Print a link that opens the operators' page, once and within two minutes, for whoever has it."""
    given: Context = context.obj
    record = find_record(given.settings)
    base = given.settings.page or (record.operators_url if record else "http://127.0.0.1:8081")
    if not base:
        raise Problem("It is not known where the page is: set TODO_OPS_PAGE to its address.")
    with given.services() as services:
        invited = services.call(CONSOLE, INVITE_METHOD, Invite(operator=given.operator, role=role), Invitation)
    url = f"{base.rstrip('/')}{invited.path}"
    if given.output.as_json:
        given.output.document({"url": url, "role": role, "expires_at": invited.expires_at.isoformat()})
    else:
        print(url)


def _act(context: typer.Context, request: Act) -> None:
    given: Context = context.obj
    with given.services() as services:
        given.act(services, request)
