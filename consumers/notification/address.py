"""A subscription's address taken apart. Pure."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from contracts.names import push_binding

_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?")
# What may follow the origin. No fragment, no space, no control character: the rest goes to the service as it is.
_PATH = re.compile(r"/[A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=%]+")
_HTTPS = 443


@dataclass(frozen=True, slots=True)
class Address:
    """Which binding leads there, the origin that a token is for (RFC 8292, `aud`), and the rest of the URL."""

    binding: str
    origin: str
    path: str


def parse(endpoint: str) -> Address:
    """Take it apart.

    Raises:
        ValueError: it is no address of a push service; the text says why.
    """
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise ValueError("this is not a URL") from error
    if parts.scheme != "https":
        raise ValueError("a push service's address begins with https://")
    if not _HOST.fullmatch(host) or "@" in parts.netloc:
        raise ValueError("this names no host that can be a push service")
    port = None if port == _HTTPS else port
    origin = f"https://{host}{f':{port}' if port else ''}"
    path = endpoint[endpoint.index(parts.netloc) + len(parts.netloc) :]
    if not _PATH.fullmatch(path):
        raise ValueError("the part after the host is not one of a subscription")
    return Address(push_binding(host, port), origin, path)
