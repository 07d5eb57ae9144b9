"""Stands in for `oci`, `helm` and `kubectl`: refuses what the real tool would refuse, records each call, answers.

The scripts find a small launcher under each tool's name, which asks the `Tools` of the test over a socket: a Python
interpreter for each of hundreds of calls would take longer than all the rest.
"""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jmespath

ALL_RULES: dict[str, Any] = json.loads(Path(__file__).with_name("rules.json").read_text())

# How many words follow the command; the tools check that themselves, and their help does not say it.
POSITIONALS = {
    ("helm", "upgrade"): (2, 2),
    ("helm", "uninstall"): (1, 9),
    ("helm", "rollback"): (1, 2),
    ("helm", "list"): (0, 0),
    ("helm", "show crds"): (1, 1),
    ("helm", "status"): (1, 1),
    ("helm", "history"): (1, 1),
    ("helm", "get manifest"): (1, 1),
    ("kubectl", "get"): (0, 2),
    ("kubectl", "apply"): (0, 0),
    ("kubectl", "wait"): (1, 9),
    ("kubectl", "version"): (0, 0),
    ("kubectl", "delete"): (1, 9),
    ("kubectl", "create secret generic"): (1, 1),
    ("kubectl", "create namespace"): (1, 1),
    ("kubectl", "create token"): (1, 1),
    ("kubectl", "exec"): (1, 99),
    ("kubectl", "rollout status"): (1, 2),
    ("kubectl", "config view"): (0, 0),
    ("kubectl", "rollout restart"): (1, 2),
    ("kubectl", "scale"): (1, 2),
    ("kubectl", "logs"): (0, 2),
    ("kubectl", "port-forward"): (2, 9),
    ("kubectl", "describe"): (1, 9),
    ("helm", "test"): (1, 1),
}
# These take a value only after "=": kubectl reads `--dry-run client` as a flag and a name.
ONLY_WITH_EQUALS = {"--dry-run", "--validate", "--cascade"}
PLACEHOLDER = re.compile(r"<[\w -]+>")


class RefusedError(Exception):
    """The real tool would not take this command line."""


def parse(tool: str, words: list[str]) -> tuple[str, dict[str, str], list[str]]:
    """Command, options (the last value wins) and positional words; RefusedError when the rules say so."""
    rules = ALL_RULES[tool]
    leading, words = _split_leading(rules["globals"], words)
    command = next(
        (c for c in sorted(rules["commands"], key=len, reverse=True) if words[: len(c.split())] == c.split()), None
    )
    if command is None:
        raise RefusedError(f"no such command is recorded: {' '.join(words[:4])} (see record_rules.py)")
    rule = rules["commands"][command]
    known = rules["globals"] | rule["options"]
    options: dict[str, str] = {}
    positionals: list[str] = []
    rest = [*leading, *words[len(command.split()) :]]
    while rest:
        word = rest.pop(0)
        if word == "--":
            positionals += rest
            break
        if not word.startswith("-") or word == "-":
            positionals.append(word)
            continue
        name, equals, value = word.partition("=")
        kind = known.get(name)
        if kind is None:
            raise RefusedError(f"{command}: unknown option {name}")
        if kind == "flag":
            value = value or "true"
        elif not equals:
            if name in ONLY_WITH_EQUALS and tool == "kubectl":
                raise RefusedError(f"{command}: {name} takes its value after '='")
            if not rest:
                raise RefusedError(f"{command}: {name} needs a value")
            value = rest.pop(0)
        check_value(command, name, kind, value)
        options[name] = value
    missing = [name for name in rule["required"] if name not in options]
    if missing:
        raise RefusedError(f"{command}: missing {', '.join(missing)}")
    least, most = POSITIONALS.get((tool, command), (0, 0))
    if not least <= len(positionals) <= most:
        raise RefusedError(f"{command}: takes {least} to {most} words, not {positionals}")
    return command, options, positionals


