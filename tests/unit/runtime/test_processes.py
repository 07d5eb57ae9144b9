"""Children: read, restarted by rule, held, stopped; real processes, none longer than a moment."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from runtime import processes
from runtime.errors import GaveUp
from runtime.processes import Child, Command, RestartRule, describe_exit

Launch = Callable[..., Child]

SLEEP = "print('up', flush=True); import time; time.sleep(60)"


class Heard:
    """What a child wrote and what was said about it."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.notices: list[str] = []
        self.failures: list[GaveUp] = []

    async def wait_for_lines(self, count: int) -> None:
        async with asyncio.timeout(10):
            while len(self.lines) < count:
                await asyncio.sleep(0.01)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
async def launch(heard: Heard, tmp_path: Path) -> AsyncIterator[Launch]:
    children: list[Child] = []

    def start(
        code: str,
        rule: RestartRule | None = None,
        after_start: Callable[[], Awaitable[None]] | None = None,
    ) -> Child:
        child = Child(
            Command("child", (sys.executable, "-c", code), tmp_path, dict(os.environ)),
            sink=lambda _, line: heard.lines.append(line),
            notice=lambda _, line: heard.notices.append(line),
            on_give_up=heard.failures.append,
            after_start=after_start,
            rule=rule or RestartRule(base=0.01),
        )
        children.append(child)
        child.start()
        return child

    yield start
    for child in children:
        await child.stop(5)
        assert child.pid is None


def test_waits_grow_and_end() -> None:
    rule = RestartRule(base=0.2, cap=1, limit=4, window=60)
    assert [rule.after_death(now) for now in (0, 1, 2, 3, 4)] == [0.2, 0.4, 0.8, 1, None]


def test_deaths_far_apart_are_forgotten() -> None:
    rule = RestartRule(base=0.2, limit=1, window=60)
    assert [rule.after_death(now) for now in (0, 100, 200)] == [0.2, 0.2, 0.2]


def test_an_end_in_words() -> None:
    assert describe_exit(3) == "ended with exit code 3"
    assert describe_exit(-signal.SIGKILL) == "was ended by SIGKILL"


async def test_lines_are_read_whole_even_long_unfinished_and_broken_ones(launch: Launch, heard: Heard) -> None:
    code = r"""
    import sys
    sys.stdout.buffer.write(b"one\ntwo\r\n\xff\n" + b"x" * 200_000 + b"\nlast")
    sys.stdout.flush()
    import os, time
    os.close(1); os.close(2)
    time.sleep(60)
    """
    child = launch(textwrap.dedent(code))
    async with asyncio.timeout(10):
        while "last" not in heard.lines:
            await asyncio.sleep(0.01)
    assert heard.lines[:3] == ["one", "two", "\N{REPLACEMENT CHARACTER}"]
    assert sum(line.count("x") for line in heard.lines) == 200_000
    assert child.lines[-1] == "last"


async def test_a_killed_child_comes_back_loudly(launch: Launch, heard: Heard) -> None:
    child = launch(SLEEP)
    await heard.wait_for_lines(1)
    before = child.pid
    await child.kill()
    await heard.wait_for_lines(2)
    assert child.pid not in (before, None)
    assert child.restarts == 1
    assert heard.notices == ["was ended by SIGKILL; restart 1 in 0.01 s"]


async def test_a_held_child_stays_down_until_released(launch: Launch, heard: Heard) -> None:
    child = launch(SLEEP)
    await heard.wait_for_lines(1)
    await child.hold()
    await asyncio.sleep(0.2)
    assert child.pid is None
    assert child.restarts == 0
    child.release()
    await heard.wait_for_lines(2)
    assert child.pid is not None


async def test_a_child_that_always_dies_is_given_up_with_its_last_words(launch: Launch, heard: Heard) -> None:
    child = launch("print('no config'); raise SystemExit(3)", RestartRule(base=0.001, limit=2))
    async with asyncio.timeout(10):
        while not heard.failures:
            await asyncio.sleep(0.01)
    (failure,) = heard.failures
    assert "died 3 times" in str(failure)
    assert "exit code 3" in str(failure)
    assert "no config" in str(failure)
    assert child.restarts == 2


async def test_a_command_that_does_not_exist_is_given_up_with_the_reason(heard: Heard, tmp_path: Path) -> None:
    child = Child(
        Command("child", (str(tmp_path / "nothing"),), tmp_path, {}),
        sink=lambda _, line: heard.lines.append(line),
        notice=lambda _, line: heard.notices.append(line),
        on_give_up=heard.failures.append,
        rule=RestartRule(base=0.001, limit=0),
    )
    child.start()
    async with asyncio.timeout(10):
        while not heard.failures:
            await asyncio.sleep(0.01)
    assert "cannot be started" in str(heard.failures[0])
    await child.stop(1)


async def test_one_that_ignores_sigterm_is_killed_after_its_grace(launch: Launch, heard: Heard) -> None:
    child = launch(f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEP}")
    await heard.wait_for_lines(1)
    await child.stop(0.2)
    assert child.pid is None
    assert heard.notices == ["did not stop within 0.2 s, killed"]


async def test_what_runs_after_each_start(launch: Launch, heard: Heard) -> None:
    calls: list[int] = []

    async def count() -> None:
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("the port moved")

    child = launch(SLEEP, after_start=count)
    await heard.wait_for_lines(1)
    await child.kill()
    await heard.wait_for_lines(2)
    assert len(calls) == 2
    assert child.pid is not None
    assert heard.notices[-1] == "preparing it failed: the port moved"


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux's")
def test_no_child_outlives_its_parent() -> None:
    lifeline = Path(processes.__file__).with_name("lifeline.py")
    code = f"""
    import os, subprocess, sys, time
    child = subprocess.Popen([sys.executable, "-I", "-S", {str(lifeline)!r}, str(os.getpid()), "sleep", "60"])
    time.sleep(0.5)
    print(child.pid, flush=True)
    time.sleep(60)
    """
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert state(child) in {"S", "R", "D"}
        parent.kill()
    for _ in range(100):
        if state(child) in {"Z", ""}:
            return
        time.sleep(0.02)
    pytest.fail("it still runs")


@pytest.mark.skipif(sys.platform != "linux", reason="read from /proc")
@pytest.mark.parametrize("niceness", [0, 5])
def test_a_child_gives_way_as_it_is_told(niceness: int) -> None:
    lifeline = Path(processes.__file__).with_name("lifeline.py")
    code = "import os; print(os.nice(0), os.environ.get('LIFELINE_NICENESS'))"
    told = subprocess.run(
        [sys.executable, "-I", "-S", str(lifeline), str(os.getpid()), sys.executable, "-c", code],
        env={**os.environ, processes.NICENESS: str(niceness)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == [str(min(os.nice(0) + niceness, 19)), "None"]


def state(pid: int) -> str:
    """The process's state letter; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return ""
