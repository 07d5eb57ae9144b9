"""``python -m bench.plots FOLDER``: the results as SVG. Runs in the environment of the benchmarks; the same results,
the same bytes.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
import matplotlib.pyplot as plt

from bench.ahead import OURS, as_shipped, at_due, system_name

_SALT = "todo-assistant"


def _rows(folder: Path, part: str, what: str) -> list[dict[str, Any]]:
    path = folder / f"{part}.json"
    if not path.exists():
        return []
    return [row for row in json.loads(path.read_text())["rows"] if row["what"] == what]


def _bars(axis: Any, names: list[str], values: list[float], title: str) -> None:
    colours = ["#b45309" if name in OURS else "#64748b" for name in names]
    bars = axis.barh(names, values, color=colours)
    axis.bar_label(bars, [f"{value:g}" for value in values], padding=3)
    axis.set_title(title, fontsize=10, loc="left")
    axis.invert_yaxis()
    axis.margins(x=0.15)


def side_by_side(folder: Path) -> Any:
    """What each does with the same reminders."""
    bursts, steady = _rows(folder, "side-by-side", "burst"), _rows(folder, "side-by-side", "steady")
    if not bursts:
        return None
    figure, axes = plt.subplots(2, 2, figsize=(11, 6), layout="constrained")
    names = [system_name(row) for row in bursts]
    _bars(
        axes[0][0], names, [row["lag_s"]["p99"] for row in bursts], f"{bursts[0]['count']} at one instant: lag p99, s"
    )
    _bars(axes[0][1], [system_name(row) for row in steady], [round(row["lag_s"]["p99"] * 1000, 1) for row in steady],
          f"{steady[0]['rate']:g} a second: lag p99, ms" if steady else "")  # fmt: skip
    told = [row for row in bursts if row["firing_cpu_ms_each"] is not None]
    _bars(
        axes[1][0],
        [system_name(row) for row in told],
        [row["firing_cpu_ms_each"] for row in told],
        "processor time of a reminder that fires, ms",
    )
    _bars(axes[1][1], names, [row["memory_after_mb"] for row in bursts], "memory after the burst, MB")
    return figure


def crash(folder: Path) -> Any:
    """Lost, twice, and how late the last was."""
    rows = _rows(folder, "side-by-side", "kill -9 of the worker")
    if not rows:
        return None
    figure, axes = plt.subplots(1, 3, figsize=(11, 3.2), layout="constrained")
    names = [system_name(row) for row in rows]
    _bars(axes[0], names, [row["lost"] for row in rows], "lost")
    _bars(axes[1], names, [row["twice"] for row in rows], "fired twice")
    _bars(axes[2], names, [row["lag_s"].get("max", 0) for row in rows], "the last one's lag, s")
    for axis in axes[1:]:
        axis.set_yticklabels([])
    return figure


def lag(folder: Path) -> Any:
    """At rates and in bursts: by stage with everything at the due time, and heard as it ships."""
    rates, bursts = _rows(folder, "lag", "rate"), _rows(folder, "lag", "burst")
    if not rates or not bursts:
        return None
    figure, axes = plt.subplots(1, 2, figsize=(11, 3.8), layout="constrained")
    for axis, rows, key, label in ((axes[0], rates, "per_second", "reminders a second"),
                                   (axes[1], bursts, "count", "reminders at one instant")):  # fmt: skip
        for of, stage, name in (
            (at_due, "turn_begins_s", "actor's turn begins"),
            (at_due, "job_done_s", "job done"),
            (at_due, "heard_s", "heard"),
            (as_shipped, "heard_s", "heard, as it ships"),
        ):
            shown = of(rows)
            for point, style in (("p50", "--"), ("p99", "-")):
                if shown:
                    axis.plot(
                        [row[key] for row in shown],
                        [row[stage][point] for row in shown],
                        style,
                        marker="o",
                        markersize=3,
                        label=f"{name}, {point}",
                    )
        axis.set(xscale="log", yscale="log", xlabel=label, ylabel="seconds after due")
    axes[1].legend(fontsize=7)
    return figure


def pending(folder: Path) -> Any:
    """What waiting reminders cost."""
    rows = _rows(folder, "pending", "pending")
    if len(rows) < 2:
        return None
    figure, axes = plt.subplots(1, 3, figsize=(11, 3.2), layout="constrained")
    across = [row["pending"] for row in rows]
    for axis, values, title in (
        (axes[0], [row["scheduler_memory_mb"] for row in rows], "memory of Dapr's scheduler, MB"),
        (axes[1], [row["scheduler_store_mb"] for row in rows], "its store on the disk, MB"),
        (axes[2], [row["heard_s"]["p99"] * 1000 for row in rows], "lag p99 at 10 a second, ms"),
    ):
        axis.plot(across, values, marker="o", color="#b45309")
        axis.set_title(title, fontsize=10, loc="left")
        axis.set(xscale="symlog", xlabel="pending", ylim=(0, None))
    return figure


def chat(folder: Path) -> Any:
    """Requests by users at once."""
    rows = _rows(folder, "chat", "chat")
    if not rows:
        return None
    figure, axis = plt.subplots(figsize=(6, 3.2), layout="constrained")
    for point in ("p50", "p99"):
        axis.plot([row["users"] for row in rows], [row["request_ms"][point] for row in rows], marker="o", label=point)
    axis.set(xscale="log", yscale="log", xlabel="users at once", ylabel="a chat message, ms")
    axis.legend()
    return figure


def publishing(folder: Path) -> Any:
    """Both doors of the sidecar, both brokers."""
    rows = _rows(folder, "publishing", "publish")
    if not rows:
        return None
    figure, axes = plt.subplots(1, 2, figsize=(11, 2.4), layout="constrained")
    names = [f"{row['over']}, {row['broker']}" for row in rows]
    _bars(axes[0], names, [row["latency_ms"]["p50"] for row in rows], "one at a time: p50, ms")
    _bars(axes[1], names, [row["per_second"] for row in rows], "64 under way: a second")
    return figure


def memory(folder: Path) -> Any:
    """Of each process at rest."""
    rows = sorted(_rows(folder, "startup", "at rest"), key=lambda row: -row["memory_mb"])
    if not rows:
        return None
    figure, axis = plt.subplots(figsize=(7, 4.2), layout="constrained")
    _bars(
        axis,
        [row["process"] for row in rows],
        [row["memory_mb"] for row in rows],
        "memory at rest, MB (shared pages divided)",
    )
    return figure


PLOTS: dict[str, Callable[[Path], Any]] = {
    "side-by-side": side_by_side,
    "crash": crash,
    "lag": lag,
    "pending": pending,
    "chat": chat,
    "publishing": publishing,
    "memory": memory,
}


def main() -> None:
    """Draw what there are results of."""
    folder = Path(sys.argv[1])
    # No date, no random ids, text as text.
    mpl.rcParams.update({"svg.hashsalt": _SALT, "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 9,
                         "axes.spines.top": False, "axes.spines.right": False})  # fmt: skip
    for name, draw in PLOTS.items():
        figure = draw(folder)
        if figure is not None:
            figure.savefig(folder / f"{name}.svg", format="svg", metadata={"Date": None, "Creator": None})
            plt.close(figure)


if __name__ == "__main__":
    main()
