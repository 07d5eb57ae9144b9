"""Tells a Prometheus on this machine where the metrics of a running system are."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from runtime.layout import Layout

_LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Target:
    """One process's metrics. `job` and `service` become labels, as the chart's monitors give them, too."""

    job: str
    service: str
    port: int
    path: str = "/"


def write(layout: Layout, targets: Iterable[Target]) -> None:
    """Replace the file, which Prometheus reads by `file_sd_configs`; ports stay the same while the system runs."""
    groups = [
        {
            "targets": [f"{_LOOPBACK}:{target.port}"],
            "labels": {"job": target.job, "service": target.service, "__metrics_path__": target.path},
        }
        for target in targets
    ]
    draft = layout.scrape_targets.with_suffix(".draft")
    draft.write_text(json.dumps(groups, indent=2) + "\n")
    draft.replace(layout.scrape_targets)
