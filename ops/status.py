"""``todo-ops status``: each application, replica, sidecar, actor type, component, topic and what waits."""

import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any

import typer

from contracts.console import AskOverview, Overview
from contracts.names import CONSOLE, OVERVIEW_METHOD
from ops.context import Context
from ops.output import Output
from ops.problems import NoAnswer, Status
from ops.system import find_record
from runtime.run_record import RunRecord

_PATIENCE = 3.0  # seconds


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("status")(status)


def status(context: typer.Context) -> None:
    """How the system is: applications and sidecars, actors, components, topics, and what waits.

    On this machine each sidecar is asked directly, too: also when the console is away. Exit status 1: not all is well.
    """
    given: Context = context.obj
    record = find_record(given.settings)
    direct = [] if record is None else _ask_sidecars(record)
    overview: Overview | None = None
    problem = ""
    try:
        with given.services() as services:
            overview = services.call(CONSOLE, OVERVIEW_METHOD, AskOverview(), Overview, timeout=20)
    except NoAnswer as error:
        problem = str(error)
    well = _is_well(overview, direct)
    if given.output.as_json:
        found = overview.model_dump(mode="json") if overview else None
        given.output.document({"well": well, "overview": found, "sidecars": direct, "problem": problem})
    else:
        _print(given.output, overview, direct, problem)
    if overview is None:
        raise typer.Exit(Status.NO_ANSWER)
    if not well:
        raise typer.Exit(Status.INCOMPLETE)


def _is_well(overview: Overview | None, direct: Sequence[dict[str, Any]]) -> bool:
    if overview is None or overview.problems or not all(one["healthy"] for one in direct):
        return False
    return all(one.state == "ready" for one in overview.applications) and all(topic.open for topic in overview.topics)


def _ask_sidecars(record: RunRecord) -> list[dict[str, Any]]:
    """What the health and metadata endpoints of each sidecar say, asked over HTTP, and the page's readiness."""
    found = []
    for one in record.sidecars:
        base = f"http://127.0.0.1:{one.http_port}/v1.0"
        healthy, said = _get(f"{base}/healthz", one.api_token)
        _, metadata = _get(f"{base}/metadata", one.api_token)
        actors = (metadata.get("actorRuntime") or {}).get("activeActors") or []
        entry: dict[str, Any] = {
            "name": f"{one.name}.daprd",
            "healthy": healthy,
            "problem": "" if healthy else str(said.get("error", "")),
            "version": metadata.get("runtimeVersion", ""),
            "actors": {actor["type"]: actor.get("count", 0) for actor in actors},
            "components": len(metadata.get("components") or []),
        }
        found.append(entry)
    ready, said = _get(f"{record.url}/readyz", "")
    problem = "" if ready else json.dumps(said.get("checks", said))
    page = {"version": "", "actors": {}, "components": 0}
    found.append({"name": "chat-api /readyz", "healthy": ready, "problem": problem, **page})
    return found


def _get(url: str, token: str) -> tuple[bool, dict[str, Any]]:
    request = urllib.request.Request(url, headers={"dapr-api-token": token} if token else {})  # noqa: S310 - loopback
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE) as response:  # noqa: S310
            body = response.read()
            document: dict[str, Any] = json.loads(body) if body else {}
            return True, document
    except urllib.error.HTTPError as error:
        try:
            document = json.loads(error.read())
        except ValueError:
            document = {"error": f"HTTP {error.code}"}
        return False, document
    except (OSError, ValueError) as error:
        return False, {"error": str(error)}


def _print(output: Output, overview: Overview | None, direct: Sequence[dict[str, Any]], problem: str) -> None:
    if overview is not None:
        _print_overview(output, overview)
    if direct:
        output.heading("\nAsked directly")
        rows = [
            (
                one["name"],
                "ready" if one["healthy"] else "bad",
                str(one["version"] or "-"),
                ", ".join(f"{kind} {count}" for kind, count in one["actors"].items()) or "-",
                one["problem"],
            )
            for one in direct
        ]
        output.table(("what", "state", "version", "actors in memory", "why"), rows, empty="")
    if problem:
        output.coloured(problem, "bad")


def _print_overview(output: Output, overview: Overview) -> None:
    output.heading("Applications")
    rows = []
    for app in overview.applications:
        if not app.replicas:
            rows.append((app.app_id, "-", app.state, "-", "-", "-", ""))
        for replica in app.replicas:
            report, sidecar = replica.report, replica.report.sidecar
            wrong = [name for name, fine in report.checks.items() if not fine]
            actors = ", ".join(f"{one.type} {one.count}" for one in sidecar.actors) if sidecar else ""
            notes = [f"not: {', '.join(wrong)}"] if wrong else []
            notes += ["draining"] if report.draining else []
            notes += [f"silent for {replica.silent_seconds:g} s"] if replica.state == "silent" else []
            rows.append(
                (
                    app.app_id,
                    f"{report.host}/{report.pid}",
                    replica.state,
                    sidecar.runtime_version if sidecar else "-",
                    str(len(sidecar.components)) if sidecar else "-",
                    actors or "-",
                    "; ".join(notes),
                )
            )
    output.table(("app", "replica", "state", "dapr", "components", "actors in memory", ""), rows, empty="None.")
    output.heading("\nTopics")
    output.table(
        ("topic", "reader", "state", "lag of the last", "handled", "being handled", "came back", "dead letters"),
        [
            (
                one.topic,
                one.reader,
                "ready" if one.open else "bad",
                "-" if one.lag_seconds is None else f"{one.lag_seconds * 1000:.0f} ms",
                str(one.handled),
                str(one.in_flight),
                str(one.failed),
                str(one.dead_letters),
            )
            for one in overview.topics
        ],
        empty="None.",
    )
    work = overview.workload
    output.heading("\nWhat waits")
    if work is not None:
        oldest = f", the oldest since {work.outbox_oldest_at:%H:%M:%S} UTC" if work.outbox_oldest_at else ""
        output.line(
            f"{work.pending} reminders of {work.users} users, {work.overdue} of them due; {overview.jobs} jobs."
        )
        output.line(
            f"{work.outbox} events in the outbox{oldest}, {work.outbox_later} meant for later, {work.intake} taken in."
        )
    output.line(f"{overview.dead_letters} dead letters.")
    if overview.draining:
        output.coloured("Draining: no new work is taken.", "waiting")
    for said in overview.problems:
        output.coloured(said, "bad")
