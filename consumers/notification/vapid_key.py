"""The server's key pair from the Dapr secret store. Without one push is not set up, and everything else works."""

import asyncio

from consumers.notification.webpush import Vapid
from contracts.names import SECRET_STORE, VAPID_SECRET
from servicekit.errors import SidecarError
from servicekit.logs import get_logger
from servicekit.sidecar import Sidecar

log = get_logger(__name__)

_LOOK_AGAIN = 30.0  # seconds after which a missing secret is looked for again


class VapidKey:
    """Reads it at the first use and keeps it; a new key takes a restart, and new subscriptions."""

    def __init__(self, sidecar: Sidecar, *, subject: str) -> None:
        self._sidecar = sidecar
        self._subject = subject
        self._found: Vapid | None = None
        self._missing_since = float("-inf")

    async def get(self) -> Vapid | None:
        """The key pair; None when there is none.

        Raises:
            SidecarError: it is not known whether there is one.
        """
        now = asyncio.get_running_loop().time()
        if self._found is None and now - self._missing_since >= _LOOK_AGAIN:
            secret = await self._read()
            if secret:
                self._found = self._parse(secret)
            if self._found is None:
                self._missing_since = now
        return self._found

    async def _read(self) -> str | None:
        try:
            response = await self._sidecar.call(
                "read the VAPID key", lambda client: client.get_secret(SECRET_STORE, VAPID_SECRET)
            )
        except SidecarError as error:
            # The stores say so in words only, under a status that is also that of their failures.
            if "not found" not in str(error).lower():
                raise
            log.warning("web push is not set up: there is no VAPID key", secret=VAPID_SECRET)
            return None
        secret: str | None = response.secret.get(VAPID_SECRET)
        return secret

    def _parse(self, secret: str) -> Vapid | None:
        try:
            found = Vapid.from_secret(secret, self._subject)
        except ValueError as error:
            log.error("web push is not set up", secret=VAPID_SECRET, reason=str(error))
            return None
        log.info("web push is set up", public_key=found.public_key)
        return found
