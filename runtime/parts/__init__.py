"""The servers that a system stands on, each started and watched as a process like any other."""

from collections.abc import Iterator

from runtime.backing import Backing, Pubsub
from runtime.install import Binaries
from runtime.layout import Layout
from runtime.parts.part import Part
from runtime.ports import Ports

BROKER = "broker"
REDIS = "redis"
POSTGRESQL = "postgresql"


def server_names(backing: Backing) -> tuple[str, ...]:
    """What their processes are called."""
    return (
        BROKER,
        *((REDIS,) if backing.needs_redis_beside_the_broker else ()),
        *((POSTGRESQL,) if backing.needs_postgresql else ()),
    )


def servers(backing: Backing, layout: Layout, ports: Ports, binaries: Binaries) -> Iterator[Part]:
    """The servers, in this order. The client libraries of those that are not chosen are not loaded."""
    match backing.pubsub:
        case Pubsub.JETSTREAM:
            from runtime.parts.jetstream import JetStream  # noqa: PLC0415

            yield JetStream(layout, ports, binaries.nats_server)
        case Pubsub.KAFKA:
            from runtime.parts.kafka import Kafka  # noqa: PLC0415

            yield Kafka(layout, ports)
        case Pubsub.REDIS:
            from runtime.parts.redis import Redis  # noqa: PLC0415

            yield Redis(layout, ports, BROKER)
    if backing.needs_redis_beside_the_broker:
        from runtime.parts.redis import Redis  # noqa: PLC0415

        yield Redis(layout, ports, REDIS)
    if backing.needs_postgresql:
        from runtime.parts.postgresql import PostgreSQL  # noqa: PLC0415

        yield PostgreSQL(layout, ports)
