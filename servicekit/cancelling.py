"""Telling two meanings of `CancelledError` apart."""

import asyncio


def asked_to_stop() -> bool:
    """Whether the running task is being cancelled.

    grpc.aio raises the same error in whoever waits for a call whose channel is closed, which asks nobody to stop.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
