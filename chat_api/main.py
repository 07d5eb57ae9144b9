"""Wires the service: HTTP for people, the outbox relay, the subscriptions, the app channel for other services."""

import asyncio
import contextlib
import functools
import itertools
import sys
from dataclasses import replace
from datetime import timedelta

from sqlalchemy.exc import OperationalError

from chat_api import metrics
from chat_api.activity.service import ActivityService, AuditService
from chat_api.app import Services, create_app
from chat_api.assistant import exchange as assistant
from chat_api.assistant.conversation import ConversationStore
from chat_api.assistant.model import DaprLanguageModel
from chat_api.assistant.service import Assistant
from chat_api.auth.service import AuthService
from chat_api.auth.tokens import TokenService
from chat_api.channels.notifications import NotificationDesk
from chat_api.channels.notifying import NotificationService
from chat_api.channels.service import ChannelService
from chat_api.closing import AccountClosing
from chat_api.database import Database
from chat_api.inbox.delivered import DeliveredNotes
from chat_api.inbox.feed import InboxFeed
from chat_api.inbox.intake import Intake
from chat_api.inbox.pending import pending
from chat_api.inbox.service import InboxService
from chat_api.migrations import upgrade
from chat_api.operations.desk import OperationsDesk
from chat_api.operations.rows import RowPorter
from chat_api.outbox import OutboxRelay
from chat_api.portability.feeds import FeedService
from chat_api.portability.reader import FileReader
from chat_api.portability.service import PortabilityService
from chat_api.preferences.service import PreferencesService
from chat_api.push.service import PushingService, PushService
from chat_api.settings import Settings
from chat_api.tasks.adopting import TaskAdoption
from chat_api.tasks.asking_again import AskingAgain
from chat_api.tasks.lists import ListService
from chat_api.tasks.next_occurrences import NextOccurrences
from chat_api.tasks.service import TaskService
from chat_api.tasks.watching import watch_reminders
from contracts.access import OPERATORS
from contracts.channels import ListTargets, PostponeNotification, RecordDeliveries
from contracts.names import (
    CHAT_API,
    DROP_PUSH_METHOD,
    EXPORT_ROWS_METHOD,
    FIND_REMINDERS_METHOD,
    IMPORT_ROWS_METHOD,
    MOVE_REMINDER_METHOD,
    PENDING_METHOD,
    POSTPONE_METHOD,
    PUSH_TARGETS_METHOD,
    RECORD_DELIVERIES_METHOD,
    REMINDER_FACTS_METHOD,
    REMINDERS,
    TASK_UPDATES,
    WORKLOAD_METHOD,
)
from contracts.operations import AskWorkload, DescribeReminder, ExportRows, FindReminders, ImportRows, MoveReminder
from contracts.push import DropPushTarget
from contracts.reminders import ListPending
from servicekit import service
from servicekit.callbacks import AppChannel, Method
from servicekit.health import Check, Health
from servicekit.http_server import serve_http
from servicekit.logs import get_logger
from servicekit.monitoring import serve_monitoring
from servicekit.reporting import Reporter
from servicekit.retry import Backoff
from servicekit.sidecar import Sidecar
from servicekit.subscriptions import Subscriber, dead_letter

log = get_logger(__name__)

