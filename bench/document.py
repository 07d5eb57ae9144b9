"""Writes docs/benchmarks/README.md and capacity.md from the results, so that no figure in them was copied by hand."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bench.ahead import OURS, as_shipped, at_due, system_name
from bench.results import FOLDER
from bench.system import AS_SHIPPED

_HEAD: Final = """\
# Benchmarks

Written by `python -m bench document` from the JSON files beside it, which say the hardware, the versions and the command of each part;
`make bench` measures all of it anew. Figures are for that machine: compare the ratios. **busy** marks a figure during which others used
more than a tenth of the processors: its times do not count, what it lost or repeated does.

What follows from them for ten million users: [capacity.md](capacity.md). What profiling changed: [profiling.md](profiling.md). What a burst costs each process: `python -m bench.burst --fire-ahead 0`.

**Time ahead.** As it ships, the system begins with a reminder up to {ahead:g} seconds before it is due (`FIRE_AHEAD` of the scheduler service): its
job comes, its actor's turn is taken, it is announced. chat-api keeps the announcement, and at the due time only the user's inbox and stream are
left; nobody is told sooner. A reminder is no cheaper for that: its work is done before, and spread. So there are two figures:

- **as it ships** is what people have: how late they hear it;
- **everything at the due time** (`FIRE_AHEAD=0`) is what it takes to fire at once, and what reminders have that are set just before they are due. Only
  there do setting and firing lie apart: the stages, the processor time of a reminder, the guard's ratios, cost and capacity are taken with it.
"""
_PROMISE: Final = """\
All have the same durable promise, as near as each can be brought to it: a reminder that was accepted survives a power cut, and it is done
when its effect is on the disk. For the others the effect is one synced line in a file; this system is measured at the user's open page,
behind its inbox, and does more for a reminder: the task and its event, the announcement on a stream, the actor's state, the inbox, the
audit record. "Dapr jobs alone" is this system without those.
"""
_NOTES: Final = """\
What the figures do not say by themselves:

- **APScheduler** removes a job from its store when it hands it to a thread, before the effect. What waits for a thread at the crash is lost
  without a trace; how many that are depends on how long an effect takes, and here it takes a millisecond. Its store belongs to one process:
  there is no second one to take over.
- **Celery** takes every ETA task into the worker's memory as soon as it is sent. After the crash they come back when
  `visibility_timeout` has passed, here 45 s; it must be above the longest ETA or tasks run twice, so reminders for next month would wait a
  month. Celery's own documentation advises against ETAs that are far ahead.
- **Temporal** is the development server on SQLite, the one that can be had without a cluster. Its promise is the strongest of all: the
  history of each step is kept.
- **This system** as it ships has done most of the work by the due time, and the others begin with it then: its second row is the one that does as
  they do. Processor time of firing is told for that row only; as it ships it is no less, and was spent before. In the crash, the worker of the first row is chat-api (actors have nothing
  left to do by then), of the second the actor host.
- **Dapr's actor reminders** and **jobs** repeat what was under way at the crash, as they promise (at least once). This system repeats it,
  too, and the user does not hear it: each effect is keyed by reminder and occurrence.
