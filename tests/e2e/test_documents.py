"""The quickstart and the demo script, pasted into a shell beside a system that `python -m runtime up` started."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from runtime.install import Binaries
from runtime.ports import Ports

pytestmark = pytest.mark.e2e

PROJECT = Path(__file__).resolve().parents[2]
ADDRESS = "http://127.0.0.1:8080"
BLOCK = re.compile(r"^```sh run\n(?P<code>.*?)^```\n+```text output\n(?P<expected>.*?)^```$", re.MULTILINE | re.DOTALL)
READY = 120  # seconds; a dozen processes on a busy machine
MARK = "── end of block ──"


@dataclass(frozen=True)
class Running:
    """What `make run` starts, in a folder that looks like the project's."""

    folder: Path
    url: str


@pytest.fixture(scope="module")
def running(binaries: Binaries, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The system as a person starts it, on a port and in a folder of its own."""
    del binaries  # they are there
    folder = tmp_path_factory.mktemp("documents")
    for entry in PROJECT.iterdir():
        if entry.name not in {".data", ".git"}:
            (folder / entry.name).symlink_to(entry)
    port = Ports().pick()
    log = folder / "output"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "runtime", "up", "--root", str(folder)],
            cwd=PROJECT,
            env=os.environ | {"PORT": str(port)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + READY
        while "is ready" not in log.read_text():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)
        yield Running(folder, f"http://127.0.0.1:{port}")
    finally:
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=30)
        if process.poll() is None:
            process.kill()


def matches(expected: str, output: str) -> bool:
    """Whether a line of the output is as expected; "…" stands for anything."""
    pattern = ".*".join(map(re.escape, expected.split("…")))
    return any(re.fullmatch(pattern, line) for line in output.splitlines())


@pytest.mark.parametrize("name", ["quickstart.md", "demo-script.md"])
def test_what_it_says_is_what_happens(running: Running, name: str) -> None:
    blocks = list(BLOCK.finditer((PROJECT / "docs" / name).read_text()))
    assert blocks
    script = "set -eu\n" + "".join(f"{block['code']}\necho '{MARK}'\n" for block in blocks)
    done = subprocess.run(
        ["bash", "-c", script.replace(ADDRESS, running.url)],  # noqa: S607
        cwd=running.folder,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    outputs = done.stdout.split(f"{MARK}\n")
    missing = []
    for number, block in enumerate(blocks):
        output = outputs[number] if number < len(outputs) else ""
        missing += [
            f"{line!r} is not in\n{output}" for line in block["expected"].splitlines() if not matches(line, output)
        ]
    assert not missing, "\n".join([*missing, done.stderr[-1000:]])
    assert done.returncode == 0, done.stderr[-1000:]
