"""Whether the service lives, and whether it can do its work."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from servicekit.logs import get_logger

log = get_logger(__name__)

router = APIRouter(tags=["health"])

Check = Callable[[], Awaitable[bool]]
_TIMEOUT = 2.0


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz", responses={503: {"description": "Something that it needs is not there."}})
async def readyz(request: Request) -> JSONResponse:
    """Database, sidecar and reminder subscription are there; 503 and which one is not, otherwise."""
    results = await run_checks(request.app.state.checks)
    ready = all(results.values())
    return JSONResponse(
        {"status": "ready" if ready else "not ready", "checks": results}, status_code=200 if ready else 503
    )


async def run_checks(checks: Mapping[str, Check]) -> dict[str, bool]:
    """Each check's outcome; one that raises or takes over two seconds has failed."""

    async def one(name: str, check: Check) -> bool:
        try:
            async with asyncio.timeout(_TIMEOUT):
                return await check()
        except Exception as error:  # noqa: BLE001 - whatever it is, the answer is no
            log.warning("not ready", check=name, error=str(error) or repr(error))
            return False

    outcomes = await asyncio.gather(*(one(name, check) for name, check in checks.items()))
    return dict(zip(checks, outcomes, strict=True))