"""


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(_text(cell) for cell in row) + " |" for row in rows)]) + "\n"


def _text(cell: object) -> str:
    if cell is None:
        return ""
    return f"{cell:,}" if isinstance(cell, int) and not isinstance(cell, bool) else str(cell)


def _busy(row: Mapping[str, Any]) -> str:
    seen = row.get("conditions", {})
    earlier = f", of {row['taken_at']:.16}" if "taken_at" in row else ""
    return f"load {seen.get('load_average', '?')}{earlier}" + ("" if seen.get("quiet", True) else ", **busy**")


def _of(document: Mapping[str, Any], what: str) -> list[dict[str, Any]]:
    return [row for row in document["rows"] if row["what"] == what]


def _points(figures: Mapping[str, float], factor: float = 1, digits: int = 2) -> list[str]:
    return [f"{figures[point] * factor:.{digits}f}" for point in ("p50", "p99", "max")]


def comparison(document: Mapping[str, Any]) -> str:
    """The section on what people would pick instead."""
    bursts, steady, crashes = (
        [{**row, "system": system_name(row)} for row in _of(document, what)]
        for what in ("burst", "steady", "kill -9 of the worker")
    )
    parts = ["## Side by side with what people would pick instead\n", _PROMISE, "![side by side](side-by-side.svg)\n"]
    if bursts:
        parts += [
            f"{bursts[0]['count']:,} reminders due at one instant; lag in seconds from due to the effect:\n",
            _table(
                ("system", "p50", "p99", "last", "lost", "twice", "scheduling them", "CPU of scheduling, firing one",
                 "memory at rest, after", "machine"),
                ((row["system"], *_points(row["lag_s"]), row["lost"], row["twice"], f"{row['scheduling_s']} s",
                  f"{_one(row['scheduling_cpu_ms_each'])}, {_one(row['firing_cpu_ms_each'])} ms",
                  f"{row['memory_idle_mb']}, {row['memory_after_mb']} MB", _busy(row)) for row in bursts),
            ),
        ]  # fmt: skip
    if steady:
        parts += [
            f"{steady[0]['rate']:g} a second, lag in milliseconds{_goes_on(steady)}:\n",
            _table(
                ("system", "p50", "p99", "max", "lost", "twice", "machine"),
                (
                    (row["system"], *_points(row["lag_s"], 1000, 1), row["lost"], row["twice"], _busy(row))
                    for row in steady
                ),
            ),
        ]
    if crashes:
        parts += [
            "The burst again, and `kill -9` of the worker (of this system: chat-api, and with everything at the due time the actor "
            "host) when a quarter has fired; it is started again at once:\n",
            "![after the crash](crash.svg)\n",
            _table(
                ("system", "lost", "twice", "the last one's lag, s", "machine"),
                ((row["system"], row["lost"], row["twice"], row["lag_s"].get("max"), _busy(row)) for row in crashes),
            ),
        ]
    for row in _of(document, "left out"):
        parts.append(f"Left out: {row['system']}. {row['why'].splitlines()[0]}\n")
    parts += ["### Where the others win\n", _winners(bursts, steady, crashes), _NOTES]
    parts.append("What each promises:\n")
    parts.append(
        _table(("system", "promise"), {row["system"]: (row["system"], row["promise"]) for row in bursts}.values())
    )
    return "\n".join(parts)


def _one(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def _goes_on(rows: Iterable[Mapping[str, Any]]) -> str:
    ahead = next((row["fire_ahead"] for row in as_shipped(rows)), None)
    if ahead is None:
        return ""
    return (
        f"; with time ahead the rate goes on for {ahead:g} s more, so that those that count are told while others fire"
    )


def _winners(*groups: Sequence[Mapping[str, Any]]) -> str:
    """A line for each measure and each of ours: which others are better, and by how much."""
    bursts, steady, crashes = groups
    measures: list[tuple[str, Sequence[Mapping[str, Any]], Callable[[Mapping[str, Any]], float | None]]] = [
        ("the burst's p99", bursts, lambda row: row["lag_s"]["p99"]),
        ("the p99 at the steady rate", steady, lambda row: row["lag_s"]["p99"]),
        ("processor time of firing one", bursts, lambda row: row["firing_cpu_ms_each"]),
        ("memory at rest", bursts, lambda row: row["memory_idle_mb"]),
        ("time to schedule the burst", bursts, lambda row: row["scheduling_s"]),
        ("the last one's lag after the crash", crashes, lambda row: row["lag_s"].get("max", float("inf"))),
        ("fewest twice after the crash", crashes, lambda row: row["twice"]),
    ]
    lines = []
    for name, rows, value in measures:
        figures = [(figure, str(row["system"])) for row in rows if (figure := value(row)) is not None]
        for ours in OURS:
            own = next((figure for figure, system in figures if system == ours), None)
            if own is None:
                continue
            better = sorted((figure, system) for figure, system in figures if figure < own and system not in OURS)
            if better:
                told = ", ".join(f"{system} ({figure:g})" for figure, system in better)
                lines.append(f"- {name}: {ours} {own:g}; better: {told}")
            else:
                lines.append(f"- {name}: none of them ({ours} {own:g})")
    return "\n".join(lines) + "\n"


def _publishing(document: Mapping[str, Any]) -> str:
    rows = _of(document, "publish")
    ratios = [
        f"{broker}: HTTP takes {by['http']['latency_ms']['p50'] / by['grpc']['latency_ms']['p50']:.2f} times as long as gRPC, one at a "
        f"time (p50); gRPC carries {by['grpc']['per_second'] / by['http']['per_second']:.2f} times as many"
        for broker in dict.fromkeys(row["broker"] for row in rows)
        if len(by := {row["over"]: row for row in rows if row["broker"] == broker}) == 2
    ]
    table = _table(
        ("broker", "over", "p50 ms", "p99 ms", "max ms", "a second, 64 under way", "machine"),
        ((row["broker"], row["over"], *_points(row["latency_ms"]), row["per_second"], _busy(row)) for row in rows),
    )
    return "\n".join(["## Publishing: gRPC and HTTP, in one run\n", "![publishing](publishing.svg)\n", table,
                      *(f"- {one}" for one in ratios), ""])  # fmt: skip


def _lag(document: Mapping[str, Any]) -> str:
    def row(first: str, both: Sequence[Mapping[str, Any]]) -> Sequence[object]:
        shipped, due = (next(iter(of(both)), {}) for of in (as_shipped, at_due))
        stages = ("heard_s", "turn_begins_s", "job_done_s")
        return (
            first, both[0]["count"], _milliseconds(shipped, "heard_s"), *(_milliseconds(due, one) for one in stages),
            due.get("cpu_s_per_1000"), *(one.get("memory_mb") for one in (shipped, due)), _both_busy(shipped, due),
        )  # fmt: skip

    head = (
        "reminders",
        "heard",
        "on the page as it ships, ms",
        "on the page, everything at the due time, ms",
        "of that: actor's turn begins, ms",
        "job done, ms",
        "CPU s per 1,000",
        "MB as it ships",
        "MB, everything at the due time",
        "machine",
    )
    rates, bursts = _of(document, "rate"), _of(document, "burst")
    rows = [
        row(f"{rate:g} a second", [one for one in rates if one["per_second"] == rate])
        for rate in dict.fromkeys(one["per_second"] for one in rates)
    ]
    rows += [
        row("at one instant", [one for one in bursts if one["count"] == count])
        for count in dict.fromkeys(one["count"] for one in bursts)
    ]
    shipped = as_shipped([*rates, *bursts])
    text = "p50, p99 and the greatest, after the due time. Memory is that of all processes."
    if shipped:
        ahead = max(one["fire_ahead"] for one in shipped)
        text += (
            f" As it ships they begin to fire {ahead:g} s ahead, after all were set; a steady rate goes on for as long after those that are counted, so that these are "
            "told while others fire."
        )
        if {one["per_second"] for one in rates} - {one["per_second"] for one in as_shipped(rates)}:
            text += " A rate that takes more of them than can be added in minutes was measured only with everything at the due time (`--full`)."
    else:
        text += " As it ships it was not measured yet."
    return "\n".join(["## From due to heard\n", text + "\n", "![lag](lag.svg)\n", _table(head, rows)])


def _milliseconds(row: Mapping[str, Any], stage: str) -> str | None:
    return ", ".join(_points(row[stage], 1000, 0)) if stage in row else None


def _both_busy(shipped: Mapping[str, Any], due: Mapping[str, Any]) -> str:
    named = {"as it ships": shipped, "at the due time": due}
    there = {name: _busy(row) for name, row in named.items() if row}
    return next(iter(there.values())) if len(there) == 1 else "; ".join(f"{name}: {one}" for name, one in there.items())


def _pending(document: Mapping[str, Any]) -> str:
    head = ("pending", "scheduled a second", "CPU ms each", "scheduler's memory MB", "its store MB", "with its log MB",
            "all listed, s", "lag p50, p99 ms", "machine")  # fmt: skip
    rows = _of(document, "pending")
    cells = [
        (row["pending"], row["scheduled_per_second"], row["scheduling_cpu_ms_each"], row["scheduler_memory_mb"],
         row["scheduler_store_mb"], row["scheduler_disk_mb"], row["listing_s"] or "refused",
         ", ".join(_points(row["heard_s"], 1000, 0)[:2]), _busy(row))
        for row in rows
    ]  # fmt: skip
    text = (
        "Jobs of next year in Dapr's scheduler, made directly, 64 at a time; at each size reminders at 10 a second go the whole way, with everything at the "
        "due time: time ahead would hide what many pending do to it.\n"
    )
    parts = ["## With many pending\n", text, "![pending](pending.svg)\n", _table(head, cells)]
    refused = next((row for row in rows if row.get("listing_refused")), None)
    if refused is not None:
        parts.append(
            f"**The repair sweep asks for all jobs in one answer, and that is refused from {refused['pending']:,} on** "
            f"(`{refused['listing_refused']}`). Reminders fire all the same; what the sweep would repair is not repaired.\n"
        )
    return "\n".join(parts)


def _chat(document: Mapping[str, Any]) -> str:
    understood = _table(
        ("corpus", "sentences", "understood", "p50 ms", "p99 ms"),
        ((row["part"], row["sentences"], f"{row['everything']:.1%}", row["p50_ms"], row["p99_ms"])
         for row in _of(document, "understanding")),
    )  # fmt: skip
    requests = _table(
        ("users at once", "messages", "p50 ms", "p99 ms", "max ms", "a second", "machine"),
        ((row["users"], row["messages"], *_points(row["request_ms"], 1, 1), row["per_second"], _busy(row))
         for row in _of(document, "chat")),
    )  # fmt: skip
    streams = [
        f"{row['streams']:,} open streams of one user: opened in {row['opening_s']} s, {row['memory_kb_each']} KB of chat-api's memory each; "
        f"one reminder reached {row['reached']:,} of them, p50 {row['reached_s']['p50']} s and the last {row['reached_s']['max']} s after it "
        f"was due ({_busy(row)}).\n"
        for row in _of(document, "streams")
    ]
    return "\n".join(["## Chat and open pages\n", understood, "![chat](chat.svg)\n", requests, *streams])


def _startup(document: Mapping[str, Any]) -> str:
    starts = _table(("start", "seconds to ready", "machine"),
                    ((row["how"], row["seconds"], _busy(row)) for row in _of(document, "start")))  # fmt: skip
    rest = sorted(_of(document, "at rest"), key=lambda row: -row["memory_mb"])
    table = _table(("process", "memory MB", "resident MB", "cores at rest"),
                   ((row["process"], row["memory_mb"], row["resident_mb"], row["cores"]) for row in rest))  # fmt: skip
    whole = [
        f"All: {row['memory_mb']} MB, {row['cores']} cores ({_busy(row)}).\n" for row in _of(document, "all at rest")
    ]
    note = "Memory divides pages that processes share among them (all sidecars run one program); resident counts them in each.\n"
    return "\n".join(["## Starting, and at rest\n", starts, "![memory](memory.svg)\n", note, table, *whole])


_SECTIONS: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "side-by-side": comparison,
    "publishing": _publishing,
    "lag": _lag,
    "pending": _pending,
    "chat": _chat,
    "startup": _startup,
}


def readme(folder: Path) -> str:
    """The document, of what was measured."""
    parts, taken = [_HEAD.format(ahead=AS_SHIPPED)], []
    for part, section in _SECTIONS.items():
        path = folder / f"{part}.json"
        if not path.exists():
            continue
        document = json.loads(path.read_text())
        parts.append(section(document))
        hardware, versions = document["hardware"], document["versions"]
        taken.append((f"[{part}]({part}.json)", document["taken_at"], f"`{document['command']}`", versions["commit"]))
        machine = (
            f"{hardware['processor']}, {hardware['cores']} cores, {hardware['memory_gib']} GiB, {hardware['system']}; "
        )
        machine += f"a small synced write takes {hardware['synced_write_ms']} ms (median)."
    if taken:
        parts.append("## What they were taken on\n")
        parts.append(machine + "\n")
        parts.append(_table(("part", "taken at", "command", "commit"), taken))
        parts.append(", ".join(f"{name} {version}" for name, version in versions.items() if name != "commit") + ".\n")
    return "\n".join(parts)


def capacity(found: Mapping[str, Any]) -> str:
    """The model as a document."""
    demand, scheduler, database, cost, check = (
        found[name] for name in ("demand", "scheduler", "database", "cost", "check")
    )
    design, limits = found["design"], found["limits"]
    free = scheduler["free_tier_pending"]
    return f"""\
