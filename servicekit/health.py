"""Whether a service can do its work: named checks, asked anew each time, so that it recovers by itself."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping

from servicekit.logs import get_logger
from servicekit.metrics import CHECKS

log = get_logger(__name__)

Check = Callable[[], bool | Awaitable[bool]]
_TIMEOUT = 2.0  # seconds


class Health:
    """The checks of one service, by name. Each says whether something the service cannot do without is there."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks
        self._missing: frozenset[str] = frozenset()

    async def report(self) -> dict[str, bool]:
        """Each check's outcome; one that raises or takes over two seconds has failed. Changes are logged."""
        outcomes = await asyncio.gather(*(_ask(check) for check in self._checks.values()))
        report = dict(zip(self._checks, outcomes, strict=True))
        for name, there in report.items():
            CHECKS.labels(name).set(there)
        missing = frozenset(name for name, there in report.items() if not there)
        if missing != self._missing:
            if missing:
                log.warning("not ready", missing=sorted(missing))
            else:
                log.info("ready")
            self._missing = missing
        return report

    async def ready(self) -> bool:
        """Whether all of them are there."""
        return all((await self.report()).values())


async def _ask(check: Check) -> bool:
    try:
        answer = check()
        if not inspect.isawaitable(answer):
            return answer
        async with asyncio.timeout(_TIMEOUT):
            return await answer
    except Exception as error:  # noqa: BLE001 - whatever it is, the answer is no
        log.debug("check failed", error=str(error) or repr(error))
        return False
