"""The embedded broker: a NATS server with one durable stream a topic, on loopback, behind a random token."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import nats
import nats.js.api
import nats.js.errors
from nats.aio.client import Client

from contracts import names
from runtime import secrets_file
from runtime.layout import Layout

_DAY: Final = 24 * 3600.0
_RETENTION: Final = {
    names.TASK_EVENTS: 7 * _DAY,
    names.TASK_UPDATES: 7 * _DAY,
    names.REMINDERS: 7 * _DAY,
    names.NOTIFICATIONS: 7 * _DAY,
    names.DEAD_LETTERS: 30 * _DAY,
}
_DUPLICATE_WINDOW: Final = 120.0  # seconds in which a second event with the same id is dropped
_MAX_PAYLOAD: Final = 1024 * 1024

# The client in daprd's JetStream component tries 60 times, 2 s apart, and then gives up for good
# (nats.go, DefaultMaxReconnect and DefaultReconnectWait; the component offers no setting for them).
CLIENT_PATIENCE: Final = 100.0


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker listens and what opens it."""

    port: int
    monitor_port: int
    token: str

    @property
    def url(self) -> str:
        """For clients, without the token."""
        return f"nats://127.0.0.1:{self.port}"

    @property
    def health_url(self) -> str:
        """Answers 200 once JetStream has recovered its streams."""
        return f"http://127.0.0.1:{self.monitor_port}/healthz?js-enabled-only=true"

    def command(self, binary: Path, layout: Layout) -> tuple[str, ...]:
        """The command line of the server."""
        return str(binary), "--config", str(layout.broker / "nats.conf")


def prepare(layout: Layout, port: int, monitor_port: int) -> Broker:
    """Write the server's configuration, and its address and token for the secret store."""
    broker = Broker(port, monitor_port, secrets_file.token(layout.secrets))
    secrets_file.write_private(layout.broker / "nats.conf", configuration(broker, layout.broker))
    secrets_file.update(layout.secrets, {secrets_file.NATS_URL: broker.url, secrets_file.NATS_TOKEN: broker.token})
    return broker


def configuration(broker: Broker, folder: Path) -> str:
    """The text of nats.conf. `sync_interval: always`: what is acknowledged survives a power cut."""
    return f"""\
listen: "127.0.0.1:{broker.port}"
http: "127.0.0.1:{broker.monitor_port}"
server_name: "todo-assistant"
authorization {{ token: {json.dumps(broker.token)} }}
max_payload: {_MAX_PAYLOAD}
jetstream {{
  store_dir: {json.dumps(str(folder))}
  sync_interval: always
  max_memory_store: 64MB
}}
"""


async def ensure_streams(broker: Broker, patience: float = 15.0) -> None:
    """Create the streams, or bring them to the settings above; waits until the server takes connections.

    Raises:
        TimeoutError: the server was not there within `patience` seconds.
        nats.errors.Error: it refused.
    """
    async with asyncio.timeout(patience):
        client = await _connect(broker)
        try:
            stream = client.jetstream(timeout=5)
            for topic, retention in _RETENTION.items():
                wanted = nats.js.api.StreamConfig(
                    name=topic,
                    subjects=[topic],
                    storage=nats.js.api.StorageType.FILE,
                    retention=nats.js.api.RetentionPolicy.LIMITS,
                    max_age=retention,
                    duplicate_window=_DUPLICATE_WINDOW,
                )
                try:
                    await stream.add_stream(wanted)
                except nats.js.errors.BadRequestError:  # it exists with other settings
                    await stream.update_stream(wanted)
        finally:
            await client.close()


async def _connect(broker: Broker) -> Client:
    async def ignore(_: Exception) -> None:
        """The library would print what is retried here."""

    while True:
        try:
            return await nats.connect(
                broker.url,
                token=broker.token,
                allow_reconnect=False,
                connect_timeout=2,
                error_cb=ignore,
            )
        except (OSError, nats.errors.Error):
            await asyncio.sleep(0.05)
