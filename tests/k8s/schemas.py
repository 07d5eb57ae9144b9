"""JSON schemas of Kubernetes' resources, strict, from each version's sources; of custom resources from their CRDs."""

import json
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from tests.k8s.tools import cache_folder, find_go

# Each minor version that the chart is for; the API does not change within one.
KUBERNETES_VERSIONS: Final = ("1.28.0", "1.29.0", "1.30.0", "1.31.0", "1.32.0", "1.33.0", "1.34.1")

Schema = dict[str, Any]


def of_kubernetes(version: str) -> Path:
    """A folder with a file for each kind, as kubeconform looks for them; made once."""
    folder = cache_folder() / "schemas" / version
    if not folder.exists():
        draft = folder.with_suffix(".draft")
        draft.mkdir(parents=True, exist_ok=True)
        definitions = json.loads(_specification(version).read_text())["definitions"]
        for file, schema in _kinds(definitions):
            (draft / file).write_text(json.dumps(schema))
        draft.rename(folder)
    return folder


def of_custom_resources(sources: Iterable[Path], target: Path) -> Path:
    """The same for the CRDs in these files."""
    target.mkdir(parents=True, exist_ok=True)
    for path in sources:
        for crd in yaml.safe_load_all(path.read_text()):
            if not crd or crd["kind"] != "CustomResourceDefinition":
                continue
            spec = crd["spec"]
            for version in spec["versions"]:
                schema = _strict(version["schema"]["openAPIV3Schema"])
                schema["properties"] |= {"apiVersion": {"type": "string"}, "kind": {"type": "string"}}
                schema["properties"]["metadata"] = {"type": "object"}
                name = f"{spec['names']['kind']}-{spec['group'].split('.')[0]}-{version['name']}.json".lower()
                (target / name).write_text(json.dumps(schema))
    return target


def _specification(version: str) -> Path:
    """Kubernetes' OpenAPI document, out of its module."""
    answer = subprocess.run(
        [find_go(), "mod", "download", "-json", f"k8s.io/kubernetes@v{version}"],
        cwd="/",
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    return Path(json.loads(answer.stdout)["Dir"]) / "api" / "openapi-spec" / "swagger.json"


def _kinds(definitions: dict[str, Schema]) -> Iterator[tuple[str, Schema]]:
    strict = {name: _strict(schema) for name, schema in definitions.items()}
    for name, schema in strict.items():
        for kind in schema.get("x-kubernetes-group-version-kind", ()):
            group = kind["group"].split(".")[0]
            file = "-".join(part for part in (kind["kind"], group, kind["version"]) if part).lower()
            needed = _closure(name, strict)
            yield f"{file}.json", {"$ref": f"#/definitions/{name}", "definitions": needed}


def _closure(name: str, definitions: dict[str, Schema]) -> dict[str, Schema]:
    needed: dict[str, Schema] = {}
    wanted = [name]
    while wanted:
        one = wanted.pop()
        if one not in needed:
            needed[one] = definitions[one]
            wanted += [ref.removeprefix("#/definitions/") for ref in _references(definitions[one])]
    return needed


def _references(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"]
        for part in schema.values():
            yield from _references(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _references(part)


def _strict(schema: Any) -> Any:
    """No properties but those that are named; what Kubernetes has of its own is left to it."""
    if isinstance(schema, list):
        return [_strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("x-kubernetes-int-or-string") or schema.get("format") == "int-or-string":
        return {"anyOf": [{"type": "string"}, {"type": "integer"}]}
    strict = {key: _strict(value) for key, value in schema.items() if key not in {"format", "description"}}
    # `properties` may also be the name of a property: then its values are no schema with a type of object.
    if isinstance(schema.get("properties"), dict) and schema.get("type", "object") == "object":
        strict["properties"] = {name: _strict(part) for name, part in schema["properties"].items()}
        if "additionalProperties" not in schema and not schema.get("x-kubernetes-preserve-unknown-fields"):
            strict["additionalProperties"] = False
    return strict
