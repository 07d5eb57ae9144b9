"""``todo-ops export`` and ``import``: all state out of one system and into an empty one, on whatever stores it stands.

The file is JSON, a line each: a head with the counts; rows, actor states and jobs; an end with a digest of all before.
It holds password hashes and what users wrote: only this user may read it.
"""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Annotated, Any, Final

import typer
from rich.progress import Progress

from contracts.console import Act, ActAnswer, ActionKind, AskOverview, Overview
from contracts.jobs import Done, ScheduleJob
from contracts.names import (
    ACT_METHOD,
    ACTOR_STATES_METHOD,
    CHAT_API,
    CONSOLE,
    EXPORT_ROWS_METHOD,
    IMPORT_ROWS_METHOD,
    JOBS_METHOD,
    OVERVIEW_METHOD,
    REMINDER_ACTOR,
    RESTORE_ACTORS_METHOD,
    SCHEDULE_METHOD,
    SCHEDULER,
)
from contracts.operations import (
    ActorSnapshot,
    ActorStates,
    AskActorStates,
    AskJobs,
    ExportRows,
    ImportAnswer,
    ImportRows,
    JobFact,
    Jobs,
    RestoreActors,
    RestoreAnswer,
    Rows,
)
from ops.context import Context
from ops.draining import wait_until_drained
from ops.problems import Problem
from ops.services import Services

_FORMAT: Final = "todo-state.v1"
_PAGE: Final = 100
_JOBS_PAGE: Final = 2000
_TIMEOUT: Final = 60.0
ACTORS: Final = "actor"
JOBS: Final = "job"


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("export")(export)
    app.command("import")(import_state)


def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False)],
    *,
    within: Annotated[float, typer.Option(min=1, help="Seconds to wait at most until it is drained.")] = 120,
) -> None:
    """Write all users, tasks, reminders, actor states and jobs into a file. Drains the system, and leaves it so."""
    given: Context = context.obj
    if file.exists():
        raise Problem(f"{file} is there already.")
    with given.services() as services:
        _begin(given, services, ActionKind.EXPORT, str(file))
        _act(services, Act(kind=ActionKind.DRAIN, operator=given.operator, detail="for an export"))
        if reasons := wait_until_drained(given, services, within):
            raise Problem(f"It is still busy after {within:g} s, so nothing was exported: {'; '.join(reasons)}.")
        draft = file.with_name(f"{file.name}.part")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as out, given.output.progress() as progress:
                counts = _write(services, _Writer(out), progress)
                out.flush()
                os.fsync(out.fileno())
            _require_drained(services)
            draft.rename(file)
        finally:
            draft.unlink(missing_ok=True)
    _say(
        given,
        {"file": str(file), "counts": counts},
        f"{file}: {_words(counts)}. The system stays drained: `resume` or stop it.",
    )


def import_state(
    context: typer.Context, file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False)]
) -> None:
    """Put what an export holds into this system, which must have no users: nothing is overwritten."""
    given: Context = context.obj
    head, expected = _check(file)
    with given.services() as services:
        _begin(given, services, ActionKind.IMPORT, str(file))
        with given.output.progress() as progress:
            counts = _read(services, file, head, progress)
        there = services.call(CHAT_API, EXPORT_ROWS_METHOD, ExportRows(), Rows, timeout=_TIMEOUT).counts
    # The sweep may fire what fell due meanwhile, which adds to the inbox; fewer than were written is what must not be.
    missing = [
        f"{name}: {there[name]} of {number}" for name, number in expected.items() if there.get(name, number) < number
    ]
    if counts != expected or missing:
        raise Problem(
            f"Not all of it is there: expected {_words(expected)}; added {_words(counts)}; {'; '.join(missing)}"
        )
    _say(given, {"file": str(file), "counts": counts}, f"Imported and counted again: {_words(counts)}.")