# Capacity: ten million users

Computed by `bench/capacity.py` from the measured figures in this folder, and written by `python -m bench document`. A model: nothing of this
size has run. Change the assumptions there and run it again.

## What people do (assumed)

{
        _table(
            ("what", "figure"),
            (
                ("users", demand["users"]),
                ("reminders a user and day", demand["reminders_a_day"]),
                ("messages a user and day", demand["messages_a_day"]),
                ("reminders that wait, a user", demand["pending_each"]),
                ("busiest hour against the mean", demand["peak"]),
                ("reminders a second then", demand["peak_reminders_per_second"]),
                ("messages a second then", demand["peak_messages_per_second"]),
                ("due at one instant (eight sharp)", demand["sharp_reminders"]),
                ("to be heard within, s", demand["goal_s"]),
                ("users with an open page", f"{demand['streams']:.0%}"),
            ),
        )
    }
## What that takes

Measured work of each process, with everything at the due time (`FIRE_AHEAD=0`), at {
        limits["utilization"]:.0%} of a core; a Python service has one core, and its sidecar another.
The messages that were measured set a reminder each, so that setting is counted twice: the safe side.

{_table(("service with sidecar", "replicas"), found["replicas"].items())}
{found["cores_of_apps_and_sidecars"]} cores for services and sidecars. **Partitions** of each topic: {
        found["partitions"]
    }, twice the replicas of
