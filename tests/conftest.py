"""Fixtures for all tests: the runtime's binaries, one running system a worker, and its logs when a test fails."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from runtime.backing import DEFAULT, NAMED, Backing
from runtime.install import Binaries, install
from tests.support.mail_server import MailServer, serving_mail
from tests.support.push_service import PushService, serving_in_a_thread
from tests.support.stack import Stack

_STACK = pytest.StashKey[Stack]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """What the same tests can be run on."""
    parser.addoption(
        "--tasks-database",
        choices=("sqlite", "postgresql"),
        default="sqlite",
        help="what the unit tests of chat_api keep tasks in (default: %(default)s)",
    )
    parser.addoption("--all-orders", action="store_true", help="start the main parts in each order; an hour")
    parser.addoption(
        "--stack",
        choices=sorted(NAMED),
        default=os.environ.get("STACK") or DEFAULT,
        help="what the running system stands on (default: STACK, or %(default)s)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Let every system that a test starts stand on what was chosen."""
    Stack.chosen = Backing.named(config.getoption("--stack"))


def pytest_report_header(config: pytest.Config) -> str:
    """What the tests run on."""
    return f"stack: {config.getoption('--stack')}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what is about a part that was not chosen."""
    chosen = Stack.chosen
    there = {chosen.pubsub.value, chosen.state.value, f"tasks-{chosen.tasks}", chosen.secrets.value}
    for item in items:
        for marker in item.iter_markers("needs"):
            if not set(marker.args) <= there:
                item.add_marker(pytest.mark.skip(reason=f"it is about {', '.join(marker.args)}"))


@pytest.fixture(scope="session")
def binaries() -> Binaries:
    """daprd, placement, scheduler and the broker, as `make run` finds or builds them."""
    return install()


@pytest.fixture(scope="session")
def stack(
    request: pytest.FixtureRequest, binaries: Binaries, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """The running system; shared, so a test leaves it as ready as it found it."""
    env = {
        "LOG_FORMAT": "json",
        "LOG_LEVEL": "INFO",
        "REPAIR_INTERVAL": "5",
        "REPAIR_GRACE": "5",
        # Tests wait for seconds: their jobs are to lie in Dapr's scheduler for some of them, and come ahead still.
        "FIRE_AHEAD": "1.5",
    }
    with Stack(tmp_path_factory.mktemp("stack"), binaries, env) as running:
        request.config.stash[_STACK] = running
        yield running
        del request.config.stash[_STACK]


@pytest.fixture(scope="module")
def mails() -> Iterator[MailServer]:
    """A mail server."""
    with serving_mail() as server:
        yield server


@pytest.fixture(scope="module")
def receiver() -> Iterator[PushService]:
    """A host that takes webhooks."""
    with serving_in_a_thread() as service:
        yield service


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Show the system's logs with a failed test."""
    report = yield
    running = item.config.stash.get(_STACK, None)
    if report.failed and running is not None and "stack" in getattr(item, "fixturenames", ()):
        report.sections.append(("processes", running.last_lines()))
    return report
