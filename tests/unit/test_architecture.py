"""Who may import whom, and that the database's migrations make the tables that the code has."""

import ast
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from alembic import command

from chat_api import migrations

PROJECT = Path(__file__).resolve().parents[2]


def test_the_import_rules_hold() -> None:
    tool = Path(sys.executable).with_name("lint-imports")
    outcome = subprocess.run([tool, "--no-cache"], cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False)
    assert outcome.returncode == 0, outcome.stdout


# What services may import besides each other's contracts and the standard library: no broker, no database driver, no
# cloud's client is in it. A list of what is allowed, because nobody can list all clients.
ALLOWED = {
    *("aiohttp", "alembic", "argon2", "cryptography", "dapr", "dateutil", "fastapi", "google", "grpc", "http_ece"),
    *(
        "icalendar",
        "opentelemetry",
        "prometheus_client",
        "py_vapid",
        "pydantic",
        "pydantic_settings",
        "sqlalchemy",
        "sqlmodel",
        "starlette",
    ),
    *("structlog", "uvicorn", "yarl"),
}
SERVICES = ("chat_api", "console", "consumers", "contracts", "reminder_actor", "scheduler", "servicekit")
# Of the standard library and of SQLAlchemy: ways around Dapr and the URL.
FORBIDDEN = ("sqlite3", "dbm", "sqlalchemy.dialects", "importlib")


def imported(path: Path) -> Iterator[str]:
    """The full names of the modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_services_import_no_broker_or_database_client() -> None:
    for service in SERVICES:
        for path in (PROJECT / service).rglob("*.py"):
            for name in imported(path):
                top = name.partition(".")[0]
                assert top in {*ALLOWED, *SERVICES, *sys.stdlib_module_names}, f"{path} imports {name}"
                assert not name.startswith(FORBIDDEN), f"{path} imports {name}"


def test_a_client_would_be_found(tmp_path: Path) -> None:
    file = tmp_path / "planted.py"
    file.write_text("def f():\n    from sqlalchemy import dialects\n    import nats.js\n")
    assert list(imported(file)) == ["sqlalchemy", "sqlalchemy.dialects", "nats.js"]


def test_the_migrations_make_the_tables_that_the_code_has(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'tasks.db'}"
    migrations.upgrade(url)
    command.check(migrations.config(url))


def test_the_migrations_can_be_taken_back(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'tasks.db'}"
    migrations.upgrade(url)
    command.downgrade(migrations.config(url), "base")
    migrations.upgrade(url)


def test_a_migration_keeps_what_is_there(tmp_path: Path) -> None:
    """Alembic copies tables on SQLite; rows that refer to them must neither go nor lose what they refer to."""
    path = tmp_path / "tasks.db"
    config = migrations.config(f"sqlite+aiosqlite:///{path}")
    command.upgrade(config, "0004")
    with sqlite3.connect(path) as database:
        now = "2026-11-24 09:00:00.000000"
        database.execute("INSERT INTO users (id, email, password_hash, created_at) VALUES ('u', 'e', '-', ?)", (now,))
        database.execute(
            "INSERT INTO tasks (id, user_id, title, notes, status, tags, timezone, version, created_at, updated_at)"
            " VALUES ('t', 'u', 'milk', '', 'open', '[]', 'UTC', 1, ?, ?)",
            (now, now),
        )
        database.execute(
            "INSERT INTO reminders (id, task_id, user_id, due_at, status) VALUES ('r', 't', 'u', ?, 'pending')", (now,)
        )
    command.upgrade(config, "head")
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT title, kind FROM tasks").fetchall() == [("milk", "task")]
        assert database.execute("SELECT id, task_id FROM reminders").fetchall() == [("r", "t")]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
