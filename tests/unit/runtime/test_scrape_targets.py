"""The file that tells a Prometheus where the metrics are."""

import json
from pathlib import Path

from runtime import scrape_targets
from runtime.layout import Layout


def test_it_is_what_prometheus_reads(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.create()
    scrape_targets.write(layout, [scrape_targets.Target("service", "scheduler", 9101, "/metrics")])
    assert json.loads(layout.scrape_targets.read_text()) == [
        {
            "targets": ["127.0.0.1:9101"],
            "labels": {"job": "service", "service": "scheduler", "__metrics_path__": "/metrics"},
        }
    ]
