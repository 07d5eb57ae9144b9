"""A key of this server's from the Dapr secret store. Without it one channel is not set up; all else works."""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

from contracts.names import SECRET_STORE
from servicekit.errors import SidecarError
from servicekit.logs import get_logger
from servicekit.sidecar import Sidecar

log = get_logger(__name__)

Key = TypeVar("Key")

_LOOK_AGAIN = 30.0  # seconds after which a missing secret is looked for again


class StoredKey(Generic[Key]):
    """Reads it at the first use and keeps it; a new key takes a restart. `parse` raises ValueError for what is none."""

    def __init__(self, sidecar: Sidecar, secret: str, parse: Callable[[str], Key]) -> None:
        self._sidecar = sidecar
        self._secret = secret
        self._parse = parse
        self._found: Key | None = None
        self._missing_since = float("-inf")

    async def get(self) -> Key | None:
        """The key; None when there is none.

        Raises:
            SidecarError: it is not known whether there is one.
        """
        now = asyncio.get_running_loop().time()
        if self._found is None and now - self._missing_since >= _LOOK_AGAIN:
            secret = await self._read()
            if secret:
                self._found = self._parsed(secret)
            if self._found is None:
                self._missing_since = now
        return self._found

    async def _read(self) -> str | None:
        try:
            response = await self._sidecar.call(
                f"read {self._secret}", lambda client: client.get_secret(SECRET_STORE, self._secret)
            )
        except SidecarError as error:
            # The stores say so in words only, under a status that is also that of their failures.
            if "not found" not in str(error).lower():
                raise
            log.warning("a channel is not set up: there is no key", secret=self._secret)
            return None
        secret: str | None = response.secret.get(self._secret)
        return secret

    def _parsed(self, secret: str) -> Key | None:
        try:
            found = self._parse(secret)
        except ValueError as error:
            log.error("a channel is not set up", secret=self._secret, reason=str(error))
            return None
        log.info("key found", secret=self._secret)
        return found
