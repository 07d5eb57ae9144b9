"""Judges what `kubectl` and the sidecars say of a deployment. Needs nothing but Python: it runs wherever kubectl does.

python3 deployment_checks.py pods < pods.json                       names, ready or not, sidecars, time to start
python3 deployment_checks.py sidecar components.json < probe.json   loaded components and memory of one sidecar

Prints a line for each finding, `ok` or `FAILED` first; ends with 1 if anything failed.
"""

import json
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

START_LIMIT = 30  # seconds, from the app's container to ready
MEMORY_LIMIT = 128_000_000  # bytes, of a sidecar at rest


class Finding(NamedTuple):
    """One sentence about one thing."""

    good: bool
    text: str

    def __str__(self) -> str:
        return f"{'ok    ' if self.good else 'FAILED'} {self.text}"


def app_id(pod: dict[str, Any]) -> str | None:
    """What Dapr knows it by; None for one without a sidecar."""
    notes = pod["metadata"].get("annotations", {})
    return str(notes["dapr.io/app-id"]) if notes.get("dapr.io/enabled") == "true" else None


def check_pods(pods: list[dict[str, Any]]) -> Iterator[Finding]:
    """All run, are ready, have the sidecar they ask for, and were ready soon enough."""
    running = [pod for pod in pods if pod["status"].get("phase") != "Succeeded" and not _is_hook(pod)]
    if not running:
        yield Finding(False, "there are no pods")
    for pod in running:
        name = pod["metadata"]["name"]
        trouble = _trouble(pod)
        yield Finding(not trouble, f"{name}: {trouble or 'ready'}")
        if app_id(pod) is not None:
            yield from _sidecar(pod)
        if not trouble:
            seconds = seconds_to_ready(pod)
            yield Finding(
                seconds < START_LIMIT, f"{name}: ready {seconds:.0f} s after its start (limit {START_LIMIT} s)"
            )


def _is_hook(pod: dict[str, Any]) -> bool:
    """Jobs and tests of Helm's come and go."""
    owners = pod["metadata"].get("ownerReferences", [])
    return any(owner["kind"] == "Job" for owner in owners) or "helm.sh/hook" in pod["metadata"].get("annotations", {})


def _trouble(pod: dict[str, Any]) -> str:
    """Why it is not ready; empty when it is."""
    statuses = [*pod["status"].get("initContainerStatuses", []), *pod["status"].get("containerStatuses", [])]
    for status in statuses:
        waiting = status.get("state", {}).get("waiting", {}).get("reason")
        if waiting not in {None, "PodInitializing", "ContainerCreating"}:
            return f"{status['name']}: {waiting} ({status.get('restartCount', 0)} restarts)"
    ready = _condition(pod, "Ready")
    if ready is None:
        return str(pod["status"].get("phase", "unknown"))
    return "" if ready["status"] == "True" else str(ready.get("reason") or pod["status"].get("phase"))


def _sidecar(pod: dict[str, Any]) -> Iterator[Finding]:
    name = pod["metadata"]["name"]
    spec, status = pod["spec"], pod["status"]
    # A native sidecar is an init container that stays.
    names = [c["name"] for c in (*spec.get("initContainers", []), *spec["containers"])]
    if "daprd" not in names:
        yield Finding(False, f"{name}: no sidecar; was Dapr's injector away when the pod was made? Delete the pod")
        return
    statuses = (*status.get("initContainerStatuses", []), *status.get("containerStatuses", []))
    if not statuses:  # it has not started, which is said already
        return
    daprd: dict[str, Any] = next((s for s in statuses if s["name"] == "daprd"), {})
    yield Finding(
        bool(daprd.get("ready")), f"{name}: sidecar of {app_id(pod)} {'ready' if daprd.get('ready') else 'not ready'}"
    )


def seconds_to_ready(pod: dict[str, Any]) -> float:
    """From the start of the app's container, its image being there, to ready."""
    started = [
        _instant(status["state"]["running"]["startedAt"])
        for status in pod["status"].get("containerStatuses", [])
        if status["name"] != "daprd" and "running" in status.get("state", {})
    ]
    ready = _condition(pod, "Ready")
    if not started or ready is None:
        return float("inf")
    return max(0.0, (_instant(ready["lastTransitionTime"]) - max(started)).total_seconds())


def _condition(pod: dict[str, Any], kind: str) -> dict[str, Any] | None:
    return next((c for c in pod["status"].get("conditions", []) if c["type"] == kind), None)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def check_sidecar(probe: dict[str, Any], components: list[dict[str, Any]]) -> Iterator[Finding]:
    """Every component in its scope is loaded, and the memory is within bounds."""
    app = probe["app_id"]
    wanted = {c["metadata"]["name"] for c in components if app in (c.get("scopes") or [app])}
    missing = sorted(wanted - set(probe["components"]))
    lacking = f"without {', '.join(missing)}: see the log of its daprd"
    yield Finding(not missing, f"{app}: {lacking if missing else f'{len(wanted)} components loaded'}")
    memory = probe["memory"]
    if memory is None:
        yield Finding(False, f"{app}: its sidecar does not say its memory")
    else:
        yield Finding(
            memory < MEMORY_LIMIT, f"{app}: sidecar of {memory / 1e6:.0f} MB (limit {MEMORY_LIMIT / 1e6:.0f} MB)"
        )


def main(words: list[str]) -> int:
    """Print the findings; 1 if anything failed."""
    subject = json.load(sys.stdin)
    if words == ["pods"]:
        findings = list(check_pods(subject["items"]))
    elif len(words) == 2 and words[0] == "sidecar":  # noqa: PLR2004
        findings = list(check_sidecar(subject, json.loads(Path(words[1]).read_text())["items"]))
    else:
        sys.stderr.write(str(__doc__))
        return 2
    sys.stdout.writelines(f"{finding}\n" for finding in findings)
    return int(not all(finding.good for finding in findings))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
