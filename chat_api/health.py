"""Whether the service lives, and whether it can do its work, for whoever asks over the people's port."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz", responses={503: {"description": "Something that it needs is not there."}})
async def readyz(request: Request) -> JSONResponse:
    """Database, sidecar and subscriptions are there; 503 and which one is not, otherwise."""
    checks = await request.app.state.health.report()
    ready = all(checks.values())
    return JSONResponse(
        {"status": "ready" if ready else "not ready", "checks": checks}, status_code=200 if ready else 503
    )
