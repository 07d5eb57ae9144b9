"""An SMTP server on loopback that wants a log-in, keeps what it is given, and answers as a test tells it."""

import asyncio
import contextlib
import email
import email.policy
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from runtime.layout import PROJECT

USER, PASSWORD = "todo-mailer", "correct horse battery staple"
SENDER = "todo@mail.example"
REMINDER, CODE = "Reminder: ", "Your code is "  # what subjects begin with

_OPTIONAL = PROJECT / "components" / "optional"


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that arrived; `taken` is whether the server said so."""

    to: tuple[str, ...]
    message: EmailMessage
    raw: bytes
    at: datetime

    @property
    def html(self) -> str:
        """Its only part."""
        return str(self.message.get_content())


@dataclass(frozen=True, slots=True)
class Says:
    """An answer to one mail: after `delay` seconds; to its recipient, or to its text."""

    answer: str = "250 OK"
    delay: float = 0.0
    at_recipient: bool = False


class MailServer:
    """Takes every mail unless an address has answers left, which are given in their order."""

    def __init__(self) -> None:
        self.port = 0
        self.log_ins: list[bool] = []
        self._mails: list[Mail] = []
        self._answers: dict[str, list[Says]] = {}
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None

    def says(self, address: str, *answers: Says) -> None:
        """What is answered to the next mails to an address."""
        self._answers[address] = list(answers)

    def to(self, address: str, about: str = REMINDER) -> list[Mail]:
        """What has arrived for an address, whatever was answered."""
        return [one for one in self._mails if address in one.to and one.message["Subject"].startswith(about)]

    async def wait_for(self, address: str, count: int, *, within: float, about: str = REMINDER) -> list[Mail]:
        """Until so many have arrived for an address."""
        try:
            async with asyncio.timeout(within):
                while len(self.to(address, about)) < count:
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"{len(self.to(address, about))} of {count} mails within {within} s") from None
        return self.to(address, about)

    async def code(self, address: str) -> str:
        """The code that an address was mailed last."""
        return str((await self.wait_for(address, 1, within=10, about=CODE))[-1].message["Subject"]).rpartition(" ")[2]

    def write_component(self, folder: Path) -> None:
        """The binding that leads here, as it is shipped, with the secret store that it reads."""
        for name in ("email.yaml", "environment.yaml"):
            (folder / name).write_text((_OPTIONAL / name).read_text())

    @property
    def environment(self) -> dict[str, str]:
        """What daprd must be started with."""
        return {
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(self.port),
            "SMTP_USER": USER,
            "SMTP_PASSWORD": PASSWORD,
            "SMTP_FROM": SENDER,
        }

    # What aiosmtpd calls

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answers = self._answers.get(address, [])
        if answers and answers[0].at_recipient:
            return answers.pop(0).answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        raw = bytes(envelope.content or b"")
        message: Any = email.message_from_bytes(raw, policy=email.policy.default)
        self._mails.append(Mail(tuple(envelope.rcpt_tos), message, raw, datetime.now(UTC)))
        answers = self._answers.get(envelope.rcpt_tos[0], [])
        says = answers.pop(0) if answers else Says()
        await asyncio.sleep(says.delay)
        return says.answer

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        self.log_ins.append(right)
        return AuthResult(success=right, handled=right)

    # Up and down

    def start(self) -> None:
        """Listen: on the port it had, if it had one."""
        if self._server is None:
            self._server = self._run(self._listen())
            self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Refuse connections."""
        if self._server is not None:
            server, self._server = self._server, None
            self._loop.call_soon_threadsafe(server.close)

    async def _listen(self) -> asyncio.Server:
        def session() -> SMTP:
            # gomail logs in without TLS to this machine only.
            return SMTP(
                self,
                hostname="mail.example",
                authenticator=self._authenticate,
                auth_required=True,
                auth_require_tls=False,
                loop=self._loop,
            )

        return await self._loop.create_server(session, "127.0.0.1", self.port)

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)


@contextlib.contextmanager
def serving_mail() -> Iterator[MailServer]:
    """One on a free port, with a loop of its own."""
    server = MailServer()
    thread = threading.Thread(target=server._loop.run_forever, name="mail-server", daemon=True)
    thread.start()
    try:
        server.start()
        yield server
    finally:
        server.stop()
        server._loop.call_soon_threadsafe(server._loop.stop)
        thread.join(timeout=10)
