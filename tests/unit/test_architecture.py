"""Who may import whom, and that the database's migrations make the tables that the code has."""

import sqlite3
import subprocess
import sys
from pathlib import Path

from alembic import command

from chat_api import migrations

PROJECT = Path(__file__).resolve().parents[2]


def test_the_import_rules_hold() -> None:
    tool = Path(sys.executable).with_name("lint-imports")
    outcome = subprocess.run([tool, "--no-cache"], cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False)
    assert outcome.returncode == 0, outcome.stdout


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
