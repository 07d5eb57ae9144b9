"""Where an instance keeps its files. Everything is below ``<root>/.data``; `components/local` says the same paths."""

from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Layout:
    """The folders and files of the instance at a root. daprd runs in the root, hence the relative paths there."""

    root: Path

    @property
    def data(self) -> Path:
        """All that must survive a restart."""
        return self.root / ".data"

    @property
    def logs(self) -> Path:
        """One file for each process."""
        return self.data / "logs"

    @property
    def lock(self) -> Path:
        """Held while a supervisor runs here."""
        return self.data / "supervisor.lock"

    @property
    def run_record(self) -> Path:
        """Where the running system's sidecars are."""
        return self.data / "run.json"

    @property
    def scrape_targets(self) -> Path:
        """Where the running system's metrics are, as Prometheus's `file_sd_configs` reads it."""
        return self.data / "prometheus-targets.json"

    @property
    def secrets(self) -> Path:
        """What the local secret store reads."""
        return self.data / "secrets.json"

    @property
    def broker(self) -> Path:
        """The broker's configuration and streams."""
        return self.data / "nats"

    @property
    def components(self) -> Path:
        """Copies of the Dapr resources, where others than the project's own set were chosen."""
        return self.data / "components"

    @property
    def kafka(self) -> Path:
        """Kafka's configuration, certificate and log."""
        return self.data / "kafka"

    @property
    def redis(self) -> Path:
        """Redis's configuration and append-only file."""
        return self.data / "redis"

    @property
    def postgresql(self) -> Path:
        """PostgreSQL's data, or a link to it."""
        return self.data / "postgresql"

    @property
    def scheduler(self) -> Path:
        """The Dapr scheduler's jobs."""
        return self.data / "scheduler"

    @property
    def names(self) -> Path:
        """Where the sidecars find each other."""
        return self.data / "names.db"

    @property
    def tasks_url(self) -> str:
        """The tasks database, as SQLAlchemy wants it."""
        return f"sqlite+aiosqlite:///{self.data / 'tasks.db'}"

    def create(self) -> None:
        """Make the folders, readable by this user only."""
        for folder in (self.data, self.logs, self.broker, self.kafka, self.redis, self.scheduler):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
