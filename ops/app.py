"""The root of ``todo-ops``: what holds for every command. A group of commands is a module of its own, added here."""

from pathlib import Path
from typing import Annotated

import typer

from ops import acting, dead_letters, draining, inspecting, moving, status
from ops.context import Context
from ops.output import Output
from ops.problems import Problem
from ops.system import Settings
from runtime.layout import PROJECT

app = typer.Typer(
    name="todo-ops",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for part in (status, inspecting, acting, draining, moving):
    part.add_to(app)
app.add_typer(dead_letters.app, name="dead-letters")


@app.callback()
def root(
    context: typer.Context,
    *,
    folder: Annotated[
        Path, typer.Option("--root", help="Where the system keeps its .data.", file_okay=False, envvar="TODO_OPS_ROOT")
    ] = PROJECT,
    operator: Annotated[
        str | None,
        typer.Option("--as", help="Who acts, for the audit record; else this user.", envvar="TODO_OPS_OPERATOR"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Look after a running todo assistant.

    Exit status: 0 done, 1 not all of it, 2 wrong usage, 3 nothing runs, 4 no answer.
    """
    settings = Settings(root=folder)
    if operator:
        settings = settings.model_copy(update={"operator": operator})
    context.obj = Context(settings=settings, output=Output(as_json=as_json))


def main() -> None:
    """Entry point."""
    try:
        app(prog_name="todo-ops")
    except Problem as problem:
        typer.echo(str(problem), err=True)
        raise SystemExit(problem.status) from None
