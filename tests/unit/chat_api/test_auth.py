"""Accounts and sessions."""

from datetime import timedelta

import pytest
from sqlmodel import select

from chat_api.auth.models import User, UserSession
from chat_api.auth.service import AuthService
from chat_api.database import Database
from chat_api.errors import EmailTaken, NotAuthenticated, WrongCredentials

PASSWORD = "correct horse"


@pytest.fixture
def auth(database: Database) -> AuthService:
    return AuthService(database, session_lifetime=timedelta(days=1))


async def test_a_registration_opens_a_session(auth: AuthService) -> None:
    token = await auth.register("Carol@Example.org", PASSWORD)
    assert (await auth.authenticate(token)).email == "carol@example.org"


async def test_logging_in_ignores_the_case_of_the_email(auth: AuthService) -> None:
    await auth.register("carol@example.org", PASSWORD)
    token = await auth.log_in(" CAROL@example.org", PASSWORD)
    assert (await auth.authenticate(token)).email == "carol@example.org"


async def test_a_session_that_is_over_is_refused(database: Database) -> None:
    short = AuthService(database, session_lifetime=timedelta(seconds=-1))
    token = await short.register("carol@example.org", PASSWORD)
    with pytest.raises(NotAuthenticated):
        await short.authenticate(token)


async def test_logging_out_ends_only_this_session(auth: AuthService) -> None:
    first = await auth.register("carol@example.org", PASSWORD)
    second = await auth.log_in("carol@example.org", PASSWORD)
    await auth.log_out(first)
    with pytest.raises(NotAuthenticated):
        await auth.authenticate(first)
    assert (await auth.authenticate(second)).email == "carol@example.org"


@pytest.mark.parametrize("token", ["", "forged", "x" * 1000])
async def test_a_forged_token_is_refused(auth: AuthService, token: str) -> None:
    with pytest.raises(NotAuthenticated):
        await auth.authenticate(token)


async def test_wrong_credentials_look_alike(auth: AuthService) -> None:
    await auth.register("carol@example.org", PASSWORD)
    refusals = []
    for email, password in (("carol@example.org", "wrong"), ("nobody@example.org", PASSWORD)):
        with pytest.raises(WrongCredentials) as refusal:
            await auth.log_in(email, password)
        refusals.append(str(refusal.value))
    assert refusals[0] == refusals[1]


async def test_an_email_has_one_account(auth: AuthService) -> None:
    await auth.register("carol@example.org", PASSWORD)
    with pytest.raises(EmailTaken):
        await auth.register("CAROL@example.org", "another one")


async def test_neither_password_nor_token_is_stored(auth: AuthService, database: Database) -> None:
    token = await auth.register("carol@example.org", PASSWORD)
    async with database.reading() as session:
        (user,) = (await session.exec(select(User).where(User.email == "carol@example.org"))).all()
        (opened,) = (await session.exec(select(UserSession))).all()
    assert user.password_hash.startswith("$argon2id$")
    assert PASSWORD not in user.password_hash
    assert token not in opened.token_hash
