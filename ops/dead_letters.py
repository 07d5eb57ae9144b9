"""``todo-ops dead-letters``: messages that a service could not handle, and handing them over once more."""

import base64
from collections.abc import Iterator
from typing import Annotated

import typer

from contracts.console import Act, ActAnswer, ActionKind
from contracts.dead_letters import (
    Letter,
    LetterContent,
    Letters,
    ListLetters,
    ReplayOutcome,
    ShowLetter,
)
from contracts.names import ACT_METHOD, CONSOLE, LETTER_METHOD, LETTERS_METHOD, SCHEDULER
from ops.context import Context
from ops.problems import NoAnswer, Problem, Status
from ops.services import Services

app = typer.Typer(help="Messages that a service could not handle.", no_args_is_help=True)

_DONE = frozenset({ReplayOutcome.REPLAYED, ReplayOutcome.ALREADY})
_PAGE = 100


@app.command("list")
def list_letters(
    context: typer.Context,
    *,
    replayed: Annotated[bool, typer.Option("--replayed", help="Those that were replayed, too.")] = False,
    service: Annotated[str | None, typer.Option(help="Only those of this app-id.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the newest.")] = 100,
) -> None:
    """List what waits, the newest first."""
    given: Context = context.obj
    with given.services() as services:
        found = list(_letters(services, include_replayed=replayed, service=service, limit=limit))
    if given.output.as_json:
        given.output.document([letter.model_dump(mode="json") for letter in found])
        return
    given.output.table(
        ("ID", "received (UTC)", "service", "from", "why", "status"),
        [
            (
                letter.letter_id,
                f"{letter.received_at:%Y-%m-%d %H:%M:%S}",
                letter.service,
                letter.source,
                letter.reason,
                letter.status,
            )
            for letter in found
        ],
        empty="No dead letter waits.",
    )


@app.command()
def show(context: typer.Context, letter_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Show one with its message. It may hold what a user wrote."""
    given: Context = context.obj
    with given.services() as services:
        content = services.call(SCHEDULER, LETTER_METHOD, ShowLetter(letter_id=letter_id), LetterContent)
    if content.letter is None:
        raise Problem(f"There is no dead letter {letter_id}.")
    if given.output.as_json:
        given.output.document(content.model_dump(mode="json"))
        return
    letter = content.letter
    for name, value in letter.model_dump(mode="json").items():
        given.output.line(f"{name:<12} {value if value is not None else '-'}")
    given.output.line(base64.b64decode(content.payload_base64).decode(errors="replace"))


@app.command()
def replay(
    context: typer.Context,
    letter_id: Annotated[str | None, typer.Argument(metavar="[ID]")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="All that wait, the oldest first.")] = False,
    service: Annotated[str | None, typer.Option(help="With --all: only those of this app-id.")] = None,
) -> None:
    """Hand messages over again to the services that could not handle them. Twice is once.

    Repair the cause first: a message that fails again is a new dead letter.
    """
    if (letter_id is None) != everything:
        raise typer.BadParameter("name one ID, or say --all")
    given: Context = context.obj
    with given.services() as services:
        if letter_id is not None:
            wanted = [letter_id]
        else:
            waiting = _letters(services, include_replayed=False, service=service, limit=None)
            wanted = [letter.letter_id for letter in waiting][::-1]
        answers = [(one, _replay(given, services, one)) for one in wanted]
    if given.output.as_json:
        given.output.document([{"letter_id": one, **answer} for one, answer in answers])
    else:
        rows = [(one, answer["outcome"], answer["reason"]) for one, answer in answers]
        given.output.table(("ID", "outcome", "why"), rows, empty="No dead letter waits.")
    if any(answer["outcome"] not in _DONE for _, answer in answers):
        raise typer.Exit(Status.INCOMPLETE)


def _replay(given: Context, services: Services, letter_id: str) -> dict[str, str]:
    """What became of one; that it failed is no reason to leave the others."""
    request = Act(kind=ActionKind.REPLAY, operator=given.operator, letter_id=letter_id)
    try:
        answer = services.call(CONSOLE, ACT_METHOD, request, ActAnswer)
    except NoAnswer as problem:
        return {"outcome": "failed", "reason": str(problem)}
    if "outcome" not in answer.facts:
        return {"outcome": "failed", "reason": answer.summary}
    return {"outcome": str(answer.facts["outcome"]), "reason": str(answer.facts["reason"])}


def _letters(services: Services, *, include_replayed: bool, service: str | None, limit: int | None) -> Iterator[Letter]:
    before, left = None, limit
    while left is None or left > 0:
        request = ListLetters(
            before=before,
            limit=_PAGE if left is None else min(_PAGE, left),
            include_replayed=include_replayed,
            service=service,
        )
        page = services.call(SCHEDULER, LETTERS_METHOD, request, Letters)
        yield from page.letters
        left = None if left is None else left - len(page.letters)
        before = page.next_before
        if before is None:
            return
