"""API tokens: keys for programs, made and revoked by the user whose tasks they open."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlmodel import col, delete, func, or_, select, update

from chat_api.auth.hashing import hash_secret
from chat_api.auth.models import ApiToken, User
from chat_api.database import Database
from chat_api.errors import Invalid, NotAuthenticated, NotFound
from chat_api.identifiers import new_id

PREFIX = "todo_"
MAX_TOKENS = 50
_USE_NOTED_EVERY = timedelta(minutes=1)


def is_api_token(token: str) -> bool:
    """Whether it has an API token's form, rather than a session's."""
    return token.startswith(PREFIX)


class TokenService:
    """What people may do with API tokens."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self, user_id: str) -> Sequence[ApiToken]:
        """The user's tokens, the newest first; those that have expired too, until they are revoked."""
        query = select(ApiToken).where(ApiToken.user_id == user_id).order_by(col(ApiToken.id).desc())
        async with self._database.reading() as session:
            return (await session.exec(query)).all()

    async def create(self, user_id: str, name: str, *, lifetime: timedelta | None = None) -> tuple[ApiToken, str]:
        """A new one, and the token itself, which is not kept.

        Raises:
            Invalid: the user has enough of them.
        """
        token = PREFIX + secrets.token_urlsafe(32)
        now = datetime.now(UTC)
        made = ApiToken(
            id=new_id(),
            user_id=user_id,
            name=name,
            token_hash=hash_secret(token),
            created_at=now,
            expires_at=None if lifetime is None else now + lifetime,
        )
        async with self._database.writing(user_id) as session:
            number = (await session.exec(select(func.count()).where(ApiToken.user_id == user_id))).one()
            if number >= MAX_TOKENS:
                raise Invalid("name", f"you have {MAX_TOKENS} tokens already; revoke one that is not needed any more")
            session.add(made)
        return made, token

    async def revoke(self, user_id: str, token_id: str) -> None:
        """End one at once.

        Raises:
            NotFound: the user has no such token.
        """
        query = delete(ApiToken).where(col(ApiToken.id) == token_id, col(ApiToken.user_id) == user_id)
        async with self._database.writing(user_id) as session:
            if (await session.exec(query)).rowcount == 0:
                raise NotFound("You have no token with this id.")

    async def authenticate(self, token: str) -> User:
        """Whose token it is.

        It is looked up by its hash, so that how long that takes says nothing about a token.

        Raises:
            NotAuthenticated: unknown, revoked or expired.
        """
        query = (
            select(User, ApiToken)
            .join(ApiToken, col(ApiToken.user_id) == col(User.id))
            .where(ApiToken.token_hash == hash_secret(token))
        )
        async with self._database.reading() as session:
            row = (await session.exec(query)).first()
        now = datetime.now(UTC)
        if row is None or (row[1].expires_at is not None and row[1].expires_at <= now):
            raise NotAuthenticated("The API token is unknown, revoked or expired.")
        user, found = row
        if found.last_used_at is None or found.last_used_at <= now - _USE_NOTED_EVERY:
            await self._note_use(found.id, now)
        return user

    async def _note_use(self, token_id: str, now: datetime) -> None:
        before = or_(col(ApiToken.last_used_at).is_(None), col(ApiToken.last_used_at) <= now - _USE_NOTED_EVERY)
        async with self._database.writing() as session:
            await session.exec(update(ApiToken).where(col(ApiToken.id) == token_id, before).values(last_used_at=now))