its largest reader. Actor hosts are the replicas of reminder-actor; placement spreads the actors over them.

**Dapr's scheduler** holds each waiting reminder in etcd: {scheduler["disk_kb_a_pending"]} KB of store and {
        scheduler["memory_kb_a_pending"]
    } KB of memory
(measured slope). {demand["pending"]:,} of them are {scheduler["store_gb"]} GB of store and {
        scheduler["memory_gb"]
    } GB of memory, and every member holds
all of it: more members do not help. At {limits["store_gb"]:g} GB of store and {
        limits["member_memory_gb"]:g} GB of memory a member that makes
**{
        scheduler["cells"]
    } independent schedulers of three members** (cells: users divided by a hash of their id, each cell an installation of its own with
its topics). The cheaper way is not built: arm only what is due within a day, and let the sweep arm the rest. The pending list and the sweep then carry what etcd
carries now.

On the OKE shape (`etcdSpaceQuota: 800M`) the store holds some {f"{free:,}" if free else "?"} waiting reminders.

**Database**: {database["tasks_kb_a_reminder"]} KB a reminder in the tasks database, {
        database["state_kb_a_reminder"]
    } KB in the state stores and the audit
record: {database["gb_a_day"]} GB a day before anything is deleted; about {
        database["commits_per_second_at_peak"]:,} commits a second in the busiest hour
