"""What operators and their tools ask a service, on a small port of its own: ``/metrics``, ``/healthz``, ``/readyz``.

Apart from the port that people or the sidecar use: figures are nobody else's business.
"""

import asyncio

from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest

from servicekit.health import Health
from servicekit.logs import get_logger
from servicekit.metrics import KIT
from servicekit.settings import ServiceSettings

log = get_logger(__name__)

_TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8"


async def serve_monitoring(settings: ServiceSettings, health: Health, *registries: CollectorRegistry) -> None:
    """Serve until cancelled, if a port is set.

    Raises:
        OSError: the port is taken.
    """
    for_ever = asyncio.get_running_loop().create_future()
    if not settings.monitoring_port:
        await for_ever
    runner = web.AppRunner(create_app(health, *registries), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.monitoring_host, settings.monitoring_port).start()
        log.info("monitoring listens", port=settings.monitoring_port)
        await for_ever
    finally:
        await runner.cleanup()


def create_app(health: Health, *registries: CollectorRegistry) -> web.Application:
    """The three addresses."""

    async def metrics(_: web.Request) -> web.Response:
        await health.report()  # the checks' own metric is of now
        body = b"".join(generate_latest(registry) for registry in (KIT, *registries))
        return web.Response(body=body, headers={"Content-Type": _TEXT_FORMAT})

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def readyz(_: web.Request) -> web.Response:
        checks = await health.report()
        ready = all(checks.values())
        return web.json_response(
            {"status": "ready" if ready else "not ready", "checks": checks}, status=200 if ready else 503
        )

    app = web.Application()
    app.router.add_get("/metrics", metrics)
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    return app