_DATABASE_PATIENCE = 60.0  # seconds
# Seconds. SQLite's threads have little to do and do it often: with Python's own 5 ms each step may wait that long for a
# busy event loop, and a batch of reminders takes many steps.
_SWITCH_INTERVAL = 0.0005


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Run until `stop` is set."""
    await _migrate(settings.database_url)
    database = Database(settings.database_url)
    async with contextlib.AsyncExitStack() as resources:
        resources.push_async_callback(database.close)
        sidecar = await resources.enter_async_context(Sidecar(settings))
        feed = InboxFeed(database)
        relay = OutboxRelay(
            database,
            sidecar,
            parallel=settings.relay_parallel,
            bulk_rate=settings.relay_bulk_rate,
            on_wake=feed.wake,
        )
        tasks = TaskService(database, relay)
        delivered = DeliveredNotes(database)
        inbox = InboxService(database, feed, delivered, relay, tasks)
        intake = Intake(database, feed, relay, functools.partial(_bury, sidecar))
        conversations = ConversationStore(sidecar, ttl=settings.conversation_ttl, timeout=settings.conversation_timeout)
        lists = ListService(database, relay)
        preferences = PreferencesService(database, relay)
        push = PushService(database, PushingService(sidecar))
        desk = NotificationDesk(database, relay, feed, public_url=settings.public_url)
        channels = ChannelService(database, NotificationService(sidecar))
        activity = ActivityService(AuditService(sidecar))
        operations, porter = OperationsDesk(database, relay), RowPorter(database)
        auth = AuthService(database, session_lifetime=timedelta(days=settings.session_days))
        services = Services(
            auth=auth,
            closing=AccountClosing(database, relay, auth, conversations),
            tokens=TokenService(database),
            tasks=tasks,
            lists=lists,
            preferences=preferences,
            inbox=inbox,
            portability=PortabilityService(tasks, lists, preferences, TaskAdoption(database, relay), FileReader()),
            feeds=FeedService(database, tasks),
            assistant=Assistant(
                assistant.Services(tasks, lists, inbox, preferences, channels, activity),
                conversations,
                DaprLanguageModel(sidecar, budget=settings.language_model_budget),
            ),
            backlog=lambda: relay.backlog,
            push=push,
            channels=channels,
            activity=activity,
        )
        subscriber = Subscriber(
            sidecar, REMINDERS, intake.handle, service=CHAT_API, max_in_flight=settings.max_events_in_flight
        )

        updates = Subscriber(
            sidecar,
            TASK_UPDATES,
            NextOccurrences(database, relay).handle,
            service=CHAT_API,
            max_in_flight=settings.max_events_in_flight,
        )

        async def database_answers() -> bool:
            await database.ping()
            return True

        checks: dict[str, Check] = {
            "database": database_answers,
            "sidecar": lambda: sidecar.up,
            "topics": lambda: subscriber.active and updates.active,
        }
        health = Health(checks)
        reporter = Reporter(sidecar, CHAT_API, health, readers=[subscriber, updates])
        services = replace(services, draining=lambda: reporter.draining)
        app = create_app(settings, services, checks)
        channel = AppChannel(
            settings,
            healthy=health.ready,
            methods={
                PENDING_METHOD: Method(ListPending, functools.partial(pending, database)),
                PUSH_TARGETS_METHOD: Method(ListTargets, desk.targets),
                DROP_PUSH_METHOD: Method(DropPushTarget, push.drop),
                POSTPONE_METHOD: Method(PostponeNotification, desk.postpone),
                RECORD_DELIVERIES_METHOD: Method(RecordDeliveries, desk.record),
                FIND_REMINDERS_METHOD: Method(FindReminders, operations.find, OPERATORS),
                REMINDER_FACTS_METHOD: Method(DescribeReminder, operations.describe, OPERATORS),
                MOVE_REMINDER_METHOD: Method(MoveReminder, operations.move, OPERATORS),
                WORKLOAD_METHOD: Method(AskWorkload, operations.workload, OPERATORS),
                EXPORT_ROWS_METHOD: Method(ExportRows, porter.export, OPERATORS),
                IMPORT_ROWS_METHOD: Method(ImportRows, porter.import_rows, OPERATORS),
            },
        )
        await channel.start()
        resources.push_async_callback(channel.stop)
        await service.run_parts(
            stop,
            serve_http(app, host=settings.host, port=settings.port, end_streams=feed.close),
            subscriber.run(),
            intake.run(),
            delivered.run(),
            updates.run(),
            relay.run(),
            relay.watch(),
            feed.run(),
            watch_reminders(database),
            AskingAgain(database, relay, patience=timedelta(seconds=settings.next_occurrence_patience)).run(),
            serve_monitoring(settings, health, metrics.REGISTRY),
            reporter.run(),
        )


async def _bury(sidecar: Sidecar, payload: bytes, reason: str) -> None:
    await dead_letter(sidecar, service=CHAT_API, source=f"topic/{REMINDERS}", reason=reason, payload=payload)


async def _migrate(url: str) -> None:
    """Bring the database to this version's schema; one that is still starting, or waking, is waited for.

    Raises:
        OperationalError: it does not let us in within a minute.
    """
    backoff, until = Backoff(base=0.2, cap=5.0), asyncio.get_running_loop().time() + _DATABASE_PATIENCE
    for attempt in itertools.count():
        try:
            await asyncio.to_thread(upgrade, url)
        except OperationalError as error:
            if asyncio.get_running_loop().time() > until:
                raise
            log.warning("database not ready, trying again", error=str(error.orig).partition("\n")[0])
        else:
            return
        await asyncio.sleep(backoff.delay(attempt))


def main() -> None:
    """Entry point."""
    sys.setswitchinterval(_SWITCH_INTERVAL)
    settings = Settings.load()
    service.run(CHAT_API, settings, lambda stop: serve(settings, stop))
