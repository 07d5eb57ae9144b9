"""What an update does: every process is ended politely and started again, and the schema moves on, under traffic."""

import asyncio
import random
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command

from chat_api import migrations
from runtime.install import Binaries
from tests.campaign.campaign import Plan, run
from tests.campaign.faults import Fault, Kind
from tests.support.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.chaos, pytest.mark.timeout(400)]

_NEXT = '''\
"""What a later release might add: a table, a column with a default, an index."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = {before!r}
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("things", sa.Column("id", sa.Integer(), primary_key=True))
    op.add_column("tasks", sa.Column("colour", sa.String(length=10), nullable=False, server_default="blue"))
    op.create_index("ix_tasks_colour", "tasks", ["colour"])
'''


@pytest.fixture(scope="module")
def stack(binaries: Binaries, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One of its own: the checker accounts for everything in it. Without the sweep, which would hide a loss."""
    env = {"LOG_FORMAT": "json", "LOG_LEVEL": "INFO", "REPAIR_INTERVAL": "3600"}
    with Stack(tmp_path_factory.mktemp("rolling"), binaries, env) as running:
        yield running


def _migrate_to_the_next_release(stack: Stack, folder: Path) -> None:
    """As a migration job does that runs before the new version is rolled out."""
    here = Path(migrations.__file__).parent
    shutil.copytree(here, folder / "migrations")
    url = stack.layout.tasks_url
    settings = migrations.config(url)
    settings.set_main_option("script_location", str(folder / "migrations"))
    before = max(path.stem[:4] for path in (here / "versions").glob("[0-9]*.py"))
    (folder / "migrations" / "versions" / "9999_next.py").write_text(_NEXT.format(before=before))
    command.upgrade(settings, "head")


async def test_an_update_under_traffic_loses_and_repeats_nothing(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The schema first, while the old version serves; then every process, of which each reads the newer schema."""
    restarts = dict(stack.restarts)
    faults = [Fault(Kind.RESTART, name, 0.0) for name in stack.names]
    dice = random.Random(11)
    lines: list[str] = []

    migration = asyncio.create_task(_after(8.0, lambda: _migrate_to_the_next_release(stack, tmp_path)))
    outcome = await run(stack, Plan(faults, users=6, gap=0.7), dice, lines.append)
    await migration

    assert outcome.findings == []
    assert len(outcome.ledger.rung) > 30, "there was no traffic to speak of"
    assert {name for name, count in stack.restarts.items() if count > restarts[name]} == set(stack.names)
    database = sqlite3.connect(stack.layout.data / "tasks.db")
    try:
        assert database.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999",)]
        colours = database.execute("SELECT DISTINCT colour FROM tasks").fetchall()
    finally:
        database.close()
    assert colours == [("blue",)]


async def _after(seconds: float, work: object) -> None:
    assert callable(work)
    await asyncio.sleep(seconds)
    await asyncio.to_thread(work)
