"""Guessing passwords becomes slow, for existing and made-up accounts alike; the owner gets in again."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select, update

from chat_api.auth.attempts import FREE_FAILURES, FailedLogins, pause_after
from chat_api.auth.service import AuthService
from chat_api.database import Database
from chat_api.errors import TooManyAttempts, WrongCredentials

EMAIL, PASSWORD = "carol@example.org", "correct horse"


@pytest.fixture
def auth(database: Database) -> AuthService:
    return AuthService(database, session_lifetime=timedelta(days=1))


async def fail(auth: AuthService, times: int, email: str = EMAIL) -> None:
    for _ in range(times):
        with pytest.raises(WrongCredentials):
            await auth.log_in(email, "wrong")


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (4, 0), (5, 1), (6, 2), (10, 32), (14, 512), (15, 900), (500, 900)]
)
def test_the_pause_doubles_up_to_a_bound(failures: int, seconds: int) -> None:
    assert pause_after(failures) == timedelta(seconds=seconds)


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.org"])
async def test_after_some_failures_even_the_right_password_waits(
    auth: AuthService, database: Database, email: str
) -> None:
    await auth.register(EMAIL, PASSWORD)
    await fail(auth, FREE_FAILURES, email)
    async with database.writing() as session:
        # On a busy machine, hashing the wrong password takes longer than the pause that begins before it.
        await session.exec(update(FailedLogins).values(last_at=datetime.now(UTC)))
    with pytest.raises(TooManyAttempts) as refusal:
        await auth.log_in(email.upper(), PASSWORD)
    assert refusal.value.headers == {"Retry-After": "1"}


async def test_another_account_is_not_slowed_down(auth: AuthService) -> None:
    await auth.register(EMAIL, PASSWORD)
    await fail(auth, FREE_FAILURES, "nobody@example.org")
    assert await auth.log_in(EMAIL, PASSWORD)


async def test_the_owner_gets_in_after_the_pause_and_starts_anew(auth: AuthService, database: Database) -> None:
    await auth.register(EMAIL, PASSWORD)
    await fail(auth, FREE_FAILURES)
    async with database.writing() as session:
        await session.exec(update(FailedLogins).values(last_at=datetime.now(UTC) - timedelta(seconds=2)))
    assert await auth.log_in(EMAIL, PASSWORD)
    await fail(auth, FREE_FAILURES - 1)


async def test_old_failures_are_forgotten(auth: AuthService, database: Database) -> None:
    await auth.register(EMAIL, PASSWORD)
    await fail(auth, FREE_FAILURES)
    async with database.writing() as session:
        await session.exec(update(FailedLogins).values(failures=99, last_at=datetime.now(UTC) - timedelta(hours=2)))
    await fail(auth, 1)
    async with database.reading() as session:
        assert [row.failures for row in await session.exec(select(FailedLogins))] == [1]


async def test_many_at_once_are_no_more_than_one_by_one(auth: AuthService) -> None:
    await auth.register(EMAIL, PASSWORD)
    outcomes = await asyncio.gather(*(auth.log_in(EMAIL, "wrong") for _ in range(12)), return_exceptions=True)
    kinds = [type(outcome) for outcome in outcomes]
    assert kinds.count(WrongCredentials) == FREE_FAILURES
    assert kinds.count(TooManyAttempts) == 12 - FREE_FAILURES
