"""The file behind the local secret store. Readable by this user only, written whole or not at all."""

import base64
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from contracts.names import AUDIT_SECRET, VAPID_SECRET, WEBHOOK_SECRET

_OPEN = ("-url", "-host", "brokers", "username")  # ends of names of what may be seen

NATS_URL = "nats-url"
NATS_TOKEN = "nats-token"  # noqa: S105 - a secret's name


Secret = str | dict[str, str]
"""One value, or several by their keys."""


def read(path: Path) -> dict[str, Secret]:
    """What the file holds; nothing when there is none.

    Raises:
        ValueError: it is not JSON.
    """
    try:
        content: dict[str, Secret] = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    return content


def update(path: Path, values: Mapping[str, Secret]) -> None:
    """Set some secrets and keep the others."""
    write_private(path, json.dumps({**read(path), **values}, indent=2) + "\n")


def token(path: Path) -> str:
    """The broker's token: the one of the last start, or a new random one."""
    return str(read(path).get(NATS_TOKEN) or secrets.token_urlsafe(32))


def ensure_keys(path: Path) -> None:
    """Make this server's keys, unless they are there: with new ones subscriptions end, and records do not verify."""
    known = read(path)
    if VAPID_SECRET not in known:
        number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
        update(path, {VAPID_SECRET: base64.urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()})
    if WEBHOOK_SECRET not in known:
        update(path, {WEBHOOK_SECRET: secrets.token_urlsafe(32)})
    if AUDIT_SECRET not in known:
        update(path, {AUDIT_SECRET: secrets.token_urlsafe(32)})


def confidential(path: Path) -> frozenset[str]:
    """What opens something: all but addresses and user names."""
    flat: dict[str, str] = {}
    for name, value in read(path).items():
        flat |= value if isinstance(value, dict) else {name: value}
    return frozenset(value for name, value in flat.items() if not name.endswith(_OPEN))


def as_environment(path: Path) -> dict[str, str]:
    """The secrets of one value, each under its name."""
    return {name: value for name, value in read(path).items() if isinstance(value, str)}


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step, with mode 0600 from its first byte."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
