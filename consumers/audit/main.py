"""Wires the service: a subscription for each topic that is recorded, and what chat_api asks of it."""

import asyncio

from consumers.audit.activity import ActivityReader
from consumers.audit.history import HistoryReader
from consumers.audit.key import AuditKey
from consumers.audit.recorder import Recorder
from consumers.audit.settings import Settings
from consumers.audit.trail import Trail
from contracts.access import OPERATORS
from contracts.audit import ListActivity
from contracts.names import (
    ACTIVITY_METHOD,
    AUDIT,
    HISTORY_METHOD,
    RECORD_ACTION_METHOD,
    REMINDERS,
    TASK_EVENTS,
    TASK_UPDATES,
)
from contracts.operations import AskHistory, RecordAction
from servicekit import service
from servicekit.callbacks import AppChannel, Method
from servicekit.health import Health
from servicekit.monitoring import serve_monitoring
from servicekit.reporting import Reporter
from servicekit.sidecar import Sidecar
from servicekit.subscriptions import Subscriber

TOPICS = (TASK_EVENTS, TASK_UPDATES, REMINDERS)


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Run until `stop` is set."""
    async with Sidecar(settings) as sidecar:
        key, trail = AuditKey(sidecar), Trail(sidecar)
        recorder = Recorder(trail, key)
        subscribers = [
            Subscriber(sidecar, topic, recorder.handle, service=AUDIT, max_in_flight=settings.max_events_in_flight)
            for topic in TOPICS
        ]
        health = Health({"sidecar": lambda: sidecar.up, "topics": lambda: all(one.active for one in subscribers)})
        channel = AppChannel(
            settings,
            healthy=health.ready,
            methods={
                ACTIVITY_METHOD: Method(ListActivity, ActivityReader(trail, key).page),
                HISTORY_METHOD: Method(AskHistory, HistoryReader(trail, key).find, OPERATORS),
                RECORD_ACTION_METHOD: Method(RecordAction, recorder.record_action, OPERATORS),
            },
        )
        await channel.start()
        try:
            await service.run_parts(
                stop,
                *(subscriber.run() for subscriber in subscribers),
                serve_monitoring(settings, health),
                Reporter(sidecar, AUDIT, health, readers=subscribers).run(),
            )
        finally:
            await channel.stop()


def main() -> None:
    """Entry point."""
    settings = Settings.load()
    service.run(AUDIT, settings, lambda stop: serve(settings, stop))
