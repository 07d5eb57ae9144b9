"""The database's schema, as Alembic migrations that run at start."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy.engine import make_url


def upgrade(url: str) -> None:
    """Bring the database at `url` to the newest schema. Blocking: call it off the event loop."""
    database = make_url(url).database
    if url.startswith("sqlite") and database and database != ":memory:":
        Path(database).parent.mkdir(parents=True, exist_ok=True)
        with _alone(Path(f"{database}.lock")):
            command.upgrade(config(url), "head")
    else:
        command.upgrade(config(url), "head")


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """While no other process is in here: replicas that start together would both make the tables."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def config(url: str) -> Config:
    """Alembic's configuration; the URL's percent signs are escaped for its parser."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    settings.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return settings
