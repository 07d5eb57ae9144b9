"""The stand-ins refuse what the real tools refuse; where the real tools are, the rules are compared with them."""

import re
import shlex
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


DOCUMENTS = [
    *(PROJECT / name for name in ("README.md", "CONTRIBUTING.md", "infra/oke/README.md", "charts/todo-app/README.md")),
    *sorted((PROJECT / "docs").glob("*.md")),
]


def written_commands(path: Path) -> list[list[str]]:
    """What a document tells its reader to type into these tools: in blocks, and within sentences."""
    text = path.read_text().replace("\\\n", " ")
    blocks = "\n".join(re.findall(r"^```(?:sh|bash)?\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    inline = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
    found = []
    for line in [*blocks.splitlines(), *inline]:
        for part in re.split(r"\||&&|\$\(|;|\) *$", line):
            words = shlex.split(part.replace("'", "").replace('"', ""), comments=True)
            whole = line not in inline or "--namespace" in words  # `helm upgrade --install` in a sentence is its name
            if words[:1] and words[0] in {"oci", "helm", "kubectl"} and whole:
                found.append([word for word in words if word != "&"])
    return found


@pytest.mark.parametrize(
    "path", DOCUMENTS, ids=lambda path: path.name if path.parent.name == "docs" else path.parent.name
)
def test_the_tools_take_what_the_documents_tell_people_to_type(path: Path) -> None:
    for tool, *words in written_commands(path):
        parse(tool, words)


def test_some_are_found() -> None:
    assert sum(len(written_commands(path)) for path in DOCUMENTS) > 20


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
