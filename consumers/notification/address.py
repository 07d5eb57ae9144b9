"""A URL that a user or their browser gave, taken apart. Pure."""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from contracts.names import push_binding, webhook_binding

_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?")
# What may follow the origin. No fragment, no space, no control character: the rest goes to the service as it is.
_PATH = re.compile(r"/[A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=%]*")
_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Address:
    """Which binding leads there, the origin that a token is for (RFC 8292, `aud`), and the rest of the URL."""

    binding: str
    origin: str
    path: str


@dataclass(frozen=True, slots=True)
class _Parts:
    scheme: str
    host: str
    port: int | None
    path: str

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.host}{f':{self.port}' if self.port else ''}"


def parse(endpoint: str) -> Address:
    """Take a subscription's address apart.

    Raises:
        ValueError: it is no address of a push service; the text says why.
    """
    parts = _split(endpoint)
    if parts.scheme != "https":
        raise ValueError("a push service's address begins with https://")
    if parts.path == "/":
        raise ValueError("the part after the host is not one of a subscription")
    return Address(push_binding(parts.host, parts.port), parts.origin, parts.path)


def parse_webhook(url: str) -> Address:
    """Take a webhook's URL apart. Plain HTTP is for this machine and private networks alone.

    Raises:
        ValueError: it is no URL that a webhook could have; the text says why.
    """
    parts = _split(url)
    if parts.scheme != "https" and not is_internal(parts.host):
        raise ValueError("a webhook's address begins with https://")
    return Address(webhook_binding(parts.host, parts.port), parts.origin, parts.path)


def is_internal(host: str) -> bool:
    """Whether the host is this machine or one of a private network, as far as its name alone tells."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        # Digits and dots that are no address are read as one by some resolvers ("127.1", "2130706433", "0x7f.1").
        tail = host.rpartition(".")[2]
        return "." not in host or host.endswith((".localhost", ".local", ".internal")) or tail[0].isdigit()


def _split(url: str) -> _Parts:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise ValueError("this is not a URL") from error
    if parts.scheme not in _PORTS:
        raise ValueError("the address begins with https://")
    if not _HOST.fullmatch(host) or "@" in parts.netloc:
        raise ValueError("this names no host that can be sent to")
    port = None if port == _PORTS[parts.scheme] else port
    path = url[url.index(parts.netloc) + len(parts.netloc) :] or "/"
    if not _PATH.fullmatch(path):
        raise ValueError("the part after the host has characters that it may not have")
    return _Parts(parts.scheme, host, port, path)
