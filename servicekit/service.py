"""Running a service: start its parts, wait for the signal to stop, stop them in reverse."""

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from servicekit import logs, tracing
from servicekit.settings import ServiceSettings


def run(service: str, settings: ServiceSettings, serve: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Configure logs and traces, then run `serve` until SIGINT or SIGTERM sets its event and it returns."""
    tracing.configure(service, settings)
    logs.configure(service, settings.log_level, settings.log_format)
    try:
        asyncio.run(_until_signalled(service, serve))
    finally:
        tracing.shut_down()


async def _until_signalled(service: str, serve: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signum, stop.set)
    log = logs.get_logger(service)
    log.info("starting")
    # What is imported stays: looking through it again for garbage is a pause of some 100 ms, at the worst moment.
    gc.collect()
    gc.freeze()
    await serve(stop)
    log.info("stopped")


async def run_parts(stop: asyncio.Event, *parts: Coroutine[Any, Any, None]) -> None:
    """Run the parts side by side until `stop` is set; then cancel them, the first one first.

    Raises:
        Exception: a part failed; the others are stopped. A service does not limp on with a part missing.
    """
    tasks = [asyncio.create_task(part) for part in parts]
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        for task in tasks:
            task.cancel()
            await asyncio.wait([task])
    for task in tasks:
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error
    if not stop.is_set():
        raise RuntimeError("a part of the service ended by itself")
