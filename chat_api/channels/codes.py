"""Codes that prove an address, and how many of them may be mailed: mails go where a stranger says."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chat_api.channels.models import EmailAddress, MailedCodes
from chat_api.errors import TooOften

LIFETIME: Final = timedelta(minutes=15)
MAX_WRONG: Final = 5
MAX_MAILED: Final = 5
_WINDOW: Final = timedelta(hours=1)


def new_code(row: EmailAddress, now: datetime) -> str:
    """Give an address a new code, six digits; only its hash is kept."""
    code = f"{secrets.randbelow(1_000_000):06d}"
    row.code_hash, row.code_expires_at, row.wrong_codes = _hash(row.id, code), now + LIFETIME, 0
    return code


def accept(row: EmailAddress, code: str, now: datetime) -> bool:
    """Whether this is the address's code; counts a wrong one. After `MAX_WRONG` of them no code is right any more."""
    if row.code_hash is None or row.code_expires_at is None or row.code_expires_at <= now:
        return False
    if row.wrong_codes >= MAX_WRONG or not hmac.compare_digest(row.code_hash, _hash(row.id, code)):
        row.wrong_codes += 1
        return False
    row.code_hash = row.code_expires_at = None
    return True


async def count_mailed(session: AsyncSession, user_id: str, address: str, now: datetime) -> None:
    """Count one more, for who asks and for who gets it.

    Raises:
        TooOften: enough were mailed within the hour.
    """
    await session.exec(delete(MailedCodes).where(col(MailedCodes.since) <= now - _WINDOW))
    for key in sorted((_key("user", user_id), _key("address", address.lower()))):
        query = select(MailedCodes).where(MailedCodes.key == key).with_for_update()
        row = (await session.exec(query)).first() or MailedCodes(key=key, since=now)
        if row.number >= MAX_MAILED:
            raise TooOften("Enough codes were mailed for now.", row.since + _WINDOW - now)
        row.number += 1
        session.add(row)


def _key(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}/{value}".encode()).hexdigest()


def _hash(row_id: str, code: str) -> str:
    return hashlib.sha256(f"{row_id}/{code}".encode()).hexdigest()
