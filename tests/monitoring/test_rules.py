"""The alert rules, by promtool: they load, each fires when it must, and none does while all is well."""

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml

from runtime.layout import PROJECT
from tests.k8s.tools import tool
from tests.monitoring.asking import RULES, expressions

pytestmark = pytest.mark.timeout(1500)  # the first time, promtool is built

STEADY = "1+0x120"
"""The same for an hour, by half minutes."""
HEALTHY: dict[str, str] = {
    'todo_check{service="chat-api",check="sidecar"}': STEADY,
    'todo_reminders_due_oldest_seconds{service="chat-api"}': "0+0x120",
    'todo_reminder_lag_seconds_bucket{stage="inbox",le="0.1"}': "0+100x120",
    'todo_reminder_lag_seconds_bucket{stage="inbox",le="10"}': "0+100x120",
    'todo_reminder_lag_seconds_bucket{stage="inbox",le="+Inf"}': "0+100x120",
    "todo_reminders_missed_total": "5+0x120",
    "todo_reminders_repaired_total": "5+0x120",
    "todo_repair_sweep_timestamp_seconds": "0+30x120",
    'todo_jobs_triggered_total{outcome="failed"}': "7+0x120",
    'todo_outbox_oldest_seconds{service="chat-api"}': "0.1+0x120",
    'todo_outbox_events{service="chat-api"}': "3+0x120",
    'todo_dead_letters_total{source="topic/reminders"}': "2+0x120",
    'todo_events_total{topic="reminders",outcome="handed_back"}': "2+0x120",
    'todo_deliveries_total{channel="push",outcome="delivered"}': "0+10x120",
    'todo_deliveries_total{channel="push",outcome="failed"}': "0+1x120",
    'todo_http_requests_total{route="/api/v1/tasks",status="200"}': "0+100x120",
    'todo_http_requests_total{route="/api/v1/tasks",status="500"}': "1+0x120",
    'todo_conversation_fallbacks_total{missing="language model"}': "3+0x120",
}
BROKEN: dict[str, dict[str, str]] = {
    "TodoRemindersOverdue": {'todo_reminders_due_oldest_seconds{service="chat-api"}': "0+30x120"},
    "TodoRemindersLate": {'todo_reminder_lag_seconds_bucket{stage="inbox",le="0.1"}': "0+90x120"},
    "TodoRemindersMissed": {"todo_reminders_missed_total": "5+1x120"},
    "TodoRemindersRepaired": {"todo_reminders_repaired_total": "5+1x120"},
    "TodoRepairStands": {"todo_repair_sweep_timestamp_seconds": "0+0x120"},
    "TodoJobsFail": {'todo_jobs_triggered_total{outcome="failed"}': "7+10x120"},
    "TodoOutboxStands": {'todo_outbox_oldest_seconds{service="chat-api"}': "0+30x120"},
    "TodoOutboxGrows": {'todo_outbox_events{service="chat-api"}': "0+1000x120"},
    "TodoDeadLetters": {'todo_dead_letters_total{source="topic/reminders"}': "2+1x120"},
    "TodoMessagesComeBack": {'todo_events_total{topic="reminders",outcome="handed_back"}': "2+20x120"},
    "TodoDeliveriesFail": {'todo_deliveries_total{channel="push",outcome="failed"}': "0+30x120"},
    "TodoNotReady": {'todo_check{service="chat-api",check="sidecar"}': "1x60 0x60"},
    "TodoServiceAway": {'todo_check{service="chat-api",check="sidecar"}': "1x102 _x18"},
    "TodoRequestsFail": {'todo_http_requests_total{route="/api/v1/tasks",status="500"}': "1+10x120"},
    "TodoModelFails": {'todo_conversation_fallbacks_total{missing="language model"}': "3+1x120"},
}


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def alerts() -> set[str]:
    return {rule["alert"] for rule in rules() if "alert" in rule}


def promtool(*arguments: str | Path) -> str:
    answer = subprocess.run([tool("promtool"), *arguments], capture_output=True, text=True, timeout=120, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout


def firing_after_an_hour(folder: Path, series: dict[str, str], expected: Iterable[str]) -> None:
    """Fails unless exactly these alerts fire."""
    case = {
        "interval": "30s",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        # Alerts by their names alone: what their words say is no matter here.
        "promql_expr_test": [
            {
                "expr": 'count by (alertname) (ALERTS{alertstate="firing"})',
                "eval_time": "1h",
                "exp_samples": [{"labels": f'{{alertname="{name}"}}', "value": 1} for name in sorted(expected)],
            }
        ],
    }
    path = folder / "case.yml"
    path.write_text(yaml.safe_dump({"rule_files": [str(RULES)], "evaluation_interval": "30s", "tests": [case]}))
    promtool("test", "rules", path)


def test_promtool_finds_nothing_to_complain_about() -> None:
    assert "SUCCESS" in promtool("check", "rules", "--lint=all", "--lint-fatal", RULES)


def test_nothing_fires_while_all_is_well(tmp_path: Path) -> None:
    firing_after_an_hour(tmp_path, HEALTHY, ())


@pytest.mark.parametrize("alert", BROKEN)
def test_each_fires_when_it_must_and_no_other(tmp_path: Path, alert: str) -> None:
    firing_after_an_hour(tmp_path, {**HEALTHY, **BROKEN[alert]}, {alert})


def test_every_alert_is_tried_and_explained() -> None:
    assert alerts() == set(BROKEN)
    explained = set(re.findall(r"^### (Todo\w+)$", (PROJECT / "docs" / "monitoring.md").read_text(), re.MULTILINE))
    assert explained == alerts()
    for rule in rules():
        if "alert" in rule:
            assert rule["annotations"]["runbook"] == f"docs/monitoring.md#{rule['alert'].lower()}"
            assert rule["labels"]["severity"] in {"warning", "critical"}


def test_the_dashboard_asks_only_for_what_there_is() -> None:
    """By name, so that a renamed metric is noticed without a running system."""
    declared = set()
    for path in (*PROJECT.glob("*/metrics.py"), *PROJECT.glob("consumers/*/metrics.py")):
        declared |= set(re.findall(r'"(todo_[a-z_]+)"', path.read_text()))
    asked = {name for _, text in expressions() for name in re.findall(r"todo_[a-z_]+", text)}
    asked |= {name for rule in rules() for name in re.findall(r"\btodo_[a-z_]+", rule["expr"])}
    suffix = re.compile(r"_(total|bucket|count|sum)$")
    assert {name for name in asked if name not in declared and suffix.sub("", name) not in declared} == set()
