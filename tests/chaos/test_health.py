"""A service that lacks what it cannot do without says so, and is ready again by itself once that is back."""

import asyncio
import signal
from collections.abc import Mapping

import httpx
import pytest

from contracts.names import AUDIT, CHAT_API, NOTIFICATION, RECURRING, REMINDER_ACTOR, SCHEDULER
from tests.support.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.chaos]

SERVICES = (AUDIT, CHAT_API, NOTIFICATION, RECURRING, REMINDER_ACTOR, SCHEDULER)


async def checks(stack: Stack, service: str) -> Mapping[str, bool]:
    """What the service says of each thing; fails when the status says otherwise."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{stack.ports(service)['monitoring']}") as client:
        answer = await client.get("/readyz", timeout=5)
        found: Mapping[str, bool] = answer.json()["checks"]
        assert answer.is_success == all(found.values())
        assert (await client.get("/healthz", timeout=5)).is_success, "it lives all the same"
    return found


async def until(stack: Stack, services: tuple[str, ...], wanted: Mapping[str, bool] | None, *, within: float) -> None:
    """Until the services say so; with None, that all is there."""
    async with asyncio.timeout(within):
        for service in services:
            while True:
                found = await checks(stack, service)
                if all(found.values()) if wanted is None else wanted.items() <= found.items():
                    break
                await asyncio.sleep(0.1)


async def test_without_its_sidecar_no_service_is_ready_and_each_recovers_in_the_same_process(stack: Stack) -> None:
    pids = {service: stack.pid(service) for service in SERVICES}
    try:
        await asyncio.gather(*(asyncio.to_thread(stack.hold, f"{service}.daprd") for service in SERVICES))
        await until(stack, SERVICES, {"sidecar": False}, within=30)
        for service in SERVICES:
            there = {name for name, answers in (await checks(stack, service)).items() if answers}
            # Whether scheduler finds the actors is a matter of calls, which nobody makes just now.
            may_be = {"database", "actors"} if service == SCHEDULER else {"database"}
            assert there <= may_be, f"{service}: its streams are gone, too"
    finally:
        for service in SERVICES:
            await asyncio.to_thread(stack.release, f"{service}.daprd")
    await until(stack, SERVICES, None, within=60)
    assert {service: stack.pid(service) for service in SERVICES} == pids
    await asyncio.to_thread(stack.wait_ready)


async def test_a_sidecar_that_does_not_answer_is_none(stack: Stack) -> None:
    await asyncio.to_thread(stack.signal, f"{REMINDER_ACTOR}.daprd", signal.SIGSTOP)
    try:
        await until(stack, (REMINDER_ACTOR,), {"sidecar": False}, within=30)
    finally:
        await asyncio.to_thread(stack.signal, f"{REMINDER_ACTOR}.daprd", signal.SIGCONT)
    await until(stack, (REMINDER_ACTOR,), None, within=60)
    await asyncio.to_thread(stack.wait_ready)


@pytest.mark.needs("tasks-postgresql")
async def test_without_the_database_the_edge_is_not_ready(stack: Stack) -> None:
    await asyncio.to_thread(stack.hold, "postgresql")
    try:
        await until(stack, (CHAT_API,), {"database": False}, within=30)
    finally:
        await asyncio.to_thread(stack.release, "postgresql")
    await until(stack, (CHAT_API,), None, within=60)
    await asyncio.to_thread(stack.wait_ready)
