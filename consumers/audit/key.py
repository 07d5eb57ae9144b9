"""The key that seals, from the Dapr secret store. Without it nothing is recorded: events wait until it is there."""

import base64
import binascii

from consumers.audit.sealing import KEY_BYTES
from contracts.names import AUDIT_SECRET, SECRET_STORE
from servicekit.errors import SidecarUnavailable
from servicekit.sidecar import Sidecar


class AuditKey:
    """Reads it at the first use and keeps it. It stays the same for as long as what it sealed is to be checked."""

    def __init__(self, sidecar: Sidecar) -> None:
        self._sidecar = sidecar
        self._found: bytes | None = None

    async def get(self) -> bytes:
        """The key.

        Raises:
            SidecarError: there is none, or it is none, or the store is away.
        """
        if self._found is None:
            response = await self._sidecar.call(
                "read the audit key", lambda client: client.get_secret(SECRET_STORE, AUDIT_SECRET)
            )
            self._found = _parse(response.secret.get(AUDIT_SECRET, ""))
        return self._found


def _parse(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret + "=" * (-len(secret) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        key = b""
    if len(key) < KEY_BYTES:
        raise SidecarUnavailable(f"the secret {AUDIT_SECRET} must be {KEY_BYTES} random bytes in base64url")
    return key
