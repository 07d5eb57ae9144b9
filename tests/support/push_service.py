"""A push service on loopback that answers as a test says, and browsers that can read what is sent to them."""

import asyncio
import contextlib
import json
import os
import secrets
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import http_ece
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from consumers.notification.webpush import encode
from contracts.names import push_binding, webhook_binding

_COMPONENT = """\
apiVersion: dapr.io/v1alpha1
kind: Component
metadata:
  name: {name}
spec:
  type: bindings.http
  version: v1
  metadata:
    - name: url
      value: http://127.0.0.1:{port}
scopes:
  - notification
"""


@dataclass(frozen=True, slots=True)
class Push:
    """A request that arrived."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered to one request: after a wait of `delay` seconds."""

    status: int = 201
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0


class Browser:
    """A subscription, with the private key that only a browser has."""

    def __init__(self, port: int) -> None:
        self.path = f"/send/{secrets.token_urlsafe(24)}"
        # A real one is reached by https alone; where the binding leads is the component's matter.
        self.endpoint = f"https://127.0.0.1:{port}{self.path}"
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._secret = os.urandom(16)

    @property
    def subscription(self) -> dict[str, Any]:
        """As `PushSubscription.toJSON()` gives it."""
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": encode(point), "auth": encode(self._secret)}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}

    def read(self, push: Push) -> dict[str, Any]:
        """What the service worker is told."""
        opened = http_ece.decrypt(push.body, private_key=self._key, auth_secret=self._secret, version="aes128gcm")
        told: dict[str, Any] = json.loads(opened)
        return told


class PushService:
    """Answers 201 unless a path has replies left, which are given in their order."""

    def __init__(self) -> None:
        self.port = 0
        self._pushes: list[Push] = []
        self._replies: dict[str, list[Reply]] = {}

    def browser(self, *replies: Reply) -> Browser:
        """Somebody new who subscribed; what is answered to the first pushes to them."""
        browser = Browser(self.port)
        self._replies[browser.path] = list(replies)
        return browser

    def to(self, browser: Browser) -> list[Push]:
        """What has arrived for a browser."""
        return [push for push in self._pushes if push.path == browser.path]

    async def wait_for(self, browser: Browser, count: int, *, within: float) -> list[Push]:
        """Until so many have arrived for a browser."""
        try:
            async with asyncio.timeout(within):
                while len(self.to(browser)) < count:
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"{len(self.to(browser))} of {count} pushes within {within} s") from None
        return self.to(browser)

    async def take(self, request: web.Request) -> web.Response:
        """One request."""
        push = Push(request.path, dict(request.headers), await request.read(), datetime.now(UTC))
        self._pushes.append(push)
        replies = self._replies.get(push.path, [])
        reply = replies.pop(0) if replies else Reply()
        await asyncio.sleep(reply.delay)
        return web.Response(status=reply.status, headers=reply.headers)

    def write_component(self, folder: Path) -> None:
        """The binding that leads here."""
        name = push_binding("127.0.0.1", self.port)
        (folder / "push-service.yaml").write_text(_COMPONENT.format(name=name, port=self.port))

    def write_webhook_component(self, folder: Path) -> None:
        """The binding that lets webhooks lead here, where this stands in for users' receivers."""
        name = webhook_binding("127.0.0.1", self.port)
        (folder / "webhook.yaml").write_text(_COMPONENT.format(name=name, port=self.port))


@contextlib.asynccontextmanager
async def serving() -> AsyncIterator[PushService]:
    """One on a free port."""
    service = PushService()
    app = web.Application()
    app.router.add_post("/{path:.*}", service.take)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        service.port = urlsplit(site.name).port or runner.addresses[0][1]
        yield service
    finally:
        await runner.cleanup()


@contextlib.contextmanager
def serving_in_a_thread() -> Iterator[PushService]:
    """One that outlives a test's event loop."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="push-service", daemon=True)
    thread.start()
    running = serving()  # entered and left on that loop
    try:
        yield asyncio.run_coroutine_threadsafe(running.__aenter__(), loop).result(10)
    finally:
        asyncio.run_coroutine_threadsafe(running.__aexit__(None, None, None), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)
