"""The monitoring port, and the checks behind it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from prometheus_client import CollectorRegistry, Counter
from prometheus_client.parser import text_string_to_metric_families

from runtime.ports import Ports
from servicekit.health import Check, Health
from servicekit.monitoring import serve_monitoring
from servicekit.settings import ServiceSettings


@asynccontextmanager
async def served(checks: dict[str, Check], *registries: CollectorRegistry) -> AsyncIterator[httpx.AsyncClient]:
    port = Ports().pick()
    serving = asyncio.create_task(serve_monitoring(ServiceSettings(monitoring_port=port), Health(checks), *registries))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        async with asyncio.timeout(5):
            while True:
                try:
                    await client.get("/healthz")
                    break
                except httpx.ConnectError:
                    await asyncio.sleep(0.01)
        yield client
    serving.cancel()
    await asyncio.wait([serving])


async def test_the_metrics_are_those_of_the_service_and_of_the_kit_and_the_checks_are_of_now() -> None:
    mine, there = CollectorRegistry(), True
    Counter("todo_mine", "Mine.", registry=mine).inc()
    async with served({"sidecar": lambda: there}, mine) as client:
        for there in (True, False):
            text = (await client.get("/metrics")).text
            samples = {
                (sample.name, *sample.labels.values()): sample.value
                for family in text_string_to_metric_families(text)
                for sample in family.samples
            }
            assert samples["todo_mine_total",] == 1
            assert samples["todo_check", "sidecar"] == there
            assert samples["process_resident_memory_bytes",] > 0


async def test_not_ready_names_what_is_missing_and_recovers() -> None:
    there = False

    async def slow() -> bool:
        return there

    async def broken() -> bool:
        if not there:
            raise OSError("no database")
        return True

    async with served({"always": lambda: True, "slow": slow, "broken": broken}) as client:
        answer = await client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["checks"] == {"always": True, "slow": False, "broken": False}
        assert (await client.get("/healthz")).status_code == 200
        there = True
        assert (await client.get("/readyz")).status_code == 200


async def test_a_check_that_does_not_answer_has_failed() -> None:
    async def stuck() -> bool:
        await asyncio.sleep(60)
        return True

    async with asyncio.timeout(4):
        assert await Health({"stuck": stuck}).report() == {"stuck": False}


async def test_without_a_port_nothing_is_served_and_the_service_goes_on() -> None:
    serving = asyncio.create_task(serve_monitoring(ServiceSettings(monitoring_port=0), Health({})))
    done, _ = await asyncio.wait([serving], timeout=0.05)
    assert not done
    serving.cancel()
