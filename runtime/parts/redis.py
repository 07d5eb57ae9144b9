"""A Redis server: durable to each write, behind a random password."""

import json
import secrets

import redis.asyncio as client
from redis.exceptions import RedisError

from runtime import secrets_file
from runtime.layout import Layout
from runtime.parts.part import Launch, Part
from runtime.ports import Ports
from runtime.servers import redis_server

HOST = "redis-host"
PASSWORD = "redis-password"  # noqa: S105 - a secret's name


class Redis(Part):
    """Streams, state, or both."""

    def __init__(self, layout: Layout, ports: Ports, name: str) -> None:
        self.name = name
        self.ports = {"redis": ports.pick()}
        self._layout = layout
        self._password = ""

    def prepare(self) -> Launch:
        """Write its configuration, and its address and password for the secret store.

        Raises:
            NotInstalled: there is no redis-server.
        """
        binary = redis_server()
        self._password = str(secrets_file.read(self._layout.secrets).get(PASSWORD) or secrets.token_urlsafe(32))
        host = f"127.0.0.1:{self.ports['redis']}"
        secrets_file.update(self._layout.secrets, {HOST: host, PASSWORD: self._password})
        file = self._layout.redis / "redis.conf"
        secrets_file.write_private(file, self._configuration())
        return Launch((str(binary), str(file)))

    def _configuration(self) -> str:
        """`appendfsync always`: what is acknowledged survives a power cut. Nothing is evicted."""
        return f"""\
bind 127.0.0.1
port {self.ports["redis"]}
requirepass {json.dumps(self._password)}
dir {json.dumps(str(self._layout.redis))}
appendonly yes
appendfsync always
save ""
maxmemory-policy noeviction
daemonize no
"""

    async def answers(self) -> bool:
        """Whether it has loaded its data."""
        connection = client.Redis(
            host="127.0.0.1",
            port=self.ports["redis"],
            password=self._password,
            socket_timeout=2,
            socket_connect_timeout=2,
        )
        try:
            return bool(await connection.ping())
        except (RedisError, OSError):
            return False
        finally:
            await connection.aclose()
