"""Password hashing: argon2id with the library's current parameters, off the event loop."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher()
# Each hash takes a core and 64 MiB for some 50 ms: a few at a time, apart from the loop's other helpers.
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
# Verified against when the account does not exist, so that both answers take as long.
_DECOY = _hasher.hash("no account has this password")


async def hash_password(password: str) -> str:
    """The encoded argon2id hash."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _hasher.hash, password)


async def verify_password(password_hash: str | None, password: str) -> bool:
    """Whether they belong together. Without a hash the answer is no, after the same time."""
    matches = await asyncio.get_running_loop().run_in_executor(_threads, _verify, password_hash or _DECOY, password)
    return matches and password_hash is not None


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
