"""Wires the service: the `notifications` subscription, and what chat_api asks of it."""

import asyncio

from consumers.notification import metrics
from consumers.notification.bindings import Bindings
from consumers.notification.courier import Courier
from consumers.notification.mail_server import MailServer
from consumers.notification.notifier import Notifier, Ways
from consumers.notification.push_services import PushServices
from consumers.notification.records import Records
from consumers.notification.settings import Settings
from consumers.notification.signature import SigningKey
from consumers.notification.stored_key import StoredKey
from consumers.notification.webhooks import Webhooks
from consumers.notification.webpush import Vapid
from contracts.channels import AskChannels, CheckWebhook, OfferedChannels, SendCode
from contracts.names import (
    CHANNELS_METHOD,
    NOTIFICATION,
    NOTIFICATIONS,
    PUSH_CHECK_METHOD,
    PUSH_KEY_METHOD,
    SEND_CODE_METHOD,
    VAPID_SECRET,
    WEBHOOK_CHECK_METHOD,
    WEBHOOK_SECRET,
)
from contracts.push import AskPushKey, CheckPushTarget
from servicekit import service
from servicekit.callbacks import AppChannel, Method
from servicekit.health import Health
from servicekit.monitoring import serve_monitoring
from servicekit.reporting import Reporter
from servicekit.sidecar import Sidecar
from servicekit.subscriptions import Subscriber


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Run until `stop` is set."""
    async with Sidecar(settings) as sidecar:
        vapid = StoredKey(sidecar, VAPID_SECRET, lambda secret: Vapid.from_secret(secret, settings.vapid_subject))
        bindings = Bindings(sidecar)
        services = PushServices(sidecar, bindings, vapid, timeout=settings.push_timeout)
        mail_server = MailServer(sidecar, bindings, timeout=settings.email_timeout)
        signing = StoredKey(sidecar, WEBHOOK_SECRET, SigningKey.from_secret)
        webhooks = Webhooks(sidecar, bindings, signing, timeout=settings.webhook_timeout)
        courier = Courier(Records(sidecar))
        notifier = Notifier(sidecar, courier, Ways(vapid, services, mail_server, webhooks), settings)
        subscriber = Subscriber(
            sidecar,
            NOTIFICATIONS,
            notifier.handle,
            service=NOTIFICATION,
            max_in_flight=settings.max_events_in_flight,
        )

        async def offered(_: AskChannels) -> OfferedChannels:
            return OfferedChannels(
                push=await vapid.get() is not None,
                email=await bindings.mail(),
                webhook_hosts=await webhooks.hosts(),
            )

        health = Health({"sidecar": lambda: sidecar.up, NOTIFICATIONS: lambda: subscriber.active})
        channel = AppChannel(
            settings,
            healthy=health.ready,
            methods={
                CHANNELS_METHOD: Method(AskChannels, offered),
                PUSH_KEY_METHOD: Method(AskPushKey, services.public_key),
                PUSH_CHECK_METHOD: Method(CheckPushTarget, services.check),
                SEND_CODE_METHOD: Method(SendCode, mail_server.send_code),
                WEBHOOK_CHECK_METHOD: Method(CheckWebhook, webhooks.check),
            },
        )
        await channel.start()
        try:
            await service.run_parts(
                stop,
                subscriber.run(),
                serve_monitoring(settings, health, metrics.REGISTRY),
                Reporter(sidecar, NOTIFICATION, health, readers=[subscriber]).run(),
            )
        finally:
            await courier.stop()
            await channel.stop()


def main() -> None:
    """Entry point."""
    settings = Settings.load()
    service.run(NOTIFICATION, settings, lambda stop: serve(settings, stop))
