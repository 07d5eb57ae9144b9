"""What people choose: which address, which webhook, and whether reminders go there."""

import secrets
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from sqlmodel import select

from chat_api.auth.models import User
from chat_api.channels.addresses import is_mail_address
from chat_api.channels.codes import accept, count_mailed, new_code
from chat_api.channels.models import EmailAddress, ItemDelivery, Webhook
from chat_api.channels.notifying import Notifying
from chat_api.channels.repository import ChannelRepository
from chat_api.database import Database
from chat_api.errors import Invalid, NotFound, Unavailable
from chat_api.identifiers import new_id
from chat_api.push.repository import PushRepository
from contracts.channels import CheckWebhook, OfferedChannels, SendCode
from servicekit.errors import SidecarError
from servicekit.logs import get_logger

log = get_logger(__name__)

Answer = TypeVar("Answer")

_NO_EMAIL = "E-mail is not set up on this server."
_NO_ADDRESS = "There is no confirmed address yet."
_NO_WEBHOOK = "You have no webhook."
_WRONG = "that code is wrong or too old; have a new one mailed"


@dataclass(frozen=True, slots=True)
class Channels:
    """What there is, and what a user has chosen of it."""

    offered: OfferedChannels
    browsers: int
    email: EmailAddress | None
    """The confirmed address."""
    unconfirmed: EmailAddress | None
    webhook: Webhook | None


