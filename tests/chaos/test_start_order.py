"""The main parts start in any order, and the system works in the end.

What may matter is which of two parts is there first: an order and its reverse try each pair both ways. `--all-orders`
tries every one (120, an hour).
"""

import asyncio
import itertools
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.person import Person
from tests.support.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.chaos]

GROUPS = ("broker", "placement", "dapr-scheduler", "sidecars", "services")
# Each part is the first once or the last, too.
ORDERS = (
    GROUPS,
    tuple(reversed(GROUPS)),
    ("sidecars", "services", "broker", "dapr-scheduler", "placement"),
    ("placement", "services", "dapr-scheduler", "broker", "sidecars"),
)


def members(stack: Stack, group: str) -> list[str]:
    """The processes of a group."""
    services = [name.removesuffix(".daprd") for name in stack.names if name.endswith(".daprd")]
    match group:
        case "services":
            return services
        case "sidecars":
            return [f"{name}.daprd" for name in services]
        case "broker":
            return [name for name in stack.names if name in {"broker", "kafka", "redis"}]
        case _:
            return [group]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """All orders, or those that try each pair both ways."""
    orders = itertools.permutations(GROUPS) if metafunc.config.getoption("--all-orders") else ORDERS
    metafunc.parametrize("order", orders, ids=">".join)


async def test_started_in_any_order_it_works_in_the_end(stack: Stack, order: tuple[str, ...]) -> None:
    everything = [name for group in GROUPS for name in members(stack, group)]
    assert len(everything) >= 15
    await asyncio.gather(*(asyncio.to_thread(stack.hold, name) for name in reversed(everything)))
    for group in order:
        for name in members(stack, group):
            await asyncio.to_thread(stack.release, name)
        # So long that one which wants a later group has noticed that it is not there.
        await asyncio.sleep(1.5)
    await asyncio.to_thread(stack.wait_ready)
    async with Person.registered(stack.url) as person, person.listening() as ear:
        await person.add("started", datetime.now(UTC) + timedelta(seconds=2))
        (heard,) = await ear.wait_for(1, within=30)
        assert heard.data["title"] == "started"
