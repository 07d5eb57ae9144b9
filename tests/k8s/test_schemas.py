"""The rendered chart against the schemas of every version of Kubernetes that it is for, and of Dapr's resources."""

import subprocess
from pathlib import Path

import pytest

from tests.components.resources import PRODUCTION
from tests.k8s.chart import EVERYTHING, VALUES, render
from tests.k8s.schemas import KUBERNETES_VERSIONS, of_custom_resources, of_kubernetes
from tests.k8s.tools import dapr_chart, monitor_crds, tool

pytestmark = [pytest.mark.k8s, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def custom_schemas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    sources = [*(dapr_chart() / "crds").glob("*.yaml"), *monitor_crds()]
    return of_custom_resources(sources, tmp_path_factory.mktemp("crds"))


def conform(text: str, version: str, *custom: Path) -> subprocess.CompletedProcess[str]:
    """kubeconform, strict, without looking anything up elsewhere."""
    pattern = "{{ .ResourceKind }}{{ .KindSuffix }}.json"
    locations = [f"-schema-location={folder / pattern}" for folder in (of_kubernetes(version), *custom)]
    command = [tool("kubeconform"), "-strict", "-summary", *locations]
    return subprocess.run(command, input=text, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("version", KUBERNETES_VERSIONS)
@pytest.mark.parametrize("values", VALUES)
def test_it_conforms(custom_schemas: Path, version: str, values: str) -> None:
    answer = conform(render(*VALUES[values], *EVERYTHING, kubernetes=version), version, custom_schemas)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "Skipped: 0" in answer.stdout


def test_the_production_set_conforms(custom_schemas: Path) -> None:
    text = "\n---\n".join(path.read_text() for path in PRODUCTION.glob("*.yaml"))
    answer = conform(text, KUBERNETES_VERSIONS[-1], custom_schemas)
    assert answer.returncode == 0, answer.stdout + answer.stderr


DEFECTS = {
    "a misspelt field": ("restartPolicy: Never", "restartPolcy: Never", "restartPolcy"),
    "a wrong type": ("maxReplicas: 3", "maxReplicas: three", "maxReplicas"),
    "a wrong version": ("apiVersion: autoscaling/v2", "apiVersion: autoscaling/v2beta2", "HorizontalPodAutoscaler"),
    "a misspelt field of a component": (
        "secretKeyRef:\n      key: brokers",
        "secretKeyRf:\n      key: brokers",
        "secretKeyRf",
    ),
    "a misspelt field of what Prometheus scrapes": ("path: /, interval", "pth: /, interval", "pth"),
    "a misspelt field of a policy": ("circuitBreakers:", "circutBreakers:", "circutBreakers"),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_is_seen(custom_schemas: Path, defect: str) -> None:
    old, new, complaint = DEFECTS[defect]
    text = render(*EVERYTHING)
    assert old in text
    answer = conform(text.replace(old, new, 1), KUBERNETES_VERSIONS[-1], custom_schemas)
    assert answer.returncode != 0
    assert complaint in answer.stdout
