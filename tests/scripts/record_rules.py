"""Writes rules.json: which options the real `oci`, `helm` and `kubectl` take, for the commands that our scripts use.

    PATH=/folder/with/the/tools:$PATH .venv/bin/python tests/scripts/record_rules.py

The stubs in `stub.py` refuse what these rules refuse, so that the tests need none of the tools. Where the tools are,
`test_rules.py` compares again. The OCI CLI is a Python package (`oci-cli`); kubectl and Helm print their options.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

RULES = Path(__file__).with_name("rules.json")

OCI_COMMANDS = [
    "iam availability-domain list",
    "ce cluster create", "ce cluster delete", "ce cluster get", "ce cluster list", "ce cluster create-kubeconfig",
    "ce cluster-options get", "ce node-pool-options get",
    "ce node-pool create", "ce node-pool get", "ce node-pool list",
    "network service list",
    *(f"network {kind} {verb}" for kind in (
        "vcn", "internet-gateway", "nat-gateway", "service-gateway", "route-table", "security-list", "subnet",
    ) for verb in ("create", "delete", "list")),
]  # fmt: skip
HELM_COMMANDS = ["upgrade", "test", "uninstall", "rollback", "list", "show crds", "status", "history", "get manifest"]
KUBECTL_COMMANDS = [
    "get", "apply", "wait", "version", "delete", "create secret generic", "create namespace", "create token", "exec",
    "rollout status", "rollout restart", "scale", "logs",
    "describe", "config view", "create", "label", "port-forward", "cluster-info",
]  # fmt: skip

# Run inside the OCI CLI's own Python: its command tree is click's.
OCI_PROBE = """
import json, sys
from oci_cli import cli_root
from oci_cli.cli_root import cli
from oci_cli import dynamic_loader
import click

def kind(parameter):
    if getattr(parameter, "is_flag", False):
        return "flag"
    if isinstance(parameter.type, click.Choice) or hasattr(parameter.type, "choices"):
        return list(parameter.type.choices)
    return {"integer": "integer", "boolean": "boolean", "complex type": "json"}.get(parameter.type.name.lower(), "text")

def options(parameters):
    return {name: kind(p) for p in parameters for name in p.opts if name.startswith("-")}

answer = {"globals": options(cli.params), "commands": {}}
for line in json.loads(sys.argv[1]):
    words = line.split()
    dynamic_loader.load_service(words[0]) if hasattr(dynamic_loader, "load_service") else None
    command = cli
    for word in words:
        command = command.get_command(click.Context(command), word)
    answer["commands"][line] = {
        "options": options(command.params),
        "required": sorted(
            max(p.opts, key=len) for p in command.params if p.required or "[required]" in (p.help or "")
        ),
        "multiple": sorted(n for p in command.params if getattr(p, "multiple", False) for n in p.opts),
    }
print(json.dumps(answer))
"""

# The parameters that take JSON whose keys are checked too.
OCI_JSON = {
    "ce cluster create": ["cluster-pod-network-options", "service-lb-subnet-ids"],
    "ce node-pool create": ["placement-configs", "node-shape-config"],
    "network vcn create": ["cidr-blocks"],
    "network service-gateway create": ["services"],
    "network route-table create": ["route-rules"],
    "network security-list create": ["ingress-security-rules", "egress-security-rules"],
    "network subnet create": ["security-list-ids"],
}


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)[:200]}: {done.stderr[-2000:]}")
    return done.stdout


def oci_rules(oci: str) -> dict[str, Any]:
    """The rules of the OCI CLI installed beside the given executable."""
    interpreter = Path(oci).read_text().splitlines()[0].removeprefix("#!")
    return dict(json.loads(_run(interpreter, "-c", OCI_PROBE, json.dumps(OCI_COMMANDS))))


def oci_json_shapes(oci: str) -> dict[str, Any]:
    """An example of each JSON parameter, as the CLI makes it."""
    return {
        f"{command} --{parameter}": json.loads(_run(oci, *command.split(), "--generate-param-json-input", parameter))
        for command, parameters in OCI_JSON.items()
        for parameter in parameters
    }


def helm_rules(helm: str) -> dict[str, Any]:
    """Options as `helm COMMAND --help` lists them: a word after the name means that it takes a value."""
    commands = {}
    for command in HELM_COMMANDS:
        options = {}
        for short, long, value in re.findall(
            r"^ {2,}(?:(-\w), )?(--[\w-]+)(?: (\w+))?(?=\s{2,})", _run(helm, *command.split(), "--help"), re.MULTILINE
        ):
            kind = "text" if value else "flag"
            options[long] = kind
            if short:
                options[short] = kind
        commands[command] = {"options": options, "required": []}
    return {"globals": {}, "commands": commands}


def kubectl_rules(kubectl: str) -> dict[str, Any]:
    """Options as kubectl prints them, with their defaults: `false` and `true` are flags."""

    def options(text: str) -> dict[str, str]:
        found = {}
        for short, long, default in re.findall(r"^ +(?:(-\w), )?(--[\w-]+)=(\S*):", text, re.MULTILINE):
            kind = "flag" if default in {"false", "true"} else "text"
            found[long] = kind
            if short:
                found[short] = kind
        return found

    return {
        "globals": options(_run(kubectl, "options")),
        "commands": {
            command: {"options": options(_run(kubectl, *command.split(), "--help")), "required": []}
            for command in KUBECTL_COMMANDS
        },
    }


def main() -> None:
    """Write the file."""
    from shutil import which  # noqa: PLC0415

    tools = {name: which(name) for name in ("oci", "helm", "kubectl")}
    missing = [name for name, path in tools.items() if path is None]
    if missing:
        raise SystemExit(f"not on PATH: {', '.join(missing)}")
    oci, helm, kubectl = (str(tools[name]) for name in ("oci", "helm", "kubectl"))
    rules = {
        "oci": oci_rules(oci) | {"json": oci_json_shapes(oci)},
        "helm": helm_rules(helm),
        "kubectl": kubectl_rules(kubectl),
    }
    RULES.write_text(
        json.dumps(rules, indent=None, separators=(",", ":"), sort_keys=True).replace('},"', '},\n"') + "\n"
    )
    sys.stdout.write(f"{RULES}: {RULES.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
