"""The chart's README, from the comments of its values: `make chart` writes it, a test compares it."""

import subprocess

from tests.k8s.chart import CHART
from tests.k8s.tools import tool


def readme() -> str:
    """What it should say."""
    command = [tool("helm-docs"), "--chart-search-root", CHART, "--sort-values-order", "file", "--dry-run"]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return answer.stdout.strip() + "\n"


if __name__ == "__main__":
    (CHART / "README.md").write_text(readme())
