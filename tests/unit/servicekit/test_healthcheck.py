"""The command that probes run, against a real app channel."""

import os
import subprocess
import sys
from asyncio import to_thread

import pytest

from runtime.ports import Ports
from servicekit.callbacks import AppChannel
from servicekit.health import Health
from servicekit.settings import ServiceSettings


def ask(*arguments: str, **env: str) -> int:
    command = [sys.executable, "-m", "servicekit.healthcheck", *arguments]
    return subprocess.run(command, env={"PATH": os.environ["PATH"], **env}, check=False, timeout=30).returncode


@pytest.mark.parametrize(
    ("healthy", "arguments", "token", "status"),
    [
        (True, (), "right", 0),
        (True, (), "wrong", 1),
        (False, (), "right", 1),
        (False, ("--alive",), "right", 0),
    ],
)
async def test_the_status_says_how_the_service_is(
    healthy: bool, arguments: tuple[str, ...], token: str, status: int
) -> None:
    health = Health({"sidecar": lambda: healthy})
    channel = AppChannel(ServiceSettings(app_port=0, app_api_token="right"), healthy=health.ready)
    port = await channel.start()
    try:
        assert await to_thread(ask, *arguments, APP_PORT=str(port), APP_API_TOKEN=token) == status
    finally:
        await channel.stop()


@pytest.mark.parametrize("variable", ["APP_PORT", "PORT"])
def test_nobody_there_is_not_alive(variable: str) -> None:
    assert ask("--alive", **{variable: str(Ports().pick())}) == 1


def test_without_a_port_it_cannot_say() -> None:
    assert ask() == 1
