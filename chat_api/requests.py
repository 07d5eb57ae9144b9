"""What a request says about itself: that it may be a repetition, and which version it was made for."""

from typing import Annotated

from fastapi import Depends, Header, Request

from chat_api.errors import Busy, Invalid, Unavailable

_SESSIONS = ("/auth/login", "/auth/logout")
_READING = frozenset({"GET", "HEAD", "OPTIONS"})

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=100,
        description="Any text of the sender's own. A repetition with the same one adds nothing again.",
    ),
]


def etag(version: int) -> str:
    """The entity tag of a version (RFC 9110, 8.8.3)."""
    return f'"{version}"'


def seen_version(
    if_match: Annotated[str | None, Header(description="Change it only if this is still its ETag.")] = None,
) -> int | None:
    """The version the request was made for; None for any.

    Raises:
        Invalid: not an ETag of ours.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    version = if_match.strip().removeprefix("W/").strip('"')
    if not version.isdecimal() or len(version) > 9:  # noqa: PLR2004 - no task has a billion versions
        raise Invalid("If-Match", "send the ETag that came with the task")
    return int(version)


SeenVersion = Annotated[int | None, Depends(seen_version)]


async def taking_changes(request: Request) -> None:
    """Refuse changes while operators have the system drained. Who has an account can log in and look.

    Raises:
        Unavailable: try again in half a minute.
    """
    if request.method in _READING or request.url.path.endswith(_SESSIONS):
        return
    if request.app.state.services.draining():
        raise Unavailable("The server is being looked after and takes no changes for now. Reminders come all the same.")


def room_for_changes(request: Request) -> None:
    """Refuse changes while so many events wait for the broker that adding to them would only make reminders later.

    Raises:
        Busy: try again in some seconds.
    """
    state = request.app.state
    if request.method not in _READING and state.services.backlog() > state.settings.max_backlog:
        raise Busy("More changes are waiting than can be passed on at the moment. Try again in some seconds.")
