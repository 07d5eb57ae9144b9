"""Released events keep their shape: what was published stays readable, and what is published stays understood."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.asyncapi import document
from contracts.events import EVENT_TYPES, Event

PROJECT = Path(__file__).resolve().parents[3]
RELEASED = PROJECT / "contracts" / "released"
TYPES = {body.TYPE: body for body in EVENT_TYPES}


def differences(released: dict[str, Any], current: dict[str, Any]) -> list[str]:
    """What breaks a reader or a writer of the released shape. New optional fields and new enum values do not."""
    return _compare(_resolved(released), _resolved(current), "")


def _compare(released: Any, current: Any, path: str) -> list[str]:
    if not isinstance(released, dict) or not isinstance(current, dict):
        return [] if released == current else [f"{path}: {released!r} became {current!r}"]
    problems: list[str] = []
    fields, new_fields = released.get("properties", {}), current.get("properties", {})
    for name, schema in fields.items():
        if name not in new_fields:
            problems.append(f"{path}/{name} is gone")
        else:
            problems += _compare(schema, new_fields[name], f"{path}/{name}")
    required = set(current.get("required", ())) - set(released.get("required", ()))
    problems += [f"{path}/{name} became required" for name in sorted(required)]
    dropped = set(released.get("required", ())) - set(current.get("required", ()))
    problems += [f"{path}/{name} may be missing now" for name in sorted(dropped)]
    if "enum" in released:
        gone = [value for value in released["enum"] if value not in current.get("enum", ())]
        problems += [f"{path}: the value {value!r} is gone" for value in gone]
    apart = ("properties", "required", "enum", "description", "title", "default")
    for key in sorted((released.keys() | current.keys()) - set(apart)):
        problems += _compare(released.get(key), current.get(key), f"{path}<{key}>")
    return problems


def _resolved(schema: dict[str, Any]) -> Any:
    parts = schema.get("$defs", {})

    def resolve(value: Any) -> Any:
        if isinstance(value, dict):
            if "$ref" in value:
                return resolve(parts[value["$ref"].rsplit("/", 1)[1]])
            return {key: resolve(item) for key, item in value.items() if key != "$defs"}
        return [resolve(item) for item in value] if isinstance(value, list) else value

    return resolve(schema)


@pytest.mark.parametrize("path", sorted(RELEASED.glob("*.json")), ids=lambda path: path.stem)
def test_a_released_event_keeps_its_shape(path: Path) -> None:
    assert path.stem in TYPES, f"{path.stem} was released and is gone; readers of old events still need it"
    problems = differences(json.loads(path.read_text()), TYPES[path.stem].model_json_schema())
    assert not problems, f"give the event a new version instead: {'; '.join(problems)}"


@pytest.mark.parametrize("body", EVENT_TYPES, ids=lambda body: body.TYPE)
def test_every_event_is_released(body: type[Event]) -> None:
    assert (RELEASED / f"{body.TYPE}.json").exists(), "run `make asyncapi` and commit what it writes"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda shape: shape["properties"].pop("title"), "/title is gone"),
        (lambda shape: shape["properties"]["version"].update(type="string"), "/version<type>"),
        (lambda shape: shape["required"].append("recurrence"), "/recurrence became required"),
        (lambda shape: shape["required"].remove("title"), "/title may be missing now"),
        (lambda shape: shape["$defs"]["TaskChange"]["enum"].remove("deleted"), "'deleted' is gone"),
        (lambda shape: shape["$defs"]["ReminderSpec"]["properties"].pop("active"), "active is gone"),
    ],
)
def test_a_broken_shape_is_found(change: Any, expected: str) -> None:
    released = TYPES["todo.task.changed.v1"].model_json_schema()
    current = copy.deepcopy(released)
    change(current)
    assert any(expected in problem for problem in differences(released, current))


@pytest.mark.parametrize(
    "change",
    [
        lambda shape: shape["properties"].update(colour={"type": "string", "default": ""}),
        lambda shape: shape["$defs"]["TaskChange"]["enum"].append("archived"),
        lambda shape: shape.update(description="other words"),
    ],
)
def test_what_can_be_added_is_no_break(change: Any) -> None:
    released = TYPES["todo.task.changed.v1"].model_json_schema()
    current = copy.deepcopy(released)
    change(current)
    assert differences(released, current) == []


def test_the_document_is_the_code() -> None:
    written = yaml.safe_load((PROJECT / "docs" / "asyncapi.yaml").read_text())
    assert written == json.loads(json.dumps(document())), "run `make asyncapi` and commit what it writes"


def test_every_reference_in_the_document_leads_somewhere() -> None:
    made = document()

    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if "$ref" in value else []
            return own + [found for item in value.values() for found in references(item)]
        return [found for item in value for found in references(item)] if isinstance(value, list) else []

    found = references(made)
    assert len(found) > len(EVENT_TYPES)
    for reference in found:
        place: Any = made
        for key in reference.removeprefix("#/").split("/"):
            place = place[key]
