"""What verify-deployment.sh asks of a cluster, asked of the system that runs here."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from scripts.deployment_checks import check_sidecar
from tests.support.stack import Stack

pytestmark = pytest.mark.e2e

PROJECT = Path(__file__).resolve().parents[2]


def verify(url: str) -> subprocess.CompletedProcess[str]:
    """The reminder's part, as one calls it without a cluster."""
    return subprocess.run(
        [str(PROJECT / "scripts/verify-deployment.sh"), "--only", "reminder", "--url", url],
        env=os.environ | {"PATIENCE": "2", "POLL_SECONDS": "0.5"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_reminder_is_set_and_fires_through_the_address(stack: Stack) -> None:
    done = verify(stack.url)
    assert done.returncode == 0, done.stdout + done.stderr
    answers, fired = done.stdout.splitlines()
    assert answers.startswith(f"ok     {stack.url} answers in 0.")
    assert fired.startswith("ok     fired after ")
    assert fired.endswith(": stretch")


def test_an_address_where_nobody_is_fails() -> None:
    done = verify("http://127.0.0.1:1")
    assert done.returncode == 1
    assert "FAILED http://127.0.0.1:1 does not answer" in done.stdout


@pytest.mark.parametrize("app_id", ["chat-api", "notification", "reminder-actor", "scheduler"])
def test_a_real_sidecar_says_its_components_and_its_memory(stack: Stack, app_id: str) -> None:
    ports = stack.ports(f"{app_id}.daprd")
    done = subprocess.run(
        [sys.executable, "-I", "-"],
        input=(PROJECT / "scripts/sidecar_probe.py").read_text(),
        env={
            "DAPR_HTTP_PORT": str(ports["http"]),
            "DAPR_METRICS_PORT": str(ports["metrics"]),
            "DAPR_API_TOKEN": stack.token_headers(app_id).get("dapr-api-token", ""),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    probe = json.loads(done.stdout)
    assert probe["app_id"] == app_id
    documents = [
        d for file in (PROJECT / "components/local").glob("*.yaml") for d in yaml.safe_load_all(file.read_text())
    ]
    components = [document for document in documents if document["kind"] == "Component"]
    loaded, memory = check_sidecar(probe, components)
    assert loaded.good, str(loaded)
    assert "MB" in str(memory)

    absent = {"metadata": {"name": "not-there"}, "scopes": [app_id]}
    assert not next(iter(check_sidecar(probe, [*components, absent]))).good
