"""APScheduler's side: one process that is scheduler and worker, with its jobs in SQLite, synced at each commit.

Its job stores are not to be shared between processes (its FAQ), so that reminders come in through a socket.
Runs in the environment of the benchmarks.
"""

import os
import socketserver
import sys
import time
from datetime import UTC, datetime

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import create_engine, event

from bench.alternatives.ledger import Ledger

_LEDGER = Ledger.of_worker()
_JOB = "bench.alternatives.apscheduler_worker:remind"


def remind(reminder: str, due: float) -> None:
    """Carry out the effect."""
    _LEDGER.write(reminder, due)


def _scheduler(database: str) -> BackgroundScheduler:
    engine = create_engine(f"sqlite:///{database}", connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def durable(connection: object, _: object) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]

    return BackgroundScheduler(
        jobstores={"default": SQLAlchemyJobStore(engine=engine)},
        executors={"default": ThreadPoolExecutor(10)},
        job_defaults={"misfire_grace_time": None, "coalesce": True},  # late is better than never
        timezone=UTC,
    )


def main() -> None:
    """`DATABASE SOCKET`: fire until ended, and take reminders, a line each; answers the seconds that they took."""
    database, path = sys.argv[1:3]
    scheduler = _scheduler(database)
    scheduler.start()

    class Intake(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            began = time.perf_counter()
            for line in iter(self.rfile.readline, b"\n"):
                reminder, due = line.decode().split()
                when = datetime.fromtimestamp(float(due), UTC)
                scheduler.add_job(_JOB, "date", run_date=when, args=(reminder, float(due)), id=reminder)
            self.wfile.write(f"{time.perf_counter() - began}\n".encode())

    if os.path.exists(path):
        os.unlink(path)
    with socketserver.UnixStreamServer(path, Intake) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
