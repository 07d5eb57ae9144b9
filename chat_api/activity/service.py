"""Asks the audit service for a user's own record."""

from typing import Protocol

from chat_api.errors import Unavailable
from contracts.audit import ActivityPage, ListActivity
from contracts.names import ACTIVITY_METHOD, AUDIT
from servicekit.errors import SidecarError
from servicekit.logs import get_logger
from servicekit.sidecar import Sidecar

log = get_logger(__name__)


class Recording(Protocol):
    """What this service needs of the one that records; raises `SidecarError`."""

    async def page(self, request: ListActivity) -> ActivityPage:
        """A page of a user's record."""


class AuditService(Recording):
    """The audit service, through the sidecars."""

    def __init__(self, sidecar: Sidecar) -> None:
        self._sidecar = sidecar

    async def page(self, request: ListActivity) -> ActivityPage:
        """A page of a user's record."""
        return await self._sidecar.invoke(AUDIT, ACTIVITY_METHOD, request, ActivityPage)


class ActivityService:
    """The record of every user."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    async def page(self, user_id: str, before: int | None, limit: int) -> ActivityPage:
        """The user's entries with numbers below `before`, newest first.

        Raises:
            Unavailable: the audit service is away.
        """
        try:
            return await self._recording.page(ListActivity(user_id=user_id, before=before, limit=limit))
        except SidecarError as error:
            log.warning("the audit service did not answer", error=str(error))
            raise Unavailable("Your activity cannot be shown at the moment. Try again in a minute.") from error
