"""Services with a defect planted in them: ``python -m tests.campaign.plants DEFECT SERVICE``.

The checker has to find each of them; the product knows nothing of this.
"""

import asyncio
import runpy
import sys
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.campaign.faults import Kind


@dataclass(frozen=True, slots=True)
class Plant:
    """A defect: where it is planted, and which breaks bring it to light."""

    app_id: str
    module: str
    plant: Callable[[], None]
    processes: tuple[str, ...]
    kinds: tuple[Kind, ...]


def _drop_the_outbox() -> None:
    """An event that could not be published is forgotten."""
    from chat_api.outbox import OutboxRelay  # noqa: PLC0415 - only where it is planted

    publish = OutboxRelay._publish

    async def once(self: OutboxRelay, message: Any) -> bool:
        await publish(self, message)
        return True

    OutboxRelay._publish = once  # type: ignore[method-assign]


def _acknowledge_early() -> None:
    """A job is done as soon as it was triggered, whatever becomes of its actor."""
    from scheduler.callbacks import JobCallbacks  # noqa: PLC0415

    handle = JobCallbacks.handle
    running: set[asyncio.Task[None]] = set()

    async def at_once(self: JobCallbacks, name: str, data: bytes) -> None:
        task = asyncio.create_task(handle(self, name, data))
        running.add(task)
        task.add_done_callback(running.discard)

    JobCallbacks.handle = at_once  # type: ignore[method-assign]


def _skip_the_dedupe() -> None:
    """An announcement that comes again is given to the user again."""
    from chat_api.inbox import receiving  # noqa: PLC0415

    make = receiving._item

    async def always_new(*arguments: Any) -> Any:
        item, aloud_at = await make(*arguments)
        item.occurrence = uuid.uuid4().hex
        return item, aloud_at

    receiving._item = always_new
    receiving.WAITING = frozenset(receiving.WishStatus)  # type: ignore[attr-defined]


PLANTS: Mapping[str, Plant] = {
    "drop-the-outbox": Plant(
        "chat-api", "chat_api", _drop_the_outbox, ("broker", "chat-api.daprd"), (Kind.KILL, Kind.PAUSE)
    ),
    "acknowledge-early": Plant(
        "scheduler", "scheduler", _acknowledge_early, ("scheduler", "reminder-actor.daprd"), (Kind.KILL, Kind.PAUSE)
    ),
    "skip-the-dedupe": Plant(
        "chat-api", "chat_api", _skip_the_dedupe, ("chat-api.daprd", "chat-api"), (Kind.PAUSE, Kind.KILL)
    ),
}


def main() -> None:
    """Plant it, then be the service."""
    _, defect, module = sys.argv
    PLANTS[defect].plant()
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
