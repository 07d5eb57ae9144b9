"""The check of a deployment: each thing that may be wrong is found and named."""

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests.scripts.conftest import PROJECT, Cloud, as_json, printed_commands

SCRIPT = "scripts/verify-deployment.sh"
COMPONENTS = [
    {"metadata": {"name": "pubsub"}},
    {"metadata": {"name": "statestore"}, "scopes": ["reminder-actor"]},
    {"metadata": {"name": "conversations"}, "scopes": ["chat-api"]},
]


def pod(name: str = "todo-chat-api-1", app: str = "chat-api") -> dict[str, Any]:
    """One that is as it should be, with a native sidecar; ready 9 s after the app's container started."""
    running = {"running": {"startedAt": "2026-11-26T10:00:10Z"}}
    return {
        "metadata": {"name": name, "annotations": {"dapr.io/enabled": "true", "dapr.io/app-id": app}},
        "spec": {"initContainers": [{"name": "daprd", "restartPolicy": "Always"}], "containers": [{"name": app}]},
        "status": {
            "phase": "Running",
            "conditions": [
                {"type": "PodScheduled", "status": "True", "lastTransitionTime": "2026-11-26T09:59:00Z"},
                {"type": "Ready", "status": "True", "lastTransitionTime": "2026-11-26T10:00:19Z"},
            ],
            "initContainerStatuses": [{"name": "daprd", "ready": True, "restartCount": 0, "state": running}],
            "containerStatuses": [{"name": app, "ready": True, "restartCount": 0, "state": running}],
        },
    }


def no_sidecar(pod: dict[str, Any]) -> None:
    pod["spec"]["initContainers"] = pod["status"]["initContainerStatuses"] = []


def sidecar_not_ready(pod: dict[str, Any]) -> None:
    pod["status"]["initContainerStatuses"][0]["ready"] = False


def crashing(pod: dict[str, Any]) -> None:
    pod["status"]["containerStatuses"][0] |= {"state": {"waiting": {"reason": "CrashLoopBackOff"}}, "restartCount": 5}


def pending(pod: dict[str, Any]) -> None:
    pod["status"] = {"phase": "Pending"}


def not_ready(pod: dict[str, Any]) -> None:
    pod["status"]["conditions"][1] |= {"status": "False", "reason": "ContainersNotReady"}


def slow(pod: dict[str, Any]) -> None:
    pod["status"]["conditions"][1]["lastTransitionTime"] = "2026-11-26T10:00:41Z"


def probe(
    app: str = "chat-api", components: tuple[str, ...] = ("conversations", "pubsub"), memory: int | None = 95_000_000
) -> str:
    """What the probe prints in a pod."""
    return as_json({"app_id": app, "version": "1.18.3", "components": components, "memory": memory})


def world(cloud: Cloud, pods: list[dict[str, Any]], probed: str) -> None:
    """A cluster that says so."""
    apps = "".join(f"{p['metadata']['name']} {p['metadata']['annotations']['dapr.io/app-id']}\n" for p in pods)
    cloud.answer(
        ("kubectl get pods --selector app.kubernetes.io/instance=todo --output json", 0, as_json({"items": pods})),
        ("kubectl get pods --selector app.kubernetes.io/instance=todo --field-selector", 0, apps),
        ("kubectl get components.dapr.io", 0, as_json({"items": COMPONENTS})),
        ("kubectl exec", 0, probed),
    )


CLUSTER = ("--only", "pods", "--only", "components")


