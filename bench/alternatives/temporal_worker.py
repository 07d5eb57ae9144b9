"""Temporal's side: a workflow for each reminder, started with a delay, with one activity; and the client.

Runs in the environment of the benchmarks.
"""

import asyncio
import os
import sys
import time
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import Worker

with workflow.unsafe.imports_passed_through():
    from bench.alternatives.ledger import Ledger

_QUEUE = "reminders"
_AT_ONCE = 64


@activity.defn
async def remind(reminder: str, due: float) -> None:
    """Carry out the effect."""
    await asyncio.to_thread(_ledger().write, reminder, due)


@workflow.defn
class Remind:
    """Its start is what is delayed: until then it costs the worker nothing."""

    @workflow.run
    async def run(self, reminder: str, due: float) -> None:
        """The one step."""
        await workflow.execute_activity(remind, args=(reminder, due), start_to_close_timeout=timedelta(seconds=10))


_open: list[Ledger] = []


def _ledger() -> Ledger:
    if not _open:
        _open.append(Ledger.of_worker())
    return _open[0]


async def work(client: Client) -> None:
    """Until ended."""
    print("worker starts", flush=True)
    await Worker(client, task_queue=_QUEUE, workflows=[Remind], activities=[remind]).run()


async def feed(client: Client) -> None:
    """Reminders on stdin, seconds on stdout."""
    reminders = [line.split() for line in sys.stdin]
    slots = asyncio.Semaphore(_AT_ONCE)

    async def start(reminder: str, due: float) -> None:
        async with slots:
            delay = timedelta(seconds=max(0.0, due - time.time()))
            await client.start_workflow(
                Remind.run, args=(reminder, due), id=reminder, task_queue=_QUEUE, start_delay=delay
            )

    began = time.perf_counter()
    await asyncio.gather(*(start(name, float(due)) for name, due in reminders))
    print(time.perf_counter() - began, flush=True)
    os._exit(0)  # the SDK's threads crash the interpreter now and then while it winds up (1.35)


async def main() -> None:
    """`work` or `feed`."""
    client = await Client.connect(os.environ["BENCH_TEMPORAL"])
    await (work(client) if sys.argv[1] == "work" else feed(client))


if __name__ == "__main__":
    asyncio.run(main())
