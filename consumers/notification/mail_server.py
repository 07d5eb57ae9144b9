"""The way to the mail server: the output binding `email` (`bindings.smtp`).

The binding (components-contrib 1.18.3, bindings/smtp/smtp.go) writes what a request brings into the component's own
settings before it composes the mail: two at once could swap their recipients. So one goes at a time. It ignores
cancellation and has no time-out of its own: an answer that has not come in time may still mean that the mail went out.
"""

import asyncio
import contextlib

from consumers.notification import mail
from consumers.notification.bindings import Bindings
from consumers.notification.delivery import Answer, Outcome, judge_mail
from contracts.channels import CodeVerdict, EmailTarget, SendCode
from contracts.events import NotificationWanted
from contracts.names import EMAIL_BINDING
from servicekit.errors import SidecarError, SidecarRefused
from servicekit.logs import get_logger
from servicekit.sidecar import Sidecar

log = get_logger(__name__)

_CODE_TIMEOUT = 3.5  # a person waits, and chat_api's call ends after five


class MailServer:
    """Sends mails, and codes that prove an address."""

    def __init__(self, sidecar: Sidecar, bindings: Bindings, *, timeout: float) -> None:
        self._sidecar = sidecar
        self._bindings = bindings
        self._timeout = timeout
        self._one_at_a_time = asyncio.Lock()

    @property
    def lane(self) -> contextlib.AbstractAsyncContextManager[object]:
        """To be held while one is sent."""
        return self._one_at_a_time

    async def send(self, event: NotificationWanted, target: EmailTarget) -> Answer:
        """Mail an item, within the lane; never raises for what the mail server or the way to it does."""
        return await self._post(target.address, mail.reminder(event, target), self._timeout)

    async def send_code(self, request: SendCode) -> CodeVerdict:
        """Mail a code."""
        if not await self._bindings.mail():
            return CodeVerdict(sent=False)
        try:
            async with asyncio.timeout(_CODE_TIMEOUT), self._one_at_a_time:
                answer = await self._post(request.address, mail.code(request.code), _CODE_TIMEOUT)
        except TimeoutError:
            log.warning("code not mailed: other mails are on their way")
            return CodeVerdict(sent=False)
        return CodeVerdict(sent=answer.outcome == Outcome.DELIVERED, refused=answer.outcome == Outcome.REFUSED)

    async def _post(self, address: str, what: mail.Mail, timeout: float) -> Answer:  # noqa: ASYNC109 - the call's own
        metadata = {"emailTo": address, "subject": what.subject}
        try:
            await self._sidecar.invoke_binding(EMAIL_BINDING, "create", what.html.encode(), metadata, deadline=timeout)
        except SidecarRefused as error:
            log.error("mail not possible", error=_without(address, str(error)))
            return Answer(Outcome.AGAIN, detail="e-mail is not set up on this server")
        except SidecarError as error:
            answer = judge_mail(str(error))
            log.warning("mail not sent", outcome=answer.outcome, error=_without(address, str(error)))
            return answer
        return Answer(Outcome.DELIVERED)


def _without(address: str, text: str) -> str:
    """Mail servers repeat whom they refuse; that is not for the log."""
    return text.replace(address, "…")
