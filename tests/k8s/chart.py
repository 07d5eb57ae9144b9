"""The chart as Helm renders it."""

import json
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from tests.components.resources import PROJECT
from tests.k8s.tools import KUBERNETES, tool

CHARTS: Final = PROJECT / "charts"
CHART: Final = CHARTS / "todo-app"
DAPR_VALUES: Final = CHARTS / "dapr-values.yaml"
RELEASE, NAMESPACE, DAPR_NAMESPACE = "todo", "todo", "dapr-system"

MINIKUBE: Final = ()
OKE: Final = ("-f", str(CHART / "values-oke.yaml"))
EVERYTHING: Final = (
    "--set",
    "ingress.enabled=true,ingress.tlsSecret=cert,monitoring.serviceMonitor=true,monitoring.podMonitor=true,monitoring.rules=true,"
    "monitoring.dashboard=true,dapr.otlpEndpoint=http://collector.monitoring:4317,languageModel.enabled=true,"
    "secrets.languageModel.apiKey=k,email.enabled=true,email.host=smtp.example.org,email.from=todo@example.org,"
    "secrets.smtp.user=u,secrets.smtp.password=p,webhooks.hosts={hooks.example.org:9443},push.contact=mailto:a@example.org",
)
"""All that can be switched on."""
VALUES: Final = {"minikube": MINIKUBE, "oke": OKE}


class Refused(Exception):
    """Helm's complaint."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """One rendered document."""

    document: dict[str, Any]

    @property
    def kind(self) -> str:
        return str(self.document["kind"])

    @property
    def name(self) -> str:
        return str(self.document["metadata"]["name"])

    @property
    def spec(self) -> dict[str, Any]:
        return dict(self.document["spec"])

    @property
    def annotations(self) -> dict[str, str]:
        return dict(self.document["metadata"].get("annotations") or {})

    @property
    def pod(self) -> dict[str, Any] | None:
        """The pod, or the template of its pods."""
        if self.kind == "Pod":
            return {key: self.document[key] for key in ("metadata", "spec")}
        template = self.document.get("spec", {}).get("template")
        return dict(template) if isinstance(template, dict) and "spec" in template else None

    @property
    def pod_spec(self) -> dict[str, Any]:
        pod = self.pod
        assert pod is not None, f"{self.kind} {self.name} makes no pods"
        return dict(pod["spec"])


@cache
def render(*arguments: str, chart: Path = CHART, namespace: str = NAMESPACE, kubernetes: str = KUBERNETES) -> str:
    """`helm template`.

    Raises:
        Refused: the values are wrong.
    """
    name = RELEASE if chart == CHART else chart.name
    command = [tool("helm"), "template", name, chart, "-n", namespace, "--kube-version", kubernetes, *arguments]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if answer.returncode:
        raise Refused(answer.stderr)
    return answer.stdout


def manifests(*arguments: str, **options: Any) -> list[Manifest]:
    """What Helm would install, hooks and tests included."""
    return [Manifest(item) for item in yaml.safe_load_all(render(*arguments, **options)) if item]


def of_kind(kind: str, *arguments: str, **options: Any) -> dict[str, Manifest]:
    """The documents of one kind, by name."""
    return {item.name: item for item in manifests(*arguments, **options) if item.kind == kind}


def values(*arguments: str) -> dict[str, Any]:
    """The chart's own values, with those of a values file over them."""
    merged: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text())
    for path in arguments:
        if path != "-f":
            merged = _merge(merged, yaml.safe_load(Path(path).read_text()))
    return merged


def as_json(value: object) -> str:
    """To compare regardless of the order of keys."""
    return json.dumps(value, sort_keys=True)


def _merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    return {
        **base,
        **{
            key: _merge(base[key], value) if isinstance(value, dict) and isinstance(base.get(key), dict) else value
            for key, value in over.items()
        },
    }
