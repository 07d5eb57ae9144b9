"""The stand-ins refuse what the real tools refuse; where the real tools are, the rules are compared with them."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.scripts import record_rules
from tests.scripts.conftest import PROJECT, printed_commands
from tests.scripts.stub import ALL_RULES, RefusedError, parse

VCN = ["network", "vcn", "create", "--compartment-id", "c"]
SCRIPTS = [
    "infra/oke/cluster-setup.sh",
    "infra/oke/dapr-init.sh",
    "infra/oke/teardown.sh",
    "infra/oke/deployer.sh",
    "scripts/deploy-oke.sh",
    "scripts/verify-deployment.sh",
]


@pytest.mark.parametrize(
    ("tool", "words", "why"),
    [
        ("oci", ["network", "vcn", "create"], "missing --compartment-id"),
        ("oci", [*VCN, "--colour", "red"], "unknown option --colour"),
        ("oci", [*VCN, "--cidr-blocks", "10.0.0.0/16"], "is no JSON"),
        ("oci", [*VCN, "--cidr-blocks", '{"a": 1}'], "is a list"),
        ("oci", [*VCN, "--wait-for-state", "READY"], "is one of"),
        ("oci", [*VCN, "--is-ipv6-enabled", "yes"], "is true or false"),
        ("oci", [*VCN, "--display-name"], "needs a value"),
        ("oci", ["network", "vcn", "paint"], "no such command"),
        (
            "oci",
            [
                "network",
                "route-table",
                "create",
                "-c",
                "c",
                "--compartment-id",
                "c",
                "--vcn-id",
                "v",
                "--route-rules",
                '[{"target": "x"}]',
            ],
            "unknown option -c",
        ),
        ("helm", ["upgrade", "todo", "--install"], "takes 2 to 2 words"),
        ("helm", ["upgrade", "todo", "chart", "--atomically"], "unknown option"),
        ("kubectl", ["apply", "--filename"], "needs a value"),
        ("kubectl", ["create", "secret", "generic", "s", "--dry-run", "client"], "after '='"),
    ],
)
def test_refused(tool: str, words: list[str], why: str) -> None:
    with pytest.raises(RefusedError, match=why):
        parse(tool, words)


def _printed() -> list[list[str]]:
    """All commands that the scripts would run."""
    commands = []
    for script in SCRIPTS:
        done = subprocess.run(
            [str(PROJECT / script), "--dry-run"], capture_output=True, text=True, timeout=60, check=True
        )
        commands += printed_commands(done.stdout)
    return commands


@pytest.mark.parametrize("tool", ["oci", "helm", "kubectl"])
def test_rules_agree_with_the_real_tool(tool: str) -> None:
    executable = shutil.which(tool) or next(iter((Path.home() / ".cache/todo-assistant").glob(f"*/bin/{tool}")), None)
    if executable is None:
        pytest.skip(f"no {tool} here")
    real = getattr(record_rules, f"{tool}_rules")(str(executable))
    recorded = ALL_RULES[tool]
    for name, *words in _printed():
        if name != tool:
            continue
        command, options, _ = parse(tool, words)
        assert real["commands"][command]["required"] == recorded["commands"][command]["required"]
        for option in options:
            for rules in (real, recorded):
                assert option in rules["globals"] | rules["commands"][command]["options"], f"{tool} {command} {option}"
            kinds = [(r["globals"] | r["commands"][command]["options"])[option] for r in (real, recorded)]
            assert kinds[0] == kinds[1], f"{tool} {command} {option}"
