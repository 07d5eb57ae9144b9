"""The file in which the sidecars find each other (Dapr's SQLite name resolution).

Its journal mode is set here, once: sidecars that start together on a new file would all do it, SQLite lets one of them
and refuses the others without a wait, and a sidecar that was refused goes on unregistered: nobody finds its app.
"""

import sqlite3
from contextlib import closing
from pathlib import Path


def prepare(path: Path) -> None:
    """Make it, in the mode that the sidecars ask for; what is in it stays."""
    with closing(sqlite3.connect(path, timeout=5)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    path.chmod(0o600)
