"""Tells the console how this replica is, every few seconds, and hears what operators want of it.

The service speaks, and is not asked: a call goes to any replica, and each is to be seen. One that cannot speak, because
it or its sidecar is away, falls silent; the console says since when. Without a console nothing is different.
"""

import asyncio
import os
import platform
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from contracts.names import CONSOLE, REPORT_METHOD
from contracts.replicas import Directive, ReplicaReport
from servicekit.health import Health
from servicekit.logs import get_logger
from servicekit.retry import Backoff
from servicekit.sidecar import Sidecar
from servicekit.subscriptions import Subscriber

log = get_logger(__name__)

Hear = Callable[[ReplicaReport], Awaitable[Directive]]

_INTERVAL = 2.0  # seconds
_DEADLINE = 2.0
_HOLDS = 30.0  # a directive, without another one


class Reporter:
    """Reports on one replica. `hear` takes the report instead of the console: the console's own."""

    def __init__(
        self,
        sidecar: Sidecar,
        app_id: str,
        health: Health,
        *,
        readers: Sequence[Subscriber] = (),
        hear: Hear | None = None,
    ) -> None:
        self._sidecar = sidecar
        self._app_id = app_id
        self._health = health
        self._readers = tuple(readers)
        self._hear = hear or self._tell
        self._instance = uuid.uuid4().hex
        self._started_at = datetime.now(UTC)
        self._draining_until = float("-inf")

    @property
    def draining(self) -> bool:
        """Whether operators want no new work taken. It ends by itself: half a minute after the console's last word."""
        return time.monotonic() < self._draining_until

    async def run(self) -> None:
        """Report until cancelled."""
        backoff, failures = Backoff(base=_INTERVAL, cap=15.0), 0
        while True:
            await self._sidecar.wait_up()
            try:
                await self._report()
                failures = 0
            except Exception as error:  # noqa: BLE001 - whatever it is, the service's own work goes on
                failures += 1
                log.debug("not reported", error=str(error) or repr(error))
            await asyncio.sleep(backoff.delay(failures) if failures else _INTERVAL)

    async def _report(self) -> None:
        answer = await self._hear(await self.report())
        self._draining_until = time.monotonic() + _HOLDS if answer.draining else float("-inf")

    async def _tell(self, report: ReplicaReport) -> Directive:
        return await self._sidecar.invoke(CONSOLE, REPORT_METHOD, report, Directive, deadline=_DEADLINE)

    async def report(self) -> ReplicaReport:
        """This replica, as it is now.

        Raises:
            SidecarError: daprd is away.
        """
        return ReplicaReport(
            app_id=self._app_id,
            instance=self._instance,
            host=platform.node(),
            pid=os.getpid(),
            started_at=self._started_at,
            at=datetime.now(UTC),
            checks=await self._health.report(),
            draining=self.draining,
            readers=tuple(reader.report() for reader in self._readers),
            sidecar=await self._sidecar.describe(deadline=_DEADLINE),
        )
