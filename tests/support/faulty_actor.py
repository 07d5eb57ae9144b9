"""reminder_actor as a release with a fault would be: while the file FAULT is there, it takes every task for poison."""

import os
from pathlib import Path

from contracts.events import CloudEvent
from reminder_actor.events import TaskEvents
from reminder_actor.main import main
from servicekit.subscriptions import Reject

_right = TaskEvents.handle


async def _wrong(self: TaskEvents, event: CloudEvent) -> None:
    if Path(os.environ["FAULT"]).exists():
        raise Reject("this release has a fault")
    await _right(self, event)


TaskEvents.handle = _wrong  # type: ignore[method-assign]
main()
