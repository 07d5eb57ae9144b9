"""What the system stands on: a broker, state stores, a tasks database, a secret store. YAML and a URL choose them."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from runtime.errors import InvalidTopology
from runtime.layout import PROJECT, Layout

_COMPONENTS: Final = PROJECT / "components"
_NAMES: Final = _COMPONENTS / "matrix" / "names.yaml"


class Pubsub(StrEnum):
    """What carries the topics."""

    JETSTREAM = "jetstream"
    KAFKA = "kafka"
    REDIS = "redis"


class State(StrEnum):
    """What keeps the actors' state, the conversations and the delivery records."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"
    REDIS = "redis"


class Tasks(StrEnum):
    """The tasks database."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


class Secrets(StrEnum):
    """Where the components' credentials come from."""

    FILE = "file"
    ENVIRONMENT = "environment"


_PUBSUB_FILES: Final[Mapping[Pubsub, tuple[str, ...]]] = {
    Pubsub.JETSTREAM: ("local/pubsub.yaml", "local/resiliency.yaml"),
    # Production's own files, as they are.
    Pubsub.KAFKA: (
        "production/kafka-pubsub.yaml",
        "production/resiliency.yaml",
        "production/scheduler-jobs.yaml",
    ),
    Pubsub.REDIS: ("redis/pubsub.yaml", "redis/resiliency.yaml"),
}
_STATE_FILES: Final[Mapping[State, tuple[str, ...]]] = {
    State.SQLITE: (
        "local/statestore.yaml",
        "local/conversations.yaml",
        "local/deliveries.yaml",
        "local/deadletters.yaml",
        "local/audit-trail.yaml",
    ),
    State.POSTGRESQL: ("production/state-postgresql.yaml",),
    State.REDIS: ("redis/state.yaml",),
}
_SECRET_FILES: Final[Mapping[Secrets, tuple[str, ...]]] = {
    Secrets.FILE: ("local/secretstore.yaml",),
    Secrets.ENVIRONMENT: ("matrix/secretstore-environment.yaml",),
}
_FOR_ALL: Final = ("local/push-services.yaml",)


@dataclass(frozen=True, slots=True)
class Backing:
    """A choice of each."""

    pubsub: Pubsub = Pubsub.JETSTREAM
    state: State = State.SQLITE
    tasks: Tasks = Tasks.SQLITE
    secrets: Secrets = Secrets.FILE

    @classmethod
    def named(cls, name: str) -> "Backing":
        """One of `NAMED`.

        Raises:
            InvalidTopology: there is none of this name.
        """
        try:
            return NAMED[name]
        except KeyError:
            raise InvalidTopology(f"there is no stack {name}: choose from {', '.join(NAMED)}") from None

    @property
    def is_local(self) -> bool:
        """Whether it is what ``components/local`` says."""
        return self == Backing()

    @property
    def needs_postgresql(self) -> bool:
        """Whether a PostgreSQL server is a part of it."""
        return self.state is State.POSTGRESQL or self.tasks is Tasks.POSTGRESQL

    @property
    def needs_redis_beside_the_broker(self) -> bool:
        """Whether a Redis server is a part of it that is not the broker."""
        return self.state is State.REDIS and self.pubsub is not Pubsub.REDIS

    def files(self) -> Iterator[Path]:
        """The component files of the set."""
        for name in (
            *_PUBSUB_FILES[self.pubsub],
            *_STATE_FILES[self.state],
            *_SECRET_FILES[self.secrets],
            *_FOR_ALL,
        ):
            yield _COMPONENTS / name

    def write_components(self, layout: Layout) -> Path:
        """The folder that the sidecars load: the project's own, or copies of the chosen files, made anew."""
        if self.is_local:
            return _COMPONENTS / "local"
        shutil.rmtree(layout.components, ignore_errors=True)
        layout.components.mkdir(mode=0o700)
        for file in self.files():
            shutil.copy(file, layout.components / f"{file.parent.name}-{file.name}")
        return layout.components

    def configs(self, local: Path) -> tuple[Path, ...]:
        """In the place of a sidecar's configuration in ``components/local``; the later one adds to the earlier."""
        if self.pubsub is not Pubsub.KAFKA:
            return (local,)
        return _COMPONENTS / "production" / local.name, _NAMES


NAMED: Final[Mapping[str, Backing]] = {
    "jetstream-sqlite": Backing(),
    "kafka-postgresql": Backing(Pubsub.KAFKA, State.POSTGRESQL, Tasks.POSTGRESQL),
    "redis": Backing(Pubsub.REDIS, State.REDIS, Tasks.POSTGRESQL, Secrets.ENVIRONMENT),
    "kafka-redis": Backing(Pubsub.KAFKA, State.REDIS, Tasks.SQLITE),
    "jetstream-postgresql": Backing(Pubsub.JETSTREAM, State.POSTGRESQL, Tasks.SQLITE),
    "redis-sqlite": Backing(Pubsub.REDIS, State.SQLITE, Tasks.POSTGRESQL),
}
DEFAULT: Final = "jetstream-sqlite"
