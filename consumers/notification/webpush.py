"""Message encryption for Web Push (RFC 8291) and the server's identification (VAPID, RFC 8292)."""

import base64
import binascii
import json
import time
from collections.abc import Mapping
from typing import Final, Self

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02, VapidException

from contracts.events import NotificationWanted
from contracts.push import PushTarget

# A push service takes 4096 bytes at most; header, padding and tag of aes128gcm need 103 of them (RFC 8291, section 4).
MAX_PLAINTEXT: Final = 4096 - 103
_POINT_BYTES: Final = 65
_AUTH_BYTES: Final = 16
_TOKEN_LIFETIME: Final = 12 * 3600  # seconds; a service refuses more than 24 hours


class Vapid:
    """The server's key pair. The private key never leaves this object."""

    def __init__(self, key: Vapid02, subject: str) -> None:
        self._key = key
        self._subject = subject

    @classmethod
    def from_secret(cls, secret: str, subject: str) -> Self:
        """From the private key: 32 bytes, base64url.

        Raises:
            ValueError: it is none.
        """
        try:
            return cls(Vapid02.from_raw(secret.strip().encode()), subject)
        except (ValueError, VapidException, binascii.Error) as error:
            raise ValueError("the VAPID private key is not 32 bytes in base64url") from error

    @property
    def public_key(self) -> str:
        """The point, uncompressed, base64url without padding: a browser's `applicationServerKey`."""
        return encode(self._key.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))

    def authorization(self, origin: str, now: float | None = None) -> str:
        """The Authorization header for a push service; `now` is in seconds since 1970."""
        claims = {"aud": origin, "exp": int(now or time.time()) + _TOKEN_LIFETIME, "sub": self._subject}
        header: str = self._key.sign(claims)["Authorization"]
        return header


def encode(raw: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """base64url, padded or not.

    Raises:
        ValueError: it is none.
    """
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def keys_of(p256dh: str, auth: str) -> tuple[bytes, bytes]:
    """A browser's public key and authentication secret, as bytes.

    Raises:
        ValueError: not a point of P-256, or not 16 bytes.
    """
    point, secret = decode(p256dh), decode(auth)
    if len(point) != _POINT_BYTES:
        raise ValueError("p256dh is not an uncompressed point")
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    if len(secret) != _AUTH_BYTES:
        raise ValueError("auth is not 16 bytes")
    return point, secret


def encrypt(plaintext: bytes, target: PushTarget) -> bytes:
    """The body for this browser alone, in one record, with a key used once.

    Raises:
        ValueError: the browser's keys are none, or the text is longer than `MAX_PLAINTEXT` bytes.
    """
    if len(plaintext) > MAX_PLAINTEXT:
        raise ValueError(f"{len(plaintext)} bytes are more than a push service takes")
    point, secret = keys_of(target.p256dh, target.auth)
    sealed: bytes = http_ece.encrypt(
        plaintext,
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=point,
        auth_secret=secret,
        version="aes128gcm",
    )
    return sealed


def message(event: NotificationWanted) -> bytes:
    """What the service worker is told, as JSON; a text that is too long is cut."""
    document = {
        "id": event.item_id,
        "kind": event.kind,
        "title": event.title,
        "body": event.body,
        "due_at": event.due_at.isoformat(),
        "task_id": event.task_id,
    }
    for field in ("body", "title"):
        excess = len(_json(document)) - MAX_PLAINTEXT
        if excess <= 0:
            break
        document[field] = _shortened(str(document[field]), excess)
    return _json(document)


def topic(event: NotificationWanted) -> str:
    """RFC 8030, section 5.4: of several messages with one topic a browser that was away gets the last. base64url."""
    return f"item-{event.item_id}"


def _json(document: Mapping[str, object]) -> bytes:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()


def _shortened(text: str, excess: int) -> str:
    """As it takes that many bytes less in JSON, an ellipsis included."""
    left = len(_quoted(text)) - excess - len(_quoted("…"))
    kept = 0
    for end, character in enumerate(text):
        kept += len(_quoted(character))
        if kept > left:
            return text[:end] + "…"
    return text


def _quoted(text: str) -> bytes:
    """The text as JSON has it, without the quotes."""
    return json.dumps(text, ensure_ascii=False).encode()[1:-1]
