"""Ports for one instance: chosen once, kept over restarts."""

import os
import random
import socket
from collections.abc import Mapping

from runtime.errors import PortTaken

_LOOPBACK = "127.0.0.1"
# Below every system's ephemeral range: no outgoing connection may take the port of a part that is down for a while.
_FREE = range(18_000, 32_000)


class Ports:
    """Hands out ports that are free on loopback, each once.

    With a base, it hands out base, base + 1, … and refuses when one of them is taken.
    """

    def __init__(self, base: int | None = None) -> None:
        self._next = base
        self._taken: set[int] = set()

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Ports":
        """Use ``PORT_BASE`` when it is set.

        Raises:
            PortTaken: PORT_BASE is no usable number.
        """
        text = environ.get("PORT_BASE", "")
        if not text:
            return cls()
        if not text.isdecimal() or not 1024 <= int(text) <= 65_000:  # noqa: PLR2004 - below are the privileged ports
            raise PortTaken(f"PORT_BASE={text}: it must be a number from 1024 to 65000")
        return cls(int(text))

    def pick(self) -> int:
        """The next port.

        Raises:
            PortTaken: the one that the base asks for is in use, or none was found.
        """
        if self._next is not None:
            port, self._next = self._next, self._next + 1
            return self.claim(port, "set PORT_BASE to another number")
        for _ in range(1000):
            port = random.choice(_FREE)  # noqa: S311 - any will do
            if port not in self._taken and is_free(port):
                self._taken.add(port)
                return port
        raise PortTaken("no free port was found on 127.0.0.1")

    def claim(self, port: int, advice: str) -> int:
        """Take this very port.

        Raises:
            PortTaken: it is in use; `advice` says what to do.
        """
        if port in self._taken or not is_free(port):
            raise PortTaken(f"Port {port} is in use by another program: {advice}.")
        self._taken.add(port)
        return port


def is_free(port: int) -> bool:
    """Whether nothing listens on this loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_LOOPBACK, port))
        except OSError:
            return False
    return True