class ChannelService:
    """The channels of every user."""

    def __init__(self, database: Database, notifying: Notifying) -> None:
        self._database = database
        self._notifying = notifying

    async def get(self, user_id: str) -> Channels:
        """What there is, and what the user has chosen.

        Raises:
            Unavailable: the notification service is away.
        """
        offered = await self._ask(self._notifying.offered())
        async with self._database.reading() as session:
            repository = ChannelRepository(session)
            addresses = await repository.addresses(user_id)
            return Channels(
                offered=offered,
                browsers=len(await PushRepository(session).of_user(user_id)),
                email=next((one for one in addresses if one.verified_at is not None), None),
                unconfirmed=next((one for one in addresses if one.verified_at is None), None),
                webhook=await repository.webhook(user_id),
            )

    # E-mail

    async def mail_code(self, user_id: str, address: str) -> None:
        """Mail a code to an address. Until it comes back, mails go where they went before.

        Raises:
            NotFound: there is no e-mail here.
            Invalid: the mail server refuses the address.
            TooOften: enough codes were mailed.
            Unavailable: it could not be mailed now.
        """
        if not (await self._ask(self._notifying.offered())).email:
            raise NotFound(_NO_EMAIL)
        now = datetime.now(UTC)
        async with self._database.writing(user_id) as session:
            await count_mailed(session, user_id, address, now)
            repository = ChannelRepository(session)
            addresses = await repository.addresses(user_id, lock=True)
            row = next((one for one in addresses if one.address == address), None)
            others = [one.id for one in addresses if one is not row and one.verified_at is None]
            await repository.forget_addresses(others)
            for one in addresses:
                one.code_hash = one.code_expires_at = None  # only the newest code counts
            if row is None:
                token = secrets.token_urlsafe(32)
                row = EmailAddress(id=new_id(), user_id=user_id, address=address, unsubscribe_token=token)
            code = new_code(row, now)
            repository.add(row)
        verdict = await self._ask(self._notifying.send_code(SendCode(address=address, code=code)))
        if verdict.refused:
            raise Invalid("address", "the mail server takes no mail for this address")
        if not verdict.sent:
            raise Unavailable("The mail could not be sent at the moment. Try again in a minute.")

    async def mail_code_to_account(self, user_id: str) -> str:
        """Mail a code to the address the user logs in with; the address. Raises as `mail_code`."""
        async with self._database.reading() as session:
            address = (await session.exec(select(User.email).where(User.id == user_id))).one()
        if not is_mail_address(address):
            raise Invalid("address", "mails cannot go to the address of your account; choose another in the settings")
        await self.mail_code(user_id, address)
        return address

    async def confirm(self, user_id: str, code: str) -> None:
        """Take the code that was mailed last: from now on reminders go to its address, and to no other.

        Raises:
            Invalid: it is wrong or too old.
        """
        now = datetime.now(UTC)
        async with self._database.writing(user_id) as session:
            repository = ChannelRepository(session)
            addresses = await repository.addresses(user_id, lock=True)
            waiting = next((one for one in addresses if one.code_hash is not None), None)
            accepted = waiting is not None and accept(waiting, code, now)
            if waiting is not None:
                repository.add(waiting)
            if waiting is not None and accepted:
                waiting.verified_at, waiting.enabled = now, True
                await repository.forget_addresses([one.id for one in addresses if one is not waiting])
        if not accepted:
            raise Invalid("code", _WRONG)

    async def switch_email(self, user_id: str, *, enabled: bool) -> EmailAddress:
        """Send mails to the confirmed address, or send none.

        Raises:
            NotFound: no address was confirmed.
        """
        async with self._database.writing(user_id) as session:
            repository = ChannelRepository(session)
            addresses = await repository.addresses(user_id, lock=True)
            row = next((one for one in addresses if one.verified_at is not None), None)
            if row is None:
                raise NotFound(_NO_ADDRESS)
            row.enabled = enabled
            repository.add(row)
            return row

    async def forget_email(self, user_id: str) -> None:
        """Forget the user's addresses; none is no error."""
        async with self._database.writing(user_id) as session:
            repository = ChannelRepository(session)
            await repository.forget_addresses([one.id for one in await repository.addresses(user_id, lock=True)])

    async def unsubscribe(self, token: str) -> str:
        """Send no more mails to whose token this is; the address.

        Raises:
            NotFound: there is no such token any more.
        """
        async with self._database.writing() as session:
            repository = ChannelRepository(session)
            row = await repository.by_unsubscribe_token(token)
            if row is None:
                raise NotFound("This link is of no use any more: no mails go to that address.")
            row.enabled = False
            repository.add(row)
            return row.address

    # Webhook

    async def set_webhook(self, user_id: str, url: str) -> str:
        """Post reminders there from now on, and nowhere else; the secret, which is not kept.

        Raises:
            Invalid: it leads to where this server sends nothing.
            Unavailable: the notification service is away.
        """
        made = Webhook(id=new_id(), user_id=user_id, url=url, created_at=datetime.now(UTC))
        verdict = await self._ask(self._notifying.check_webhook(CheckWebhook(webhook_id=made.id, url=url)))
        if not verdict.secret:
            raise Invalid("url", verdict.message)
        async with self._database.writing(user_id) as session:
            repository = ChannelRepository(session)
            await repository.forget_webhook(user_id)
            repository.add(made)
        return verdict.secret

    async def switch_webhook(self, user_id: str, *, enabled: bool) -> Webhook:
        """Post to the webhook, or pause it.

        Raises:
            NotFound: there is none.
        """
        async with self._database.writing(user_id) as session:
            repository = ChannelRepository(session)
            row = await repository.webhook(user_id)
            if row is None:
                raise NotFound(_NO_WEBHOOK)
            row.enabled, row.problem = enabled, ""
            repository.add(row)
            return row

    async def forget_webhook(self, user_id: str) -> None:
        """Forget it; none is no error."""
        async with self._database.writing(user_id) as session:
            await ChannelRepository(session).forget_webhook(user_id)

    # What became of it

    async def deliveries(self, user_id: str, items: int) -> Sequence[ItemDelivery]:
        """How far the user's newest inbox items have come on each channel."""
        async with self._database.reading() as session:
            return await ChannelRepository(session).latest_deliveries(user_id, items)

    async def _ask(self, call: Awaitable[Answer]) -> Answer:
        try:
            return await call
        except SidecarError as error:
            log.warning("the notification service did not answer", error=str(error))
            raise Unavailable("Channels cannot be set up at the moment. Try again in a minute.") from error
