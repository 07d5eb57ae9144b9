"""Prometheus's own programs, and one that scrapes the running system."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator

import httpx
import pytest

from runtime.ports import Ports
from tests.k8s.tools import tool
from tests.monitoring.asking import RULES, Prometheus
from tests.support.stack import Stack

_PATIENCE = 20.0  # seconds


@pytest.fixture(scope="module")
def prometheus(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """One that scrapes the shared system each second, by the file that `make run` writes, with the chart's rules."""
    program = tool("prometheus")
    folder, port = tmp_path_factory.mktemp("prometheus"), Ports().pick()
    config = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(RULES)],
        "scrape_configs": [{"job_name": "todo", "file_sd_configs": [{"files": [str(stack.layout.scrape_targets)]}]}],
    }
    (folder / "prometheus.yml").write_text(json.dumps(config))
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [
                program,
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address=127.0.0.1:{port}",
            ],
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        running = Prometheus(f"http://127.0.0.1:{port}")
        until = time.monotonic() + _PATIENCE
        while not _ready(running):
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < until, (folder / "log").read_text()
            time.sleep(0.1)
        yield running
    finally:
        process.terminate()
        process.wait(timeout=20)
        shutil.rmtree(folder, ignore_errors=True)


def _ready(running: Prometheus) -> bool:
    try:
        return httpx.get(f"{running.url}/-/ready", timeout=2).is_success
    except httpx.HTTPError:
        return False
