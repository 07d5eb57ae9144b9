"""How many requests are worked on at once and how many wait for their turn, as an ASGI middleware. More are refused.

Working on more than the machine can makes all of them late, until none is answered in time; a refusal costs nothing and
says when to come again.
"""

import asyncio
import random
from collections.abc import Sequence
from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chat_api.errors import Overloaded, problem
from chat_api.metrics import IN_FLIGHT, SHED, WAITING

# The page's own files come from the disk, and whoever probes must hear from a busy process, too.
_FREE_PATHS: Final = frozenset({"/healthz", "/readyz", "/", "/sw.js"})
_FREE_FOLDER: Final = "/static/"
_RETRY_AFTER: Final = (2, 6)  # seconds, at random: not all that were refused come back at once


class Admission:
    """Wraps the application; `patience` is how many seconds a request waits for a place.

    A request takes a place once all of it has arrived, and gives it back when its answer begins: who sends or reads
    slowly keeps nobody out, and neither does an open stream. Those that wait are let in in their order.
    """

    def __init__(self, app: ASGIApp, *, max_in_flight: int, max_waiting: int, patience: float) -> None:
        self._app = app
        self._places = asyncio.Semaphore(max_in_flight)
        self._max_waiting = max_waiting
        self._patience = patience
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One exchange."""
        if scope["type"] != "http" or scope["path"] in _FREE_PATHS or scope["path"].startswith(_FREE_FOLDER):
            await self._app(scope, receive, send)
            return
        try:
            self._require_room()  # a body that will be refused need not be read
            arrived = await _whole(receive)
            if arrived is None:
                return
            await self._take_place()
        except Overloaded as error:
            headers = {"Retry-After": str(random.randint(*_RETRY_AFTER))}  # noqa: S311 - nothing to guess
            await problem(error.status, error.title, str(error), headers=headers)(scope, receive, send)
            return
        except HTTPException as error:  # the body is too long
            await problem(error.status_code, error.detail, error.detail)(scope, receive, send)
            return
        has_place = True

        def give_back() -> None:
            nonlocal has_place
            if has_place:
                has_place = False
                IN_FLIGHT.dec()
                self._places.release()

        async def answer(message: Message) -> None:
            give_back()
            await send(message)

        try:
            await self._app(scope, _again(arrived, receive), answer)
        finally:
            give_back()

    def _require_room(self) -> None:
        if self._places.locked() and self._waiting >= self._max_waiting:
            SHED.labels("full").inc()
            raise Overloaded

    async def _take_place(self) -> None:
        self._require_room()
        self._waiting += 1
        WAITING.inc()
        try:
            async with asyncio.timeout(self._patience):
                await self._places.acquire()
        except TimeoutError:
            SHED.labels("waited").inc()
            raise Overloaded from None
        finally:
            self._waiting -= 1
            WAITING.dec()
        IN_FLIGHT.inc()


async def _whole(receive: Receive) -> Sequence[Message] | None:
    """All parts of the body; None when the client is gone before its end."""
    parts: list[Message] = []
    while not parts or parts[-1].get("more_body", False):
        part = await receive()
        if part["type"] != "http.request":
            return None
        parts.append(part)
    return parts


def _again(parts: Sequence[Message], receive: Receive) -> Receive:
    """What was received already, and then what comes."""
    stored = iter(parts)

    async def receiving() -> Message:
        part = next(stored, None)
        return await receive() if part is None else part

    return receiving
