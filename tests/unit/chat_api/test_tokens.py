"""API tokens: what they open, what they do not, and how they end."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select, update

from chat_api.auth.models import ApiToken
from chat_api.auth.tokens import MAX_TOKENS, TokenService
from chat_api.database import Database
from chat_api.errors import Invalid, NotAuthenticated, NotFound
from tests.unit.chat_api.conftest import ALICE, BOB


@pytest.fixture
def tokens(database: Database) -> TokenService:
    return TokenService(database)


async def used(database: Database) -> datetime | None:
    async with database.reading() as session:
        return (await session.exec(select(ApiToken.last_used_at))).one()


async def test_a_token_is_its_users_and_only_its_hash_is_kept(tokens: TokenService, database: Database) -> None:
    made, token = await tokens.create(ALICE, "script")
    assert token.startswith("todo_")
    assert (await tokens.authenticate(token)).id == ALICE
    async with database.reading() as session:
        (row,) = (await session.exec(select(ApiToken))).all()
    assert token not in row.model_dump_json()
    assert made.name == "script"


async def test_a_revoked_token_is_refused_at_once(tokens: TokenService) -> None:
    made, token = await tokens.create(ALICE, "script")
    _, other = await tokens.create(ALICE, "other")
    await tokens.revoke(ALICE, made.id)
    with pytest.raises(NotAuthenticated):
        await tokens.authenticate(token)
    assert (await tokens.authenticate(other)).id == ALICE


async def test_nobody_sees_or_revokes_another_users_token(tokens: TokenService) -> None:
    made, token = await tokens.create(ALICE, "script")
    assert await tokens.all(BOB) == []
    with pytest.raises(NotFound):
        await tokens.revoke(BOB, made.id)
    assert (await tokens.authenticate(token)).id == ALICE


async def test_an_expired_token_is_refused_and_still_listed(tokens: TokenService) -> None:
    made, token = await tokens.create(ALICE, "script", lifetime=timedelta(seconds=-1))
    with pytest.raises(NotAuthenticated):
        await tokens.authenticate(token)
    assert [found.id for found in await tokens.all(ALICE)] == [made.id]


@pytest.mark.parametrize("token", ["todo_", "todo_forged", "todo_" + "x" * 1000, "todo_\udcff"])
async def test_a_forged_token_is_refused(tokens: TokenService, token: str) -> None:
    await tokens.create(ALICE, "script")
    with pytest.raises(NotAuthenticated):
        await tokens.authenticate(token)


async def test_use_is_noted_at_most_once_a_minute(tokens: TokenService, database: Database) -> None:
    _, token = await tokens.create(ALICE, "script")
    assert await used(database) is None
    await tokens.authenticate(token)
    first = await used(database)
    assert first is not None
    await tokens.authenticate(token)
    assert await used(database) == first
    async with database.writing() as session:
        earlier = datetime.now(UTC) - timedelta(minutes=2)
        await session.exec(update(ApiToken).where(col(ApiToken.user_id) == ALICE).values(last_used_at=earlier))
    await tokens.authenticate(token)
    assert (await used(database) or earlier) > earlier


async def test_a_busy_program_does_not_write_at_each_request(
    tokens: TokenService, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, token = await tokens.create(ALICE, "script")
    await tokens.authenticate(token)
    # From now on, whoever writes fails.
    monkeypatch.setattr(database, "writing", None)
    assert (await tokens.authenticate(token)).id == ALICE


async def test_a_user_has_so_many_tokens_at_most(tokens: TokenService) -> None:
    for number in range(MAX_TOKENS):
        await tokens.create(ALICE, str(number))
    with pytest.raises(Invalid):
        await tokens.create(ALICE, "one more")
    await tokens.create(BOB, "his first")
