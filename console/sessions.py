"""Who is let in to the page, and what they may do.

There is no password: a link that opens once comes from `todo-ops page`, that is, from somebody who can talk to the
console's own sidecar with its token, and who could do all of it there. Kept in memory: a restart ends every session.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from contracts.console import Invitation, Invite, Role

_MOST = 100  # invitations and sessions at once


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who came by a link."""

    operator: str
    role: Role
    expires_at: datetime
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)


class Sessions:
    """Invitations and sessions."""

    def __init__(
        self,
        *,
        lifetime: timedelta,
        invitation_lifetime: timedelta,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._lifetime = lifetime
        self._invitation_lifetime = invitation_lifetime
        self._clock = clock
        self._invitations: dict[str, Session] = {}
        self._sessions: dict[str, Session] = {}

    async def invite(self, request: Invite) -> Invitation:
        """A link that opens the page once."""
        code = secrets.token_urlsafe(24)
        expires_at = self._clock() + self._invitation_lifetime
        self._invitations = _kept(self._invitations, self._clock())
        self._invitations[code] = Session(request.operator, request.role, expires_at)
        # Behind the mark: it is in no log, and in no Referer.
        return Invitation(path=f"/#enter={code}", expires_at=expires_at)

    def enter(self, code: str) -> tuple[str, Session] | None:
        """The key of a new session, and the session; None: no invitation, or used, or too late."""
        invited = self._invitations.pop(code, None)
        if invited is None or invited.expires_at <= self._clock():
            return None
        key = secrets.token_urlsafe(32)
        session = Session(invited.operator, invited.role, self._clock() + self._lifetime)
        self._sessions = _kept(self._sessions, self._clock())
        self._sessions[key] = session
        return key, session

    def find(self, key: str | None) -> Session | None:
        """The session of this key, while it lasts."""
        session = self._sessions.get(key or "")
        return session if session is not None and session.expires_at > self._clock() else None

    def leave(self, key: str | None) -> None:
        """End it."""
        self._sessions.pop(key or "", None)


def _kept(some: dict[str, Session], now: datetime) -> dict[str, Session]:
    lasting = [(key, one) for key, one in some.items() if one.expires_at > now]
    return dict(lasting[-(_MOST - 1) :])
