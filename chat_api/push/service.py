"""Subscribing, and what the notification service asks about subscriptions."""

from datetime import UTC, datetime
from typing import Protocol

from sqlalchemy.exc import IntegrityError

from chat_api.database import Database
from chat_api.errors import Invalid, NotFound, Unavailable
from chat_api.identifiers import new_id
from chat_api.push.models import PushSubscription
from chat_api.push.repository import PushRepository
from contracts.jobs import Done
from contracts.names import NOTIFICATION, PUSH_CHECK_METHOD, PUSH_KEY_METHOD
from contracts.push import (
    AskPushKey,
    CheckPushTarget,
    DropPushTarget,
    PushKey,
    PushVerdict,
)
from servicekit.errors import SidecarError
from servicekit.logs import get_logger
from servicekit.sidecar import Sidecar

log = get_logger(__name__)

BROWSERS_PER_USER = 20
_RETRY_LATER = "Notifications cannot be set up at the moment. Try again in a minute."


class Pushing(Protocol):
    """What this service needs of the one that pushes; its calls raise `SidecarError`."""

    async def key(self) -> PushKey:
        """The public key, if push is set up."""

    async def check(self, target: CheckPushTarget) -> PushVerdict:
        """Whether it could push there."""


class PushingService(Pushing):
    """The notification service, through the sidecars."""

    def __init__(self, sidecar: Sidecar) -> None:
        self._sidecar = sidecar

    async def key(self) -> PushKey:
        """The public key, if push is set up."""
        return await self._sidecar.invoke(NOTIFICATION, PUSH_KEY_METHOD, AskPushKey(), PushKey)

    async def check(self, target: CheckPushTarget) -> PushVerdict:
        """Whether it could push there."""
        return await self._sidecar.invoke(NOTIFICATION, PUSH_CHECK_METHOD, target, PushVerdict)


class PushService:
    """The subscriptions of every user."""

    def __init__(self, database: Database, pushing: Pushing) -> None:
        self._database = database
        self._pushing = pushing

    # For people

    async def key(self) -> str:
        """The key that a browser subscribes with.

        Raises:
            NotFound: push is not set up.
            Unavailable: the notification service is away.
        """
        try:
            answer = await self._pushing.key()
        except SidecarError as error:
            raise _unavailable(error) from error
        if answer.public_key is None:
            raise NotFound("Notifications for a closed page are not set up on this server.")
        return answer.public_key

    async def subscribe(self, user_id: str, endpoint: str, p256dh: str, auth: str) -> None:
        """Keep a browser's subscription. One that is known becomes this user's, with these keys.

        Beyond `BROWSERS_PER_USER` the user's oldest goes.

        Raises:
            Invalid: its push service is none that this server sends to, or the keys are none.
            Unavailable: the notification service is away.
        """
        try:
            verdict = await self._pushing.check(CheckPushTarget(endpoint=endpoint, p256dh=p256dh, auth=auth))
        except SidecarError as error:
            raise _unavailable(error) from error
        if verdict.field is not None:
            raise Invalid(verdict.field, verdict.message)
        try:
            await self._keep(user_id, endpoint, p256dh, auth)
        except IntegrityError:
            # The same browser, for another user, was faster by a moment: it is known by now.
            await self._keep(user_id, endpoint, p256dh, auth)

    async def _keep(self, user_id: str, endpoint: str, p256dh: str, auth: str) -> None:
        async with self._database.writing(user_id) as session:
            repository = PushRepository(session)
            known = await repository.by_endpoint(endpoint)
            if known is not None and (known.user_id, known.p256dh, known.auth) == (user_id, p256dh, auth):
                return
            if known is not None:
                await repository.delete([known.id])
            repository.add(
                PushSubscription(
                    id=new_id(),
                    user_id=user_id,
                    endpoint=endpoint,
                    p256dh=p256dh,
                    auth=auth,
                    created_at=datetime.now(UTC),
                )
            )
            await session.flush()
            kept = await repository.of_user(user_id)
            await repository.delete([old.id for old in kept[:-BROWSERS_PER_USER]])

    async def unsubscribe(self, user_id: str, endpoint: str) -> None:
        """Forget a browser of the user's; one that is not known is no error."""
        async with self._database.writing(user_id) as session:
            await PushRepository(session).delete_endpoint(endpoint, user_id=user_id)

    # For the notification service

    async def drop(self, request: DropPushTarget) -> Done:
        """The push service has forgotten it: so do we."""
        async with self._database.writing() as session:
            await PushRepository(session).delete_endpoint(request.endpoint, subscription_id=request.subscription_id)
        log.info("push subscription removed", subscription_id=request.subscription_id)
        return Done()


def _unavailable(error: SidecarError) -> Unavailable:
    log.warning("the notification service did not answer", error=str(error))
    return Unavailable(_RETRY_LATER)
