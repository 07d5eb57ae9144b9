"""Looks whether this service's daprd finds the actors, and mends what keeps it from finding them.

daprd 1.18 only listens on its connection to placement. Placement gives a daprd up that does not answer for five
seconds (its keepalive); when the network between them was cut, daprd is not told, and waits on a dead connection for as
long as the system's TCP keepalive lets it, by default two hours. Where that is the actors' daprd, nobody else finds an
actor; where it is this one, it keeps the table of actors that it had. Either way no reminder fires. It costs little to
notice that from here, and to have both open a new connection: placement is reachable, only not told.
"""

import asyncio
import random
from dataclasses import dataclass, field
from enum import Enum

from contracts.names import HOST_AGAIN_METHOD, REMINDER_ACTOR, REMINDER_ACTOR_TYPE
from contracts.reminders import HostAgain, HostedAgain, Ping, Pong
from servicekit.errors import SidecarError
from servicekit.logs import get_logger
from servicekit.sidecar import Sidecar

log = get_logger(__name__)

_PROBE = "is-anybody-there"  # an actor without a reminder
_LONGEST = 6  # the patience before a further restart doubles this often: a restart that does not help is no cure


class Step(Enum):
    """What to do about actors that are not found."""

    WAIT = "wait"
    HOST_AGAIN = "host again"
    """Ask the actors' service to register them anew."""
    RESTART = "restart"
    """Restart this service's daprd."""


@dataclass(slots=True)
class Patience:
    """When it is time for which step. Pure; instants and `patience` are seconds on one clock."""

    patience: float
    lost: bool = field(default=False, init=False)
    """A step was due, and nothing was found since."""
    _since: float | None = field(default=None, init=False)
    _asked: bool = field(default=False, init=False)
    _restarts: int = field(default=0, init=False)

    def found(self) -> None:
        """An actor answered: all is well."""
        self.lost = False
        self._restarts = 0
        self.excused()

    def excused(self) -> None:
        """None could answer, for a reason that passes by itself: wait from now on."""
        self._since = None
        self._asked = False

    def missed(self, since: float, now: float) -> Step:
        """None answered who was asked at `since`."""
        if self._since is None:
            self._since = since
        waited = now - self._since
        if not self._asked:
            if waited < self.patience:
                return Step.WAIT
            self.lost = self._asked = True
            return Step.HOST_AGAIN
        if waited < self.patience * (1 + 2 ** min(self._restarts, _LONGEST)):
            return Step.WAIT
        self._restarts += 1
        self.excused()
        return Step.RESTART


class Lookout:
    """Asks for an actor again and again. Durations are seconds."""

    def __init__(self, sidecar: Sidecar, *, interval: float, patience: float) -> None:
        self._sidecar = sidecar
        self._interval = interval
        self._patience = Patience(patience)

    @property
    def lost(self) -> bool:
        """Whether no actor has been found for longer than is usual."""
        return self._patience.lost

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self._sidecar.wait_up()
            await self._look()
            await asyncio.sleep(self._interval * random.uniform(0.8, 1.2))  # noqa: S311 - spreads load

    async def _look(self) -> None:
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            await self._sidecar.invoke_actor(REMINDER_ACTOR_TYPE, _PROBE, "Ping", Ping(), Pong)
        except SidecarError as error:
            await self._missed(began, clock(), str(error))
        else:
            if self._patience.lost:
                log.warning("actors are found again")
            self._patience.found()

    async def _missed(self, since: float, now: float, reason: str) -> None:
        try:
            if await self._sidecar.looks_for_placement():
                self._patience.excused()
                return
            match self._patience.missed(since, now):
                case Step.WAIT:
                    pass
                case Step.HOST_AGAIN:
                    await self._host_again(reason)
                case Step.RESTART:
                    log.error("actors are still not found, restarting daprd", reason=reason)
                    await self._sidecar.shut_down()
        except SidecarError as error:
            log.warning("cannot mend it now that actors are not found", error=str(error), reason=reason)
            self._patience.excused()

    async def _host_again(self, reason: str) -> None:
        """That service being away is the reason, then, and ends by itself: no daprd need be restarted."""
        answer = await self._sidecar.invoke(REMINDER_ACTOR, HOST_AGAIN_METHOD, HostAgain(), HostedAgain)
        log.error("actors are not found, had them registered anew", hosted=answer.hosted, reason=reason)
        if not answer.hosted:
            self._patience.excused()
