"""Documents with a seal: canonical JSON and its HMAC-SHA-256. Pure.

The seal covers every byte that is stored: a document is taken for sealed only in the very form that sealing gives it,
so that not even a space, or a field that is there twice, can be added.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any, Final

KEY_BYTES: Final = 32
SEAL: Final = "seal"


class Tampered(Exception):
    """A document is not what was sealed; the text says how that shows."""


def canonical(document: Mapping[str, Any]) -> bytes:
    """The one way to write it: keys in order, no space, UTF-8."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def seal(key: bytes, purpose: str, document: Mapping[str, Any]) -> tuple[bytes, str]:
    """The sealed document, and its seal (hexadecimal). What is sealed for one purpose is not valid for another."""
    mac = _mac(key, purpose, document)
    return canonical({**document, SEAL: mac}), mac


def unseal(key: bytes, purpose: str, raw: bytes) -> tuple[dict[str, Any], str]:
    """The document without its seal, and the seal.

    Raises:
        Tampered: it was not sealed with this key for this purpose, or was changed since.
    """
    try:
        document: Any = json.loads(raw)
    except ValueError as error:
        raise Tampered("is not JSON") from error
    if not isinstance(document, dict) or not isinstance(mac := document.pop(SEAL, None), str):
        raise Tampered("has no seal")
    if not hmac.compare_digest(_mac(key, purpose, document).encode(), mac.encode()):
        raise Tampered("was altered: its seal does not fit")
    if raw != canonical({**document, SEAL: mac}):
        raise Tampered("was altered: it is written in another way")
    return document, mac


def _mac(key: bytes, purpose: str, document: Mapping[str, Any]) -> str:
    return hmac.new(key, purpose.encode() + b"\n" + canonical(document), hashlib.sha256).hexdigest()
