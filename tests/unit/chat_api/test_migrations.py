"""The schema when several replicas start on an empty database at once, and while an older version still serves."""

import ast
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chat_api.migrations import upgrade
from runtime.layout import PROJECT

VERSIONS = PROJECT / "chat_api" / "migrations" / "versions"


def test_replicas_that_start_together_make_the_tables_once(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'new' / 'tasks.db'}"
    code = f"from chat_api.migrations import upgrade; upgrade({url!r})"
    running = [
        subprocess.Popen([sys.executable, "-c", code], cwd=PROJECT, stderr=subprocess.PIPE, text=True) for _ in range(4)
    ]
    ended = [(process.communicate(timeout=60)[1], process.returncode) for process in running]
    assert [code for _, code in ended] == [0] * 4, [text for text, code in ended if code]


def _calls_in_upgrade(path: Path) -> Iterator[tuple[str, ast.Call]]:
    for function in ast.parse(path.read_text()).body:
        if isinstance(function, ast.FunctionDef) and function.name == "upgrade":
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    yield node.func.attr, node


@pytest.mark.parametrize("path", sorted(VERSIONS.glob("[0-9]*.py")), ids=lambda path: path.stem)
def test_a_migration_only_adds_so_that_the_version_before_it_goes_on_serving(path: Path) -> None:
    for name, call in _calls_in_upgrade(path):
        assert not name.startswith(("drop_", "rename_", "alter_")), f"line {call.lineno}: {name}"
        if name == "add_column":
            (column,) = [one for one in call.args if isinstance(one, ast.Call)]
            settings = {word.arg: ast.unparse(word.value) for word in column.keywords}
            assert settings.get("nullable") == "True" or "server_default" in settings, f"line {call.lineno}"


def test_a_version_goes_on_with_a_schema_that_is_newer_than_it_knows(tmp_path: Path) -> None:
    path = tmp_path / "tasks.db"
    upgrade(f"sqlite+aiosqlite:///{path}")
    with sqlite3.connect(path) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    upgrade(f"sqlite+aiosqlite:///{path}")
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999",)]
