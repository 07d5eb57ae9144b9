"""Registering, logging in and out, and finding out whose session a token is."""

import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chat_api.auth import attempts
from chat_api.auth.hashing import hash_secret
from chat_api.auth.models import User, UserSession
from chat_api.auth.passwords import hash_password, verify_password
from chat_api.database import Database
from chat_api.errors import EmailTaken, Invalid, NotAuthenticated, WrongCredentials
from chat_api.identifiers import new_id


class AuthService:
    """Accounts and sessions."""

    def __init__(self, database: Database, *, session_lifetime: timedelta) -> None:
        self._database = database
        self._lifetime = session_lifetime

    @property
    def session_lifetime(self) -> timedelta:
        """How long a session lasts from its log-in."""
        return self._lifetime

    async def register(self, email: str, password: str) -> str:
        """Make an account and log in; the token.

        Raises:
            EmailTaken: there is one with this e-mail.
        """
        user = User(
            id=new_id(),
            email=_normalise(email),
            password_hash=await hash_password(password),
            created_at=datetime.now(UTC),
        )
        try:
            async with self._database.writing() as session:
                session.add(user)
                await session.flush()
                return self._open_session(session, user)
        except IntegrityError as error:
            raise EmailTaken("An account with this e-mail exists. Log in instead.") from error

    async def log_in(self, email: str, password: str) -> str:
        """Open a session; the token.

        Raises:
            WrongCredentials: no such account, or another password.
            TooManyAttempts: that was so too often lately.
        """
        email = _normalise(email)
        await self._begin_attempt(email)
        async with self._database.reading() as session:
            user = (await session.exec(select(User).where(User.email == email))).first()
        if not await verify_password(user.password_hash if user else None, password) or user is None:
            raise WrongCredentials("The e-mail or the password is wrong.")
        async with self._database.writing() as session:
            await attempts.forget(session, email)
            await session.exec(delete(UserSession).where(col(UserSession.expires_at) < datetime.now(UTC)))
            return self._open_session(session, user)

    async def confirm(self, user: User, password: str) -> None:
        """Make sure that it is this user who asks, before something that cannot be taken back.

        Raises:
            Invalid: another password. The session is as good as it was.
            TooManyAttempts: that was so too often lately.
        """
        await self._begin_attempt(user.email)
        if not await verify_password(user.password_hash, password):
            raise Invalid("password", "this is not your password")
        async with self._database.writing() as session:
            await attempts.forget(session, user.email)

    async def _begin_attempt(self, email: str) -> None:
        async with self._database.writing(f"log-in/{email}") as session:
            await attempts.begin(session, email, datetime.now(UTC))

    async def log_out(self, token: str) -> None:
        """End the session; an unknown token is no error."""
        async with self._database.writing() as session:
            await session.exec(delete(UserSession).where(col(UserSession.token_hash) == hash_secret(token)))

    async def authenticate(self, token: str) -> User:
        """Whose session it is.

        Raises:
            NotAuthenticated: unknown, forged or over.
        """
        async with self._database.reading() as session:
            query = (
                select(User, UserSession.expires_at)
                .join(UserSession, col(UserSession.user_id) == col(User.id))
                .where(UserSession.token_hash == hash_secret(token))
            )
            row = (await session.exec(query)).first()
        if row is None or row[1] <= datetime.now(UTC):
            raise NotAuthenticated("The session is unknown or over. Log in again.")
        return row[0]

    def _open_session(self, session: AsyncSession, user: User) -> str:
        token = secrets.token_urlsafe(32)
        now = datetime.now(UTC)
        session.add(
            UserSession(token_hash=hash_secret(token), user_id=user.id, created_at=now, expires_at=now + self._lifetime)
        )
        return token


def _normalise(email: str) -> str:
    return email.strip().lower()
