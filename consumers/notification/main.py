"""Wires the service: the `notifications` subscription, and what chat_api asks of it."""

import asyncio

from consumers.notification.notifier import Notifier
from consumers.notification.push_services import PushServices
from consumers.notification.records import Records
from consumers.notification.settings import Settings
from consumers.notification.vapid_key import VapidKey
from contracts.names import NOTIFICATION, NOTIFICATIONS, PUSH_CHECK_METHOD, PUSH_KEY_METHOD
from contracts.push import AskPushKey, CheckPushTarget
from servicekit import service
from servicekit.callbacks import AppChannel, Method
from servicekit.retry import Backoff
from servicekit.sidecar import Sidecar
from servicekit.subscriptions import Subscriber


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Run until `stop` is set."""
    async with Sidecar(settings) as sidecar:
        key = VapidKey(sidecar, subject=settings.vapid_subject)
        services = PushServices(sidecar, key, timeout=settings.push_timeout)
        notifier = Notifier(
            sidecar,
            services,
            Records(sidecar),
            key,
            backoff=Backoff(settings.push_retry_base, settings.push_retry_cap),
            at_most_once=settings.push_at_most_once,
        )
        subscriber = Subscriber(
            sidecar,
            NOTIFICATIONS,
            notifier.handle,
            service=NOTIFICATION,
            max_in_flight=settings.max_events_in_flight,
        )
        channel = AppChannel(
            settings,
            healthy=lambda: sidecar.up,
            methods={
                PUSH_KEY_METHOD: Method(AskPushKey, services.public_key),
                PUSH_CHECK_METHOD: Method(CheckPushTarget, services.check),
            },
        )
        await channel.start()
        try:
            await service.run_parts(stop, subscriber.run())
        finally:
            await channel.stop()


def main() -> None:
    """Entry point."""
    settings = Settings.load()
    service.run(NOTIFICATION, settings, lambda stop: serve(settings, stop))
