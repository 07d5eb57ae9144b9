"""One address in front of several: what a load balancer is to those who connect."""

import asyncio
import contextlib
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from typing import Self
from urllib.parse import urlsplit

_CHUNK = 64 * 1024


class RoundRobin:
    """Gives each new connection to the next address, or to the one after it where nobody listens.

    ``served`` counts the connections that each address took. A connection ends with either of its sides.
    """

    def __init__(self, urls: Sequence[str]) -> None:
        self._urls = tuple(urls)
        self._turns = itertools.cycle(range(len(urls)))
        self.served: Counter[str] = Counter()
        self.url = ""

    @classmethod
    @contextlib.asynccontextmanager
    async def before(cls, urls: Sequence[str]) -> AsyncIterator[Self]:
        """Listen on a free port of this machine while the block runs."""
        proxy = cls(urls)
        server = await asyncio.start_server(proxy._serve, "127.0.0.1", 0)
        proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield proxy
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = next(self._turns)
        for url in (*self._urls[first:], *self._urls[:first]):
            address = urlsplit(url)
            try:
                to_reader, to_writer = await asyncio.open_connection(address.hostname, address.port)
            except OSError:
                continue
            self.served[url] += 1
            await _join(reader, writer, to_reader, to_writer)
            return
        writer.close()


async def _join(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    to_reader: asyncio.StreamReader,
    to_writer: asyncio.StreamWriter,
) -> None:
    directions = [asyncio.ensure_future(_copy(reader, to_writer)), asyncio.ensure_future(_copy(to_reader, writer))]
    try:
        await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for direction in directions:
            direction.cancel()
        await asyncio.gather(*directions, return_exceptions=True)
        for one in (writer, to_writer):
            one.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()
