"""Running a service: start its parts, wait for the signal to stop, stop them in reverse."""

import asyncio
import signal
from collections.abc import Awaitable, Callable

from servicekit import logs, tracing
from servicekit.settings import ServiceSettings


def run(service: str, settings: ServiceSettings, serve: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Configure logs and traces, then run `serve` until SIGINT or SIGTERM sets its event and it returns."""
    tracing.configure(service)
    logs.configure(service, settings.log_level, settings.log_format)
    asyncio.run(_until_signalled(service, serve))


async def _until_signalled(service: str, serve: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signum, stop.set)
    log = logs.get_logger(service)
    log.info("starting")
    await serve(stop)
    log.info("stopped")
