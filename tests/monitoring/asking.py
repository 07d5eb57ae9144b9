"""What the tests share: a running Prometheus as one asks it, and the chart's rules and dashboard."""

import json
from dataclasses import dataclass
from typing import Any, Final

import httpx

from runtime.layout import PROJECT

_FILES: Final = PROJECT / "charts" / "todo-app" / "files" / "monitoring"
RULES: Final = _FILES / "rules.yaml"
DASHBOARD: Final = _FILES / "dashboard.json"


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A running one."""

    url: str

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The series that an instant query finds; fails when it is no query."""
        answer = httpx.get(f"{self.url}/api/v1/query", params={"query": expression}, timeout=10).json()
        assert answer["status"] == "success", f"{expression}: {answer.get('error')}"
        found: list[dict[str, Any]] = answer["data"]["result"]
        return found

    def get(self, path: str) -> Any:
        """What its API says."""
        return httpx.get(f"{self.url}/api/v1/{path}", timeout=10).json()["data"]


def expressions() -> list[tuple[str, str]]:
    """The dashboard's queries, by the title of their panel."""
    panels = json.loads(DASHBOARD.read_text())["panels"]
    return [(panel["title"], target["expr"]) for panel in panels for target in panel.get("targets", ())]
