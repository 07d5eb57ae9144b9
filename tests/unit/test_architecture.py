"""Who may import whom, and that the database's migrations make the tables that the code has."""

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