def _split_leading(known: dict[str, str], words: list[str]) -> tuple[list[str], list[str]]:
    """The options before the command, which are those of all commands, and the rest."""
    count = 0
    while count < len(words) and words[count].startswith("-"):
        name, equals, _ = words[count].partition("=")
        if name not in known:
            raise RefusedError(f"unknown option {name}")
        count += 1 if known[name] == "flag" or equals else 2
    return words[:count], words[count:]


def check_value(command: str, name: str, kind: str | list[str], value: str) -> None:
    """RefusedError when the option's kind does not allow the value."""
    if PLACEHOLDER.fullmatch(value):  # of a dry run
        return
    if isinstance(kind, list) and value not in kind:
        raise RefusedError(f"{command}: {name} is one of {kind}, not {value!r}")
    if kind == "integer" and not value.isdigit():
        raise RefusedError(f"{command}: {name} is a number, not {value!r}")
    if kind == "boolean" and value not in {"true", "false"}:
        raise RefusedError(f"{command}: {name} is true or false, not {value!r}")
    if not value and name not in {"--namespace", "-n"}:
        raise RefusedError(f"{command}: {name} is empty")
    if kind == "json":
        try:
            given = json.loads(value)
        except ValueError:
            raise RefusedError(f"{command}: {name} is no JSON: {value}") from None
        shape = ALL_RULES["oci"]["json"].get(f"{command} {name}")
        if shape is not None:
            check_shape(f"{command}: {name}", given, shape)


def check_shape(where: str, given: Any, shape: Any) -> None:
    """RefusedError when JSON has a key or a type that the tool's own example has not."""
    if isinstance(shape, list) and shape and isinstance(shape[0], str) and "pick one of" in shape[0]:
        problems = []
        for variant in shape[1:]:
            try:
                check_shape(where, given, variant)
            except RefusedError as refusal:
                problems.append(str(refusal))
            else:
                return
        raise RefusedError("; ".join(problems))
    if isinstance(shape, list):
        if not isinstance(given, list):
            raise RefusedError(f"{where} is a list")
        for item in given:
            check_shape(where, item, shape[0])
    elif isinstance(shape, dict):
        if not isinstance(given, dict):
            raise RefusedError(f"{where} is an object")
        for key, value in given.items():
            if key not in shape:
                raise RefusedError(f"{where} has no key {key!r}")
            check_shape(f"{where}.{key}", value, shape.get(key))
    elif isinstance(shape, bool) != isinstance(given, bool) or (isinstance(shape, str) and not isinstance(given, str)):
        raise RefusedError(f"{where}: {given!r} instead of a value such as {shape!r}")


class Failure(Exception):
    """The tool ends with this on standard error."""


@dataclass
class Call:
    """One call of a tool: its arguments, what came on standard input, what files it was given."""

    tool: str
    words: list[str]
    stdin: str
    files: dict[str, str]

    @property
    def line(self) -> str:
        """The command line, without what each call of kubectl starts with."""
        return f"{self.tool} {' '.join(self.words)}".replace(" --namespace todo --request-timeout 30s", "", 1)


CHANGES = re.compile(r"(create|delete|upgrade|uninstall|rollback|apply)\b")


