"""A real Prometheus scrapes the real system: every query of the dashboard has data, and the figures are right."""

import asyncio
import math
from datetime import UTC, datetime, timedelta

import pytest

from tests.monitoring.asking import Prometheus, expressions
from tests.support.person import Person
from tests.support.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1500)]  # the first time, Prometheus is built

_WINDOW = "20s"


async def until(prometheus: Prometheus, expression: str, least: float, *, within: float = 30) -> float:
    """Until the sum of what a query finds is at least this; it."""
    value = math.nan
    async with asyncio.timeout(within):
        while not value >= least:
            await asyncio.sleep(0.3)
            value = sum(float(one["value"][1]) for one in prometheus.query(expression))
    return value


async def test_each_query_of_the_dashboard_has_data(stack: Stack, prometheus: Prometheus) -> None:
    await until(prometheus, 'count(up{job="service"} == 1)', 6)
    fired = sum(float(one["value"][1]) for one in prometheus.query("sum(todo_reminders_fired_total)"))
    async with Person.registered(stack.url) as person, person.listening() as ear:
        await until(prometheus, "sum(todo_streams_open)", 1)
        for title in ("one", "two", "three"):
            await person.add(title, datetime.now(UTC) + timedelta(seconds=2))
        later = await person.add("later", datetime.now(UTC) + timedelta(hours=1))
        await ear.wait_for(3, within=20)
        assert await until(prometheus, "max(todo_reminders_pending)", 1) >= 1
        assert await until(prometheus, "sum(todo_reminders_fired_total)", fired + 3) == fired + 3
        for stage in ("triggered", "fired", "inbox", "stream"):
            await until(prometheus, f'sum(increase(todo_reminder_lag_seconds_count{{stage="{stage}"}}[1m]))', 1)
        late = prometheus.query('sum(todo_reminder_lag_seconds_bucket{stage="stream",le="5.0"})')
        assert float(late[0]["value"][1]) >= 3
        empty = [
            f"{panel}: {expression}"
            for panel, expression in expressions()
            if not prometheus.query(expression.replace("$__rate_interval", _WINDOW))
        ]
        assert empty == []
        lags = prometheus.query(
            "histogram_quantile(0.99, sum by (stage, le) (rate(todo_reminder_lag_seconds_bucket[1m])))"
        )
        assert {one["metric"]["stage"] for one in lags if not math.isnan(float(one["value"][1]))} == {
            "triggered",
            "fired",
            "inbox",
            "stream",
        }
        await person.client.delete(f"/api/v1/tasks/{later['id']}")


async def test_the_rules_are_loaded_and_each_could_be_evaluated(prometheus: Prometheus) -> None:
    groups = prometheus.get("rules")["groups"]
    assert {group["name"] for group in groups} == {"todo-reminders", "todo-messages", "todo-services"}
    async with asyncio.timeout(20):
        while any(rule["health"] == "unknown" for group in groups for rule in group["rules"]):
            await asyncio.sleep(0.5)
            groups = prometheus.get("rules")["groups"]
    assert [rule["lastError"] for group in groups for rule in group["rules"] if rule["health"] != "ok"] == []


async def test_a_label_takes_few_values_and_names_nobody(stack: Stack, prometheus: Prometheus) -> None:
    """However many tasks there are: a series for each would fill a Prometheus in weeks."""
    deleted = 'sum(todo_http_requests_total{method="DELETE",route="/api/v1/tasks/{task_id}"})'
    everything = '{__name__=~"todo_.+",__name__!~".+_bucket"}'
    before, many = len(prometheus.query(everything)), 60
    earlier = sum(float(one["value"][1]) for one in prometheus.query(deleted))
    async with Person.registered(stack.url) as person:
        for number in range(many):
            task = await person.add(f"nobody's business {number}", datetime.now(UTC) + timedelta(hours=1))
            await person.client.get(f"/api/v1/tasks/{task['id']}")
            await person.client.delete(f"/api/v1/tasks/{task['id']}")
    await until(prometheus, deleted, earlier + many)
    found = prometheus.query(everything)
    assert len(found) - before < many
    values = {value for one in found for value in one["metric"].values()}
    assert not [value for value in values if task["id"] in value or "nobody" in value]
