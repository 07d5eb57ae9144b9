"""docs/threat-model.md names a test for each threat, and the tests are there."""

import ast
import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
TEXT = (PROJECT / "docs" / "threat-model.md").read_text()
NAMED = re.compile(r"`(?P<path>tests/[\w/.]+\.py)(?:::(?P<name>[\w:]+))?`")
THREATS = [line for line in TEXT.splitlines() if re.match(r"\| [A-Z]\d+ \|", line)]


def functions(path: Path) -> set[str]:
    """The tests in a file, those in classes as Class::test."""
    found: set[str] = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            members = (one for one in node.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))
            found |= {node.name, *(f"{node.name}::{one.name}" for one in members)}
    return {name for name in found if "test" in name.lower()}


@pytest.mark.parametrize("threat", THREATS, ids=lambda line: line.split("|")[1].strip())
def test_a_threat_has_a_test_or_says_that_it_has_none(threat: str) -> None:
    assert NAMED.search(threat) or "**not proven**" in threat


@pytest.mark.parametrize("reference", sorted({match[0].strip("`") for match in NAMED.finditer(TEXT)}))
def test_a_named_test_is_there(reference: str) -> None:
    path, _, name = reference.partition("::")
    assert (PROJECT / path).is_file()
    assert not name or name in functions(PROJECT / path)


def test_every_threat_is_numbered_once() -> None:
    numbers = [line.split("|")[1].strip() for line in THREATS]
    assert len(numbers) >= 20
    assert len(set(numbers)) == len(numbers)
