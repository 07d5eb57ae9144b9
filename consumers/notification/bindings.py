"""Which output bindings daprd has loaded: they say which channels there are, and where they may lead."""

import asyncio

from contracts.names import EMAIL_BINDING, WEBHOOK_BINDING_PREFIX
from servicekit.sidecar import Sidecar

_HTTP = "bindings.http"
_MAIL = "bindings.smtp"
_TIMEOUT = 2.0
_FRESH = 10.0  # seconds that an answer is good for: components can be loaded while daprd runs


class Bindings:
    """Asks the metadata API, now and then. All of it raises `SidecarError` when daprd is away."""

    def __init__(self, sidecar: Sidecar) -> None:
        self._sidecar = sidecar
        self._known: dict[str, str] = {}
        self._until = float("-inf")

    async def http(self) -> set[str]:
        """The HTTP output bindings by name."""
        return {name for name, kind in (await self._all()).items() if kind == _HTTP}

    async def webhook_hosts(self) -> tuple[str, ...]:
        """Where webhooks may lead: a host each, with its port behind a hyphen where it has one of its own."""
        found = (name for name in await self.http() if name.startswith(WEBHOOK_BINDING_PREFIX))
        return tuple(sorted(name.removeprefix(WEBHOOK_BINDING_PREFIX) for name in found))

    async def mail(self) -> bool:
        """Whether there is a mail server."""
        return (await self._all()).get(EMAIL_BINDING) == _MAIL

    async def _all(self) -> dict[str, str]:
        now = asyncio.get_running_loop().time()
        if now >= self._until:
            self._known = await self._sidecar.components(deadline=_TIMEOUT)
            self._until = now + _FRESH
        return self._known