(six for a reminder from its setting to its end, two for a message). One PostgreSQL does some thousands of small synced commits a second:
so it is divided by the same hash as the cells.

## Cost

{cost["core_s_per_1000_fired"]} core seconds for 1,000 reminders that fire, {
        cost["core_s_per_1000_set_and_fired"]
    } with their setting. A million, set and
fired: {cost["core_hours_a_million"]} core hours at that utilization, **${cost["dollars_a_million"]}** at ${
        limits["ocpu_hour"]
    } an OCPU hour and
${
        limits["gb_hour"]
    } a GB hour (2 GB to a core; Oracle's list price of its arm64 shape). On paper: the core that was measured is not an OCPU of
that shape; broker, database and traffic are not in it.

## Checked against a simulation

`bench/simulation.py` is a discrete-event simulation of the line of processes. Given {
        check["processors"]
    } processors and the measured work of
each, it says of {check["count"]:,} reminders at one instant:

{
        _table(
            ("", "p50 s", "p99 s", "last s"),
            (
                ("measured", *(check["measured_s"][point] for point in ("p50", "p99", "max"))),
                ("simulated", *(check["predicted_s"][point] for point in ("p50", "p99", "max"))),
                (
                    "measured / simulated",
                    *(check["measured_over_predicted"].get(point) for point in ("p50", "p99", "max")),
                ),
            ),
        )
    }
{
        "" if check["quiet"] else "The machine was **busy** during that burst: the ratio holds what others took, too. "
    }What is above 1 is waiting that is not computing
(synced writes, turns that wait for each other, batches); the model does not know it.

The sharp instant on what was computed above, a core to each process: p50 {design["predicted_s"]["p50"]} s, p99 {
        design["predicted_s"]["p99"]
    } s, against a
goal of {design["goal_s"]:g} s: {"it holds" if design["holds"] else "**it does not hold**"}{_corrected(check, design)}.
Both, the check and this, are with everything at the due time. As it ships the system does most of that work in the minute before; the model counts none of
that.
"""


def _corrected(check: Mapping[str, Any], design: Mapping[str, Any]) -> str:
    factor = check["measured_over_predicted"].get("p99", 1.0)
    return f"; times the ratio measured above, {design['predicted_s']['p99'] * factor:.0f} s"


def write(folder: Path = FOLDER) -> None:
    """Both, of what there is."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README.md").write_text(readme(folder))
    path = folder / "capacity.json"
    if path.exists():
        (folder / "capacity.md").write_text(capacity(json.loads(path.read_text())))
