"""NATS with JetStream: the default broker."""

from pathlib import Path

import aiohttp

from runtime import broker
from runtime.layout import Layout
from runtime.parts.part import Launch, Part
from runtime.ports import Ports


class JetStream(Part):
    """The embedded NATS server (`runtime.broker`)."""

    name = "broker"
    patience = broker.CLIENT_PATIENCE

    def __init__(self, layout: Layout, ports: Ports, binary: Path) -> None:
        self._layout = layout
        self._binary = binary
        self.ports = {"nats": ports.pick(), "monitor": ports.pick()}
        self._server: broker.Broker | None = None

    def prepare(self) -> Launch:
        """Write its configuration, and its address and token for the secret store."""
        self._server = broker.prepare(self._layout, self.ports["nats"], self.ports["monitor"])
        return Launch(self._server.command(self._binary, self._layout))

    async def started(self) -> None:
        """Make its streams."""
        if self._server is not None:
            await broker.ensure_streams(self._server)

    async def answers(self) -> bool:
        """Whether JetStream has recovered its streams."""
        if self._server is None:
            return False
        url, timeout = self._server.health_url, aiohttp.ClientTimeout(total=2)
        try:
            async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as response:
                return response.ok
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False
