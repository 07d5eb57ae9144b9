"""Reading a folder of Dapr resources."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).resolve().parents[2]
PRODUCTION = PROJECT / "components" / "production"
PRODUCTION_OPTIONAL = PROJECT / "components" / "production-optional"
LOCAL = PROJECT / "components" / "local"


@dataclass(frozen=True, slots=True)
class Resource:
    """One YAML document of a set."""

    file: str
    document: dict[str, Any]

    @property
    def kind(self) -> str:
        """Component, Resiliency or Configuration."""
        return str(self.document["kind"])

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.document["metadata"]["name"])

    @property
    def scopes(self) -> set[str]:
        """The app-ids it is for; none means all."""
        return set(self.document.get("scopes") or ())

    @property
    def spec(self) -> dict[str, Any]:
        """The part that says what it does."""
        return dict(self.document["spec"])

    @property
    def settings(self) -> dict[str, Any]:
        """A component's metadata: value, or the reference to a secret."""
        return {item["name"]: item.get("value", item.get("secretKeyRef")) for item in self.spec.get("metadata") or ()}


def load(folder: Path) -> list[Resource]:
    """Every document of every YAML file, by file name."""
    return [
        Resource(path.name, document)
        for path in sorted(folder.glob("*.yaml"))
        for document in yaml.safe_load_all(path.read_text())
        if document
    ]


def components(folder: Path) -> dict[str, Resource]:
    """The components of a set, by name."""
    return {item.name: item for item in load(folder) if item.kind == "Component"}


def undefined_policies(folder: Path) -> list[str]:
    """Targets that name a policy which their own Resiliency does not define. daprd says nothing about them."""
    kinds = {"timeout": "timeouts", "retry": "retries", "circuitBreaker": "circuitBreakers"}
    missing = []
    for item in load(folder):
        if item.kind != "Resiliency":
            continue
        policies = item.spec.get("policies", {})
        for target, names in _targets(item.spec.get("targets", {})):
            missing += [
                f"{item.file}: {target}: {key} {names[key]!r}"
                for key, defined in kinds.items()
                if key in names and names[key] not in policies.get(defined, {})
            ]
    return missing


def _targets(targets: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, dict[str, Any]]] = []
    for kind in ("apps", "actors"):
        found += [(f"{kind}/{name}", names) for name, names in targets.get(kind, {}).items()]
    for name, directions in targets.get("components", {}).items():
        found += [(f"components/{name}/{direction}", names) for direction, names in directions.items()]
    return found
