"""Where the servers of a stack are on this machine, besides those that the runtime brings itself."""

import shutil
from pathlib import Path

from runtime import kafka_jars
from runtime.backing import Backing, Pubsub, State
from runtime.errors import NotInstalled


def find_servers(backing: Backing) -> dict[str, Path]:
    """The programs or folders by name; Kafka is fetched.

    Raises:
        NotInstalled: one is missing and cannot be fetched; says what to install.
    """
    found: dict[str, Path] = {}
    if backing.pubsub is Pubsub.KAFKA:
        found["kafka"] = kafka_jars.ensure()
    if Pubsub.REDIS is backing.pubsub or backing.state is State.REDIS:
        found["redis"] = redis_server()
    if backing.needs_postgresql:
        found["postgresql"] = postgresql_programs()
    return found


def redis_server() -> Path:
    """The server's program.

    Raises:
        NotInstalled: there is none.
    """
    found = shutil.which("redis-server")
    if found is None:
        raise NotInstalled("redis-server is missing: install it (Debian: apt-get install redis-server).")
    return Path(found)


def postgresql_programs() -> Path:
    """The folder of initdb and postgres: on PATH, or where Debian puts it.

    Raises:
        NotInstalled: there is none.
    """
    on_path = shutil.which("initdb")
    candidates = [Path(on_path).resolve().parent] if on_path else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in candidates:
        if (folder / "postgres").exists():
            return folder
    raise NotInstalled("PostgreSQL's server is missing: install it (Debian: apt-get install postgresql).")