@dataclass
class Tools:
    """All three, and the cloud behind them."""

    # What exists in OCI: kind → objects.
    world: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    # What helm and kubectl answer: start of the command line, exit code, output. The first that fits.
    answers: list[tuple[str, int, str]] = field(default_factory=list)
    # So many more changes succeed, the next one fails, as when the network goes away. None: all succeed.
    fail_after: int | None = None

    def call(self, call: Call) -> tuple[int, str, str]:
        """Exit code, standard output and error of a call."""
        self.calls.append(call)
        try:
            command, options, _ = parse(call.tool, call.words)
        except RefusedError as refusal:
            self.refused.append(f"{call.tool} {refusal}")
            return 2, "", f"{call.tool}: {refusal}\n"
        if CHANGES.search(command) and "--dry-run" not in options and self.fail_after is not None:
            if self.fail_after == 0:
                return 1, "", f"{call.tool}: the connection was reset\n"
            self.fail_after -= 1
        if call.tool == "oci":
            try:
                return 0, *_printed_by_oci(self._answer_oci(command, options), options)
            except Failure as failure:
                return 1, "", f"{failure}\n"
        return next(
            ((code, output, "") for start, code, output in self.answers if call.line.startswith(start)), (0, "", "")
        )

    def _answer_oci(self, command: str, options: dict[str, str]) -> Any:
        kind, _, verb = command.rpartition(" ")
        objects = self.world.setdefault(kind, [])
        wanted = next(
            (value for name, value in options.items() if name.endswith("-id") and name != "--compartment-id"), None
        )
        if verb == "list":
            return [thing for thing in objects if _matches(thing, options)]
        if verb == "create":
            return self._create(kind, options)
        if verb == "create-kubeconfig":
            return None
        found = next((thing for thing in objects if wanted in {thing["id"], "all"}), None)
        if found is None:
            raise Failure(f"ServiceError: 404 NotAuthorizedOrNotFound: {wanted}")
        if verb == "delete":
            users = [
                thing["id"] for things in self.world.values() for thing in things
                if thing is not found and found["id"] in json.dumps(thing) and thing["lifecycle-state"] not in GONE
            ]  # fmt: skip
            if users and kind.startswith("network"):
                raise Failure(f"ServiceError: 409 Conflict: {wanted} is used by {users}")
            found["lifecycle-state"] = "DELETING" if kind.startswith("ce ") else "TERMINATED"
            return None
        _go_on(found)
        if kind == "ce cluster" and found["lifecycle-state"] == "DELETED":  # its node pools go with it
            for pool in self.world.get("ce node-pool", []):
                pool["lifecycle-state"] = "DELETED"
        return found

    def _create(self, kind: str, options: dict[str, str]) -> Any:
        asynchronous = kind.startswith("ce ")
        made = {
            "id": f"ocid1.{kind.rsplit(maxsplit=1)[-1]}.{sum(len(things) for things in self.world.values())}.",
            "lifecycle-state": "CREATING" if asynchronous else "AVAILABLE",
            **{name.removeprefix("--"): value for name, value in options.items()},
            "freeform-tags": json.loads(options.get("--freeform-tags", "{}")),
        }
        if kind == "ce node-pool":
            made["nodes"] = [{"lifecycle-state": "CREATING"} for _ in range(int(options["--size"]))]
        self.world[kind].append(made)
        return None if asynchronous else made


GONE = {"TERMINATED", "DELETED"}


def _matches(thing: dict[str, Any], options: dict[str, str]) -> bool:
    """Whether a list with these filters has it."""
    filters = ("lifecycle-state", "vcn-id", "name", "cluster-id", "display-name")
    return all(thing.get(name) == options.get(f"--{name}", thing.get(name)) for name in filters if name in thing)


def _go_on(thing: dict[str, Any]) -> None:
    """What takes minutes goes one step further each time it is looked at."""
    state = thing.get("lifecycle-state")
    thing["lifecycle-state"] = {"CREATING": "ACTIVE", "DELETING": "DELETED"}.get(str(state), state)
    for node in thing.get("nodes", []):
        node["lifecycle-state"] = "ACTIVE"


def _printed_by_oci(data: Any, options: dict[str, str]) -> tuple[str, str]:
    """As the CLI prints: no "data" when there is nothing; of a query that finds nothing, a word on standard error."""
    document = {"data": data} if data else {}
    if not document and "--query" not in options:
        return "", ""
    found = jmespath.search(options["--query"], document) if "--query" in options else document
    if found is None:
        return "", "Query returned empty result, no output to show.\n"
    raw = isinstance(found, str) and options.get("--raw-output")
    return (found if raw else json.dumps(found, indent=2)) + "\n", ""
