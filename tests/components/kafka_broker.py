"""As much of a Kafka broker as a client needs to connect: TLS, SASL/SCRAM-SHA-256 (RFC 5802), an empty cluster.

It proves that the component reaches the broker it was told, checks the certificate, and knows the password.
It keeps no topics: producing and consuming are the real broker's matter.
"""

import base64
import contextlib
import hashlib
import hmac
import secrets
import socketserver
import ssl
import struct
from collections import Counter

from tests.components.loopback import Certificate, LoopbackServer

MECHANISM = "SCRAM-SHA-256"
_ITERATIONS = 4096
_METADATA, _SASL_HANDSHAKE, _API_VERSIONS, _SASL_AUTHENTICATE = 3, 17, 18, 36
# What is offered: (lowest, highest) version of each call; all of them predate the compact encodings.
_OFFERED = {_METADATA: (1, 1), _SASL_HANDSHAKE: (0, 1), _API_VERSIONS: (0, 0), _SASL_AUTHENTICATE: (0, 0)}
_UNSUPPORTED_MECHANISM, _UNSUPPORTED_VERSION, _AUTHENTICATION_FAILED = 33, 35, 58


class KafkaBroker(LoopbackServer):
    """Listens with TLS and lets one user in. `logins` counts (client id, accepted or not)."""

    def __init__(self, certificate: Certificate, *, username: str, password: str) -> None:
        super().__init__(_Connection, certificate)
        self.username, self.password = username, password
        self.logins: Counter[tuple[str, bool]] = Counter()

    @property
    def address(self) -> str:
        """host:port."""
        return f"127.0.0.1:{self.port}"


class _Connection(socketserver.BaseRequestHandler):
    server: KafkaBroker

    def handle(self) -> None:
        # A client that goes away or does not trust us ends the connection, and no more.
        with (
            contextlib.suppress(OSError, EOFError),
            self.server.tls.wrap_socket(self.request, server_side=True) as stream,
        ):
            self._serve(stream)

    def _serve(self, stream: ssl.SSLSocket) -> None:
        login = _Scram(self.server.username, self.server.password)
        while True:
            (size,) = struct.unpack(">i", _read(stream, 4))
            request = _Reader(_read(stream, size))
            key, version, correlation = request.int16(), request.int16(), request.int32()
            client = request.string()
            if key == _API_VERSIONS:
                body = self._api_versions(version)
            elif key == _SASL_HANDSHAKE:
                refused = _UNSUPPORTED_MECHANISM if request.string() != MECHANISM else 0
                body = struct.pack(">hi", refused, 1) + _string(MECHANISM)
            elif key == _SASL_AUTHENTICATE:
                body = self._authenticate(login, client, request.blob())
            elif key == _METADATA and login.accepted:
                body = self._metadata()
            else:
                return
            stream.sendall(struct.pack(">ii", len(body) + 4, correlation) + body)

    def _api_versions(self, version: int) -> bytes:
        error = _UNSUPPORTED_VERSION if version > _OFFERED[_API_VERSIONS][1] else 0
        ranges = b"".join(struct.pack(">hhh", key, *bounds) for key, bounds in _OFFERED.items())
        return struct.pack(">hi", error, len(_OFFERED)) + ranges

    def _authenticate(self, login: "_Scram", client: str, message: bytes) -> bytes:
        answer = login.step(message.decode())
        if login.finished:
            self.server.logins[client, login.accepted] += 1
        error, text = (0, None) if answer is not None else (_AUTHENTICATION_FAILED, "wrong user or password")
        reply = (answer or "").encode()
        return struct.pack(">h", error) + _string(text) + struct.pack(">i", len(reply)) + reply

    def _metadata(self) -> bytes:
        node = struct.pack(">i", 1) + _string("127.0.0.1") + struct.pack(">i", self.server.port) + _string(None)
        return struct.pack(">i", 1) + node + struct.pack(">i", 1) + struct.pack(">i", 0)


class _Scram:
    """The server's side of one SCRAM-SHA-256 exchange: two steps."""

    def __init__(self, username: str, password: str) -> None:
        self._username = username
        self._salt = secrets.token_bytes(16)
        salted = hashlib.pbkdf2_hmac("sha256", password.encode(), self._salt, _ITERATIONS)
        client_key = hmac.digest(salted, b"Client Key", "sha256")
        self._stored_key = hashlib.sha256(client_key).digest()
        self._server_key = hmac.digest(salted, b"Server Key", "sha256")
        self._first = ""
        self._nonce = ""
        self.finished = False
        self.accepted = False

    def step(self, message: str) -> str | None:
        """The answer to the client's next message; nothing refuses it."""
        return self._challenge(message) if not self._first else self._verify(message)

    def _challenge(self, message: str) -> str:
        bare = message.split(",", 2)[2]
        self._nonce = _attributes(bare)["r"] + secrets.token_hex(8)
        answer = f"r={self._nonce},s={base64.b64encode(self._salt).decode()},i={_ITERATIONS}"
        self._first = f"{bare},{answer}"
        return answer

    def _verify(self, message: str) -> str | None:
        self.finished = True
        without_proof, _, proof = message.rpartition(",p=")
        signed = f"{self._first},{without_proof}".encode()
        signature = hmac.digest(self._stored_key, signed, "sha256")
        client_key = bytes(a ^ b for a, b in zip(base64.b64decode(proof), signature, strict=True))
        self.accepted = (
            _attributes(self._first)["n"] == self._username
            and _attributes(without_proof)["r"] == self._nonce
            and hmac.compare_digest(hashlib.sha256(client_key).digest(), self._stored_key)
        )
        if not self.accepted:
            return None
        return f"v={base64.b64encode(hmac.digest(self._server_key, signed, 'sha256')).decode()}"


class _Reader:
    """Takes one request apart."""

    def __init__(self, raw: bytes) -> None:
        self._raw, self._at = raw, 0

    def int16(self) -> int:
        return int(struct.unpack(">h", self._take(2))[0])

    def int32(self) -> int:
        return int(struct.unpack(">i", self._take(4))[0])

    def string(self) -> str:
        return self._take(max(0, self.int16())).decode()

    def blob(self) -> bytes:
        return self._take(self.int32())

    def _take(self, count: int) -> bytes:
        part = self._raw[self._at : self._at + count]
        self._at += count
        return part


def _read(stream: ssl.SSLSocket, count: int) -> bytes:
    """Exactly so many bytes; EOFError when the client is gone."""
    parts = b""
    while len(parts) < count:
        part = stream.recv(count - len(parts))
        if not part:
            raise EOFError
        parts += part
    return parts


def _string(text: str | None) -> bytes:
    if text is None:
        return struct.pack(">h", -1)
    return struct.pack(">h", len(text)) + text.encode()


def _attributes(message: str) -> dict[str, str]:
    """The attributes of a SCRAM message. The first of a name counts: the client's nonce, then its proof's."""
    found: dict[str, str] = {}
    for part in message.split(","):
        name, _, value = part.partition("=")
        found.setdefault(name, value)
    return found