class _Writer:
    """Lines, counted and digested."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._digest = hashlib.sha256()
        self.counts: Counter[str] = Counter()

    def line(self, document: dict[str, Any]) -> None:
        raw = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
        self._digest.update(raw)
        self._out.write(raw)

    def item(self, kind: str, value: dict[str, Any]) -> None:
        self.counts[kind] += 1
        self.line({"kind": kind, "value": value})

    def end(self) -> None:
        self._out.write(json.dumps({"end": self._digest.hexdigest(), "counts": dict(self.counts)}).encode() + b"\n")


def _write(services: Services, writer: _Writer, progress: Progress) -> dict[str, int]:
    said = services.call(CHAT_API, EXPORT_ROWS_METHOD, ExportRows(), Rows, timeout=_TIMEOUT)
    at = datetime.now(UTC).isoformat()
    writer.line({"format": _FORMAT, "at": at, "schema_revision": said.schema_revision, "counts": said.counts})
    reminder_ids: list[str] = []
    for table, number in said.counts.items():
        bar = progress.add_task(table, total=number)
        for row in _rows(services, table):
            writer.item(table, row)
            progress.advance(bar)
            if table == "reminders":
                reminder_ids.append(row["id"])
    bar = progress.add_task("actor states", total=len(reminder_ids))
    for first in range(0, len(reminder_ids), _PAGE):
        some = tuple(reminder_ids[first : first + _PAGE])
        states = services.call(
            REMINDER_ACTOR, ACTOR_STATES_METHOD, AskActorStates(reminder_ids=some), ActorStates, timeout=_TIMEOUT
        )
        for state in states.states:
            writer.item(ACTORS, state.model_dump(mode="json"))
        progress.advance(bar, len(some))
    bar = progress.add_task("jobs", total=None)
    for job in _jobs(services):
        writer.item(JOBS, job.model_dump(mode="json"))
        progress.advance(bar)
    again = services.call(CHAT_API, EXPORT_ROWS_METHOD, ExportRows(), Rows, timeout=_TIMEOUT).counts
    wrong = [name for name, number in again.items() if not number == said.counts[name] == writer.counts[name]]
    if wrong:
        raise Problem(f"Something changed meanwhile, so nothing was exported: {', '.join(wrong)}.")
    writer.end()
    return dict(writer.counts)


def _rows(services: Services, table: str) -> Iterator[dict[str, Any]]:
    after: list[Any] | None = None
    while True:
        request = ExportRows(table=table, after=after, limit=_PAGE)
        page = services.call(CHAT_API, EXPORT_ROWS_METHOD, request, Rows, timeout=_TIMEOUT)
        yield from page.rows
        after = page.next_after
        if after is None:
            return


def _jobs(services: Services) -> Iterator[JobFact]:
    after = ""
    while True:
        request = AskJobs(after=after, limit=_JOBS_PAGE)
        page = services.call(SCHEDULER, JOBS_METHOD, request, Jobs, timeout=_TIMEOUT)
        yield from (job for job in page.jobs if job.reminder_id is not None)
        if len(page.jobs) < _JOBS_PAGE:
            return
        after = page.jobs[-1].name


def _check(file: Path) -> tuple[dict[str, Any], dict[str, int]]:
    """Its head, and the counts of all that it holds; read to its end before anything is added.

    Raises:
        Problem: it is no export, or not as it was written.
    """
    digest, counts, head, last = hashlib.sha256(), Counter[str](), None, b""
    with file.open("rb") as lines:
        for number, raw in enumerate(lines):
            if last:
                digest.update(last)
            last = raw
            try:
                document = json.loads(raw)
            except ValueError:
                raise Problem(f"{file}, line {number + 1}: this is not JSON.") from None
            if head is None:
                head = document
            elif "kind" in document:
                counts[document["kind"]] += 1
    if not isinstance(head, dict) or head.get("format") != _FORMAT:
        raise Problem(f"{file} is no export of this version ({_FORMAT}).")
    end = json.loads(last)
    if end.get("end") != digest.hexdigest() or end.get("counts") != dict(counts):
        raise Problem(f"{file} is not as it was written: cut off, or changed.")
    return head, dict(counts)


def _read(services: Services, file: Path, head: dict[str, Any], progress: Progress) -> dict[str, int]:
    added: Counter[str] = Counter()
    begin = True
    bar = progress.add_task("Importing", total=None)
    for kind, values in _batches(file):
        if kind == ACTORS:
            states = tuple(ActorSnapshot.model_validate(value) for value in values)
            services.call(
                REMINDER_ACTOR, RESTORE_ACTORS_METHOD, RestoreActors(states=states), RestoreAnswer, timeout=_TIMEOUT
            )
        elif kind == JOBS:
            _arm(services, [JobFact.model_validate(value) for value in values])
        else:
            request = ImportRows(schema_revision=head["schema_revision"], table=kind, rows=tuple(values), begin=begin)
            answer = services.call(CHAT_API, IMPORT_ROWS_METHOD, request, ImportAnswer, timeout=_TIMEOUT)
            if answer.refused:
                raise Problem(f"Refused: {answer.refused}.")
            begin = False
        added[kind] += len(values)
        progress.update(bar, description=f"Importing {kind}", advance=len(values))
    return dict(added)


def _batches(file: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    kind, values = "", list[dict[str, Any]]()
    with file.open("rb") as lines:
        for raw in lines:
            document = json.loads(raw)
            if "kind" not in document:
                continue
            if values and (document["kind"] != kind or len(values) == _PAGE):
                yield kind, values
                values = []
            kind = document["kind"]
            values.append(document["value"])
    if values:
        yield kind, values


def _arm(services: Services, jobs: list[JobFact]) -> None:
    for job in jobs:
        if job.reminder_id is not None and job.due_at is not None:
            wanted = ScheduleJob(reminder_id=job.reminder_id, due_at=job.due_at)
            services.call(SCHEDULER, SCHEDULE_METHOD, wanted, Done, timeout=_TIMEOUT)


def _begin(given: Context, services: Services, kind: ActionKind, detail: str) -> None:
    _act(services, Act(kind=kind, operator=given.operator, detail=detail[:300]))


def _act(services: Services, request: Act) -> None:
    answer = services.call(CONSOLE, ACT_METHOD, request, ActAnswer)
    if not answer.done:
        raise Problem(answer.summary)


def _require_drained(services: Services) -> None:
    seen = services.call(CONSOLE, OVERVIEW_METHOD, AskOverview(), Overview, timeout=20)
    if not seen.drained:
        raise Problem(f"It did not stay drained, so nothing was exported: {'; '.join(seen.waits_for)}.")


def _say(given: Context, document: dict[str, Any], sentence: str) -> None:
    if given.output.as_json:
        given.output.document(document)
    else:
        given.output.line(sentence)


def _words(counts: dict[str, int]) -> str:
    return ", ".join(f"{number} {kind}" for kind, number in counts.items())
