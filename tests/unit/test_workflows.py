"""The workflows: pinned, within their time, with no more rights than they need, and about things that exist.

`make lint` runs actionlint and zizmor on them; this is what those do not know.
"""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]
FOLDER = PROJECT / ".github/workflows"
BUDGET = 10  # minutes from the push to the end of the deployment
OWN_JOB = {"k8s"}  # the folder of tests/ that is a job of its own


def workflow(name: str) -> dict[str, Any]:
    """A workflow; YAML reads the key `on` as true."""
    document: dict[Any, Any] = yaml.safe_load((FOLDER / name).read_text())
    document["on"] = document.pop(True)
    return document


CI = workflow("ci.yml")
DEPLOY = workflow("deploy-oke.yml")
JOBS = {**{f"ci/{name}": job for name, job in CI["jobs"].items()}, **DEPLOY["jobs"]}
STEPS = [(name, step) for name, job in JOBS.items() for step in job.get("steps", [])]


def test_every_action_is_pinned_by_commit_and_says_its_version() -> None:
    text = "".join(path.read_text() for path in FOLDER.glob("*.yml"))
    used = re.findall(r"uses: (\S+)(.*)", text)
    assert len(used) > 10
    for action, comment in used:
        assert action.startswith("./") or re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action), action
        assert action.startswith("./") or re.fullmatch(r" # v\d+\.\d+\.\d+", comment), action + comment


def test_one_action_has_one_version() -> None:
    pins: dict[str, set[str]] = {}
    for _, step in STEPS:
        if "uses" in step:
            name, commit = step["uses"].split("@")
            pins.setdefault(name, set()).add(commit)
    assert [name for name, commits in pins.items() if len(commits) > 1] == []


def test_each_job_has_a_limit_and_names_its_rights() -> None:
    assert CI["permissions"] == DEPLOY["permissions"] == {}
    for name, job in JOBS.items():
        assert "permissions" in job, name
        assert "uses" in job or job["timeout-minutes"] <= 30, name
        writes = {right for right, level in job["permissions"].items() if level == "write"}
        assert writes <= {"image": {"packages"}, "publish": {"packages", "id-token"}}.get(name, set()), name


def minutes(name: str) -> int:
    """The longest way to the end of a job of the deployment, by the limits."""
    job = DEPLOY["jobs"][name]
    needs = job.get("needs", [])
    before = max((minutes(other) for other in ([needs] if isinstance(needs, str) else needs)), default=0)
    if "uses" in job:  # ci.yml on a push: its jobs run side by side
        jobs = CI["jobs"].values()
        assert not any(other.get("needs") for other in jobs)
        return before + max(int(j["timeout-minutes"]) for j in jobs if j.get("if") != "github.event_name != 'push'")
    return before + int(job["timeout-minutes"])


def test_the_whole_takes_ten_minutes_at_most() -> None:
    assert max(minutes(name) for name in DEPLOY["jobs"]) <= BUDGET


def test_nothing_is_deployed_that_has_not_passed() -> None:
    assert set(DEPLOY["jobs"]["deploy"]["needs"]) == {"ci", "publish"}
    assert DEPLOY["concurrency"] == {"group": "deploy-oke", "cancel-in-progress": False}
    assert DEPLOY["jobs"]["deploy"]["environment"]["name"] == "oke"


def test_ci_runs_every_folder_of_tests() -> None:
    """What no part names is in "rest"."""
    parts = {entry["part"] for entry in CI["jobs"]["tests"]["strategy"]["matrix"]["include"]}
    (step,) = [step for step in CI["jobs"]["tests"]["steps"] if "RUN_ELSEWHERE" in step.get("env", {})]
    assert set(step["env"]["RUN_ELSEWHERE"].split()) == (parts - {"rest"}) | OWN_JOB
    assert all((PROJECT / "tests" / part).is_dir() for part in parts - {"rest"})


def test_ci_runs_every_group_of_what_is_split() -> None:
    entries = CI["jobs"]["tests"]["strategy"]["matrix"]["include"]
    for part in {entry["part"] for entry in entries}:
        mine = [entry for entry in entries if entry["part"] == part]
        if len(mine) > 1:
            assert sorted(entry["group"] for entry in mine) == list(range(1, len(mine) + 1))
            assert {entry["of"] for entry in mine} == {len(mine)}
        else:
            assert "group" not in mine[0]


def test_what_is_split_is_split_by_how_long_it_takes() -> None:
    """A file without figures would be taken for an average one. `pytest --store-durations` measures."""
    known = {test.partition("::")[0] for test in json.loads((PROJECT / ".test_durations").read_text())}
    entries = CI["jobs"]["tests"]["strategy"]["matrix"]["include"]
    for part in {entry["part"] for entry in entries if "group" in entry}:
        files = {path.relative_to(PROJECT).as_posix() for path in (PROJECT / "tests" / part).glob("test_*.py")}
        assert files <= known, "run `.venv/bin/pytest --store-durations` on them"


def test_ci_calls_parts_of_the_one_entry() -> None:
    known = re.search(r"usage: \.ci/run \[(.*) \[pytest", (PROJECT / ".ci/run").read_text())
    assert known is not None
    called = re.findall(r"\.ci/run (\w+)", "\n".join(step.get("run", "") for _, step in STEPS))
    assert set(called) == set(known[1].split(" | "))


def test_the_ci_entry_refuses_an_unknown_part() -> None:
    done = subprocess.run([PROJECT / ".ci/run", "dance"], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert "usage" in done.stderr


@pytest.mark.parametrize(
    ("words", "failing"),
    [
        ("", ""), ("", "lint"), ("", "types"), ("", "test"), ("lint", ""),
        ("lint", "lint"), ("types", "types"), ("guard", ""), ("guard", "guard"),
        ("kubernetes", "test-k8s"), ("tests tests/unit", ""), ("tests tests/unit", "test"),
    ],
)  # fmt: skip
def test_the_ci_entry_ends_as_its_parts_do(tmp_path: Path, words: str, failing: str) -> None:
    for name, text in {"bin/make": f'[ "$1" != "{failing}" ] || exit 3', ".dapr/bin/daprd": "exit 0"}.items():
        stub = tmp_path / name
        stub.parent.mkdir(parents=True)
        stub.write_text(f"#!/bin/sh\n{text}\n")
        stub.chmod(0o755)
    env = os.environ | {"HOME": str(tmp_path), "PATH": f"{tmp_path}/bin:{os.environ['PATH']}"}
    command = [PROJECT / ".ci/run", *words.split()]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == (3 if failing else 0), done.stdout + done.stderr


def test_the_deployment_uses_options_that_there_are() -> None:
    (step,) = [step["run"] for _, step in STEPS if "scripts/deploy-oke.sh" in step.get("run", "")]
    help_text = subprocess.run(
        [PROJECT / "scripts/deploy-oke.sh", "--help"], capture_output=True, text=True, timeout=30, check=True
    ).stdout
    for option in re.findall(r"(?<=\s)--[a-z-]+", step):
        assert option in help_text, option


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yml")), ids=lambda path: path.name)
def test_no_value_from_outside_is_pasted_into_a_shell(path: Path) -> None:
    for name, job in yaml.safe_load(path.read_text())["jobs"].items():
        for step in job.get("steps", []):
            assert "${{" not in step.get("run", ""), f"{name}: {step}"