def test_all_is_well(cloud: Cloud) -> None:
    world(cloud, [pod()], probe())
    done = cloud.run(SCRIPT, *CLUSTER)
    assert done.stdout.splitlines() == [
        "ok     todo-chat-api-1: ready",
        "ok     todo-chat-api-1: sidecar of chat-api ready",
        "ok     todo-chat-api-1: ready 9 s after its start (limit 30 s)",
        "ok     chat-api: 2 components loaded",
        "ok     chat-api: sidecar of 95 MB (limit 128 MB)",
    ]
    (call,) = [call for call in cloud.tools.calls if "exec" in call.words]
    assert call.stdin == (PROJECT / "scripts/sidecar_probe.py").read_text().rstrip("\n")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (no_sidecar, "no sidecar"),
        (sidecar_not_ready, "sidecar of chat-api not ready"),
        (crashing, "CrashLoopBackOff (5 restarts)"),
        (pending, "todo-chat-api-1: Pending"),
        (not_ready, "ContainersNotReady"),
        (slow, "ready 31 s after its start"),
    ],
)
def test_a_pod_that_is_not_as_it_should_be(cloud: Cloud, spoil: Callable[[dict[str, Any]], None], words: str) -> None:
    spoiled = pod()
    spoil(spoiled)
    world(cloud, [spoiled, pod("todo-chat-api-2")], probe())
    done = cloud.run(SCRIPT, *CLUSTER, check=False)
    assert done.returncode == 1
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    assert words in line


@pytest.mark.parametrize(
    ("probed", "words"),
    [
        (probe(components=("pubsub",)), "without conversations"),
        (probe(memory=128_000_000), "sidecar of 128 MB (limit 128 MB)"),
        (probe(memory=None), "does not say its memory"),
    ],
)
def test_a_sidecar_that_is_not_as_it_should_be(cloud: Cloud, probed: str, words: str) -> None:
    world(cloud, [pod()], probed)
    done = cloud.run(SCRIPT, *CLUSTER, check=False)
    assert done.returncode == 1
    assert words in done.stdout


@pytest.mark.parametrize("silent", ["kubectl get pods", "kubectl get components.dapr.io", "kubectl exec"])
def test_what_cannot_be_asked_has_failed(cloud: Cloud, silent: str) -> None:
    world(cloud, [pod()], probe())
    cloud.answer((silent, 1, ""))
    done = cloud.run(SCRIPT, *CLUSTER, check=False)
    assert done.returncode == 1
    assert "FAILED" in done.stdout


def test_no_pods_is_a_failure(cloud: Cloud) -> None:
    world(cloud, [], "")
    assert "there are no pods" in cloud.run(SCRIPT, *CLUSTER, check=False).stdout


def test_jobs_and_tests_of_helm_do_not_count(cloud: Cloud) -> None:
    migration, test = pod("migration"), pod("test")
    migration["metadata"]["ownerReferences"] = [{"kind": "Job"}]
    test["metadata"]["annotations"] = {"helm.sh/hook": "test"}
    checks = [sys.executable, str(PROJECT / "scripts/deployment_checks.py"), "pods"]
    done = subprocess.run(
        checks,
        input=json.dumps({"items": [pod(), migration, test]}),
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert "migration" not in done.stdout
    assert "test" not in done.stdout


def test_the_address_of_the_load_balancer_is_found_and_tried(cloud: Cloud) -> None:
    cloud.answer(("kubectl get service todo-frontend", 0, "127.0.0.1:1"))
    done = cloud.run(SCRIPT, "--only", "reminder", check=False, PATIENCE="0")
    assert "FAILED http://127.0.0.1:1 does not answer" in done.stdout


def test_no_address_is_a_failure(cloud: Cloud) -> None:
    done = cloud.run(SCRIPT, "--only", "reminder", "--address-timeout", "0", check=False)
    assert done.returncode == 1
    assert "there is no public address" in done.stdout


def test_a_dry_run_asks_nothing(cloud: Cloud) -> None:
    done = cloud.run(SCRIPT, "--dry-run", PATH="/usr/bin:/bin")
    assert cloud.tools.calls == []
    assert len(printed_commands(done.stdout)) == 5


def test_an_unknown_check_is_said(cloud: Cloud) -> None:
    assert "it is pods, components or reminder" in cloud.run(SCRIPT, "--only", "weather", check=False).stderr
