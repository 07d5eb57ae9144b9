"""Celery's side: the task, as its documentation advises where none may be lost, and the client.

Runs in the environment of the benchmarks: `celery -A bench.alternatives.celery_app worker`.
"""

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from celery import Celery

from bench.alternatives.ledger import Ledger

app = Celery("bench", broker=os.environ["BENCH_BROKER"])
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    worker_prefetch_multiplier=1,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": int(os.environ["BENCH_VISIBILITY_TIMEOUT"])},
)

_ledgers: dict[int, Ledger] = {}


@app.task(name="bench.remind")
def remind(reminder: str, due: float) -> None:
    """Carry out the effect; one handle for each process of the pool."""
    pid = os.getpid()
    if pid not in _ledgers:
        _ledgers[pid] = Ledger.of_worker()
    _ledgers[pid].write(reminder, due)


def main() -> None:
    """The client: reminders on stdin, seconds on stdout."""
    reminders = [line.split() for line in sys.stdin]
    began = time.perf_counter()
    with ThreadPoolExecutor(8) as pool:
        sent = [
            pool.submit(remind.apply_async, (name, float(due)), eta=datetime.fromtimestamp(float(due), UTC))
            for name, due in reminders
        ]
        for one in sent:
            one.result(timeout=60)
    print(time.perf_counter() - began)


if __name__ == "__main__":
    main()
