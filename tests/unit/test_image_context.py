"""What the Dockerfile copies is what .dockerignore lets through, and every service of the run file is among it."""

import re
from pathlib import Path

from runtime.topology import Topology

PROJECT = Path(__file__).resolve().parents[2]


def test_every_service_is_in_the_image() -> None:
    copied = set(re.findall(r"^COPY (\w+) /opt/todo/app", (PROJECT / "Dockerfile").read_text(), re.MULTILINE))
    let_through = {line[1:] for line in (PROJECT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    modules = {app.command[-1].partition(".")[0] for app in Topology.load(PROJECT / "dapr.yaml").apps}
    assert modules <= copied
    assert copied <= let_through
