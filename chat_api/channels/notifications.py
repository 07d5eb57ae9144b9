"""What the notification service asks and tells: where an item goes, when it is wanted again, what came of it."""

from sqlmodel.ext.asyncio.session import AsyncSession

from chat_api import outbox
from chat_api.channels.models import ItemDelivery
from chat_api.channels.repository import ChannelRepository
from chat_api.database import Database
from chat_api.inbox.feed import InboxFeed
from chat_api.inbox.models import InboxItem, ItemKind
from chat_api.inbox.repository import InboxRepository
from chat_api.outbox import OutboxRelay
from chat_api.paths import UNSUBSCRIBE_PATH
from chat_api.preferences.repository import preferences_of
from chat_api.push.repository import PushRepository
from chat_api.tasks.models import TaskStatus
from chat_api.tasks.repository import TaskRepository
from contracts.channels import (
    Channel,
    Delivery,
    DeliveryState,
    EmailTarget,
    ListTargets,
    PostponeNotification,
    RecordDeliveries,
    Targets,
    WebhookTarget,
)
from contracts.jobs import Done
from contracts.push import PushTarget
from servicekit.logs import get_logger

log = get_logger(__name__)

_NAMES = {Channel.PUSH: "Notification", Channel.EMAIL: "E-mail", Channel.WEBHOOK: "Webhook"}
_NOTICE = "x"  # behind an occurrence: the notice that it reached nobody


class NotificationDesk:
    """Answers the notification service. `public_url` is where people find this server, or nothing."""

    def __init__(self, database: Database, relay: OutboxRelay, feed: InboxFeed, *, public_url: str = "") -> None:
        self._database = database
        self._relay = relay
        self._feed = feed
        self._public_url = public_url.rstrip("/")

    async def targets(self, request: ListTargets) -> Targets:
        """Where an item is to be sent, if it still is."""
        async with self._database.reading() as session:
            wanted = await _still_wanted(session, request)
            found = await self._targets(session, request.user_id) if wanted else Targets(wanted=False)
            there = {
                Channel.PUSH: bool(found.targets),
                Channel.EMAIL: found.email is not None,
                Channel.WEBHOOK: found.webhook is not None,
            }
            rows = await ChannelRepository(session).deliveries(request.item_id)
        # What was switched off since it fired, and what was seen to, is waited for no longer.
        if any(row.state == DeliveryState.WAITING and not there[Channel(row.channel)] for row in rows):
            async with self._database.writing(request.user_id, first=True) as session:
                left = [channel for channel, is_there in there.items() if is_there]
                await ChannelRepository(session).wait_no_more(request.item_id, left)
        return found

    async def postpone(self, request: PostponeNotification) -> Done:
        """Want it again later. Asked twice for one attempt, it is wanted once."""
        async with self._database.writing(request.event.user_id, first=True) as session:
            if await outbox.holds(session, request.event.event_id()):
                return Done()
            outbox.put(session, request.event, not_before=request.not_before)
        self._relay.wake()
        return Done()

    async def record(self, request: RecordDeliveries) -> Done:
        """Keep what came of an item. When every channel has failed in the end, the user's inbox says so."""
        async with self._database.writing(request.user_id, first=True) as session:
            item = await InboxRepository(session).get(request.user_id, request.item_id)
            if item is None:
                return Done()
            rows = {row.channel: row for row in await ChannelRepository(session).deliveries(request.item_id)}
            for delivery in request.deliveries:
                rows[delivery.channel] = await _keep(session, item, rows.get(delivery.channel), delivery)
            silent = all(row.state == DeliveryState.FAILED for row in rows.values())
            noticed = silent and await _notice(session, item, list(rows.values()))
        if noticed:
            self._feed.wake()
            log.warning("an item reached nobody", item_id=request.item_id)
        return Done()

    async def _targets(self, session: AsyncSession, user_id: str) -> Targets:
        channels = ChannelRepository(session)
        browsers = await PushRepository(session).of_user(user_id)
        address, webhook = await channels.mailed_to(user_id), await channels.webhook(user_id)
        zone = (await preferences_of(session, user_id)).timezone or "UTC"
        email = address and EmailTarget(
            address=address.address,
            timezone=zone,
            page_url=self._public_url,
            unsubscribe_url=f"{self._public_url}{UNSUBSCRIBE_PATH}{address.unsubscribe_token}"
            if self._public_url
            else "",
        )
        return Targets(
            wanted=True,
            targets=tuple(
                PushTarget(subscription_id=one.id, endpoint=one.endpoint, p256dh=one.p256dh, auth=one.auth)
                for one in browsers
            ),
            email=email,
            webhook=WebhookTarget(webhook_id=webhook.id, url=webhook.url) if webhook and webhook.enabled else None,
        )


async def _still_wanted(session: AsyncSession, request: ListTargets) -> bool:
    item = await InboxRepository(session).get(request.user_id, request.item_id)
    if item is None or item.acknowledged_at is not None:
        return False
    if item.kind == ItemKind.DIGEST:
        return True
    task = await TaskRepository(session).get(request.user_id, item.task_id)
    return task is not None and task.status == TaskStatus.OPEN


async def _keep(session: AsyncSession, item: InboxItem, row: ItemDelivery | None, delivery: Delivery) -> ItemDelivery:
    """The row as it is now. What was sent stays sent, and only a success changes what has failed."""
    final = {DeliveryState.SENT: True, DeliveryState.FAILED: delivery.state != DeliveryState.SENT}
    if row is not None and final.get(DeliveryState(row.state), False):
        return row
    row = row or ItemDelivery(item_id=item.id or 0, channel=delivery.channel, state=delivery.state, at=delivery.at)
    row.state, row.at, row.detail = delivery.state, delivery.at, delivery.detail
    channels = ChannelRepository(session)
    channels.add(row)
    if delivery.gone and delivery.channel == Channel.WEBHOOK:
        webhook = await channels.webhook(item.user_id)
        if webhook is not None:
            webhook.enabled, webhook.problem = False, f"It was switched off: {delivery.detail}."[:200]
            channels.add(webhook)
    return row


async def _notice(session: AsyncSession, item: InboxItem, failed: list[ItemDelivery]) -> bool:
    """Put the notice into the inbox, once."""
    inbox = InboxRepository(session)
    occurrence = f"{item.occurrence}{_NOTICE}"
    if item.kind == ItemKind.NOTICE or await inbox.ids([(item.reminder_id, occurrence)]):
        return False
    lines = [f"{_NAMES[Channel(row.channel)]}: {row.detail or 'it failed'}." for row in failed]
    inbox.add(
        InboxItem(
            user_id=item.user_id,
            reminder_id=item.reminder_id,
            occurrence=occurrence,
            task_id=item.task_id,
            title=f"Could not be sent to you: {item.title}"[:500],
            kind=ItemKind.NOTICE,
            body="\n".join(lines),
            due_at=item.due_at,
            fired_at=max(row.at for row in failed),
        )
    )
    return True
